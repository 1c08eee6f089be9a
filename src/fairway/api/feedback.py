"""Feedback on entries: give it, see it, answer it, close it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from fairway.api.signing_in import actor
from fairway.nouns.feedback import FeedbackState
from fairway.verbs import feedback
from fairway.wiring import current

router = Router(tags=["Catalogue"])


class TextIn(Schema):
    """What is said."""

    text: str


class FeedbackOut(Schema):
    """A piece of feedback with its state and answer. `domain` is empty where the hub answers."""

    id: str
    entry: str
    domain: str
    by: str
    at: datetime
    text: str
    state: FeedbackState
    answer: str
    answered_by: str
    changed: datetime | None


@router.post(
    "/catalogue/entries/{entry}/feedback",
    response={201: FeedbackOut},
    summary="Give feedback on an entry",
)
def give(request: HttpRequest, entry: str, given: TextIn) -> dict[str, Any]:
    """Send it to the owner of the product; to the hub, where the entry lives elsewhere."""
    return asdict(feedback.give(current(), actor(request), entry, given.text))


@router.get(
    "/catalogue/entries/{entry}/feedback",
    response=list[FeedbackOut],
    summary="List the feedback on an entry",
)
def of_entry(request: HttpRequest, entry: str) -> list[dict[str, Any]]:
    """Return your own; all of it, if you answer for the entry."""
    return [asdict(one) for one in feedback.of_entry(current(), actor(request), entry)]


@router.get("/catalogue/feedback", response=list[FeedbackOut], summary="List feedback")
def inbox(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what you answer for, and what you gave, newest first."""
    return [asdict(one) for one in feedback.inbox(current(), actor(request))]


@router.post(
    "/catalogue/feedback/{feedback_id}/answer",
    response=FeedbackOut,
    summary="Answer feedback",
)
def answer(request: HttpRequest, feedback_id: str, given: TextIn) -> dict[str, Any]:
    """For data owners and stewards of the product's domain, and governance managers."""
    return asdict(feedback.answer(current(), actor(request), feedback_id, given.text))


@router.post(
    "/catalogue/feedback/{feedback_id}/close", response=FeedbackOut, summary="Close feedback"
)
def close(request: HttpRequest, feedback_id: str) -> dict[str, Any]:
    """For who gave it, and who answers for it."""
    return asdict(feedback.close(current(), actor(request), feedback_id))
