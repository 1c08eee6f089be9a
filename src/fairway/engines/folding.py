"""Days that a query works out from constants, written in as the days they come to.

The engine compares a date with `DATE '1994-01-01' + INTERVAL 1 YEAR` as timestamps, and so casts
the column, which fails on dates that no timestamp can hold. With the day itself in that place
nothing is cast. The text is changed, so the worker parses it once more, and runs it only if its
tree is the one that passed the gate, with those days in it.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from fairway.engines.constants import Constant

Node = Mapping[str, Any]

_PLACE = ("query_location", "query_location_length")


def folded(sql: str, tree: Node, folds: Mapping[int, Constant]) -> tuple[str, Any] | None:
    """Return a query's text and tree with its days worked out; None where that cannot be done."""
    written = sql.encode()
    places = sorted((day.start, day.end, day.text) for day in folds.values())
    if any(not 0 <= start < end <= len(written) for start, end, _ in places):
        return None
    if any(one[1] > other[0] for one, other in pairwise(places)):
        return None
    for start, end, day in reversed(places):
        written = written[:start] + f" DATE '{day}' ".encode() + written[end:]
    try:
        return written.decode(), unplaced(tree, folds)
    except UnicodeDecodeError:
        return None


def unplaced(node: Any, folds: Mapping[int, Constant] | None = None) -> Any:
    """Return a tree without the places of its nodes in the text, and with days folded in."""
    if isinstance(node, dict):
        if folds and id(node) in folds:
            return _day(folds[id(node)].text)
        return {key: unplaced(value, folds) for key, value in node.items() if key not in _PLACE}
    if isinstance(node, list):
        return [unplaced(value, folds) for value in node]
    return node


def _day(written: str) -> dict[str, Any]:
    """Return the tree of a date as the parser makes it."""
    return {
        "class": "CAST",
        "type": "OPERATOR_CAST",
        "child": {
            "class": "CONSTANT",
            "type": "VALUE_CONSTANT",
            "literal": {"kind": "STRING", "text": written},
        },
        "type_expr": {
            "class": "TYPE",
            "type": "TYPE",
            "type_name": "DATE",
            "qualified_name": {"path": ["DATE"]},
        },
    }
