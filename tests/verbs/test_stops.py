"""Deny now: read first, whatever agreements say, and gone when it is lifted."""

import pytest

from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.stops import Stopped
from fairway.verbs import explanations, queries, stops

ALL = "SELECT * FROM dwp.claims"


@pytest.fixture
def granted(scene):
    scene.publish()
    return scene.approve()


def stop(scene, kind, subject, reason="An incident."):
    return stops.make(scene.platform, scene.manager, kind, subject, reason)


def code(scene):
    with pytest.raises(Refused) as refused:
        scene.query(ALL)
    return refused.value.code


@pytest.mark.parametrize(
    ("kind", "subject"),
    [(Stopped.PERSON, "dfe-analyst"), (Stopped.PRODUCT, "dwp.claims"), (Stopped.AGREEMENT, None)],
)
def test_a_stop_denies_at_once_and_lifting_it_allows_again(scene, granted, kind, subject):
    made = stop(scene, kind, subject or granted.id)
    assert code(scene) == "access.stopped"
    told = explanations.explain(
        scene.platform, scene.analyst, "dfe-analyst", "dwp.claims", "policy-analysis"
    )
    assert told.code == "access.stopped"
    assert "An incident." in told.reasons[0]
    assert told.needs[0].people == ("governance-manager",)
    assert [s.id for s in stops.list_all(scene.platform, scene.auditor)] == [made.id]
    assert explanations.who_can_see(scene.platform, scene.owner, "dwp.claims") == ()
    stops.lift(scene.platform, scene.manager, made.id)
    assert len(scene.query(ALL)) == 4
    assert stops.list_all(scene.platform, scene.auditor) == ()
    assert [e.action for e in scene.events() if e.action.startswith("stop.")] == [
        "stop.make",
        "stop.lift",
    ]


def test_a_pinned_agreement_that_is_stopped_denies(scene, granted):
    stop(scene, Stopped.AGREEMENT, granted.id)
    with pytest.raises(Refused) as refused:
        scene.query(ALL, agreement=granted.id)
    assert refused.value.code == "access.stopped"


def test_a_stop_on_another_changes_nothing(scene, granted):
    stop(scene, Stopped.PERSON, "dfe-stranger")
    assert len(scene.query(ALL)) == 4


def test_what_cannot_be_stopped(scene, granted):
    for kind, subject in (
        (Stopped.PERSON, "nobody"),
        (Stopped.PRODUCT, "dwp.nothing"),
        (Stopped.AGREEMENT, "AG-0"),
    ):
        with pytest.raises(NotFound):
            stop(scene, kind, subject)
    with pytest.raises(BadInput):
        stop(scene, Stopped.PERSON, "dfe-analyst", "  ")
    stop(scene, Stopped.PERSON, "dfe-analyst")
    with pytest.raises(Conflict):
        stop(scene, Stopped.PERSON, "dfe-analyst")
    with pytest.raises(NotFound):
        stops.lift(scene.platform, scene.manager, "S-0")
    with pytest.raises(Refused):
        stops.make(scene.platform, scene.owner, Stopped.PERSON, "dfe-analyst", "No.")


def test_days_gone_by_know_their_stops(scene, granted):
    made = stop(scene, Stopped.PRODUCT, "dwp.claims")
    first = scene.clock.now().date()
    scene.clock.forward(days=2)
    stops.lift(scene.platform, scene.manager, made.id)
    scene.clock.forward(days=2)

    def on(day):
        told = explanations.explain(
            scene.platform, scene.analyst, "dfe-analyst", "dwp.claims", "policy-analysis", day
        )
        return told.code

    assert on(first) == "access.stopped"
    assert on(scene.clock.now().date()) == ""
    assert queries.products_named(scene.platform, ALL) == ("dwp.claims",)
