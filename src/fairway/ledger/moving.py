"""Moving bodies of whole months from the database into the archive, so that a kill loses none.

In this order: a mark beside the file; the file, as a draft that is read back, made durable and
given its name; then the database lets go of the bodies, in the transaction of the event that says
so; then the file is brought in line with what was erased meanwhile, and the mark goes. Whoever
opens the node and finds a mark does that last step.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from heapq import merge

from django.db import transaction
from django.db.utils import DatabaseError, InterfaceError

from fairway.ledger import segments
from fairway.ledger.archive import Archive, ArchiveError, Row, month_of
from fairway.ledger.segments import Segment
from fairway.nouns.errors import Unavailable
from fairway.rules.ledger import read_leaf, unpacked
from fairway.rules.merkle import leaf_hash

log = logging.getLogger("fairway.ledger")


class Moving:
    """`verbs.record_ports.Moving` for an archive; `catch_up` brings the index up to date."""

    def __init__(self, archive: Archive, catch_up: Callable[[], object]) -> None:
        self._archive = archive
        self._catch_up = catch_up

    def months(self, before: str) -> Sequence[str]:
        """Return the months before one whose bodies, or some of them, are in the database."""
        with telling():
            self._catch_up()
            return sorted({m for s in segments.resident() if (m := month_of(s)) < before})

    @contextmanager
    def month(self, month: str) -> Iterator[Callable[[], int]]:
        """Write a month's file; yield what lets the database go of the bodies that are in it.

        That is called inside the transaction that says so on the record, and returns how many
        entries it was. Raises `Unavailable` when the file cannot be written.
        """
        with self._archive.alone():
            with telling():
                self._archive.mark(month)
                lengths: dict[int, int] = {}
                found = [s.first for s in segments.resident() if month_of(s) == month]
                rows = merge(
                    self._new(found, lengths), self._archive.rows(month), key=lambda r: r.place
                )
                self._archive.write(month, _once(rows))

            def let_go() -> int:
                with telling():
                    return segments.let_go(lengths)

            yield let_go
            with telling():
                self._settle(month)

    def _new(self, firsts: Sequence[int], lengths: dict[int, int]) -> Iterator[Row]:
        for first in firsts:
            segment = segments.holding(first)
            if segment.bodies:
                lengths[first] = len(segment.bodies)
                yield from _rows_of(segment)

    def settle(self, months: Sequence[str] | None = None) -> None:
        """Bring files in line with the database: without what was erased, or never moved.

        Raises `Unavailable`. Without `months`, those that a kill left marked, unless somebody is
        at it; what stops that is logged.
        """
        if months is not None:
            with telling(), self._archive.alone():
                for month in months:
                    self._settle(month)
            return
        try:
            for month in self._archive.marks():
                with telling(), self._archive.alone(wait=False) as mine:
                    if mine:
                        self._settle(month)
        except Unavailable as error:  # nothing is lost by it, and `verify` names what is wrong
            log.warning("the archive was not settled: %s", error.code)

    def _settle(self, month: str) -> None:
        """Settle a file. The mark goes when nothing was erased meanwhile; erasing holds the lock
        of the record from its mark to its end."""
        while self._archive.marked(month):
            gone = segments.erased()
            if any(kept is not row for row, kept in self._kept(month, gone)):
                kept_rows = (kept for _, kept in self._kept(month, gone) if kept)
                self._archive.write(month, kept_rows)
            with transaction.atomic(durable=True):
                segments.lock()
                if segments.erased() == gone:
                    self._archive.unmark(month)

    def _kept(self, month: str, gone: set[int]) -> Iterator[tuple[Row, Row | None]]:
        """Yield each row of a file with what is to become of it: it, less of it, or nothing."""
        segment: Segment | None = None
        for row in self._archive.rows(month):
            if segment is None or not segment.first <= row.place < segment.end:
                segment = None
                with suppress(
                    LookupError
                ):  # a row that nothing stands behind is evidence: it stays
                    segment = segments.holding(row.place)
            if segment is not None and segment.bodies:
                yield row, None
            elif row.body is not None and row.place + 1 in gone:
                yield row, row._replace(salt=None, body=None)
            else:
                yield row, row


def _rows_of(segment: Segment) -> Iterator[Row]:
    held = unpacked(segment.bodies)
    for index, one in zip(range(segment.first, segment.end), held, strict=True):
        leaf = segment.leaf(index)
        salt, body = one or (None, None)
        yield Row(index, read_leaf(leaf)[0], salt, body, leaf_hash(leaf))


def _once(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows in the order of their indexes, the first of those that share one."""
    last = -1
    for row in rows:
        if row.place != last:
            yield row
        last = row.place


@contextmanager
def telling() -> Iterator[None]:
    """Turn what stops a file from being written into `Unavailable`."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "ledger.archive_not_written",
            f"The archive of the record cannot be written: {error.strerror}.",
            remedy="No entry is lost. Make room, then run `fairway audit archive` again.",
        ) from None
    except (DatabaseError, InterfaceError) as error:
        raise Unavailable(
            "ledger.unavailable", "The record does not answer; nothing was done. Try again."
        ) from error
    except (LookupError, ValueError) as error:
        reason = str(error) if isinstance(error, ArchiveError) else "an entry cannot be read"
        raise Unavailable(
            "ledger.archive_does_not_verify",
            f"The archive of the record was not changed: {reason}.",
            remedy="Run `fairway audit verify`, and call the administrator.",
        ) from None
