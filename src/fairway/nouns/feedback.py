"""Feedback on an entry of the catalogue: what somebody says of it, and what became of that."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FeedbackState(StrEnum):
    """What became of a piece of feedback."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person says of an entry, for its owner.

    `domain` is that of the product, empty where the entry lives elsewhere: then the hub answers.
    """

    id: str
    entry: str
    domain: str
    by: str
    at: datetime
    text: str
    state: FeedbackState = FeedbackState.OPEN
    answer: str = ""
    answered_by: str = ""
    changed: datetime | None = None
