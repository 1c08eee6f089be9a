"""Taking over the records of another catalogue: what was read, how it went, and what is shown."""

from dataclasses import dataclass
from datetime import date, datetime

from fairway.nouns.entries import CatalogueEntry, EntryKind


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record cannot be used: its place in the catalogue from 0, the field, the reason."""

    index: int | None
    field: str
    reason: str

    def __str__(self) -> str:
        """Return place and reason in one line."""
        place = "" if self.index is None else f"record {self.index}"
        return ": ".join(part for part in (place, self.field, self.reason) if part)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue as it was read: in which format, its records, and what could not be used."""

    format: str
    entries: tuple[CatalogueEntry, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Harvest:
    """One harvest of a source. `ended` is None while it is under way, or was stopped.

    `digest` is that of the text, so that a stopped harvest of the same text goes on at `position`.
    `withdraws` says whether what the text no longer holds counts as withdrawn at its source.
    """

    id: str
    source: str
    format: str
    digest: str
    by: str
    begun: datetime
    total: int
    faults: int
    withdraws: bool
    position: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What a harvest did, and every record that it could not use. `resumed` is where it went on."""

    harvest: Harvest
    faults: tuple[Fault, ...]
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """A record as one source has it. `title` is without case and punctuation, for comparing;
    `harvest` is the last one that met it."""

    entry: CatalogueEntry
    source: str
    title: str
    digest: str
    harvest: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the catalogue shows it: one or several records that are one and the same.

    `missing` names what it lacks: description, licence, owner. `due` is the last day on which it
    counts as fresh, None where nothing can be late.
    """

    entry: CatalogueEntry
    members: tuple[str, ...]
    score: int
    grade: str
    missing: tuple[str, ...]
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete the entries of one kind from one source or domain are. `score` is the mean."""

    source: str
    domain: str
    kind: EntryKind
    entries: int
    without_description: int
    without_licence: int
    without_owner: int
    score: float
