"""Which files of a source can hold a row that a scope shows; the others need not be opened.

What is known of a file is its constants (the values of its partition) and its ranges (the table's
statistics). The scope alone is asked, never the query: what is left out hides nothing that the
scope does not hide, and tells a user nothing but the agreement. Where something is not known, the
file is read.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from fairway.nouns.errors import Unavailable
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import ColumnRange, DataFile, GovernedRelation, Located
from fairway.nouns.scopes import (
    AllOf,
    Among,
    AnyOf,
    Between,
    Comparison,
    Negation,
    Operator,
    Scope,
    Value,
)
from fairway.nouns.treatments import Kind
from fairway.rules.scopes import columns, holds
from fairway.rules.treatments import INTEGER_MAX, INTEGER_MIN

MOST_VALUES = 50
"""Partitions that a plan names, at the most."""

_OPEN = frozenset({Operator.LESS, Operator.GREATER})
_ANYTHING: frozenset[bool | None] = frozenset({True, False, None})


def pruned(relation: GovernedRelation, located: Located) -> Located:
    """Return the source with only those files that can hold a row of the relation.

    Raises `Unavailable` for a constant that is no value of its column's type.
    """
    columns = ((column.name, column.type) for column in relation.columns)
    return permitted(located, relation.scope, dict((*relation.scope_types, *columns)))


def permitted(located: Located, scope: Scope | None, types: Mapping[str, LogicalType]) -> Located:
    """Return a source with only those files that can hold a row of a scope over columns of types.

    Raises `Unavailable` for a constant that is no value of its column's type.
    """
    if scope is None or not located.parts:
        return located
    known = {name.casefold(): kind for name, kind in types.items()}
    kept = tuple(part for part in located.parts if True in _truths(scope, _Known(part, known)))
    return replace(located, files=tuple(part.path for part in kept), parts=kept)


def tells_nothing(relation: GovernedRelation, kept: Located) -> bool:
    """Say whether how many files are read tells nothing of rows that the scope hides.

    It does not where nothing is hidden, and where the scope tests what is the same for all rows of
    each file: then files with hidden rows are not among those that are kept.
    """
    if relation.scope is None:
        return True
    tested = {name.casefold() for name in columns(relation.scope)}
    return bool(kept.parts) and all(
        tested <= {name.casefold() for name, _ in part.constants} for part in kept.parts
    )


def values(relation: GovernedRelation, kept: Located) -> tuple[str, ...]:
    """Return the partitions that are read, in the columns that are served as they are.

    The first 50 of them, one text each.
    """
    served = {c.name.casefold() for c in relation.columns if c.treatment.kind is Kind.KEEP}
    found = dict.fromkeys(
        ", ".join(f"{n} = {v}" for n, v in part.constants if n.casefold() in served)
        for part in kept.parts
    )
    return tuple(text for text in found if text)[:MOST_VALUES]


def constant(text: str | None, kind: LogicalType) -> Value | None:
    """Read the value of a partition as a column's type. None stays null.

    Raises `Unavailable` `source.bad_partition` for what is no value of the type.
    """
    if text is None:
        return None
    try:
        match kind:
            case LogicalType.STRING:
                return text
            case LogicalType.INTEGER:
                number = int(text)
                if INTEGER_MIN <= number <= INTEGER_MAX:
                    return number
            case LogicalType.NUMBER:
                return float(text)
            case LogicalType.BOOLEAN:
                return {"true": True, "false": False}[text.lower()]
            case LogicalType.DATE:
                return datetime.fromisoformat(text).date()
            case _:  # a moment
                moment = datetime.fromisoformat(text)
                return moment if moment.tzinfo is None else _plain(moment)
    except (ValueError, KeyError):
        pass
    raise Unavailable(
        "source.bad_partition",
        f"The value of a partition is no {kind.value}, as its contract promises.",
        remedy="Tell the product's owner.",
    )


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


class _Known:
    """What is known of the rows of one file."""

    def __init__(self, part: DataFile, types: dict[str, LogicalType]) -> None:
        self._ranges = {r.column.casefold(): r for r in part.ranges}
        self._absent = {name.casefold() for name, inside in part.names if not inside}
        self._constants = {name.casefold(): value for name, value in part.constants}
        self._types = types

    def single(self, column: str) -> tuple[bool, Value | None]:
        """Return whether all rows have one value in a column, and that value."""
        name = column.casefold()
        if name in self._constants:
            return True, constant(self._constants[name], self._types[name])
        return name in self._absent, None

    def range(self, column: str) -> ColumnRange:
        """Return the range of a column. Numbers have no upper end: statistics leave NaN out."""
        name = column.casefold()
        found = self._ranges.get(name, ColumnRange(column))
        if self._types.get(name) is LogicalType.NUMBER:
            low = found.low
            unsure = isinstance(low, float) and math.isnan(low)
            return replace(found, low=None if unsure else low, high=None)
        return found


def _truths(scope: Scope, known: _Known) -> frozenset[bool | None]:
    """Return every truth that a scope can have on a row of a file, and perhaps more."""
    if isinstance(scope, Negation):
        return frozenset(None if t is None else not t for t in _truths(scope.part, known))
    if isinstance(scope, AllOf):
        return _joined([_truths(part, known) for part in scope.parts], strong=False)
    if isinstance(scope, AnyOf):
        return _joined([_truths(part, known) for part in scope.parts], strong=True)
    single, value = known.single(scope.column)
    if single:
        return frozenset({holds(scope, {scope.column: value})})
    found = known.range(scope.column)
    truths = _within(scope, found)
    return truths | {None} if found.nulls else truths


def _joined(parts: list[frozenset[bool | None]], *, strong: bool) -> frozenset[bool | None]:
    """Join truths by OR (`strong` is true) or AND (false): one strong truth decides."""
    found: set[bool | None] = set()
    if any(strong in part for part in parts):
        found.add(strong)
    weak = not strong
    if all(weak in part for part in parts):
        found.add(weak)
    if all(part != {strong} for part in parts) and any(None in part for part in parts):
        found.add(None)
    return frozenset(found)


def _within(scope: Comparison | Among | Between, found: ColumnRange) -> frozenset[bool | None]:
    """Return the truths of one condition on the values of a range."""
    low, high = found.low, found.high
    if low is not None and high is not None and low == high:
        return frozenset({holds(scope, {scope.column: low})})
    ends = _ends(scope)
    if ends is None:
        return _ANYTHING - {None}
    least, greatest = ends
    open_ended = isinstance(scope, Comparison) and scope.operator in _OPEN
    below = least is not None and _beyond(least, high, touching=open_ended)
    above = low is not None and _beyond(low, greatest, touching=open_ended)
    return frozenset({False}) if below or above else _ANYTHING - {None}


def _ends(scope: Comparison | Among | Between) -> tuple[Value | None, Value | None] | None:
    """Return between which values a condition can be true; None where that says nothing."""
    if isinstance(scope, Between):
        return scope.low, scope.high
    if isinstance(scope, Among):
        ordered = sorted(scope.values, key=_key)
        return ordered[0], ordered[-1]
    match scope.operator:
        case Operator.EQUAL:
            return scope.value, scope.value
        case Operator.LESS | Operator.LESS_OR_EQUAL:
            return None, scope.value
        case Operator.GREATER | Operator.GREATER_OR_EQUAL:
            return scope.value, None
        case _:
            return None


def _key(value: Value) -> tuple[bool, Any]:
    """Order NaN above the other numbers, and dates among times."""
    if isinstance(value, float) and math.isnan(value):
        return True, 0.0
    if isinstance(value, date) and not isinstance(value, datetime):
        return False, datetime(value.year, value.month, value.day)  # noqa: DTZ001 - no zone
    return False, _plain(value) if isinstance(value, datetime) and value.tzinfo else value


def _beyond(one: Value, other: Value | None, *, touching: bool) -> bool:
    """Say whether one value lies above another, or, where touching is enough, on it."""
    if other is None:
        return False
    greater, lesser = _key(one), _key(other)
    return greater > lesser or (touching and greater == lesser)
