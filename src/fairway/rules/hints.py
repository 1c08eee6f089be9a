"""Which files of a share a reader's predicate rules out, by the files' own statistics.

Delta Sharing calls a predicate a hint: the reader applies it to the rows in any case. So a file is
left out only where its statistics show that no row can satisfy the predicate, and whatever is not
understood rules nothing out. The statistics are those of the shared file, worked out of the rows
that the reader may see; a hidden row has no part in them.

Source: the protocol's section on JSON predicates.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

LONGEST = 20_000
"""Characters in a predicate; a longer one is not looked at."""
_DEEPEST = 30

Can = tuple[bool, bool]
"""Whether a predicate can be true, and can be false, of some row of a file."""

_ANYTHING: Can = (True, True)
_NOTHING: Can = (False, False)
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_COMPARED: Mapping[str, Callable[[Any, Any, Any], Can]] = {
    "equal": lambda low, high, value: (low <= value <= high, not low == value == high),
    "lessThan": lambda low, high, value: (low < value, high >= value),
    "lessThanOrEqual": lambda low, high, value: (low <= value, high > value),
    "greaterThan": lambda low, high, value: (high > value, low <= value),
    "greaterThanOrEqual": lambda low, high, value: (high >= value, low < value),
}
"""What the ends of a file's values say of a comparison. Rows without a value satisfy none."""

_MIRRORED = {
    "equal": "equal",
    "lessThan": "greaterThan",
    "lessThanOrEqual": "greaterThanOrEqual",
    "greaterThan": "lessThan",
    "greaterThanOrEqual": "lessThanOrEqual",
}


def ruled_out(predicate: str, statistics: str) -> bool:
    """Say whether a predicate (JSON, as the protocol writes it) is true of no row of a file.

    `statistics` are the file's, as Delta Lake writes them: rows, ends and nulls of its columns.
    """
    told = _read(predicate)
    return told is not None and not _can(told, json.loads(statistics), 0)[0]


@lru_cache(maxsize=8)
def _read(predicate: str) -> Any:
    """Read a predicate, once for all the files of a share; None for what cannot be read."""
    if len(predicate) > LONGEST:
        return None
    try:
        return json.loads(predicate)
    except (ValueError, RecursionError):
        return None


def _can(told: Any, file: Mapping[str, Any], depth: int) -> Can:
    if not isinstance(told, dict) or depth > _DEEPEST:
        return _ANYTHING
    kind, children = told.get("op"), told.get("children")
    if not isinstance(kind, str) or not isinstance(children, list) or not children:
        return _ANYTHING
    if kind in ("and", "or", "not"):
        return _joined(kind, [_can(child, file, depth + 1) for child in children])
    if kind == "isNull":
        return _is_null(children, file)
    if kind in _COMPARED and len(children) == 2:
        return _comparison(kind, children, file)
    return _ANYTHING


def _joined(kind: str, parts: Sequence[Can]) -> Can:
    true, false = [part[0] for part in parts], [part[1] for part in parts]
    if kind == "and":
        return all(true), any(false)
    if kind == "or":
        return any(true), all(false)
    return (parts[0][1], parts[0][0]) if len(parts) == 1 else _ANYTHING


def _is_null(children: Sequence[Any], file: Mapping[str, Any]) -> Can:
    nulls = file["nullCount"].get(_column(children[0]))
    return _ANYTHING if nulls is None else (nulls > 0, nulls < file["numRecords"])


def _comparison(kind: str, children: Sequence[Any], file: Mapping[str, Any]) -> Can:
    left, right = children
    if _column(left) is None:
        left, right, kind = right, left, _MIRRORED[kind]
    column, value = _column(left), _value(right)
    if column is None or value is None:
        return _ANYTHING
    if file["nullCount"].get(column) == file["numRecords"]:
        return _NOTHING
    low, high = file["minValues"].get(column), file["maxValues"].get(column)
    if type(low) is not type(value) or type(high) is not type(value):
        return _ANYTHING
    return _COMPARED[kind](low, high, value)


def _column(told: Any) -> str | None:
    if isinstance(told, dict) and told.get("op") == "column":
        name = told.get("name")
        return name if isinstance(name, str) else None
    return None


def _value(told: Any) -> int | str | None:
    """Return a whole number, or a day as ISO 8601 writes it; None for any other literal."""
    if not isinstance(told, dict) or told.get("op") != "literal":
        return None
    text, kind = str(told.get("value")), told.get("valueType")
    if kind in ("int", "long", "short", "byte") and _WHOLE.fullmatch(text):
        return int(text)
    return text if kind == "date" and _DAY.fullmatch(text) else None
