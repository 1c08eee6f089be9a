"""What is explained is what happens: the same step decides for both."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import TODAY
from tests.scene import REGIONS

from fairway.nouns.access import Effect, Verdict
from fairway.nouns.agreements import Move
from fairway.nouns.errors import FairwayError, NotFound, Refused
from fairway.nouns.people import Actor, Person, Role, Via
from fairway.verbs import explanations, people, queries
from fairway.verbs.acting import SYSTEM
from fairway.verbs.asking import Granting

POLICY, RESEARCH, STATISTICS = "policy-analysis", "research", "official-statistics"


@pytest.fixture(autouse=True)
def published(scene):
    scene.publish()
    scene.publish(REGIONS)


def why(scene, actor=None, person="dfe-analyst", product="dwp.claims", purpose=POLICY, on=None):
    return explanations.explain(
        scene.platform, actor or scene.analyst, person, product, purpose, on
    )


def who(scene, product="dwp.claims", column=None, on=None, actor=None):
    return explanations.who_can_see(scene.platform, actor or scene.owner, product, column, on)


def seen(scene, actor=None, person="dfe-analyst", on=None):
    return explanations.what_can_be_seen(scene.platform, actor or scene.analyst, person, on)


def refused(call):
    with pytest.raises(FairwayError) as caught:
        call()
    return caught.value.code


# ------------------------------------------------------------------ why


def test_a_permit_says_what_decided_and_on_which_terms(scene):
    agreement = scene.approve(scope="weeks < 50")
    told = why(scene)
    assert told.effect is Effect.PERMIT
    assert told.sentence == "You may use dwp.claims for policy-analysis on 01/03/2026."
    assert told.agreements == (agreement.id,)
    assert agreement.id in told.reasons[0]
    assert told.reasons[1].startswith(f"dwp-owner approved {agreement.id} on 01/03/2026")
    assert told.reasons[2].startswith("dwp-owner is data owner in dwp since 01/01/2025")
    assert [str(c.treatment) for c in told.terms.columns] == ["keep", "keep"]
    assert told.terms.ends == date(2026, 12, 31)


def test_a_denial_says_what_would_have_to_be_true_and_who_could_make_it_so(scene):
    told = why(scene)
    assert (told.effect, told.code) == (Effect.DENY, "access.no_agreement")
    assert [need.people for need in told.needs] == [("dfe-analyst",), ("dwp-owner",)]
    other = why(scene, scene.manager, "dfe-stranger")
    assert other.reasons == ("dfe stranger has no agreement on dwp.claims, which is restricted.",)
    assert other.needs[0].people == ("governance-manager",)


def test_a_guardrail_that_forbids_is_named(scene):
    scene.approve()
    people.end_appointment(scene.platform, SYSTEM, "dwp-owner", Role.DATA_OWNER, "dwp", until=TODAY)
    scene.clock.forward(days=1)
    told = why(scene)
    assert told.code == "access.no_owner"
    assert told.reasons == ("A product without an appointed data owner cannot be shared.",)
    assert told.needs[0].people == ("governance-manager",)


class Silent:
    """Guardrails that forbid everything and say nothing."""

    def verdicts(self):
        return lambda _: Verdict(False)


def test_a_guardrail_that_gives_no_reason_still_forbids(scene):
    scene.approve()
    scene.platform = replace(scene.platform, guardrails=Silent())
    assert why(scene).reasons == ("A guardrail of the hub forbids this.",)
    assert who(scene) == ()


def test_who_does_not_exist_and_what_is_not_on_the_list(scene):
    assert why(scene, scene.auditor, "nobody").code == "access.no_person"
    assert why(scene, purpose="idle-curiosity").code == "access.unknown_purpose"
    assert refused(lambda: why(scene, product="dwp.nothing")) == "product.not_found"


def test_a_day_to_come_and_a_day_gone_by(scene):
    scene.clock.forward(days=3)
    agreement = scene.approve()
    scene.clock.forward(days=5)
    scene.move(scene.manager, agreement.id, Move.SUSPEND, "An incident.")
    assert why(scene).code == "access.agreement_not_active"
    assert why(scene, on=TODAY + timedelta(days=5)).effect is Effect.PERMIT
    assert why(scene, on=TODAY + timedelta(days=2)).code == "access.no_agreement"
    assert why(scene, on=TODAY - timedelta(days=1)).code == "access.no_such_product"
    scene.move(scene.manager, agreement.id, Move.RESUME)
    assert why(scene, on=date(2026, 9, 2)).effect is Effect.PERMIT
    assert why(scene, on=date(2026, 9, 3)).effect is Effect.DENY  # nobody confirmed it by then
    assert why(scene, on=date(2027, 1, 1)).code == "access.agreement_not_active"


def test_questions_about_others_are_for_watchers_and_owners_and_on_the_record(scene):
    before = len(scene.events())
    why(scene)
    assert len(scene.events()) == before
    for actor in (scene.auditor, scene.manager, scene.owner):
        why(scene, actor)
        last = scene.events()[-1]
        assert (last.actor, last.action) == (actor.person, "access.explain")
        assert (last.subject, last.products, last.purpose) == (
            "dfe-analyst",
            ("dwp.claims",),
            POLICY,
        )
    for actor in (scene.analyst, scene.steward, scene.administrator):
        with pytest.raises(Refused):
            why(scene, actor, "dfe-stranger")
        assert scene.events()[-1].action == "access.explain.refused"
    stranger = Actor("nobody", Via.API)
    assert refused(lambda: why(scene, stranger, "nobody")) == "access.not_signed_in"


def test_an_owner_of_another_domain_is_refused(scene):
    account = Person("dfe-owner", "dfe owner", "dfe")
    people.add_person(scene.platform, SYSTEM, account, None)
    people.appoint(
        scene.platform, SYSTEM, "dfe-owner", Role.DATA_OWNER, "dfe", since=TODAY, evidence="Letter"
    )
    other = Actor("dfe-owner", Via.API)
    assert refused(lambda: why(scene, other)) == "access.not_permitted"
    assert refused(lambda: who(scene, actor=other)) == "access.not_permitted"
    scene.approve()
    assert seen(scene, other) == ()
    assert {s.product for s in seen(scene, scene.owner)} == {"dwp.claims", "dwp.regions"}


# ------------------------------------------------------------------ who, and what


def test_who_can_see_a_product_and_a_column(scene):
    wide = scene.approve(columns=(("region", "keep"), ("weeks", "band:10")))
    scene.approve(columns=(("region", "keep"),), purpose=RESEARCH)
    scene.submit(purpose="operational-planning")
    assert {s.purposes for s in who(scene)} == {(POLICY,), (RESEARCH,)}
    (only,) = who(scene, column="WEEKS")
    assert (only.person, only.name, only.agreement) == ("dfe-analyst", "dfe analyst", wide.id)
    assert str(only.terms.column("weeks").treatment) == "band:10"
    assert "dwp-owner approved" in only.why
    event = scene.events()[-1]
    assert (event.action, event.subject) == ("access.explain", "dwp.claims.weeks")
    assert who(scene, column="health") == ()
    assert who(scene, on=TODAY - timedelta(days=1)) == ()
    assert refused(lambda: who(scene, column="height")) == "product.no_such_column"


def test_an_account_that_was_closed_sees_nothing(scene):
    scene.approve()
    people.deactivate(scene.platform, scene.administrator, "dfe-analyst")
    assert who(scene) == ()
    assert seen(scene, scene.auditor) == ()


def test_everyone_can_see_what_is_open(scene):
    (everyone,) = who(scene, "dwp.regions")
    assert (everyone.person, everyone.agreement) == ("", None)
    assert {POLICY, STATISTICS} <= set(everyone.purposes)
    (mine,) = seen(scene)
    assert (mine.person, mine.product) == ("dfe-analyst", "dwp.regions")


def test_an_open_product_that_the_guardrails_forbid_is_seen_by_nobody(scene):
    scene.platform = replace(scene.platform, guardrails=Silent())
    assert who(scene, "dwp.regions") == ()
    assert seen(scene) == ()


def test_what_a_person_can_see_now_and_on_another_day(scene):
    scene.approve()
    assert [s.product for s in seen(scene)] == ["dwp.claims", "dwp.regions"]
    assert [s.product for s in seen(scene, on=date(2027, 1, 1))] == ["dwp.regions"]
    assert seen(scene, on=TODAY - timedelta(days=1)) == ()
    scene.clock.forward(days=2)
    assert [s.product for s in seen(scene, scene.auditor, on=TODAY)] == [
        "dwp.claims",
        "dwp.regions",
    ]
    assert scene.events()[-1].details["question"] == "seen"
    with pytest.raises(NotFound):
        seen(scene, scene.auditor, "nobody")
    assert refused(lambda: seen(scene, scene.analyst, "dwp-owner")) == "access.not_permitted"


# ------------------------------------------------------------------ the promise

MOVES = st.sampled_from([None, Move.SUSPEND, Move.TERMINATE])
SHARES = st.tuples(
    st.sampled_from([POLICY, RESEARCH, STATISTICS]),
    st.sampled_from(
        [
            (("region", "keep"),),
            (("person", "keep"), ("weeks", "keep")),
            (("health", "keep"),),
            (("health", "null"), ("weeks", "keep")),
            (("region", "drop"), ("weeks", "band:10")),
        ]
    ),
    st.sampled_from(["draft", "submitted", "approved"]),
    MOVES,
    st.sampled_from([0, 10]),
)


class Nothing:
    """An engine that finds no rows: what is decided is decided before it."""

    rows = 0
    engine = "none"

    def run(self, query, relations, limits):
        return self

    def __iter__(self):
        return iter(())

    def stop(self):
        pass

    def close(self):
        pass


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    shares=st.lists(SHARES, max_size=3),
    purpose=st.sampled_from([POLICY, RESEARCH, STATISTICS, "idle-curiosity"]),
    product=st.sampled_from(["dwp.claims", "dwp.claims", "dwp.regions"]),
    person=st.sampled_from(["dfe-analyst", "dfe-stranger"]),
    forward=st.sampled_from([0, 11, 400]),
)
def test_it_says_permit_exactly_when_a_query_is_not_denied(
    scene, shares, purpose, product, person, forward
):
    stood = scene.clock.time
    made = []
    try:
        for asked_for, columns, stage, move, starts in shares:
            made.append(share(scene, asked_for, columns, stage, move, starts))
        scene.clock.forward(days=forward)
        told = why(scene, Actor(person, Via.API), person, product, purpose)
        assert told.code == denial(scene, person, product, purpose)
        assert (told.effect is Effect.PERMIT) == (told.code == "")
        assert bool(told.needs) == bool(told.code)
        if told.effect is Effect.PERMIT:
            ways = seen(scene, Actor(person, Via.API), person)
            assert any(
                way.product == product and purpose in way.purposes and way.terms == told.terms
                for way in ways
            )
    finally:
        scene.clock.time = stood
        for agreement in made:
            end(scene, agreement)


def share(scene, purpose, columns, stage, move, starts):
    """Bring an agreement to a stage, as far as the hub's guardrails let it."""
    asked = {"purpose": purpose, "columns": columns, "starts": TODAY + timedelta(days=starts)}
    if stage == "draft":
        return scene.draft(**asked).id
    agreement = scene.submit(**asked).id
    if stage == "submitted":
        return agreement
    try:
        scene.move(scene.owner, agreement, Move.APPROVE, granting=Granting())
        if move is not None:
            scene.move(scene.owner, agreement, move, "A note.")
    except FairwayError:
        pass  # a guardrail forbids the approval, or an agreement that waits cannot be suspended
    return agreement


def end(scene, agreement):
    """Take an agreement out of the way of the next example."""
    with scene.platform.store.transaction():
        stood = scene.platform.store.agreements.get(agreement)
        scene.platform.store.agreements.put(replace(stood, asker="dwp-steward"))


def denial(scene, person, product, purpose):
    """Return the code by which a query of every column is denied; empty when it is served."""
    platform = replace(scene.platform, engine=Nothing())
    try:
        queries.run(platform, Actor(person, Via.API), f"SELECT * FROM {product}", purpose)
    except Refused as refusal:
        return refusal.code
    return ""
