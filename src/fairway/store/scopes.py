"""Row scopes as JSON trees and back, without loss."""

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
)


def to_json(scope: Scope | None) -> Any:
    """Return a scope as lists and mappings; None for no scope."""
    match scope:
        case None:
            return None
        case Comparison(column, operator, value):
            return {"column": column, "is": operator.value, "value": value}
        case Among(column, values):
            return {"column": column, "is": "in", "values": list(values)}
        case Between(column, low, high):
            return {"column": column, "is": "between", "low": low, "high": high}
        case AllOf(parts):
            return {"all": [to_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_json(part) for part in parts]}
        case Negation(part):
            return {"not": to_json(part)}


def from_json(tree: Any) -> Scope | None:
    """Return the scope that `to_json` wrote. Raises `ValueError` for anything else."""
    return None if tree is None else _scope(tree)


def _scope(tree: Any) -> Scope:
    match tree:
        case {"column": column, "is": "in", "values": values}:
            return Among(column, tuple(values))
        case {"column": column, "is": "between", "low": low, "high": high}:
            return Between(column, low, high)
        case {"column": column, "is": operator, "value": value}:
            return Comparison(column, Operator(operator), value)
        case {"all": parts}:
            return AllOf(tuple(_scope(part) for part in parts))
        case {"any": parts}:
            return AnyOf(tuple(_scope(part) for part in parts))
        case {"not": part}:
            return Negation(_scope(part))
    raise ValueError("this is not a row scope")
