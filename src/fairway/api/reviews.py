"""Tasks, and the recertification of access by data owners."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.nouns.agreements import State
from fairway.nouns.tasks import Task, TaskKind
from fairway.verbs import reviews, tasks
from fairway.wiring import current

router = Router(tags=["Reviews"])


class TaskOut(Schema):
    """A thing to do by a day; `domain` is null for the hub's."""

    kind: TaskKind
    subject: str
    due: date
    domain: str | None
    sentence: str
    remedy: str


class ReviewedOut(Schema):
    """A live agreement: whom it covers, how it was used, by when it has to be confirmed."""

    agreement: str
    state: State
    asker: str
    asker_name: str
    team: str
    purpose: str
    covers: int
    queries: int
    last_used: datetime | None
    ends: date | None
    confirm_by: date | None


class ConfirmIn(Schema):
    """The agreements that are still needed."""

    agreements: list[str] = Field(max_length=2000)
    note: str = Field("", max_length=4000)


class ConfirmedOut(Schema):
    """How many were confirmed."""

    confirmed: int


@router.get("/tasks", response=list[TaskOut], summary="List what waits for one")
def list_tasks(request: HttpRequest) -> list[Task]:
    """Return the hub's tasks and those of one's own domains, the most urgent first."""
    return list(tasks.list_all(current(), actor(request)))


@router.get(
    "/products/{product}/review", response=list[ReviewedOut], summary="Review a product's access"
)
def show(request: HttpRequest, product: str) -> list[dict[str, Any]]:
    """Its live agreements, those that lapse first on top."""
    page = reviews.show(current(), actor(request), product)
    return [
        {
            "agreement": row.agreement.id,
            "state": row.state,
            "asker": row.agreement.asker,
            "asker_name": row.asker_name,
            "team": str(row.agreement.team or ""),
            "purpose": row.agreement.purpose,
            "covers": row.covers,
            "queries": row.queries,
            "last_used": row.last_used,
            "ends": row.agreement.granted and row.agreement.granted.ends,
            "confirm_by": row.confirm_by,
        }
        for row in page.rows
    ]


@router.post(
    "/products/{product}/review", response=ConfirmedOut, summary="Confirm a product's access"
)
def confirm(request: HttpRequest, product: str, given: ConfirmIn) -> dict[str, int]:
    """Confirm these; the others stay as they are, and lapse when their day comes."""
    done = reviews.confirm(current(), actor(request), product, given.agreements, given.note)
    return {"confirmed": done}
