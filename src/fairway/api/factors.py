"""One's own second factor and sessions; a reset for somebody who has lost theirs."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.verbs import factors, sessions
from fairway.wiring import current

router = Router(tags=["Signing in"])


class Factor(Schema):
    """Whether signing in with a password asks for a code too."""

    enrolled: bool


class NewFactor(Schema):
    """A new secret for an authenticator app, in Base32 and as an address; shown this once."""

    secret: str
    address: str


class Code(Schema):
    """A code of an authenticator app, or a recovery code."""

    code: str = Field(max_length=40)


class RecoveryCodes(Schema):
    """Codes that each sign in once; shown this once."""

    recovery_codes: list[str]


class SessionOut(Schema):
    """A browser that is signed in on the web pages."""

    id: str
    started: datetime
    seen: datetime


@router.get("/me/factor", response=Factor, summary="Show whether one has a second factor")
def show(request: HttpRequest) -> dict[str, Any]:
    """Says nothing of the secret."""
    return {"enrolled": factors.enrolled(current(), actor(request))}


@router.post("/me/factor", response={201: NewFactor}, summary="Begin a second factor")
def begin(request: HttpRequest) -> dict[str, Any]:
    """Return a secret for an authenticator app. It asks for nothing until its first code came."""
    secret, address = factors.begin(current(), actor(request))
    return {"secret": secret, "address": address}


@router.post("/me/factor/complete", response=RecoveryCodes, summary="Complete a second factor")
def complete(request: HttpRequest, given: Code) -> dict[str, Any]:
    """Take the first code; from now on signing in with a password asks for one."""
    return {"recovery_codes": factors.complete(current(), actor(request), given.code)}


@router.post("/me/factor/remove", response={204: None}, summary="Remove one's second factor")
def remove(request: HttpRequest, given: Code) -> None:
    """Needs a code of it, or a recovery code."""
    factors.remove(current(), actor(request), given.code)


@router.post("/people/{person}/factor/reset", response={204: None}, summary="Reset a second factor")
def reset(request: HttpRequest, person: str) -> None:
    """For administrators, when somebody has lost it. Their sessions end."""
    factors.reset(current(), actor(request), person)


@router.get("/me/sessions", response=list[SessionOut], summary="List one's open sessions")
def list_sessions(request: HttpRequest) -> list[dict[str, Any]]:
    """Begin with the one used last."""
    found = sessions.list_own(current(), actor(request))
    return [{"id": s.id, "started": s.started, "seen": s.seen} for s in found]


@router.delete("/me/sessions", response={204: None}, summary="End all of one's sessions")
def end_all(request: HttpRequest) -> None:
    """Signs out every browser; tokens go on working."""
    sessions.end_all(current(), actor(request))


@router.delete("/me/sessions/{session}", response={204: None}, summary="End one of one's sessions")
def end(request: HttpRequest, session: str) -> None:
    """Signs that browser out with its next request."""
    sessions.end(current(), actor(request), session)
