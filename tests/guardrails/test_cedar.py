"""The hub's guardrails: what they forbid, and that whatever goes wrong denies."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.guardrails.cedar import CedarJudge, packaged
from fairway.nouns.access import GuardrailFacts
from fairway.nouns.errors import BadInput
from fairway.rules.access import UNCLEAR

FACTS = GuardrailFacts(
    person="dfe-analyst",
    person_domain="dfe",
    roles=frozenset({"analyst"}),
    leaves_in=None,
    product="dwp.claims",
    domain="dwp",
    access="restricted",
    marking="OFFICIAL",
    purpose="official-statistics",
    statistical=True,
    legal_basis="gdpr-6-1-e",
    article_9=False,
    classifications=frozenset({"none", "personal"}),
    kept_identifiers=False,
    owner_current=True,
    managed_device=False,
    dpo_sign_off=False,
    onward=False,
)
GUARDRAILS = CedarJudge(packaged("hub.cedar"))


def reasons(**changes):
    verdict = GUARDRAILS(replace(FACTS, **changes))
    assert verdict.permitted == (not verdict.reasons)
    return verdict.reasons


def test_what_no_guardrail_speaks_against_passes():
    assert reasons() == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classifications": frozenset({"special category"}), "dpo_sign_off": True}, "Article 9"),
        ({"classifications": frozenset({"special category"}), "article_9": True}, "sign-off"),
        ({"marking": "OFFICIAL-SENSITIVE"}, "managed devices"),
        ({"onward": True}, "passed on"),
        ({"leaves_in": 14, "classifications": frozenset({"identifier"})}, "leavers"),
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
    special = frozenset({"special category"})
    assert reasons(classifications=special, article_9=True, dpo_sign_off=True) == ()
    assert reasons(marking="OFFICIAL-SENSITIVE", managed_device=True) == ()
    assert reasons(leaves_in=15, classifications=frozenset({"identifier"})) == ()
    assert reasons(kept_identifiers=True, statistical=False) == ()
    assert reasons(access="open", classifications=frozenset({"none"}), owner_current=False) == ()
    assert reasons(access="open", classifications=frozenset()) == ()


def test_every_guardrail_that_speaks_is_heard():
    assert len(reasons(kept_identifiers=True, owner_current=False)) == 2


def test_a_policy_that_errors_denies_although_cedar_skips_it():
    schema = GUARDRAILS.schema.replace("owner_current: Bool", "owner_current: Bool, depth: Long")
    policies = """
        permit (principal, action == Action::"use", resource);
        @reason("never heard") forbid (principal, action == Action::"use", resource)
        when { 9223372036854775807 + (if context.statistical then 1 else 0) > 0 };
    """
    guardrails = CedarJudge(policies, schema.replace(", depth: Long", ""))
    assert guardrails(replace(FACTS, statistical=True)).reasons == (UNCLEAR,)


def test_facts_outside_the_schema_deny():
    verdict = GUARDRAILS(replace(FACTS, purpose=3))  # type: ignore[arg-type]
    assert verdict.reasons == (UNCLEAR,)


def test_without_a_permit_nothing_passes():
    none = CedarJudge("forbid (principal, action, resource) when { false };")
    assert none(FACTS).reasons == (UNCLEAR,)


@pytest.mark.parametrize(
    "policies", ["forbid (", 'permit (principal == Dog::"x", action, resource);']
)
def test_policies_that_do_not_hold_permit_nothing_at_all(policies):
    with pytest.raises(BadInput) as caught:
        CedarJudge(policies)
    assert caught.value.code in {"guardrail.does_not_parse", "guardrail.against_schema"}


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
    before = GUARDRAILS(facts)
    more = replace(facts, classifications=facts.classifications | {"special category"})
    after = GUARDRAILS(more)
    assert before.permitted or not after.permitted
    assert set(before.reasons) <= set(after.reasons)
