"""The record: list it, and re-compute it."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fairway.api.pages import link
from fairway.api.signing_in import actor
from fairway.nouns.events import Entry, EventFilter
from fairway.verbs import audit
from fairway.wiring import current

router = Router(tags=["Audit"])


class FilterIn(Schema):
    """Which events are wanted; what is left out wants all."""

    actor: str = ""
    action: str = ""
    product: str = ""
    agreement: str = ""
    purpose: str = ""
    outcome: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = Field(None, ge=0, description="Only entries before this sequence number.")
    limit: int = Field(50, ge=1, le=audit.MOST_ENTRIES)


class RecordEntryOut(Schema):
    """An event in its place in the record."""

    sequence: int
    at: datetime
    actor: str
    via: str
    action: str
    outcome: str
    subject: str
    products: list[str]
    agreements: list[str]
    purpose: str
    columns: list[str]
    query: str
    query_id: str
    rows: int | None
    reason: str
    details: dict[str, Any]
    index: int
    hash: str


class RecordEntriesOut(Schema):
    """A page of the record, newest first. `next` is the address of the page before it, or null."""

    items: list[RecordEntryOut]
    next: str | None


class VerificationOut(Schema):
    """The outcome of re-computing the record; `first_bad` is the first that does not verify."""

    entries: int
    intact: bool
    head: str
    first_bad: int | None
    reason: str
    erased: int


def entry_out(entry: Entry) -> dict[str, Any]:
    """Return an entry as the API gives it."""
    event = {name: getattr(entry.event, name) for name in entry.event.__slots__}
    return {
        **event,
        "details": dict(entry.event.details),
        "sequence": entry.sequence,
        "index": entry.index,
        "hash": entry.hash,
    }


@router.get("/audit", response=RecordEntriesOut, summary="List the record")
def read(request: HttpRequest, wanted: Annotated[FilterIn, Query()]) -> dict[str, Any]:
    """Newest first. That somebody looked is on the record too."""
    found = audit.read(current(), actor(request), EventFilter(**wanted.dict()))
    full = len(found) == wanted.limit
    return {
        "items": [entry_out(e) for e in found],
        "next": link(request, before=found[-1].sequence) if full else None,
    }


@router.post("/audit/verify", response=VerificationOut, summary="Re-compute the record")
def verify(request: HttpRequest) -> dict[str, Any]:
    """Re-computes the whole tree and names the first record that does not verify."""
    return asdict(audit.verify(current(), actor(request)))
