"""Row scopes: a small predicate language over the columns of one product, as data.

A scope keeps the rows on which it is true; a row on which it is false or unknown (null) is hidden.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int | float | bool | date | datetime


class Operator(StrEnum):
    """A comparison of a column with a constant."""

    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """`column operator value`."""

    column: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Among:
    """`column IN (values)`; at least one value."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """`column BETWEEN low AND high`, both ends included."""

    column: str
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part is true; at least two parts."""

    parts: tuple["Scope", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is true; at least two parts."""

    parts: tuple["Scope", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part is false."""

    part: "Scope"


Scope = Comparison | Among | Between | AllOf | AnyOf | Negation
