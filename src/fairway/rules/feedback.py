"""The life of a piece of feedback: open, answered, closed; and no way back."""

from dataclasses import replace
from datetime import datetime

from fairway.nouns.errors import BadInput, Conflict
from fairway.nouns.feedback import Feedback, FeedbackState

LONGEST_FEEDBACK = 2000


def checked(text: str, field: str) -> str:
    """Return a text without spaces at its ends. Raises `BadInput` for none, or one too long."""
    said = text.strip()
    if not said or len(said) > LONGEST_FEEDBACK:
        raise BadInput(
            "feedback.bad_text",
            f"Write between 1 and {LONGEST_FEEDBACK:,} characters.",
            remedy="Say what you found and what you expected.",
            field=field,
        )
    return said


def answered(found: Feedback, by: str, answer: str, at: datetime) -> Feedback:
    """Return feedback with an answer; a later one takes the place of an earlier."""
    _still_open(found)
    return replace(
        found,
        state=FeedbackState.ANSWERED,
        answer=checked(answer, "answer"),
        answered_by=by,
        changed=at,
    )


def closed(found: Feedback, at: datetime) -> Feedback:
    """Return feedback that nothing more is to be done about."""
    _still_open(found)
    return replace(found, state=FeedbackState.CLOSED, changed=at)


def _still_open(found: Feedback) -> None:
    if found.state is FeedbackState.CLOSED:
        raise Conflict(
            "feedback.closed",
            "This feedback is closed.",
            remedy="Give new feedback on the entry.",
        )
