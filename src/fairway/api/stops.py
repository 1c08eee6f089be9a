"""Deny now: stop a person, a product or an agreement."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.nouns.stops import Stop, Stopped
from fairway.verbs import stops
from fairway.wiring import current

router = Router(tags=["Stops"])


class StopIn(Schema):
    """What to stop, and why. The people concerned read the reason."""

    kind: Stopped
    subject: str = Field(max_length=200)
    reason: str = Field(max_length=stops.LONGEST_REASON)


class StopOut(Schema):
    """A stop in force."""

    id: str
    kind: Stopped
    subject: str
    reason: str
    made_by: str
    made_at: datetime


@router.get("/stops", response=list[StopOut], summary="List what is stopped")
def list_stops(request: HttpRequest) -> list[Stop]:
    """Return the stops in force, oldest first."""
    return list(stops.list_all(current(), actor(request)))


@router.post("/stops", response={201: StopOut}, summary="Stop a person, product or agreement")
def make(request: HttpRequest, given: StopIn) -> Stop:
    """From this moment on, whatever agreements say."""
    return stops.make(current(), actor(request), given.kind, given.subject, given.reason)


@router.delete("/stops/{stop}", response={204: None}, summary="Lift a stop")
def lift(request: HttpRequest, stop: str) -> None:
    """Let what agreements grant be used again at once."""
    stops.lift(current(), actor(request), stop)
