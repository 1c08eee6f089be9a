"""The life of feedback: open, answered, closed."""

from datetime import UTC, datetime

import pytest

from fairway.nouns.errors import BadInput, Conflict
from fairway.nouns.feedback import Feedback, FeedbackState
from fairway.rules.feedback import LONGEST_FEEDBACK, answered, checked, closed

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GIVEN = Feedback("F-1", "dwp.claims", "dwp", "analyst", NOW, "Two rows are wrong.")


def test_it_is_answered_again_and_closed_once():
    first = answered(GIVEN, "owner", " We look. ", NOW)
    assert (first.state, first.answer, first.answered_by) == (
        FeedbackState.ANSWERED,
        "We look.",
        "owner",
    )
    assert answered(first, "owner", "Mended.", NOW).answer == "Mended."
    done = closed(first, NOW)
    assert (done.state, done.changed) == (FeedbackState.CLOSED, NOW)
    with pytest.raises(Conflict):
        closed(done, NOW)
    with pytest.raises(Conflict):
        answered(done, "owner", "Late.", NOW)


@pytest.mark.parametrize("text", ["", "  ", "x" * (LONGEST_FEEDBACK + 1)])
def test_a_text_has_a_length(text):
    with pytest.raises(BadInput) as caught:
        checked(text, "text")
    assert caught.value.field == "text"
