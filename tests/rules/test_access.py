"""A decision is a denial unless everything it needs is there; it always says why."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import POLICY, STATISTICS, TASK, TODAY, a_product, an_agreement, some_terms

from fairway.nouns.access import AccessRequest, Effect, Grant
from fairway.nouns.agreements import State
from fairway.nouns.people import Person
from fairway.nouns.products import AccessClass, Column, LogicalType
from fairway.nouns.treatments import DROP, NULL, PSEUDONYM, Kind, Treatment
from fairway.rules.access import decide, guardrail_facts, open_terms

ANALYST = Person("dfe-analyst", "Analyst", "dfe")
CLAIMS = a_product()


def ask(*, columns=(), agreement=None, products=("dwp.claims",), purpose="policy-analysis"):
    return AccessRequest(
        "dfe-analyst",
        purpose,
        products,
        tuple((p, frozenset(columns)) for p in products),
        (agreement,) if agreement else (),
    )


def answer(request, *agreements, person=ANALYST, purpose=POLICY, product=CLAIMS, today=TODAY):
    return decide(
        request,
        person=person,
        purpose=purpose,
        products={} if product is None else {product.id: product},
        agreements=agreements,
        today=today,
    )


def code(decision):
    assert decision.effect is Effect.DENY
    assert not decision.grants
    assert decision.reasons
    return decision.denials[0].code


def test_an_active_agreement_permits_and_says_so():
    decision = answer(ask(columns=["weeks"]), an_agreement())
    assert decision.effect is Effect.PERMIT
    assert decision.grants[0].terms == an_agreement().granted
    assert decision.reasons == (
        "Agreement AG-1 covers dwp.claims for policy-analysis until 31/12/2026.",
    )


def test_an_open_product_needs_no_agreement():
    decision = answer(ask(), product=a_product(access=AccessClass.OPEN))
    assert decision.effect is Effect.PERMIT
    assert decision.grants[0].agreement is None
    assert {c.name for c in decision.grants[0].terms.columns} == {c.name for c in CLAIMS.columns}
    assert open_terms(CLAIMS).scope is None


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (answer(ask(), an_agreement(), person=None), "access.no_person"),
        (
            answer(ask(), an_agreement(), person=replace(ANALYST, active=False)),
            "access.no_person",
        ),
        (answer(ask(), an_agreement(), purpose=None), "access.unknown_purpose"),
        (answer(ask(), an_agreement(), product=None), "access.no_such_product"),
        (answer(ask(products=()), an_agreement()), "access.no_product"),
        (answer(ask()), "access.no_agreement"),
        (answer(ask(), an_agreement(asker="somebody-else")), "access.no_agreement"),
        (answer(ask(), an_agreement(product="dwp.other")), "access.no_agreement"),
        (answer(ask(agreement="AG-9"), an_agreement()), "access.no_such_agreement"),
        (answer(ask(), an_agreement(purpose="research")), "access.other_purpose"),
        (answer(ask(), an_agreement(granted=None)), "access.nothing_granted"),
        (answer(ask(columns=["health"]), an_agreement()), "access.column_not_granted"),
        (answer(ask(), an_agreement(), today=date(2027, 1, 1)), "access.agreement_not_active"),
        *[
            (answer(ask(), an_agreement(state=state)), "access.agreement_not_active")
            for state in State
            if state not in (State.ACTIVE, State.APPROVED)
        ],
    ],
)
def test_whatever_is_missing_denies(decision, expected):
    assert code(decision) == expected


def test_a_dropped_column_is_not_granted_but_an_unknown_name_is_the_engines_affair():
    agreement = an_agreement(granted=some_terms("region", ("weeks", DROP)))
    assert code(answer(ask(columns=["weeks"]), agreement)) == "access.column_not_granted"
    assert answer(ask(columns=["an_alias"]), agreement).effect is Effect.PERMIT


def test_terms_that_no_longer_apply_deny():
    agreement = an_agreement(granted=some_terms(("weeks", Treatment(Kind.BAND, 5))))
    changed = a_product(columns=(Column("weeks", LogicalType.STRING),))
    assert code(answer(ask(), agreement, product=changed)) == "access.terms_do_not_apply"


def test_of_several_agreements_the_one_that_covers_serves_and_a_pin_decides():
    narrow = an_agreement(id="AG-2", granted=some_terms("region"))
    wide = an_agreement()
    assert answer(ask(columns=["weeks"]), narrow, wide).grants[0].agreement == wide
    pinned = answer(ask(columns=["weeks"], agreement="AG-2"), narrow, wide)
    assert code(pinned) == "access.column_not_granted"


def test_an_agreement_for_the_purpose_is_nearer_than_one_in_use_for_another():
    suspended = an_agreement(id="AG-2", state=State.SUSPENDED)
    decision = answer(ask(), an_agreement(purpose="research"), suspended)
    assert code(decision) == "access.agreement_not_active"
    assert decision.reasons == ("Agreement AG-2 on dwp.claims is suspended.",)


def test_a_pin_decides_for_its_own_product_and_leaves_the_others_to_theirs():
    jobs = a_product(table="jobs", id="c-2")
    on_jobs = an_agreement(id="AG-3", product="dwp.jobs")
    decision = decide(
        ask(products=("dwp.claims", "dwp.jobs"), agreement="AG-1"),
        person=ANALYST,
        purpose=POLICY,
        products={CLAIMS.id: CLAIMS, jobs.id: jobs},
        agreements=[an_agreement(id="AG-2"), an_agreement(), on_jobs],
        today=TODAY,
    )
    assert [g.agreement.id for g in decision.grants] == ["AG-1", "AG-3"]
    assert code(answer(ask(agreement="AG-3"), on_jobs)) == "access.no_such_agreement"


def test_one_denial_denies_the_whole_query():
    request = ask(products=("dwp.claims", "dfe.nothing"))
    assert code(answer(request, an_agreement())) == "access.no_such_product"


def facts(terms, **changes):
    grant = Grant(CLAIMS, terms, (an_agreement(),))
    given = {"person": ANALYST, "purpose": STATISTICS, "basis": TASK, "owner_current": True}
    return guardrail_facts(grant, today=TODAY, **{**given, **changes})


def test_guardrails_hear_of_what_stays_readable():
    told = facts(some_terms("person", ("health", NULL), ("born", DROP), "region"))
    assert told.classifications == {"identifier", "none"}
    assert told.kept_identifiers
    assert told.statistical
    assert not told.article_9
    assert told.legal_basis == "gdpr-6-1-e"


def test_a_pseudonym_is_no_kept_identifier_and_no_basis_meets_no_condition():
    told = facts(some_terms(("person", PSEUDONYM), "gone"), basis=None)
    assert not told.kept_identifiers
    assert told.classifications == {"identifier"}
    assert (told.legal_basis, told.article_9) == ("", False)


@given(
    st.lists(
        st.builds(
            an_agreement,
            state=st.sampled_from([s for s in State if s not in (State.ACTIVE, State.APPROVED)]),
            asker=st.sampled_from(["dfe-analyst", "somebody-else"]),
        ),
        max_size=4,
    ),
    st.sampled_from([None, "AG-1"]),
)
def test_nothing_but_an_active_agreement_ever_permits(agreements, pin):
    assert answer(ask(agreement=pin), *agreements).effect is Effect.DENY
