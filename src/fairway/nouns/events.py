"""The record: what happened, and the tree that shows whether it was touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that happened, with everything an auditor asks for.

    `action` is dotted (`query.granted`); `outcome` is `done`, `granted`, `denied` or `failed`.
    `columns` are `<domain>.<table>.<column>`. `rows` is the number of rows that were served.
    `details` holds what is particular to the action; JSON values only.
    """

    at: datetime
    actor: str
    via: str
    action: str
    outcome: str
    subject: str = ""
    products: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    purpose: str = ""
    columns: tuple[str, ...] = ()
    query: str = ""
    query_id: str = ""
    rows: int | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in its place in the record, which begins at 1.

    `body` is the exact bytes that were hashed, `salt` the chance before them, `leaf` the bytes that
    stand for both in the tree.
    """

    sequence: int
    event: AuditEvent
    body: bytes
    salt: bytes
    leaf: bytes

    @property
    def index(self) -> int:
        """The index of the leaf in the tree, which begins at 0."""
        return self.sequence - 1

    @property
    def hash(self) -> str:
        """The hash of the leaf, in hexadecimal."""
        return sha256(b"\x00" + self.leaf).hexdigest()


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What shows that an entry is in the record: the leaf, its index, the hashes from it up to the
    root of `checkpoint`, a signed note of the tree of `size` entries."""

    index: int
    leaf: bytes
    proof: tuple[bytes, ...]
    size: int
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of re-computing the record. `head` is the root of the tree in hexadecimal.

    `first_bad` is the sequence number of the first record that does not verify, None when all do;
    `reason` says what is wrong with it. `erased` counts the bodies that were erased, on record.
    """

    entries: int
    intact: bool
    head: str
    first_bad: int | None = None
    reason: str = ""
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How the record stands: entries, how many the index lags, how many came of late, the signed
    head, and the bytes that the database takes."""

    size: int
    lag: int
    recent: int
    checkpoint: str
    bytes: int


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; empty fields want all. `before` pages back from a sequence.
    `mark` is that of a data subject whose record a use singled out."""

    actor: str = ""
    action: str = ""
    product: str = ""
    agreement: str = ""
    purpose: str = ""
    outcome: str = ""
    subject: str = ""
    mark: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Usage:
    """How one person uses one product for one purpose: how often, how many rows, last when."""

    product: str
    person: str
    purpose: str
    queries: int
    rows: int
    first: datetime
    last: datetime
