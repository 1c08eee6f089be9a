"""What becomes of a harvested record: whose it is, whether it changed, and with which it is one."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time

from fairway.nouns.entries import CatalogueEntry, GetAt
from fairway.nouns.harvests import Harvest, Shown
from fairway.rules.duplicates import groups, merged
from fairway.rules.entries import missing
from fairway.rules.freshness import due
from fairway.rules.metadata_quality import assess


def taken_over(
    entry: CatalogueEntry, source: str, at: datetime, *, organisation: str = "", licence: str = ""
) -> CatalogueEntry:
    """Return a record as this node may show it: it lives elsewhere, whatever it says of itself.

    `organisation` and `licence` are those of records that say none.
    """
    return replace(
        entry,
        get_at=GetAt.ELSEWHERE,
        product=None,
        owner="",
        organisation=entry.organisation or organisation,
        licence=entry.licence or licence,
        sources=tuple(replace(s, harvested=at) if s.source == source else s for s in entry.sources),
    )


def digest(entry: CatalogueEntry) -> str:
    """Return what tells a changed record from an unchanged one; when it was met is no change.

    Raises `TypeError`, `ValueError` for a record with a value that cannot be kept.
    """
    said = asdict(entry)
    for source in said["sources"]:
        source.pop("harvested")
    text = json.dumps(said, sort_keys=True, default=_written)
    return hashlib.sha256(text.encode()).hexdigest()


def _written(value: object) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be kept")


def text_digest(text: str) -> str:
    """Return what tells one text from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def withdraws(complete: bool, faults: int, previous: Harvest | None) -> bool:
    """Say whether records that a harvest does not meet count as withdrawn.

    A part of a catalogue says nothing about the rest. Nor does one with more faults than before:
    the records that are not met may be those that could not be read.
    """
    return complete and (previous is None or faults <= previous.faults)


def shown(records: Sequence[CatalogueEntry]) -> tuple[Shown, ...]:
    """Return records as the catalogue shows them: those that are one and the same as one."""
    return tuple(_shown(group) for group in groups(records))


def found_as(one: Shown) -> tuple[CatalogueEntry, ...]:
    """Return what the index is to know of an entry: its other members are found no more."""
    others = (name for name in one.members if name != one.entry.id)
    return (one.entry, *(replace(one.entry, id=name, withdrawn=True) for name in others))


def _shown(group: Sequence[CatalogueEntry]) -> Shown:
    entry = merged(group)
    quality = assess(entry)
    members = tuple(e.id for e in group)
    return Shown(entry, members, quality.score, quality.grade.value, missing(entry), due(entry))
