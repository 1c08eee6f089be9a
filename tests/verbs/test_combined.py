"""A use under several agreements for one purpose: each is kept, and the record names all."""

from datetime import date

import pytest
from tests.verbs.test_logs import officer  # noqa: F401

from fairway.nouns.agreements import Move
from fairway.nouns.errors import Refused
from fairway.nouns.events import EventFilter
from fairway.verbs import combined, explanations, plans, subjects

WALES = {"columns": (("region", "keep"), ("weeks", "keep")), "scope": "region = 'Wales'"}
BANDED = {
    "columns": (("person", "pseudonym"), ("region", "keep"), ("weeks", "band:10")),
    "ends": date(2026, 6, 30),
}
CLAIMS = "SELECT * FROM dwp.claims"


@pytest.fixture
def two(scene):
    scene.publish()
    return scene.approve(**WALES).id, scene.approve(**BANDED).id


def test_rows_columns_and_values_are_those_that_both_allow(scene, two):
    everywhere = scene.query(CLAIMS, agreement=two[1])
    assert len({r["region"] for r in everywhere}) > 1
    rows = scene.query(CLAIMS)
    assert rows
    assert {tuple(r) for r in rows} == {("region", "weeks")}
    assert {r["region"] for r in rows} == {"Wales"}
    assert all(r["weeks"] % 10 == 0 for r in rows)
    assert sorted(r["weeks"] for r in scene.query(CLAIMS, agreement=two[0])) != sorted(
        r["weeks"] for r in rows
    )


def test_the_record_the_plan_and_the_reasons_name_both(scene, two):
    scene.query(CLAIMS)
    done = scene.events(action="query.completed")[-1]
    assert done.agreements == tuple(sorted(two))
    plan = plans.plan(scene.platform, scene.analyst, CLAIMS, "policy-analysis")
    assert plan.products[0].agreements == tuple(sorted(two))
    told = explanations.explain(
        scene.platform, scene.analyst, "dfe-analyst", "dwp.claims", "policy-analysis"
    )
    assert told.agreements == tuple(sorted(two))
    assert sum("approved AG-" in reason for reason in told.reasons) == 2
    assert told.terms.ends == date(2026, 6, 30)


def test_what_only_one_covers_is_used_under_that_one(scene, two):
    scene.query("SELECT person FROM dwp.claims")
    assert scene.events(action="query.completed")[-1].agreements == (two[1],)


def test_when_one_is_suspended_the_other_is_left(scene, two):
    scene.move(scene.owner, two[0], Move.SUSPEND, "Doubt")
    assert "person" in scene.query(CLAIMS)[0]
    scene.move(scene.owner, two[1], Move.SUSPEND, "Doubt")
    with pytest.raises(Refused):
        scene.query(CLAIMS)


def test_both_are_asked_how_often(scene, two, monkeypatch):
    taken = []
    monkeypatch.setattr(
        "fairway.verbs.using.admit_under", lambda _, __, agreements: taken.append(agreements)
    )
    scene.query(CLAIMS)
    assert taken == [tuple(sorted(two))]


def test_pseudonyms_under_both_are_those_of_neither_and_the_persons_view_finds_them(
    scene,
    officer,  # noqa: F811
):
    scene.publish()
    both = sorted(scene.approve(columns=BANDED["columns"][:2]).id for _ in range(2))
    seen = {pin: {r["person"] for r in scene.query(CLAIMS, agreement=pin)} for pin in (None, *both)}
    assert {len(values) for values in seen.values()} == {len(seen[None])}
    assert not seen[None] & (seen[both[0]] | seen[both[1]])
    key = scene.platform.keys.pseudonym_key("+".join(both))
    shown = subjects.pseudonym("P1", key)
    assert shown in seen[None]
    scene.query(f"SELECT region FROM dwp.claims WHERE person = '{shown}'")
    (single,) = subjects.view(scene.platform, officer, "P1", "Request 17").singled_out
    assert single.agreement == ", ".join(both)


def test_which_are_used_together_is_noted_once(scene, two, monkeypatch):
    monkeypatch.setattr(
        combined, "EventFilter", lambda **w: EventFilter(**{**w, "limit": 1})
    )  # a page holds one
    third = scene.approve().id
    for _ in range(2):
        scene.query(CLAIMS)
    scene.move(scene.owner, third, Move.SUSPEND, "Doubt")
    for _ in range(2):
        scene.query(CLAIMS)
    sets = [e.agreements for e in scene.events(action=combined.ACTION)]
    assert sets == [tuple(sorted((*two, third))), tuple(sorted(two))]
    assert list(combined.all_of(scene.platform)) == sets[::-1]
