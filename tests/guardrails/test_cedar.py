"""The hub's guardrails: what they forbid, and that whatever goes wrong denies."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.guardrails.cedar import UNCLEAR, CedarGuardrails
from fairway.nouns.access import GuardrailFacts
from fairway.nouns.errors import Unavailable

FACTS = GuardrailFacts(
    person="dfe-analyst",
    product="dwp.claims",
    domain="dwp",
    access="restricted",
    purpose="official-statistics",
    statistical=True,
    legal_basis="gdpr-6-1-e",
    article_9=False,
    classifications=frozenset({"none", "personal"}),
    kept_identifiers=False,
    owner_current=True,
)
GUARDRAILS = CedarGuardrails()


def reasons(**changes):
    verdict = GUARDRAILS.verdict(replace(FACTS, **changes))
    assert verdict.permitted == (not verdict.reasons)
    return verdict.reasons


def test_what_no_guardrail_speaks_against_passes():
    assert reasons() == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classifications": frozenset({"special category"})}, "Article 9"),
        ({"kept_identifiers": True}, "identifiers"),
        ({"owner_current": False}, "appointed data owner"),
        ({"access": "open"}, "about people"),
    ],
)
def test_each_guardrail_speaks_in_a_sentence(changes, words):
    (reason,) = reasons(**changes)
    assert words in reason
    assert reason.endswith(".")


def test_what_a_guardrail_asks_for_lifts_it():
    assert reasons(classifications=frozenset({"special category"}), article_9=True) == ()
    assert reasons(kept_identifiers=True, statistical=False) == ()
    assert reasons(access="open", classifications=frozenset({"none"}), owner_current=False) == ()
    assert reasons(access="open", classifications=frozenset()) == ()


def test_every_guardrail_that_speaks_is_heard():
    assert len(reasons(kept_identifiers=True, owner_current=False)) == 2


def test_a_policy_that_errors_denies_although_cedar_skips_it():
    schema = GUARDRAILS._schema.replace("owner_current: Bool", "owner_current: Bool, depth: Long")
    policies = """
        permit (principal, action == Action::"use", resource);
        @reason("never heard") forbid (principal, action == Action::"use", resource)
        when { 9223372036854775807 + (if context.statistical then 1 else 0) > 0 };
    """
    guardrails = CedarGuardrails(policies, schema.replace(", depth: Long", ""))
    assert guardrails.verdict(replace(FACTS, statistical=True)).reasons == (UNCLEAR,)


def test_facts_outside_the_schema_deny():
    verdict = GUARDRAILS.verdict(replace(FACTS, purpose=3))  # type: ignore[arg-type]
    assert verdict.reasons == (UNCLEAR,)


def test_without_a_permit_nothing_passes():
    none = CedarGuardrails("forbid (principal, action, resource) when { false };")
    assert none.verdict(FACTS).reasons == (UNCLEAR,)


@pytest.mark.parametrize(
    "policies", ["forbid (", 'permit (principal == Dog::"x", action, resource);']
)
def test_policies_that_do_not_hold_permit_nothing_at_all(policies):
    with pytest.raises(Unavailable) as caught:
        CedarGuardrails(policies).verdict(FACTS)
    assert caught.value.code == "guardrails.invalid"


@given(
    st.builds(
        replace,
        st.just(FACTS),
        statistical=st.booleans(),
        article_9=st.booleans(),
        kept_identifiers=st.booleans(),
        owner_current=st.booleans(),
        access=st.sampled_from(["open", "restricted"]),
        classifications=st.frozensets(
            st.sampled_from(["none", "personal", "special category", "identifier"])
        ),
    )
)
def test_more_classifications_are_never_more_permitted(facts):
    """Adding what a product shows never lifts an objection."""
    before = GUARDRAILS.verdict(facts)
    more = replace(facts, classifications=facts.classifications | {"special category"})
    after = GUARDRAILS.verdict(more)
    assert before.permitted or not after.permitted
    assert set(before.reasons) <= set(after.reasons)
