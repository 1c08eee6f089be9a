"""What the verbs need of the record, as Protocols; `ports` has all others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from fairway.nouns.events import (
    AuditEvent,
    Entry,
    EventFilter,
    Inclusion,
    Pace,
    Usage,
    Verification,
)
from fairway.nouns.witnesses import Answer, Watched, Witness
from fairway.rules.notes import Key, Note


class Ledger(Protocol):
    """The append-only record."""

    def append(self, event: AuditEvent) -> int:
        """Add an event, and return its sequence. Inside a store transaction it commits or vanishes
        with it; outside, it is durable when this returns. Raises `Unavailable` when it cannot be
        written."""

    def find(self, wanted: EventFilter) -> Sequence[Entry]:
        """Return matching entries, newest first, `wanted.limit` at the most."""

    def verify(self) -> Verification:
        """Re-compute the whole record."""

    def usage(self, *, product: str) -> Sequence[Usage]:
        """Sum up completed uses of a product by person and purpose, last used first."""

    def together(self, *, product: str) -> Mapping[str, int]:
        """Count those who have used a product and another one too, by the other product."""

    @property
    def witnesses(self) -> "Witnesses":
        """Return who witnesses this record, and whose records this node watches."""

    @property
    def keys(self) -> tuple[Key, Key]:
        """Return the keys that verify this record's heads, and this node's cosignatures."""

    def pace(self, since: datetime) -> Pace:
        """Return how large the record is, and what came since a time."""

    def entry(self, sequence: int) -> Entry:
        """Return an entry. Raises `NotFound`."""

    def checkpoint(self) -> str:
        """Return the signed head, a note."""

    def root_at(self, size: int) -> bytes:
        """Return the root that the tree had at a size, which it has reached."""

    def prove(self, sequence: int, size: int | None = None) -> Inclusion:
        """Return the proof that an entry is in the record, or was at a size. Raises `NotFound`."""

    def consistency(self, old: int, size: int) -> Sequence[bytes]:
        """Return the proof that the record only grew. Raises `NotFound`."""

    def tile(self, path: str) -> bytes:
        """Return the tile or bundle of a path below `tile/`. Raises `NotFound`."""

    def bodies(self, number: int, size: int) -> bytes:
        """Return the salts and bodies of a bundle in a record of a size. Raises `NotFound`."""

    def erase(self, sequences: Sequence[int], at: datetime) -> int:
        """Erase bodies; return how many were there. Raises `NotFound`."""

    @property
    def moving(self) -> "Moving":
        """Return what moves old bodies out of the database."""

    def renew_mirror(self) -> Verification:
        """Write the file of the signed head anew, if all else verifies."""


class Moving(Protocol):
    """What moves old bodies out of the database, into files by month."""

    def months(self, before: str) -> Sequence[str]:
        """Return the months before one whose bodies, or some of them, are in the database."""

    def month(self, month: str) -> AbstractContextManager[Callable[[], int]]:
        """Write a month's file; yield what lets the database go of the bodies that are in it, in
        the open transaction, and returns how many. Raises `Unavailable`."""


class Witnesses(Protocol):
    """Who witnesses this record, and whose records this node watches."""

    def all(self) -> Sequence[Witness]: ...
    def put(self, witness: Witness) -> None: ...
    def remove(self, name: str) -> bool: ...
    def watched(self) -> Sequence[Watched]: ...
    def watch(self, watched: Watched) -> None: ...
    def verifies(self, key: Key, note: Note) -> bool:
        """Say whether one of a note's signatures is by a key."""

    def cosign(self, text: str, seconds: int) -> str:
        """Return this node's cosignature on a checkpoint's text, as a line."""

    def ask(self, address: str, body: str) -> Answer:
        """Send a submission to a witness. Raises `Unavailable`."""
