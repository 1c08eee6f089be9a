"""Feedback goes to those who answer for an entry, and to nobody else."""

import json

import pytest
from tests.scene import CLAIMS

from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.feedback import FeedbackState
from fairway.verbs import entries, feedback, harvests, products


@pytest.fixture
def claims(scene):
    products.publish(scene.platform, scene.steward, CLAIMS, "c.yaml")
    return scene


def give(scene, actor=None, entry="dwp.claims", text="Two rows are wrong."):
    return feedback.give(scene.platform, actor or scene.stranger, entry, text)


def test_it_is_seen_by_who_gave_it_and_who_answers_for_it(claims):
    given = give(claims)
    for actor in (claims.stranger, claims.owner, claims.steward, claims.manager):
        assert feedback.of_entry(claims.platform, actor, "dwp.claims") == (given,)
        assert feedback.inbox(claims.platform, actor) == (given,)
    for actor in (claims.analyst, claims.auditor):
        assert feedback.of_entry(claims.platform, actor, "dwp.claims") == ()
        assert feedback.inbox(claims.platform, actor) == ()
    (event,) = claims.events(action="feedback.give")
    assert "wrong" not in repr(event), "what was said is not on the record"
    assert event.products == ("dwp.claims",)


def test_it_is_answered_by_the_owner_and_closed_by_either(claims):
    given = give(claims)
    with pytest.raises(Refused):
        feedback.answer(claims.platform, claims.stranger, given.id, "I answer myself.")
    answered = feedback.answer(claims.platform, claims.owner, given.id, "Mended.")
    assert (answered.state, answered.answered_by) == (FeedbackState.ANSWERED, "dwp-owner")
    with pytest.raises(Refused):
        feedback.close(claims.platform, claims.analyst, given.id)
    assert feedback.close(claims.platform, claims.stranger, given.id).state == "closed"
    with pytest.raises(Conflict):
        feedback.close(claims.platform, claims.owner, given.id)
    with pytest.raises(Conflict):
        feedback.answer(claims.platform, claims.owner, given.id, "Late.")
    other = give(claims)
    assert feedback.close(claims.platform, claims.steward, other.id).state == "closed"
    assert claims.intact()


def test_what_is_not_there_is_not_found(claims):
    for ask in (
        lambda: give(claims, entry="dwp.nothing"),
        lambda: feedback.of_entry(claims.platform, claims.owner, "dwp.nothing"),
        lambda: feedback.answer(claims.platform, claims.owner, "F-none", "x"),
        lambda: feedback.close(claims.platform, claims.owner, "F-none"),
    ):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(BadInput):
        give(claims, text=" ")


def test_the_hub_answers_for_what_lives_elsewhere(claims):
    text = json.dumps({"dataset": [{"title": "Harbours", "identifier": "1"}]})
    harvests.harvest(claims.platform, claims.manager, "there", text)
    _, found = entries.entries(claims.platform, claims.analyst, source="there")
    given = give(claims, entry=found[0].entry.id)
    assert given.domain == ""
    assert feedback.inbox(claims.platform, claims.owner) == ()
    with pytest.raises(Refused):
        feedback.answer(claims.platform, claims.owner, given.id, "Not mine.")
    feedback.answer(claims.platform, claims.manager, given.id, "Passed on.")
