"""Guardrails from a proposal to what is in force, and what stands in the way."""

from datetime import date, timedelta

import pytest

from fairway.guardrails.bundle import examples
from fairway.guardrails.cedar import packaged
from fairway.nouns.agreements import Move
from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.guardrails import VersionState
from fairway.nouns.people import Actor, Person, Role, Via
from fairway.nouns.tasks import TaskKind
from fairway.verbs import agreements, explanations, guardrails, people, tasks
from fairway.verbs.acting import SYSTEM

ALL = "SELECT * FROM dwp.claims"
HUB = packaged("hub.cedar")
NO_RESEARCH = """
@id("hub-no-policy-analysis")
@reason("Policy analysis waits until the autumn.")
forbid (principal, action == Action::"use", resource)
when { context.purpose == "policy-analysis" && resource.access != "open" };
"""
FORBIDDEN = {
    "name": "Policy analysis",
    "facts": {"purpose": "policy-analysis"},
    "forbidden_by": "hub-no-policy-analysis",
}
ALLOWED = {"name": "Research", "facts": {"purpose": "research"}}


def examples_with(*more):
    mine = [
        {"name": e.name, "facts": dict(e.facts), "forbidden_by": e.forbidden_by} for e in examples()
    ]
    if any(one is FORBIDDEN for one in more):
        mine = [{**e, "facts": {"purpose": "research", **e["facts"]}} for e in mine]
    return [*mine, *more]


@pytest.fixture
def hub(scene):
    """The department with a second manager, a data protection officer and a product."""
    for person, role in (
        ("second", Role.GOVERNANCE_MANAGER),
        ("dpo", Role.DATA_PROTECTION_OFFICER),
    ):
        people.add_person(scene.platform, SYSTEM, Person(person, person, "dwp"))
        people.appoint(scene.platform, SYSTEM, person, role, None, since=date(2025, 1, 1))
    scene.second = Actor("second", Via.API, proved=True)
    scene.dpo = Actor("dpo", Via.API, proved=True)
    scene.publish()
    return scene


def propose(scene, more=NO_RESEARCH, given=None, note="For the test."):
    given = examples_with(FORBIDDEN, ALLOWED) if given is None else given
    return guardrails.propose(scene.platform, scene.manager, HUB + more, given, note)


def reviewed(scene, **more):
    made = propose(scene, **more)
    return guardrails.review(scene.platform, scene.second, made.id)


def test_from_a_proposal_to_what_is_in_force(hub):
    scene, platform = hub, hub.platform
    agreement = scene.approve()
    assert guardrails.in_force(platform, scene.analyst).version is None
    made = reviewed(scene)
    assert made.state is VersionState.REVIEWED
    assert len(scene.query(ALL)) == 4
    effect = guardrails.impact(platform, scene.auditor, made.id)
    assert (effect.lost, effect.gained, effect.broken) == (1, 0, (agreement.id,))
    assert [(c.person, c.product, c.gains) for c in effect.changes] == [
        ("dfe-analyst", "dwp.claims", False)
    ]
    with pytest.raises(Conflict) as breaks:
        guardrails.publish(platform, scene.manager, made.id)
    assert breaks.value.code == "guardrail.breaks_agreements"
    assert guardrails.publish(platform, scene.manager, made.id, accept_broken=True) == effect
    with pytest.raises(Refused) as refused:
        scene.query(ALL)
    assert refused.value.code == "access.guardrail"
    assert refused.value.message == "Policy analysis waits until the autumn."
    now = guardrails.in_force(platform, scene.analyst)
    assert now.version is not None
    assert now.version.signature
    assert now.version.until == scene.clock.now().date() + timedelta(days=400)
    assert "hub-no-policy-analysis" in {g.id for g in now.guardrails}
    assert scene.actions()[-2:] == ["guardrail.publish", "query.denied"]


def test_a_later_version_takes_the_place_and_gives_back(hub):
    scene, platform = hub, hub.platform
    scene.approve()
    first = reviewed(scene)
    guardrails.publish(platform, scene.manager, first.id, accept_broken=True)
    second = reviewed(scene, more="", given=examples_with())
    effect = guardrails.publish(platform, scene.manager, second.id)
    assert (effect.lost, effect.gained) == (0, 1)
    assert len(scene.query(ALL)) == 4
    states = {v.id: v.state for v in guardrails.list_versions(platform, scene.auditor)}
    assert states == {first.id: VersionState.SUPERSEDED, second.id: VersionState.PUBLISHED}


def test_nobody_reviews_their_own_and_nothing_unreviewed_is_published(hub):
    made = propose(hub)
    with pytest.raises(Refused) as own:
        guardrails.review(hub.platform, hub.manager, made.id)
    assert own.value.code == "guardrail.own_proposal"
    with pytest.raises(Conflict) as early:
        guardrails.publish(hub.platform, hub.manager, made.id)
    assert early.value.code == "guardrail.wrong_state"
    guardrails.review(hub.platform, hub.dpo, made.id, "Looked at each line.")
    with pytest.raises(Conflict):
        guardrails.review(hub.platform, hub.second, made.id)
    assert guardrails.withdraw(hub.platform, hub.second, made.id).state is VersionState.WITHDRAWN
    with pytest.raises(Conflict):
        guardrails.publish(hub.platform, hub.manager, made.id)


@pytest.mark.parametrize("person", ["owner", "analyst", "auditor", "administrator"])
def test_guardrails_are_the_hub_s(hub, person):
    with pytest.raises(Refused):
        guardrails.propose(hub.platform, getattr(hub, person), HUB, examples_with(), "x")


@pytest.mark.parametrize(
    ("more", "given", "code"),
    [
        ("forbid (", None, "guardrail.does_not_parse"),
        (
            "forbid (principal, action, resource) when { context.nope };",
            None,
            "guardrail.against_schema",
        ),
        ("permit (principal == ?principal, action, resource);", None, "guardrail.template"),
        (
            '@id("x") forbid (principal, action, resource) when { context.onward };',
            None,
            "guardrail.incomplete",
        ),
        (
            '@id("hub-leavers") forbid (principal, action, resource) when { context.onward };',
            None,
            "guardrail.incomplete",
        ),
        (NO_RESEARCH, [], "guardrail.no_examples"),
        (NO_RESEARCH, {}, "guardrail.no_examples"),
        (NO_RESEARCH, ["x"], "guardrail.bad_example"),
        (NO_RESEARCH, [{"name": ""}], "guardrail.bad_example"),
        (NO_RESEARCH, [{"name": "x", "facts": {"nope": 1}}], "guardrail.bad_example"),
        (NO_RESEARCH, [{"name": "x", "facts": {"onward": "yes"}}], "guardrail.bad_example"),
        (NO_RESEARCH, examples_with(ALLOWED), "guardrail.incomplete"),
        (
            NO_RESEARCH,
            examples_with(FORBIDDEN, {**ALLOWED, "facts": FORBIDDEN["facts"]}),
            "guardrail.example_fails",
        ),
        (
            NO_RESEARCH,
            examples_with(FORBIDDEN, {**FORBIDDEN, "facts": ALLOWED["facts"]}),
            "guardrail.example_fails",
        ),
        (
            NO_RESEARCH.replace("resource)", 'resource == Product::"dwp.nothing")'),
            None,
            "guardrail.unknown_entity",
        ),
        (
            NO_RESEARCH.replace("principal,", 'principal == Person::"nobody",'),
            None,
            "guardrail.unknown_entity",
        ),
    ],
)
def test_what_is_not_right_is_not_even_a_draft(hub, more, given, code):
    with pytest.raises(BadInput) as wrong:
        propose(hub, more, given)
    assert wrong.value.code == code
    assert guardrails.list_versions(hub.platform, hub.manager) == ()


def test_a_proposal_says_what_it_is_for(hub):
    with pytest.raises(BadInput) as wrong:
        propose(hub, note=" ")
    assert wrong.value.code == "guardrail.no_note"
    with pytest.raises(BadInput) as long:
        guardrails.propose(hub.platform, hub.manager, " " * 200_001, examples_with(), "x")
    assert long.value.code == "guardrail.too_long"


def test_a_policy_may_name_who_and_what_there_is(hub):
    named = NO_RESEARCH.replace(
        "(principal, action", '(principal == Person::"dfe-analyst", action'
    ).replace("resource)", 'resource == Product::"dwp.claims")')
    facts = {**FORBIDDEN["facts"], "person": "dfe-analyst", "product": "dwp.claims"}
    given = examples_with({**FORBIDDEN, "facts": facts})
    assert propose(hub, named, given).state is VersionState.DRAFT


def test_a_version_is_read_in_english(hub):
    made = propose(hub)
    page = guardrails.show(hub.platform, hub.dpo, made.id)
    assert page.failures == ()
    mine = next(g for g in page.guardrails if g.id == "hub-no-policy-analysis")
    assert mine.says == (
        "Forbids the use when the purpose is 'policy-analysis' and the product's access is not"
        " 'open'."
    )
    with pytest.raises(NotFound):
        guardrails.show(hub.platform, hub.dpo, "GR-0")


def test_special_category_data_waits_for_the_sign_off(hub):
    asked = hub.submit(columns=(("health", "keep"),), legal_basis="gdpr-9-2-b")
    with pytest.raises(Refused) as refused:
        hub.move(hub.owner, asked.id, Move.APPROVE)
    assert "sign-off" in refused.value.message
    assert Move.SIGN_OFF in agreements.show(hub.platform, hub.dpo, asked.id).moves
    hub.move(hub.dpo, asked.id, Move.SIGN_OFF, "Assessed.")
    assert Move.SIGN_OFF not in agreements.show(hub.platform, hub.dpo, asked.id).moves
    hub.move(hub.owner, asked.id, Move.APPROVE)
    assert len(hub.query("SELECT health FROM dwp.claims")) == 4
    told = explanations.explain(
        hub.platform, hub.analyst, "dfe-analyst", "dwp.claims", "policy-analysis"
    )
    assert any("dpo signed it off on" in reason for reason in told.reasons)


def test_a_use_that_waits_for_a_sign_off_says_who_can_give_it(hub):
    """A guardrail of later days meets a live agreement: the nearest miss names the officer."""
    weaker = HUB.replace('@id("hub-dpo-sign-off")', '@id("hub-dpo-sign-off")').replace(
        "&& !context.dpo_sign_off", "&& !context.dpo_sign_off && context.onward"
    )
    given = [t for t in examples_with() if t["forbidden_by"] != "hub-dpo-sign-off"]
    facts = {"classifications": ["special category"], "article_9": True, "onward": True}
    given.append({"name": "x", "facts": facts, "forbidden_by": "hub-dpo-sign-off"})
    made = guardrails.propose(hub.platform, hub.manager, weaker, given, "Weaker.")
    guardrails.review(hub.platform, hub.second, made.id)
    guardrails.publish(hub.platform, hub.manager, made.id)
    hub.approve(columns=(("health", "keep"),), legal_basis="gdpr-9-2-b")
    back = reviewed(hub, more="", given=examples_with())
    guardrails.publish(hub.platform, hub.manager, back.id, accept_broken=True)
    told = explanations.explain(
        hub.platform, hub.analyst, "dfe-analyst", "dwp.claims", "policy-analysis"
    )
    assert told.code == "access.guardrail"
    assert told.needs[0].people == ("dpo",)


def test_stale_guardrails_are_a_task_in_time(hub):
    made = reviewed(hub)
    guardrails.publish(hub.platform, hub.manager, made.id)
    assert tasks.list_all(hub.platform, hub.manager) == []
    hub.clock.forward(days=345)
    (task,) = tasks.list_all(hub.platform, hub.manager)
    assert (task.kind, task.subject) == (TaskKind.PUBLISH_GUARDRAILS, made.id)


def test_an_alarm_is_on_the_record(hub):
    hub.approve()
    made = reviewed(hub)
    guardrails.publish(hub.platform, hub.manager, made.id, accept_broken=True)
    from fairway.store.guardrails import GuardrailRecord

    GuardrailRecord.objects.update(policies=HUB, signature="00")
    with pytest.raises(Refused) as refused:
        hub.query(ALL)
    assert refused.value.code == "access.guardrail"
    (alarm,) = hub.events(action="guardrail.alarm")
    assert "signature" in alarm.reason
