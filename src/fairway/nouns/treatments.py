"""What is done to a column's values before anyone sees them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of treatment.

    keep: the value itself. round: the nearest multiple of a number, halves upwards. year: a date's
    year. band: a number's band of a width, as its lower end. prefix: a text's first characters.
    pseudonym: a keyed hash, one key per agreement. null: nothing but the column's name.
    drop: not even the column.
    """

    KEEP = "keep"
    ROUND = "round"
    YEAR = "year"
    BAND = "band"
    PREFIX = "prefix"
    PSEUDONYM = "pseudonym"
    NULL = "null"
    DROP = "drop"


MEASURED = frozenset({Kind.ROUND, Kind.BAND, Kind.PREFIX})
"""Kinds that need an amount: a base, a width, a length. A whole number, one or more."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """A kind with its amount. Written `keep`, `round:10`, `year`, `band:5`, `prefix:4`, ..."""

    kind: Kind
    amount: int | None = None

    def __str__(self) -> str:
        """Return the treatment as it is written in agreements."""
        return self.kind.value if self.amount is None else f"{self.kind.value}:{self.amount}"


KEEP = Treatment(Kind.KEEP)
NULL = Treatment(Kind.NULL)
DROP = Treatment(Kind.DROP)
PSEUDONYM = Treatment(Kind.PSEUDONYM)
YEAR = Treatment(Kind.YEAR)
