"""Obligations of several agreements: each is kept, in whatever order they come."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, POLICY, TASK, TODAY, a_product, an_agreement, some_terms
from tests.rules.test_treatments import anything

from fairway.nouns.access import AccessRequest, Effect, Grant, Verdict
from fairway.nouns.agreements import GrantedColumn, State, Terms
from fairway.nouns.people import Person
from fairway.nouns.scopes import Comparison, Operator
from fairway.nouns.stops import Stop, Stopped
from fairway.nouns.treatments import DROP, KEEP, NULL, PSEUDONYM, Kind, Treatment
from fairway.rules.access import decide, guardrail_facts, judged
from fairway.rules.obligations import names, together
from fairway.rules.scopes import holds
from fairway.rules.treatments import at_least_as_strong

CLAIMS = a_product()
ANALYST = Person("dfe-analyst", "Analyst", "dfe")
NAMES = ("person", "born", "region", "weeks")

columns = st.lists(
    st.builds(GrantedColumn, st.sampled_from(NAMES), anything),
    min_size=1,
    unique_by=lambda c: c.name,
).map(tuple)
scopes = st.none() | st.builds(
    Comparison, st.just("weeks"), st.sampled_from(list(Operator)), st.integers(0, 6)
)
days = st.dates(date(2026, 1, 1), date(2027, 1, 1))
several = st.lists(st.builds(Terms, columns, scopes, days, days), min_size=1, max_size=4)


@given(several)
def test_what_is_seen_together_is_what_each_lets_be_seen(terms):
    joined = together(terms)
    for one in terms:
        assert one.starts <= joined.starts
        assert one.ends >= joined.ends
        for column in joined.columns:
            assert at_least_as_strong(column.treatment, one.column(column.name).treatment)
        for weeks in (*range(-1, 8), None):
            row = {"weeks": weeks}
            if joined.scope is None or holds(joined.scope, row):
                assert one.scope is None or holds(one.scope, row)
    for name in NAMES:
        if all(t.column(name) for t in terms):
            assert joined.column(name) is not None


def meaning(terms):
    """Return terms so that equal ones mean the same: in no order of columns or conditions."""
    rows = [terms.scope is None or holds(terms.scope, {"weeks": n}) for n in (*range(-1, 8), None)]
    return {c.name: c.treatment for c in terms.columns}, rows, terms.starts, terms.ends


@given(several)
def test_the_order_changes_nothing_and_saying_it_twice_does_not_either(terms):
    one = meaning(together(terms))
    assert all(meaning(together(order)) == one for order in permutations(terms))
    assert meaning(together([*terms, *terms])) == one


def answer(*agreements, named=(), stops=(), product=CLAIMS, pinned=()):
    return decide(
        AccessRequest(
            person="dfe-analyst",
            purpose="policy-analysis",
            products=("dwp.claims",),
            columns=(("dwp.claims", frozenset(named)),),
            pinned=pinned,
        ),
        person=ANALYST,
        purpose=POLICY,
        products={product.id: product},
        agreements=agreements,
        today=TODAY,
        stops=stops,
    )


def band(amount):
    return Treatment(Kind.BAND, amount)


WALES = an_agreement(
    id="AG-1",
    granted=some_terms(
        "region", ("weeks", band(4)), scope=Comparison("region", Operator.EQUAL, "Wales")
    ),
)
FEW = an_agreement(
    id="AG-2",
    granted=some_terms(("person", PSEUDONYM), "region", ("weeks", band(6)), ends=date(2026, 6, 30)),
)
BORN = an_agreement(id="AG-3", granted=some_terms("born", "region"))


def test_two_agreements_for_the_purpose_are_both_kept():
    (grant,) = answer(WALES, FEW).grants
    assert grant.under == ("AG-1", "AG-2")
    assert grant.terms == replace(
        some_terms("region", ("weeks", band(12)), ends=date(2026, 6, 30)),
        scope=WALES.granted.scope,
    )


def test_the_reason_names_all_of_them_and_the_first_last_day():
    (reason,) = answer(WALES, FEW).reasons
    assert reason.startswith("Agreements AG-1 and AG-2 cover dwp.claims for policy-analysis until")
    assert reason.endswith("until 30/06/2026, and all are kept.")


def test_an_agreement_that_does_not_cover_what_is_named_is_not_what_the_use_rests_on():
    assert answer(WALES, FEW, BORN, named=["born"]).grants[0].under == ("AG-3",)
    assert answer(WALES, FEW, BORN, named=["weeks"]).grants[0].under == ("AG-1", "AG-2")
    assert [c.name for c in answer(WALES, BORN).grants[0].terms.columns] == ["region"]


@pytest.mark.parametrize("named", [(), ("region",), ("weeks",), ("person", "born")])
def test_a_decision_is_the_same_in_whatever_order_agreements_come(named):
    suspended = an_agreement(id="AG-4", state=State.SUSPENDED)
    found = [
        (d.effect, [(g.under, g.terms) for g in d.grants])
        for order in permutations((WALES, FEW, BORN, suspended))
        for d in [answer(*order, named=named)]
    ]
    assert all(one == found[0] for one in found)


def test_a_pin_leaves_the_others_out_and_several_pins_keep_all_that_they_name():
    assert answer(WALES, FEW, BORN, pinned=("AG-2",)).grants[0].under == ("AG-2",)
    assert answer(WALES, FEW, BORN, pinned=("AG-3", "AG-1")).grants[0].under == ("AG-1", "AG-3")
    unknown = answer(WALES, FEW, pinned=("AG-1", "AG-9"))
    assert unknown.denials[0].code == "access.no_such_agreement"
    assert "AG-9" in unknown.denials[0].reason


def test_an_agreement_that_cannot_be_applied_denies_until_another_is_named():
    gone = an_agreement(id="AG-0", granted=some_terms("gone"))
    for order in permutations((WALES, FEW, gone)):
        (denial,) = answer(*order).denials
        assert denial.code == "access.terms_do_not_apply"
        assert "AG-0" in denial.reason
    assert answer(WALES, gone, pinned=("AG-1",)).effect is Effect.PERMIT


def test_an_agreement_that_the_hub_stopped_is_no_permit():
    stop = Stop("S-1", Stopped.AGREEMENT, "AG-2", "Looked into.", "hub", NOW)
    assert answer(WALES, FEW, stops=[stop]).grants[0].under == ("AG-1",)


def verdicts(*forbidden):
    """Return a judgement by legal basis, and every grant that it was asked about."""
    asked = []

    def facts(grant):
        asked.append(grant)
        basis = replace(TASK, code=grant.agreement.legal_basis)
        return guardrail_facts(
            grant,
            person=ANALYST,
            purpose=POLICY,
            basis=basis,
            owner_current=True,
            today=TODAY,
        )

    def verdict(known):
        return Verdict(known.legal_basis not in forbidden, ("Not on this basis.",))

    return facts, verdict, asked


def test_guardrails_are_asked_under_each_agreement_and_one_that_forbids_denies():
    consent = replace(FEW, legal_basis="gdpr-6-1-a")
    facts, verdict, asked = verdicts()
    decision, _ = judged(answer(WALES, consent), facts, verdict)
    assert decision.effect is Effect.PERMIT
    assert [g.under for g in asked] == [("AG-1",), ("AG-2",)]
    assert {g.terms for g in asked} == {decision.grants[0].terms}
    for order in permutations((WALES, consent)):
        facts, verdict, _ = verdicts("gdpr-6-1-a")
        refused, _ = judged(answer(*order), facts, verdict)
        (denial,) = refused.denials
        assert denial.code == "access.guardrail"
        assert denial.remedy.endswith("Or name the one of your agreements that is to count alone.")


def test_a_grant_on_several_agreements_has_not_one():
    grant = Grant(CLAIMS, WALES.granted, (WALES, FEW))
    with pytest.raises(ValueError, match="too many values"):
        _ = grant.agreement


def test_treatments_that_nothing_but_null_joins_show_nothing():
    a = some_terms(("weeks", Treatment(Kind.ROUND, 20)), ("born", DROP), ("region", KEEP))
    b = some_terms(("weeks", band(5)), ("born", KEEP))
    assert {c.name: c.treatment for c in together([a, b]).columns} == {"weeks": NULL, "born": DROP}


def test_names_in_a_sentence():
    assert [names("A"), names("AB"), names("ABC")] == ["A", "A and B", "A, B and C"]
