"""The index over everybody answers as the single decision does, and what changes would do."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, POLICY, STATISTICS, TASK, TODAY, a_product, an_agreement, some_terms

from fairway.guardrails.cedar import CedarJudge, packaged
from fairway.nouns.access import AccessRequest, Effect
from fairway.nouns.agreements import Move, State, Step
from fairway.nouns.people import Appointment, Person, Role, Team
from fairway.nouns.products import AccessClass, Column, LogicalType
from fairway.nouns.stops import Stop, Stopped
from fairway.rules.access import decide, guardrail_facts, judged
from fairway.rules.effective import EffectiveAccess, Reading
from fairway.rules.impact import MOST_CHANGES, of_judges, of_readings
from fairway.rules.permissions import roles_of, teams_of

HUB = packaged("hub.cedar")
JUDGE = CedarJudge(HUB)
DAY = timedelta(days=1)
PEOPLE = ["ann", "bob", "cat", "dwp-owner"]
PRODUCTS = {
    p.id: p
    for p in (
        a_product(),
        a_product(table="jobs"),
        a_product(table="left", owner="nobody"),
        a_product(
            table="places",
            access=AccessClass.OPEN,
            columns=(Column("region", LogicalType.STRING),),
        ),
    )
}
PURPOSES = {p.code: p for p in (POLICY, STATISTICS)}
APPROVED = Step(NOW, "dwp-owner", Move.APPROVE, State.SUBMITTED, State.APPROVED)

agreements = st.builds(
    lambda number, **given: an_agreement(id=f"AG-{number}", history=(APPROVED,), **given),
    number=st.integers(1, 10**6),
    asker=st.sampled_from(PEOPLE),
    product=st.sampled_from([*PRODUCTS, "dwp.gone"]),
    purpose=st.sampled_from([*PURPOSES, "gone"]),
    state=st.sampled_from([State.ACTIVE, State.ACTIVE, State.SUSPENDED, State.APPROVED]),
    team=st.sampled_from([None, Team(Role.ANALYST, "dfe"), Team(Role.DATA_STEWARD, "dwp")]),
    granted=st.sampled_from(
        [some_terms("region"), some_terms("region", "person"), some_terms("gone"), None]
    ),
)
appointments = st.builds(
    Appointment,
    person=st.sampled_from(PEOPLE),
    role=st.sampled_from([Role.ANALYST, Role.DATA_STEWARD, Role.DATA_OWNER]),
    domain=st.sampled_from(["dfe", "dwp"]),
    since=st.just(date(2025, 1, 1)),
    until=st.sampled_from([None, TODAY, TODAY - DAY]),
    appointed_by=st.just("hub"),
)
stops = st.builds(
    lambda kind_subject, n: Stop(f"S-{n}", *kind_subject, "Why.", "hub", NOW),
    st.sampled_from(
        [
            (Stopped.PERSON, "ann"),
            (Stopped.PRODUCT, "dwp.jobs"),
            (Stopped.PRODUCT, "dwp.places"),
            (Stopped.AGREEMENT, "AG-1"),
        ]
    ),
    st.integers(1, 99),
)
OWNER = Appointment("dwp-owner", Role.DATA_OWNER, "dwp", date(2025, 1, 1), None, "hub")
HUB_ROLE = Appointment("cat", Role.GOVERNANCE_MANAGER, None, date(2025, 1, 1), None, "hub")


def reading(made=(), held=(OWNER, HUB_ROLE), halted=(), leaves=None):
    people = {name: Person(name, name.title(), "dwp") for name in PEOPLE}
    people["bob"] = replace(people["bob"], leaves=leaves)
    unique = {a.id: a for a in made}
    return Reading(
        day=TODAY,
        people=people,
        appointments=tuple(held),
        products=PRODUCTS,
        agreements=tuple(unique.values()),
        purposes=PURPOSES,
        bases={TASK.code: TASK},
        stops=tuple(halted),
    )


readings = st.builds(
    reading,
    st.lists(agreements, max_size=6),
    st.lists(appointments, max_size=5).map(lambda held: [OWNER, HUB_ROLE, *held]),
    st.lists(stops, max_size=2),
    st.sampled_from([None, TODAY + 10 * DAY, TODAY - DAY]),
)


def single(read, person, product, purpose, agreement=None):
    """Decide one request from the reading, without the index."""
    held = [a for a in read.appointments if a.person == person]
    account, reason = read.people.get(person), read.purposes.get(purpose)
    decision = decide(
        AccessRequest(
            person, purpose, (product,), (), (agreement,) if agreement else (), managed_device=True
        ),
        person=account,
        purpose=reason,
        products={k: v for k, v in read.products.items() if k == product},
        agreements=read.agreements,
        today=read.day,
        teams=teams_of(held, read.day),
        stops=read.stops,
    )
    if decision.effect is Effect.DENY:
        return decision

    def facts(grant):
        contract = grant.product.contract
        owned = any(
            a.current(read.day)
            and (a.person, a.role, a.domain) == (contract.owner, Role.DATA_OWNER, contract.domain)
            for a in read.appointments
        )
        basis = read.bases.get(grant.agreement.legal_basis) if grant.agreement else None
        return guardrail_facts(
            grant,
            person=account,
            purpose=reason,
            basis=basis,
            owner_current=owned,
            today=read.day,
            roles=roles_of(held, read.day),
            managed_device=True,
        )

    return judged(decision, facts, JUDGE)[0]


@given(readings)
def test_the_index_decides_as_a_single_decision_does(read):
    access = EffectiveAccess(read, JUDGE)
    for person in [*PEOPLE, "nobody"]:
        for product in [*PRODUCTS, "dwp.none"]:
            for purpose in [*PURPOSES, "none"]:
                alone = single(read, person, product, purpose)
                assert access.decision(person, product, purpose, managed_device=True) == alone
                if product in PRODUCTS:
                    told = access.explained(person, product, purpose, managed_device=True)
                    assert told.effect is alone.effect
                    assert told.reasons
                    assert bool(told.needs) == (alone.effect is Effect.DENY)


def rows(groups):
    return {
        (person, g.grant.product.id, g.purpose, g.grant.agreement.id)
        for g in groups
        for person in g.people
        if g.grant.agreement
    }


def test_what_two_agreements_show_together_is_not_taken_for_what_one_shows():
    def made(name, *columns):
        return an_agreement(
            id=name,
            asker="ann",
            purpose=STATISTICS.code,
            granted=some_terms(*columns),
            history=(APPROVED,),
        )

    # A guardrail forbids statistics an identifier: under one alone, but not under both.
    both = reading([made("AG-1", "region"), made("AG-2", "region", "person")])
    asked = ("ann", "dwp.claims", STATISTICS.code)
    access = EffectiveAccess(both, JUDGE)
    for _ in range(2):
        assert access.decision(*asked, managed_device=True) == single(both, *asked)
        assert access.decision(*asked, managed_device=True).effect is Effect.PERMIT
        assert {row[3] for row in rows(access.permitted(access.groups()))} == {"AG-1"}
    assert single(both, *asked, agreement="AG-2").effect is Effect.DENY


@given(readings)
def test_the_whole_is_every_single_decision(read):
    access = EffectiveAccess(read, JUDGE)
    whole = rows(access.permitted(access.groups()))
    alone = {
        (person, a.product, a.purpose, a.id)
        for person in PEOPLE
        for a in read.agreements
        if a.product != "dwp.places"
        and single(read, person, a.product, a.purpose, a.id).effect is Effect.PERMIT
    }
    assert whole == alone
    assert rows(g for p in PEOPLE for g in access.of_person(p)) == whole
    assert rows(g for p in PRODUCTS for g in access.of_product(p)) == whole
    assert list(access.of_person("nobody")) == []


def test_one_column_and_what_is_open():
    access = EffectiveAccess(reading([an_agreement(asker="ann", history=(APPROVED,))]), JUDGE)
    assert len(list(access.of_product("dwp.claims", "region"))) == 1
    assert list(access.of_product("dwp.claims", "person")) == []
    everyone = [g for g in access.permitted(access.groups()) if g.grant.agreement is None]
    assert {(g.people[0], g.purpose) for g in everyone} == {("", code) for code in PURPOSES}


def test_one_column_of_an_agreement_that_is_stopped_is_nobodys():
    made = an_agreement(asker="ann", history=(APPROVED,))
    for kind, subject in ((Stopped.AGREEMENT, made.id), (Stopped.PRODUCT, made.product)):
        halt = Stop("S-1", kind, subject, "Why.", "hub", NOW)
        access = EffectiveAccess(reading([made], halted=[halt]), JUDGE)
        assert list(access.of_product("dwp.claims", "region")) == []


# ------------------------------------------------------------------ impact


def team_of(count):
    team = Team(Role.ANALYST, "dfe")
    people = {f"p{n}": Person(f"p{n}", "P", "dfe") for n in range(count)}
    held = [Appointment(p, team.role, team.domain, date(2025, 1, 1), None, "hub") for p in people]
    made = an_agreement(asker="ann", team=team, history=(APPROVED,))
    read = reading([made], [OWNER, *held])
    return replace(read, people={**read.people, **people})


def test_the_impact_of_other_guardrails_counts_everybody():
    read = team_of(1500)
    other = CedarJudge(
        HUB + '@id("x") @reason("No.") forbid (principal, action, resource)'
        ' when { principal == Person::"p7" || context.purpose == "official-statistics" };'
    )
    assert other.personal
    access = EffectiveAccess(read, JUDGE, personal=True)
    effect = of_judges(access, JUDGE, other)
    assert (effect.gained, effect.people, effect.broken) == (0, 2, ())
    assert {c.person for c in effect.changes} == {"p7", ""}
    every = CedarJudge(HUB.replace("context.onward &&", ""))
    effect = of_judges(access, JUDGE, every)
    assert (effect.lost, len(effect.changes), effect.broken) == (1501, MOST_CHANGES, ("AG-1",))
    assert of_judges(access, every, JUDGE).gained == 1501


@pytest.mark.parametrize("gone", ["p3", "dwp-owner"])
def test_the_impact_of_another_reading(gone):
    read = team_of(20)
    less = replace(read, appointments=[a for a in read.appointments if a.person != gone])
    effect = of_readings(EffectiveAccess(read, JUDGE), EffectiveAccess(less, JUDGE))
    assert effect.lost == (1 if gone == "p3" else 21)
    assert effect.broken == (() if gone == "p3" else ("AG-1",))
    back = of_readings(EffectiveAccess(less, JUDGE), EffectiveAccess(read, JUDGE))
    assert back.gained == effect.lost
