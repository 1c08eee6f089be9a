"""Teams, deputies, leavers, duties that are kept apart, and what hangs on an appointment."""

from datetime import date, timedelta

import pytest
from tests.builders import TODAY

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput, NotFound, NotSignedIn, Refused
from fairway.nouns.people import Actor, Role, Via
from fairway.nouns.tasks import TaskKind
from fairway.verbs import agreements, appointments, explanations, people, tasks
from fairway.verbs.acting import SYSTEM

ALL = "SELECT * FROM dwp.claims"
STRANGER = "dfe-stranger"


def appoint(scene, person, role, domain="dwp", **more):
    more.setdefault("since", date(2025, 1, 1))
    people.appoint(scene.platform, SYSTEM, person, role, domain, **more)


def refusal(work):
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code


@pytest.fixture
def published(scene):
    scene.publish()
    return scene


# ------------------------------------------------------------------ teams


def test_an_agreement_of_a_team_follows_joiners_movers_and_leavers(published):
    scene = published
    made = scene.approve(team="analyst")
    assert str(made.team) == "analyst in dfe"
    assert refusal(lambda: scene.query(ALL, scene.stranger)) == "access.no_agreement"
    appoint(scene, STRANGER, Role.ANALYST, "dfe")
    assert len(scene.query(ALL, scene.stranger)) == 4
    told = explanations.explain(
        scene.platform, scene.stranger, STRANGER, "dwp.claims", "policy-analysis"
    )
    assert any("everyone who is analyst in dfe" in reason for reason in told.reasons)
    seen = explanations.who_can_see(scene.platform, scene.owner, "dwp.claims", "region")
    assert [s.person for s in seen] == ["dfe-analyst", STRANGER]
    mine = explanations.what_can_be_seen(scene.platform, scene.stranger, STRANGER)
    assert [s.product for s in mine] == ["dwp.claims"]
    shown = agreements.list_mine(scene.platform, scene.stranger)
    assert [(p.agreement.id, p.moves) for p in shown] == [(made.id, ())]
    people.end_appointment(
        scene.platform, SYSTEM, STRANGER, Role.ANALYST, "dfe", TODAY - timedelta(days=1)
    )
    assert refusal(lambda: scene.query(ALL, scene.stranger)) == "access.no_agreement"


def test_a_draft_of_a_colleague_is_not_the_team_s(published):
    appoint(published, STRANGER, Role.ANALYST, "dfe")
    published.draft(team="analyst in dfe")
    assert agreements.list_mine(published.platform, published.stranger) == []


def test_one_asks_for_a_team_of_one_s_own(published):
    with pytest.raises(BadInput) as wrong:
        published.draft(team="data owner")
    assert wrong.value.code == "agreement.unknown_team"
    assert "analyst in dfe" in wrong.value.remedy


def test_a_member_of_the_team_does_not_decide_for_it(published):
    scene = published
    appoint(scene, "dfe-analyst", Role.ANALYST, "dwp")
    appoint(scene, "dwp-owner", Role.ANALYST, "dwp")
    asked = scene.submit(team="analyst in dwp")
    assert refusal(lambda: scene.move(scene.owner, asked.id, Move.APPROVE)) == (
        "agreement.not_your_move"
    )


# ------------------------------------------------------------------ duties apart


@pytest.mark.parametrize(
    ("person", "role", "domain"),
    [
        ("auditor", Role.DATA_OWNER, "dwp"),
        ("dwp-owner", Role.AUDITOR, None),
        ("dwp-owner", Role.DATA_PROTECTION_OFFICER, None),
        ("governance-manager", Role.AUDITOR, None),
    ],
)
def test_nobody_holds_duties_that_are_apart(published, person, role, domain):
    assert refusal(lambda: appoint(published, person, role, domain)) == "appointment.duties_apart"


def test_duties_one_after_the_other_are_fine(published):
    until = date(2025, 12, 31)
    appoint(published, STRANGER, Role.AUDITOR, None, until=until)
    appoint(published, STRANGER, Role.DATA_OWNER, "dwp", since=date(2026, 1, 1))
    assert refusal(
        lambda: appoint(published, STRANGER, Role.AUDITOR, None, since=date(2026, 2, 1))
    ) == ("appointment.duties_apart")


# ------------------------------------------------------------------ standing in


def delegate(scene, person=STRANGER, days=30, actor=None, **more):
    until = TODAY + timedelta(days=days)
    appointments.delegate(scene.platform, actor or scene.owner, person, "dwp", until=until, **more)


def test_a_delegate_decides_in_the_owner_s_name_until_the_end(published):
    scene = published
    delegate(scene)
    asked = scene.submit()
    done = scene.move(scene.stranger, asked.id, Move.APPROVE)
    assert done.state is State.ACTIVE
    step = next(s for s in done.history if s.move is Move.APPROVE)
    assert (step.person, step.in_name_of) == (STRANGER, "dwp-owner")
    recorded = scene.events(action="agreement.approve")[-1]
    assert recorded.actor == STRANGER
    assert recorded.details["in_name_of"] == "dwp-owner"
    told = explanations.explain(
        scene.platform, scene.analyst, "dfe-analyst", "dwp.claims", "policy-analysis"
    )
    assert any("in the name of dwp-owner" in reason for reason in told.reasons)
    assert len(agreements.inbox(scene.platform, scene.stranger)) == 1
    other = scene.submit()
    scene.clock.forward(days=31)
    with pytest.raises((Refused, NotFound)):
        scene.move(scene.stranger, other.id, Move.APPROVE)


def test_a_delegation_ends_with_the_owner_s_appointment(published):
    scene = published
    delegate(scene)
    asked = scene.submit()
    people.end_appointment(scene.platform, SYSTEM, "dwp-owner", Role.DATA_OWNER, "dwp", TODAY)
    scene.clock.forward(days=1)
    with pytest.raises(NotFound):
        scene.move(scene.stranger, asked.id, Move.APPROVE)


def test_a_deputy_decides_for_the_product_s_owner(published):
    scene = published
    appoint(scene, STRANGER, Role.DEPUTY)
    done = scene.move(scene.stranger, scene.submit().id, Move.APPROVE)
    assert [s.in_name_of for s in done.history if s.move is Move.APPROVE] == ["dwp-owner"]


def test_what_cannot_be_delegated(published):
    scene = published
    with pytest.raises(BadInput):
        delegate(scene, days=93)
    with pytest.raises(BadInput):
        delegate(scene, days=-1)
    assert refusal(lambda: delegate(scene, "dwp-owner")) == "appointment.own"
    assert refusal(lambda: delegate(scene, actor=scene.analyst)) == "access.not_permitted"
    with pytest.raises(NotFound):
        delegate(scene, "nobody")


def test_a_delegation_is_seen_and_ended_by_who_gave_it(published):
    scene = published
    delegate(scene)
    delegate(scene, days=60, since=TODAY + timedelta(days=40))
    appoint(scene, STRANGER, Role.DEPUTY, "dfe")
    given = appointments.delegations(scene.platform, scene.owner)
    assert [(d.person, d.domain) for d in given] == [(STRANGER, "dwp")] * 2
    asked = scene.submit()
    appointments.end_delegation(scene.platform, scene.owner, STRANGER, "dwp")
    assert scene.events(action="appointment.end")[-1].details["acts_for"] == "dwp-owner"
    assert appointments.delegations(scene.platform, scene.owner) == []
    with pytest.raises(NotFound):
        scene.move(scene.stranger, asked.id, Move.APPROVE)
    with pytest.raises(NotFound) as none:
        appointments.end_delegation(scene.platform, scene.owner, STRANGER, "dwp")
    assert none.value.code == "appointment.no_delegation"


def test_only_one_s_own_delegation_is_ended(published):
    """A formal deputy, whom the hub appointed, stays; and only owners end what owners gave."""
    scene = published
    appoint(scene, STRANGER, Role.DEPUTY)
    with pytest.raises(NotFound):
        appointments.end_delegation(scene.platform, scene.owner, STRANGER, "dwp")
    for work in (
        lambda: appointments.delegations(scene.platform, scene.analyst),
        lambda: appointments.end_delegation(scene.platform, scene.analyst, STRANGER, "dwp"),
    ):
        assert refusal(work) == "access.not_permitted"


# ------------------------------------------------------------------ leavers and tasks


def test_the_last_day_is_the_last(published):
    scene = published
    scene.approve()
    people.leaving(scene.platform, scene.manager, "dfe-analyst", TODAY)
    assert len(scene.query(ALL)) == 4
    scene.clock.forward(days=1)
    with pytest.raises(NotSignedIn):
        scene.query(ALL)
    people.leaving(scene.platform, scene.manager, "dfe-analyst", None)
    assert len(scene.query(ALL)) == 4


def listed(scene, actor=None):
    return [(t.kind, t.subject) for t in tasks.list_all(scene.platform, actor or scene.manager)]


def test_an_owner_who_leaves_is_a_task_before_the_day_and_a_denial_after(published):
    scene = published
    scene.approve()
    assert listed(scene) == []
    people.leaving(scene.platform, scene.manager, "dwp-owner", TODAY + timedelta(days=60))
    assert listed(scene) == [(TaskKind.OWNER_LEAVES, "dwp.claims")]
    scene.clock.forward(days=61)
    assert listed(scene) == [(TaskKind.APPOINT_OWNER, "dwp.claims")]


def test_an_appointment_that_ends_is_a_task_too(published):
    scene = published
    last = TODAY + timedelta(days=59)
    people.end_appointment(scene.platform, SYSTEM, "dwp-owner", Role.DATA_OWNER, "dwp", last)
    (task,) = tasks.list_all(scene.platform, scene.manager)
    assert task.due == last
    assert listed(scene, scene.owner) == []


# ------------------------------------------------------------------ what hangs on it


def impact(scene, person, role, domain="dwp"):
    return appointments.impact(scene.platform, scene.auditor, person, role, domain)


def test_what_changes_if_an_appointment_ends(published):
    scene = published
    made = scene.approve(team="analyst")
    appoint(scene, STRANGER, Role.ANALYST, "dfe")
    effect = impact(scene, STRANGER, Role.ANALYST, "dfe")
    assert (effect.lost, effect.gained, effect.broken) == (1, 0, ())
    assert [c.person for c in effect.changes] == [STRANGER]
    effect = impact(scene, "dwp-owner", Role.DATA_OWNER)
    assert (effect.lost, effect.broken) == (2, (made.id,))
    assert effect.products == ("dwp.claims",)
    with pytest.raises(NotFound):
        impact(scene, STRANGER, Role.CUSTODIAN)
    effect = impact(scene, "governance-manager", Role.GOVERNANCE_MANAGER, None)
    assert effect.lost == 0


def test_an_actor_on_a_managed_device(published):
    scene = published
    managed = Actor("dfe-analyst", Via.API, managed_device=True)
    scene.publish(
        **{
            "version: 1.0.0": "version: 1.0.1\ncustomProperties: [{property: marking,"
            " value: OFFICIAL-SENSITIVE}]"
        }
    )
    scene.approve()
    assert refusal(lambda: scene.query(ALL)) == "access.guardrail"
    assert len(scene.query(ALL, managed)) == 4
