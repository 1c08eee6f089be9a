"""The record on Django's default connection: appending, finding, summing up."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.utils import DatabaseError, InterfaceError

from fairway.ledger import tables
from fairway.ledger.checkpoints import Head, Mirror, Signer
from fairway.ledger.sequencer import Sequencer, Waiting
from fairway.ledger.verification import verify
from fairway.nouns.errors import Unavailable
from fairway.nouns.events import AuditEvent, Entry, EventFilter, Usage, Verification
from fairway.rules.ledger import GENESIS, event_bytes, event_facets, moment, seal

IDLE = 5.0  # seconds after which the sequencer looks whether its connection still lives
log = logging.getLogger("fairway.ledger")


class DatabaseLedger:
    """`verbs.ports.Ledger` as a hash chain in the node's database.

    `seed` is the node's Ed25519 key; `mirror` is the file that holds the last signed head.
    """

    def __init__(self, seed: bytes, mirror: Path) -> None:
        self._signer = Signer(seed)
        self._mirror = Mirror(mirror)
        self._trusted: Head | None = None  # the last head that was found or made to hold
        self._committed = time.monotonic()
        self._sequencer = Sequencer(self._commit, _let_go)

    def begin(self) -> None:
        """Make the first signed head of an empty record, if there is none yet."""
        with _answering(), transaction.atomic(durable=True):
            tables.lock()
            head = tables.end(GENESIS).signed
            if head is None:
                head = self._signer.sign(0, GENESIS, moment(datetime.now(UTC)))
                tables.put_head(head, first=True)
        if not self._mirror.file.exists():
            self._mirror.create(head)

    def append(self, event: AuditEvent) -> Entry:
        """Add an event. Inside a transaction it commits or vanishes with it.

        Outside it is durable when this returns. Raises `Unavailable` when it cannot be written.
        """
        written = event_bytes(event)
        if not connection.in_atomic_block:
            return self._sequencer.append(event, written)
        try:
            with _answering():
                return self._extend([Waiting(event, written)])[0]
        except Exception:
            transaction.set_rollback(True)  # whoever catches this cannot commit without the event
            raise

    def find(self, wanted: EventFilter) -> Sequence[Entry]:
        """Return matching entries, newest first, `wanted.limit` at the most."""
        with _answering():
            try:
                return tables.find(wanted)
            except ValueError:
                raise _broken() from None

    def verify(self) -> Verification:
        """Re-compute the whole chain, and compare it with the signed heads."""
        with _answering():
            return verify(self._signer, self._mirror)

    def renew_mirror(self) -> Verification:
        """Write the file of the signed head anew, from a record that verifies but for the file.

        For an administrator who has lost the file, and knows why. Return the outcome; the file is
        written only when everything else is intact.
        """
        with _answering():
            outcome = verify(self._signer, None)
            head = tables.end(GENESIS).signed
        if outcome.intact and head is not None:
            self._mirror.create(head)
        return outcome

    def usage(self, *, product: str | None = None) -> Sequence[Usage]:
        """Sum up completed uses by product, person and purpose."""
        with _answering():
            return tables.usage(product)

    def close(self) -> None:
        """Write what waits and let go of the sequencer's connection."""
        self._sequencer.close()

    def _commit(self, group: Sequence[Waiting]) -> Sequence[Entry]:
        """Write a group durably, in the sequencer's own thread."""
        now = time.monotonic()
        if now - self._committed > IDLE and connection.connection and not connection.is_usable():
            connection.close()  # the server has been away
        self._committed = now
        with _answering(), transaction.atomic(durable=True):
            return self._extend(group)

    def _extend(self, group: Sequence[Waiting]) -> list[Entry]:
        """Add events at the end of the chain, and sign the new head, in the open transaction."""
        tables.lock()
        size, previous = self._end()
        entries = []
        for place, waiting in enumerate(group, start=size + 1):
            entry = seal(waiting.event, place, previous, waiting.written)
            entries.append((entry, event_facets(waiting.event)))
            previous = entry.hash
        last, found = entries[-1]
        head = self._signer.sign(last.sequence, last.hash, found.at)
        tables.insert(entries)
        tables.put_head(head)
        transaction.on_commit(lambda: self._reflect(head), robust=True)
        return [entry for entry, _ in entries]

    def _end(self) -> tuple[int, str]:
        """Return the size and last hash of the record, having compared all that tells of them.

        Without this, adding to a record that was cut short would sign the cut.
        """
        end, reflected = tables.end(GENESIS), self._mirror.read()
        signed = end.signed
        if signed is None or reflected is None:
            raise _broken()
        if signed != self._trusted and not self._signer.holds(signed):
            raise _broken()
        if (signed.size, signed.head) != (end.size, end.hash):
            raise _broken()
        if reflected not in (signed, self._trusted) and not self._signer.holds(reflected):
            raise _broken()
        if reflected.size and reflected.head != (
            end.hash if reflected.size == end.size else tables.hash_at(reflected.size)
        ):
            raise _broken()
        return end.size, end.hash

    def _reflect(self, head: Head) -> None:
        """Note a head that is committed. A file that cannot be written stays behind, no more."""
        self._trusted = head
        try:
            self._mirror.advance(head)
        except OSError as error:
            log.warning("the mirror of the ledger's head cannot be written: %s", error.strerror)


def _let_go() -> None:
    connection.close()  # of the thread that calls: each has its own


def _broken() -> Unavailable:
    return Unavailable(
        "ledger.broken",
        "The record does not fit its signed head, so it cannot be relied on.",
        remedy="Run `fairway audit verify`, and call the administrator.",
    )


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the database's errors into `Unavailable`; their text may hold values."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        log.warning("the record's database failed: %s", type(error.__cause__).__name__)
        raise Unavailable(
            "ledger.unavailable", "The record does not answer; nothing was done. Try again."
        ) from error
