"""Recertification: what is confirmed lasts, what is not lapses; and everybody's access at once."""

from datetime import date, timedelta

import pytest

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput, NotFound, Refused
from fairway.nouns.people import Role
from fairway.nouns.tasks import TaskKind
from fairway.verbs import agreements, matrix, people, reviews, tasks
from fairway.verbs.acting import SYSTEM

ALL = "SELECT * FROM dwp.claims"
LATER = date(2028, 12, 31)


@pytest.fixture
def live(scene):
    scene.publish()
    return scene.approve(team="analyst", ends=LATER)


def page(scene):
    return reviews.show(scene.platform, scene.owner, "dwp.claims").rows


def confirm(scene, *chosen, actor=None):
    return reviews.confirm(scene.platform, actor or scene.owner, "dwp.claims", chosen)


def test_the_page_says_what_an_owner_needs(scene, live):
    scene.query(ALL)
    people.appoint(
        scene.platform, SYSTEM, "dfe-stranger", Role.ANALYST, "dfe", since=date(2025, 1, 1)
    )
    alone = scene.approve(ends=LATER)
    by_id = {row.agreement.id: row for row in page(scene)}
    assert (by_id[live.id].covers, by_id[live.id].queries) == (2, 1)
    assert by_id[live.id].last_used is not None
    assert by_id[alone.id].covers == 1
    assert by_id[live.id].confirm_by == scene.clock.now().date() + timedelta(days=182)


def test_what_is_not_confirmed_lapses(scene, live):
    assert tasks.list_all(scene.platform, scene.owner) == []
    scene.clock.forward(days=160)
    (task,) = tasks.list_all(scene.platform, scene.owner)
    assert (task.kind, task.subject) == (TaskKind.CONFIRM_ACCESS, "dwp.claims")
    scene.clock.forward(days=22)
    assert len(scene.query(ALL)) == 4
    scene.clock.forward(days=1)
    with pytest.raises(Refused):
        scene.query(ALL)
    assert page(scene) == ()
    assert agreements.settle_all(scene.platform, SYSTEM) == 1
    kept = scene.platform.store.agreements.get(live.id)
    assert (kept.state, kept.history[-1].move) == (State.EXPIRED, Move.LAPSE)
    assert scene.actions()[-1] == "agreement.lapse"


def test_what_is_confirmed_lasts(scene, live):
    scene.clock.forward(days=170)
    assert confirm(scene, live.id, live.id) == 1
    scene.clock.forward(days=182)
    assert len(scene.query(ALL)) == 4
    scene.clock.forward(days=1)
    with pytest.raises(Refused):
        scene.query(ALL)


def test_who_confirms_what(scene, live):
    with pytest.raises(BadInput):
        confirm(scene)
    with pytest.raises(NotFound):
        confirm(scene, live.id, "AG-0")
    with pytest.raises(Refused):
        confirm(scene, live.id, actor=scene.analyst)
    assert "agreement.confirm" not in scene.actions()


def test_the_matrix_has_everybody_and_is_on_the_record(scene, live):
    found = matrix.matrix(scene.platform, scene.auditor)
    rows = [
        (person, group.grant.product.id, group.purpose)
        for group in found.groups
        for person in group.people
    ]
    assert rows == [("dfe-analyst", "dwp.claims", "policy-analysis")]
    assert scene.actions()[-1] == "access.matrix"
    before = matrix.matrix(scene.platform, scene.auditor, date(2026, 2, 1))
    assert list(before.groups) == []
    with pytest.raises(Refused):
        matrix.matrix(scene.platform, scene.owner)
