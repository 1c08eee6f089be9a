"""The record on Django's default connection: appending, finding, summing up."""

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction

from fairway.ledger import bodies, chain, finding, segments, tree
from fairway.ledger.archive import Archive, ArchiveError
from fairway.ledger.checkpoints import Mirror, Signer
from fairway.ledger.failures import answering, broken, whole
from fairway.ledger.moving import Moving, telling
from fairway.ledger.segments import Segment
from fairway.ledger.sequencer import Sequencer, Waiting
from fairway.ledger.verification import verify
from fairway.ledger.witnesses import DatabaseWitnesses
from fairway.nouns.errors import NotFound
from fairway.nouns.events import (
    AuditEvent,
    Entry,
    EventFilter,
    Inclusion,
    Pace,
    Usage,
    Verification,
)
from fairway.rules import merkle
from fairway.rules.ledger import (
    SALT,
    event_bytes,
    event_facets,
    leaf_entry,
    micros,
    packed,
    salted,
)
from fairway.rules.merkle import NOTHING, Edge
from fairway.rules.notes import Head, Key

IDLE = 5.0  # seconds after which the sequencer looks whether its connection still lives
AT_ONCE = 256  # entries a second that are indexed as they are written; more are left for later
STRETCH = 256  # entries that are indexed in one go later: some 15 ms, for which others wait
BEHIND = 5_000  # entries the index may lag before the sequencer takes time for it
log = logging.getLogger("fairway.ledger")


Written = tuple[AuditEvent, bytes]
"""An event and its canonical bytes."""


@dataclass
class _Gathered:
    """Events of an open transaction that are not written yet, and the tree they will follow."""

    connection: Any
    edge: Edge | None = None
    indexed: int = 0
    events: list[Written] = field(default_factory=list)


class DatabaseLedger:
    """`verbs.ports.Ledger` as a transparency log in the node's database.

    `seed` is the node's Ed25519 key; `mirror` is the file that holds the last signed head. Beside
    it lies the archive of old bodies.
    """

    def __init__(self, seed: bytes, mirror: Path) -> None:
        self.signer = Signer(seed)
        self._mirror = Mirror(mirror)
        self._archive = Archive(mirror.parent / "ledger-archive")
        self.moving = Moving(self._archive, self._catch_up)
        self._trusted: tuple[str, Edge] | None = None  # the last head that was made to hold
        self._committed = time.monotonic()
        self._lag = 0
        self._second, self._came = 0.0, 0  # when the last second of appends began, and how many
        self._open = threading.local()  # what the thread's open transaction has gathered
        self.witnesses = DatabaseWitnesses(self.signer)
        self._sequencer = Sequencer(self._commit, _let_go, self._catch_up_some)

    # ------------------------------------------------------------------ beginning

    def begin(self) -> None:
        """Make the first signed head of an empty record, if there is none yet.

        Entries of the chain that was kept before the tree are taken over, in their order.
        """
        with answering(), transaction.atomic(durable=True):
            segments.lock()
            held = segments.held()
            note = held.note if held else self.signer.sign(0, merkle.EMPTY)
            if held is None:
                segments.put_head(NOTHING, note, first=True)
        if not self._mirror.file.exists() or (self._mirror.read() is None and held is None):
            self._mirror.create(note)
        if chain.kept():
            with transaction.atomic(durable=True):
                with self.gathering():
                    for event in chain.events():
                        self.append(event)
                chain.drop()

    @property
    def keys(self) -> tuple[Key, Key]:
        """The keys that verify this record's heads, and this node's cosignatures."""
        return self.signer.key, self.signer.witness_key

    # ------------------------------------------------------------------ appending

    def append(self, event: AuditEvent) -> int:
        """Add an event and return its sequence. Inside a transaction it is kept or lost with it.

        Outside it is durable when this returns. Raises `Unavailable` when it cannot be written.
        """
        written = event_bytes(event)
        gathered = self._gathered()
        if gathered and gathered.edge and not gathered.connection.savepoint_ids:
            gathered.events.append((event, written))
            return gathered.edge.size + len(gathered.events)
        if not connection.in_atomic_block:
            return self._sequencer.append(event, written)
        try:
            with answering():
                return self._put(event, written)
        except Exception:
            transaction.set_rollback(True)  # whoever catches this cannot commit without the event
            raise

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Hold the events of a transaction together, to write them at its end.

        Entered inside the transaction; the store does so for each of its own.
        """
        mine = connections["default"]
        self._open.gathered = _Gathered(mine)
        try:
            yield
            if not mine.needs_rollback:
                self._settle()
        finally:
            self._open.gathered = None

    def _put(self, event: AuditEvent, written: bytes) -> int:
        """Give an event its place in the open transaction, and return it."""
        gathered = self._gathered()
        if gathered is None or connection.savepoint_ids:
            # a part that may be undone by itself is written by itself
            self._settle()
            grown, _ = self._write([(event, written)], *self._end())
            if gathered is not None:
                gathered.edge = None
            return grown.size
        gathered.edge, gathered.indexed = self._end()
        gathered.events.append((event, written))
        return gathered.edge.size + 1

    def _gathered(self) -> _Gathered | None:
        """Return what this thread's open transaction has gathered, None outside of one."""
        found: _Gathered | None = getattr(self._open, "gathered", None)
        return found

    def _settle(self) -> None:
        """Write what the open transaction has gathered so far."""
        gathered = self._gathered()
        if gathered is None or gathered.edge is None or not gathered.events:
            return
        events, gathered.events = gathered.events, []
        try:
            with answering():
                gathered.edge, gathered.indexed = self._write(
                    events, gathered.edge, gathered.indexed
                )
        except Exception:
            transaction.set_rollback(True)
            raise

    def _commit(self, group: Sequence[Waiting]) -> int:
        """Write a group durably, in the sequencer's own thread. Return the place of the first."""
        now = time.monotonic()
        if now - self._committed > IDLE and connection.connection and not connection.is_usable():
            connection.close()  # the server has been away
        self._committed = now
        with answering(), transaction.atomic(durable=True):
            edge, indexed = self._end()
            self._write([(waiting.event, waiting.written) for waiting in group], edge, indexed)
        return edge.size + 1

    def _write(self, events: Sequence[Written], edge: Edge, indexed: int) -> tuple[Edge, int]:
        """Add events at the end of the tree, and sign the new head, in the open transaction.

        Return the tree, and how far the index reaches.
        """
        runs = salted([body for _, body in events], os.urandom(SALT * len(events)))
        leaves = [
            leaf_entry(micros(event.at), sha256(salt + body).digest())
            for (event, _), (salt, body) in zip(events, runs, strict=True)
        ]
        grown, nodes = merkle.grow(edge, [sha256(b"\x00" + leaf).digest() for leaf in leaves])
        segments.insert(
            [
                Segment(
                    edge.size + at,
                    min(segments.MOST, len(events) - at),
                    b"".join(leaves[at : at + segments.MOST]),
                    packed(runs[at : at + segments.MOST]),
                )
                for at in range(0, len(events), segments.MOST)
            ],
            nodes,
        )
        note = self.signer.sign(grown.size, merkle.root(grown))
        segments.put_head(grown, note)
        if self._few(len(events)) and indexed == edge.size and segments.lock_index(wait=False):
            found = [event_facets(event) for event, _ in events]
            indexed = finding.add(
                finding.indexed(), [(at, f.at, f) for at, f in enumerate(found, edge.size + 1)]
            ).size
        lag = grown.size - indexed
        transaction.on_commit(lambda: self._reflect(grown, note, lag), robust=True)
        return grown, indexed

    def _few(self, events: int) -> bool:
        """Whether these and what came within the last second are so few that each is indexed as it
        is written. Of many, a stretch at once costs a fraction: they share what they change."""
        now = time.monotonic()
        if now - self._second > 1:
            self._second, self._came = now, 0
        self._came += events
        return self._came <= AT_ONCE

    def _end(self) -> tuple[Edge, int]:
        """Take the place at the end of the record, having compared all that tells of it.

        Return the tree, and how far the index reaches.

        Without this, adding to a record that was cut short would sign the cut.
        """
        segments.lock()
        held, reflected = segments.held(), self._mirror.read()
        if held is None or reflected is None or held.end != held.size:
            raise broken()
        trusted = self._trusted or ("", NOTHING)
        if held.note == trusted[0]:
            edge = trusted[1]
            if (held.size, held.edge) != (edge.size, edge.packed()):
                raise broken()
        else:
            head, read = self.signer.read(held.note), held.tree()
            if head is None or read is None:
                raise broken()
            if (head.size, head.root) != (held.size, merkle.root(read)):
                raise broken()
            edge = read
        known = reflected == trusted[0] and trusted[1].size < edge.size
        if reflected != held.note and not known:
            self._check_reflected(reflected, edge)
        return edge, held.indexed

    def _check_reflected(self, reflected: str, edge: Edge) -> None:
        """Compare the file's head, of an earlier size, with what the tree was then."""
        head = self.signer.read(reflected)
        try:
            if head is None or head.size > edge.size:
                raise broken()
            if head.root != merkle.root_at(tree.nodes, head.size):
                raise broken()
        except LookupError:
            raise broken() from None

    def _reflect(self, edge: Edge, note: str, lag: int) -> None:
        """Note a head that is committed. A file that cannot be written stays behind, no more."""
        self._trusted, self._lag = (note, edge), lag
        try:
            self._mirror.advance(note)
        except OSError as error:
            log.warning("the mirror of the ledger's head cannot be written: %s", error.strerror)
        if self._lag > BEHIND or (self._lag and self._came <= AT_ONCE):
            self._sequencer.nudge()

    # ------------------------------------------------------------------ the index

    def _catch_up_some(self, *, waited_for: bool) -> bool:
        """Index a stretch, in the sequencer's own thread. Say whether there is more to do.

        While somebody waits it does so only when the index has fallen far behind.
        """
        if self._lag == 0 or (waited_for and self._lag < BEHIND):
            return False
        with answering():
            self._lag = self._stretch()
        return self._lag > 0

    def _stretch(self) -> int:
        """Index a stretch in a transaction of its own; return how far the index then lags."""
        with transaction.atomic(durable=True):
            segments.lock_index()
            segments.unsynced()
            return bodies.index(STRETCH, self._archive)

    def _catch_up(self) -> finding.Indexed:
        """Bring the index up to date; return how far it reaches."""
        if connection.in_atomic_block:
            self._settle()
        held = segments.held()
        if held is None or held.indexed >= held.size:
            return finding.indexed()
        if connection.in_atomic_block:
            segments.lock()  # the transaction may grow the tree later, and would take both in turn
            segments.lock_index()
            while bodies.index(STRETCH, self._archive):
                pass
            gathered = self._gathered()
            if gathered is not None:
                gathered.indexed = finding.indexed().size
            return finding.indexed()
        behind = 1
        while behind:
            behind = self._lag = self._stretch()
        return finding.indexed()

    # ------------------------------------------------------------------ asking

    def find(self, wanted: EventFilter) -> Sequence[Entry]:
        """Return matching entries, newest first, `wanted.limit` at the most."""
        with answering():
            try:
                return bodies.entries(finding.find(wanted, self._catch_up()), self._archive)
            except (ValueError, LookupError):
                raise broken() from None

    def usage(self, *, product: str) -> Sequence[Usage]:
        """Sum up completed uses of a product by person and purpose, last used first."""
        with answering():
            self._catch_up()
            return finding.usage(product)

    def together(self, *, product: str) -> Mapping[str, int]:
        """Count those who have used a product and another one too, by the other product."""
        with answering():
            self._catch_up()
            return finding.together(product)

    def pace(self, since: datetime) -> Pace:
        """Return how large the record is, how far its index lags, and what came since a time."""
        with answering():
            held = segments.held()
            if held is None:
                raise broken()
            return Pace(
                held.size, held.size - held.indexed, finding.rate(since), held.note, bodies.size()
            )

    # ------------------------------------------------------------------ proving

    def checkpoint(self) -> str:
        """Return the signed head, a note after C2SP tlog-checkpoint."""
        with answering():
            held = segments.held()
        if held is None:
            raise broken()
        return held.note

    def head(self) -> Head:
        """Return what the signed head says. Raises `Unavailable` when it was not signed by us."""
        head = self.signer.read(self.checkpoint())
        if head is None:
            raise broken()
        return head

    def prove(self, sequence: int, size: int | None = None) -> Inclusion:
        """Return the proof that an entry is in the record as it is, or was at a size.

        Without a size the checkpoint is the signed head. Raises `NotFound`.
        """
        note, head = self.checkpoint(), self.head()
        wanted = head.size if size is None else size
        with answering(), whole():
            if not 0 < sequence <= wanted <= head.size:
                raise NotFound("ledger.no_entry", f"The record has no entry {sequence}.")
            (leaf,) = segments.leaves(sequence - 1, 1)
            proof = merkle.inclusion(tree.nodes, sequence - 1, wanted)
        return Inclusion(
            sequence - 1, leaf, tuple(proof), wanted, note if wanted == head.size else ""
        )

    def consistency(self, old: int, size: int) -> Sequence[bytes]:
        """Return the proof that the record only grew from a size to another. Raises `NotFound`."""
        head = self.head()
        with answering(), whole():
            if not 0 <= old <= size <= head.size:
                raise NotFound("ledger.no_size", f"The record never had {size} entries.")
            return merkle.consistency(tree.nodes, old, size)

    def root_at(self, size: int) -> bytes:
        """Return the root that the tree had at a size, which it has reached."""
        with answering(), whole():
            return merkle.root_at(tree.nodes, size)

    def tile(self, path: str) -> bytes:
        """Return the tile or bundle of a path below `tile/`. Raises `NotFound`."""
        missing = NotFound("ledger.no_tile", "The record has no such tile.")
        try:
            wanted = merkle.tile_named(path)
        except ValueError:
            raise missing from None
        with answering(), whole():
            found = tree.tile(wanted, self.head().size)
        if found is None:
            raise missing
        return found

    def bodies(self, number: int, size: int) -> bytes:
        """Return the salts and bodies of a bundle's entries in a record of a size, as one run.

        Raises `NotFound` where there is no such bundle.
        """
        first = number * merkle.TILE
        end = min(first + merkle.TILE, size, self.head().size)
        if not 0 <= first < end:
            raise NotFound("ledger.no_tile", "The record has no such tile.")
        with answering(), whole():
            return packed(bodies.between(first, end, self._archive))

    def entry(self, sequence: int) -> Entry:
        """Return an entry. Raises `NotFound`."""
        with answering():
            try:
                return bodies.entries([sequence], self._archive)[0]
            except ArchiveError:
                raise broken() from None
            except LookupError:
                raise NotFound("ledger.no_entry", f"The record has no entry {sequence}.") from None
            except ValueError:
                raise broken() from None

    def verify(self) -> Verification:
        """Re-compute the whole tree, and compare it with the signed heads and the index."""
        with answering():
            self._settle()
            return verify(self.signer, self._mirror, self._archive)

    def renew_mirror(self) -> Verification:
        """Write the file of the signed head anew, from a record that verifies but for the file.

        For an administrator who has lost the file, and knows why. Return the outcome; the file is
        written only when everything else is intact.
        """
        with answering():
            outcome = verify(self.signer, None, self._archive)
            held = segments.held()
        if outcome.intact and held is not None:
            self._mirror.create(held.note)
        return outcome

    # ------------------------------------------------------------------ erasing

    def erase(self, sequences: Sequence[int], at: datetime) -> int:
        """Erase the bodies of entries, in the open transaction; return how many were there.

        Their leaves stay, so the tree verifies as before. The caller records the erasure.
        """
        with answering(), whole(), telling():
            self._catch_up()
            erased, months = bodies.erase(sequences, at, self._archive)
        if months:
            transaction.on_commit(lambda: self.moving.settle(sorted(months)))
        return erased

    def close(self) -> None:
        """Write what waits and let go of the sequencer's connection."""
        self._sequencer.close()


def _let_go() -> None:
    connection.close()  # of the thread that calls: each has its own
