"""The bodies of entries: read for those who look, indexed, and erased."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from fairway.ledger import finding, segments
from fairway.ledger.archive import Archive, month_of
from fairway.ledger.segments import Segment
from fairway.nouns.errors import NotFound
from fairway.nouns.events import AuditEvent, Entry
from fairway.rules.ledger import (
    Facets,
    at_micros,
    micros,
    packed,
    read_event,
    read_facets,
    read_leaf,
    unpacked,
)

ERASED = "erased"
"""The action that an entry is shown with whose body was erased."""


def of(segment: Segment, archive: Archive) -> list[tuple[bytes, bytes] | None]:
    """Return the salts and bodies of a segment, wherever they lie.

    Raises `ValueError` when they are not as many as its leaves, `ArchiveError` when the archive
    should have them and has not.
    """
    if not segment.bodies:
        return archive.bodies(segment)
    found = list(unpacked(segment.bodies))
    if len(found) != segment.width:
        raise ValueError("a segment has a body for each leaf")
    return found


def entries(sequences: Sequence[int], archive: Archive) -> tuple[Entry, ...]:
    """Return entries in the order of their sequences. Raises `ValueError`, `LookupError`."""
    found: dict[int, Entry] = {}
    for sequence in sequences:
        if sequence in found:
            continue
        segment = segments.holding(sequence - 1)
        held = of(segment, archive)
        for wanted in sequences:
            if segment.first < wanted <= segment.end:
                leaf = segment.leaf(wanted - 1)
                found[wanted] = _entry(wanted, leaf, held[wanted - 1 - segment.first])
    return tuple(found[sequence] for sequence in sequences)


def between(first: int, end: int, archive: Archive) -> list[tuple[bytes, bytes] | None]:
    """Return the salts and bodies of entries from an index up to another."""
    found: list[tuple[bytes, bytes] | None] = []
    while first < end:
        segment = segments.holding(first)
        found += of(segment, archive)[first - segment.first : end - segment.first]
        first = segment.end
    return found


def _entry(sequence: int, leaf: bytes, held: tuple[bytes, bytes] | None) -> Entry:
    if held is None:
        at = at_micros(read_leaf(leaf)[0])
        return Entry(sequence, AuditEvent(at, "", "", ERASED, "done"), b"", b"", leaf)
    salt, body = held
    return Entry(sequence, read_event(body), body, salt, leaf)


def index(most: int, archive: Archive) -> int:
    """Index about so many entries, in the open transaction; return how many are still to be."""
    state, held = finding.indexed(), segments.held()
    end = held.size if held else 0
    if state.size < end:
        found: list[tuple[int, int, Facets | None]] = []
        for segment in segments.from_index(state.size, most, end=state.size + most):
            found += _facets(segment, state.size, archive)
        try:
            state = finding.add(state, found)
        except ValueError:
            raise LookupError("an entry is missing") from None
    return end - state.size


def _facets(
    segment: Segment, after: int, archive: Archive
) -> Iterator[tuple[int, int, Facets | None]]:
    for place, held in enumerate(of(segment, archive), start=segment.first):
        if place >= after:
            at, _ = read_leaf(segment.leaf(place))
            yield place + 1, at, None if held is None else read_facets(held[1])


def size() -> int:
    """Return how many bytes the database takes, as it says itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(cursor.fetchone()[0])


def erase(sequences: Sequence[int], at: datetime, archive: Archive) -> tuple[int, set[str]]:
    """Erase bodies with their salts and the rows they are found by, in the open transaction.

    Return how many were there, and the months whose files in the archive are to be settled after
    the transaction; they are marked, so that whoever comes after a kill does it.

    Raises `NotFound` for an entry that the record does not have.
    """
    segments.lock()
    segments.lock_index()
    erased, months = 0, set()
    for sequence in sorted(set(sequences)):
        try:
            segment = segments.holding(sequence - 1)
        except LookupError:
            raise NotFound("ledger.no_entry", f"The record has no entry {sequence}.") from None
        held = of(segment, archive)
        if held[sequence - 1 - segment.first] is None:
            continue
        held[sequence - 1 - segment.first] = None
        if segment.bodies:
            segments.shrink(segment.first, packed(held))
        month = month_of(segment)
        if not segment.bodies or archive.file(month).exists() or archive.marked(month):
            archive.mark(month)
            months.add(month)
        segments.note_erased(sequence, micros(at))
        finding.forget(sequence)
        erased += 1
    return erased, months
