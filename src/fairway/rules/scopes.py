"""What row scopes mean: on which rows one holds, which columns it needs, how two combine.

Truth is SQL's, in three values: a comparison with null is unknown, and a row is seen only where
the scope is true. Text compares by code point, NaN equals itself and is above every other number.
`rules.scope_text` reads and writes scopes as text; `parse` and `to_text` stand here too.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

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
from fairway.rules.scope_text import parse, to_text

__all__ = ["columns", "holds", "narrow", "parse", "to_text", "written"]


def columns(scope: Scope) -> frozenset[str]:
    """Return the names of the columns that a scope tests."""
    if isinstance(scope, AllOf | AnyOf):
        return frozenset().union(*(columns(part) for part in scope.parts))
    if isinstance(scope, Negation):
        return columns(scope.part)
    return frozenset({scope.column})


def written(scope: Scope, name: Callable[[str], str], constant: Callable[[str, Value], str]) -> str:
    """Return a scope as a condition in SQL, every part of it in parentheses.

    `name` writes a column, `constant` a value that a column is compared with: how both are quoted
    and typed is the dialect's. The operators mean the same in all of them.
    """
    match scope:
        case AllOf(parts) | AnyOf(parts):
            word = " AND " if isinstance(scope, AllOf) else " OR "
            return "(" + word.join(written(part, name, constant) for part in parts) + ")"
        case Negation(part):
            return f"(NOT {written(part, name, constant)})"
        case Among(column, values):
            listed = ", ".join(constant(column, value) for value in values)
            return f"({name(column)} IN ({listed}))"
        case Between(column, low, high):
            ends = f"{constant(column, low)} AND {constant(column, high)}"
            return f"({name(column)} BETWEEN {ends})"
        case _:
            value = constant(scope.column, scope.value)
            return f"({name(scope.column)} {scope.operator.value} {value})"


def narrow(scope: Scope | None, further: Scope | None) -> Scope | None:
    """Return the scope that holds where both hold. None holds everywhere."""
    if scope is None or scope == further:
        return further
    if further is None:
        return scope
    parts: list[Scope] = []
    for one in (scope, further):
        parts.extend(part for part in _conjuncts(one) if part not in parts)
    return AllOf(tuple(parts)) if len(parts) > 1 else parts[0]


def _conjuncts(scope: Scope) -> tuple[Scope, ...]:
    return scope.parts if isinstance(scope, AllOf) else (scope,)


def holds(scope: Scope, row: Mapping[str, object]) -> bool | None:
    """Say whether a scope is true, false or unknown (None) on a row.

    `row` maps column names to values; a missing or null value makes its comparison unknown.
    """
    if isinstance(scope, Negation):
        return _not(holds(scope.part, row))
    if isinstance(scope, AllOf):
        return _all([holds(part, row) for part in scope.parts])
    if isinstance(scope, AnyOf):
        return _not(_all([_not(holds(part, row)) for part in scope.parts]))
    value = row.get(scope.column)
    if value is None:
        return None
    if isinstance(scope, Among):
        return any(_compare(value, one) == 0 for one in scope.values)
    if isinstance(scope, Between):
        return _compare(value, scope.low) >= 0 and _compare(value, scope.high) <= 0
    return _outcome(scope, _compare(value, scope.value))


def _outcome(comparison: Comparison, order: int) -> bool:
    return {
        Operator.EQUAL: order == 0,
        Operator.NOT_EQUAL: order != 0,
        Operator.LESS: order < 0,
        Operator.LESS_OR_EQUAL: order <= 0,
        Operator.GREATER: order > 0,
        Operator.GREATER_OR_EQUAL: order >= 0,
    }[comparison.operator]


def _all(truths: list[bool | None]) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _compare(value: Any, constant: Value) -> int:
    """Order a row's value against a constant: below, equal or above as -1, 0, 1."""
    if isinstance(constant, float) or isinstance(value, float):
        return _sign(_rank(value), _rank(constant))
    if isinstance(constant, datetime) or isinstance(value, datetime):
        return _sign(_moment(value), _moment(constant))
    return _sign(value, constant)


def _rank(value: Any) -> tuple[int, float]:
    """Order NaN above everything and equal to itself, as SQL engines do."""
    number = float(value)  # an int or Decimal in a column of numbers
    return (1, 0.0) if math.isnan(number) else (0, number)


def _moment(value: Any) -> datetime:
    """Read a date as its midnight, and an aware time as the same time in UTC."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - columns hold no zone
    return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)  # of one type, by the contract
