"""What others do with an entry, as far as may be told: use, company, and what is alike."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Signal:
    """How many people use a product, for which purposes, since when.

    `people` is None where they are too few to be counted in front of this person; then nothing
    else is told either. A purpose of too few people is left out, and `more_purposes` says so.
    """

    people: int | None = 0
    purposes: tuple[str, ...] = ()
    more_purposes: bool = False
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Another entry, and how many people use both, where that is why."""

    id: str
    title: str
    organisation: str = ""
    people: int | None = None
