"""The record: what happened, and the chain that shows whether it was touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    """An event in its place in the record. `body` is the exact bytes that were hashed."""

    sequence: int
    event: AuditEvent
    body: bytes
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head of the record: how many entries, and the last one's hash."""

    size: int
    head: str
    at: datetime
    signature: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of re-computing the record. `first_bad` is the sequence number of the first
    record that does not verify, None when all do; `reason` says what is wrong with it."""

    entries: int
    intact: bool
    head: str
    first_bad: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; empty fields want all. `before` pages back from a sequence."""

    actor: str = ""
    action: str = ""
    product: str = ""
    agreement: str = ""
    purpose: str = ""
    outcome: str = ""
    subject: str = ""
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
