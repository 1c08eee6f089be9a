"""A decision in words: what decided, and the nearest miss with those who could make it good."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.builders import NOW, TODAY, a_product, an_agreement, an_appointment, some_terms

from fairway.nouns.access import Decision, Denial, Effect, Grant
from fairway.nouns.agreements import Move, State, Step
from fairway.nouns.explanations import Circumstances
from fairway.nouns.people import Person, Role
from fairway.nouns.products import AccessClass
from fairway.nouns.treatments import DROP
from fairway.rules.access import open_terms
from fairway.rules.explanations import approval, as_of, explain, sight, version_of, visible

CLAIMS = a_product()
OWNERSHIP = replace(an_appointment(Role.DATA_OWNER, "dwp"), person="dwp-owner")
FACTS = Circumstances(
    asked="dfe-analyst",
    person=Person("dfe-analyst", "The analyst", "dfe"),
    product=CLAIMS,
    purpose="policy-analysis",
    on=TODAY,
    agreements=(),
    analyst=True,
    ownership=(OWNERSHIP,),
    owners=("dwp-owner", "dfe-analyst"),
    managers=("manager",),
    administrators=("administrator",),
)


def step(move, after, at=NOW, person="dwp-owner"):
    return Step(at, person, move, State.SUBMITTED, after)


def denied(code, reason="No.", facts=FACTS, *, own=False, **changes):
    denial = Denial(code, reason, "")
    decision = Decision(Effect.DENY, (reason,), denials=(denial,))
    return explain(decision, replace(facts, **changes), own=own)


def needs(code, **changes):
    return [(need.sentence, need.people) for need in denied(code, **changes).needs]


APPROVE = ("A data owner of dwp would have to approve it.", ("dwp-owner",))
ASK = ("The analyst would have to ask for dwp.claims for policy-analysis.", ("dfe-analyst",))


# ------------------------------------------------------------------ permits


def test_a_permit_names_agreement_approval_appointment_and_guardrails():
    approved = an_agreement(
        history=(step(Move.APPROVE, State.APPROVED),),
        granted=some_terms("region", ("weeks", DROP)),
    )
    decision = Decision(
        Effect.PERMIT, ("It is covered.",), (Grant(CLAIMS, approved.granted, (approved,)),)
    )
    told = explain(decision, FACTS, own=True)
    assert told.sentence == "You may use dwp.claims for policy-analysis on 01/03/2026."
    assert told.reasons == (
        "It is covered.",
        "dwp-owner approved AG-1 on 01/03/2026 under gdpr-6-1-e.",
        "dwp-owner is data owner in dwp since 01/01/2026, appointed by administrator.",
        "No guardrail of the hub forbids it.",
    )
    assert (told.agreements, [c.name for c in told.terms.columns]) == (("AG-1",), ["region"])
    assert (told.code, told.needs) == ("", ())


def test_an_open_product_rests_on_no_agreement_and_no_appointment():
    product = a_product(access=AccessClass.OPEN)
    grant = Grant(product, open_terms(product))
    told = explain(Decision(Effect.PERMIT, ("Open.",), (grant,)), FACTS, own=False)
    assert told.sentence.startswith("The analyst may use")
    assert told.reasons == ("Open.", "No guardrail of the hub forbids it.")
    assert told.agreements == ()
    assert sight(grant, "", "Everyone", ("research",)).why.endswith("to everyone who is signed in.")


def test_an_appointment_at_the_hub_is_in_no_domain():
    grant = Grant(CLAIMS, an_agreement().granted, (an_agreement(),))
    facts = replace(FACTS, ownership=(replace(OWNERSHIP, domain=None),))
    told = explain(Decision(Effect.PERMIT, ("Yes.",), (grant,)), facts, own=True)
    assert "dwp-owner is data owner since 01/01/2026" in told.reasons[1]


def test_a_sight_says_until_when_and_who_approved():
    agreement = an_agreement(history=(step(Move.APPROVE, State.APPROVED),))
    seen = sight(Grant(CLAIMS, agreement.granted, (agreement,)), "p", "P", ("policy-analysis",))
    assert seen.why == (
        "Agreement AG-1, until 31/12/2026. dwp-owner approved AG-1 on 01/03/2026 under gdpr-6-1-e."
    )
    bare = an_agreement()
    assert approval(bare) == ""
    assert sight(Grant(CLAIMS, bare.granted, (bare,)), "p", "P", ()).why.endswith("31/12/2026.")


def test_what_is_dropped_is_not_visible():
    assert [c.name for c in visible(some_terms("region", ("weeks", DROP))).columns] == ["region"]


# ------------------------------------------------------------------ denials


@pytest.mark.parametrize(
    ("reason", "own", "spoken"),
    [
        ("You have no agreement.", True, "You have no agreement."),
        ("You have no agreement.", False, "The analyst has no agreement."),
        ("You may use it for x.", False, "The analyst may use it for x."),
        ("Agreement AG-1 is expired.", False, "Agreement AG-1 is expired."),
    ],
)
def test_a_reason_speaks_to_the_person_or_about_them(reason, own, spoken):
    told = denied("access.no_agreement", reason, own=own)
    assert told.reasons == (spoken,)
    assert told.sentence.startswith("You may not" if own else "The analyst may not")
    assert told.code == "access.no_agreement"


def test_what_a_new_agreement_needs_begins_where_the_person_stands():
    assert needs("access.no_agreement") == [ASK, APPROVE]
    assert needs("access.no_agreement", analyst=False, ownership=()) == [
        ("The analyst would have to be appointed analyst.", ("manager",)),
        ("dwp-owner would have to be appointed data owner in dwp.", ("manager",)),
        ASK,
        APPROVE,
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.DRAFT, [("AG-1 would have to be submitted.", ("dfe-analyst",)), APPROVE]),
        (State.SUBMITTED, [APPROVE]),
        (
            State.IN_QUESTION,
            [("The question about AG-1 would have to be answered.", ("dfe-analyst",)), APPROVE],
        ),
        (State.SUSPENDED, [("AG-1 would have to be resumed.", ("dwp-owner", "manager"))]),
        (State.EXPIRED, [ASK, APPROVE]),
        (State.REFUSED, [ASK, APPROVE]),
    ],
)
def test_an_agreement_on_its_way_needs_its_next_step(state, expected):
    mine = (an_agreement(purpose="research"), an_agreement(state=state))
    assert needs("access.agreement_not_active", agreements=mine) == expected


def test_an_approved_agreement_waits_for_its_first_day():
    terms = some_terms("weeks", starts=date(2026, 6, 1))
    mine = (an_agreement(state=State.APPROVED, granted=terms),)
    assert needs("access.agreement_not_active", agreements=mine) == [
        ("The first day of AG-1, 01/06/2026, would have to come.", ())
    ]


def test_terms_that_do_not_apply_need_a_new_request_whatever_is_under_way():
    mine = (an_agreement(state=State.SUBMITTED),)
    assert needs("access.terms_do_not_apply", agreements=mine) == [ASK, APPROVE]


def test_what_no_agreement_mends():
    assert needs("access.no_person", person=None) == [
        ("dfe-analyst would need an active account.", ("administrator",))
    ]
    assert needs("access.unknown_purpose")[0][1] == ("dfe-analyst",)
    assert needs("access.no_such_product") == [
        ("dwp.claims would have to be published.", FACTS.owners)
    ]
    assert denied("access.no_person", person=None).sentence.startswith("dfe-analyst may not use")


def test_past_a_guardrail():
    assert needs("access.guardrail", ownership=()) == [
        ("dwp-owner would have to be appointed data owner in dwp.", ("manager",))
    ]
    less, approve = needs("access.guardrail")
    assert "fewer columns" in less[0]
    assert approve == APPROVE
    opened = a_product(access=AccessClass.OPEN)
    assert "corrected" in needs("access.guardrail", product=opened)[0][0]


# ------------------------------------------------------------------ days gone by


def test_an_agreement_as_it_stood():
    approved = NOW + timedelta(days=2)
    ended = NOW + timedelta(days=9)
    history = (
        step(Move.SUBMIT, State.SUBMITTED, NOW + timedelta(days=1)),
        step(Move.APPROVE, State.APPROVED, approved),
        step(Move.TERMINATE, State.TERMINATED, ended),
    )
    agreement = an_agreement(state=State.TERMINATED, history=history)
    day = timedelta(days=1)
    assert as_of(agreement, TODAY - day) is None
    stood = [as_of(agreement, TODAY + n * day) for n in (0, 1, 2, 8, 9)]
    assert [a.state for a in stood] == [
        State.DRAFT,
        State.SUBMITTED,
        State.APPROVED,
        State.APPROVED,
        State.TERMINATED,
    ]
    assert [a.granted is None for a in stood] == [True, True, False, False, False]
    assert len(stood[2].history) == 2


def test_the_version_that_was_current():
    older = replace(CLAIMS, published_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert version_of([CLAIMS, older], TODAY) is CLAIMS
    assert version_of([CLAIMS, older], date(2026, 2, 1)) is older
    assert version_of([CLAIMS, older], date(2025, 1, 1)) is None
