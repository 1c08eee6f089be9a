"""Whatever is wrong with facts, policies or the published version: nothing is allowed."""

import random
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest
from tests.guardrails.policies import facts

from fairway.guardrails.bundle import HubGuardrails, examples, signed_bytes
from fairway.guardrails.cedar import CedarJudge, packaged
from fairway.nouns.access import GuardrailFacts
from fairway.nouns.guardrails import GuardrailVersion, VersionState
from fairway.rules.guardrails import USUAL

TODAY = date(2026, 3, 1)
HUB = packaged("hub.cedar")
PERMIT_ALL = "permit (principal, action, resource);"
WRONG = [
    *(None, 3, 2**70, 1.5, b"bytes", "text\ud800", [], {}, (), set(), object()),
    *(frozenset({1}), frozenset({"a", None}), frozenset({True}), {"type": "Person"}, ["none"]),
]


def wrong_facts(chance: random.Random) -> GuardrailFacts:
    """Return facts of which one is of a type that the schema does not know."""
    names = [f.name for f in fields(GuardrailFacts)]
    while True:
        given = facts(chance)
        name = chance.choice(names)
        value = chance.choice(WRONG)
        right = getattr(USUAL, name)
        if type(value) is type(right) and not _unfit(value):
            continue
        if name == "leaves_in" and (value is None or value == 3):
            continue
        return replace(given, **{name: value})


def _unfit(value: object) -> bool:
    if isinstance(value, str):
        return "\ud800" in value
    return isinstance(value, frozenset) and not all(isinstance(v, str) for v in value)


@pytest.mark.parametrize("policies", [HUB, PERMIT_ALL], ids=["the hub's", "permit all"])
def test_facts_of_another_type_are_never_allowed(policies):
    judge = CedarJudge(policies)
    chance = random.Random(3)
    verdicts = [judge(wrong_facts(chance)) for _ in range(600)]
    assert [v for v in verdicts if v.permitted] == []
    assert all(v.alarm for v in verdicts)


ERRORS = [
    "9223372036854775807 + (if {x} then 1 else 1) > 0",
    "9223372036854775807 * (if {x} then 2 else 3) > 0",
    "(if {x} then -9223372036854775807 else -9223372036854775807) - 2 < 0",
]


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "by Cedar"])
def test_a_policy_that_errs_never_allows(plain):
    """Cedar alone would skip the policy, and allow."""
    chance = random.Random(4)
    for number in range(30):
        flag = f"context.{chance.choice(['statistical', 'onward', 'article_9'])}"
        error = chance.choice(ERRORS).format(x=flag)
        policy = f"forbid (principal, action, resource) when {{ {error} }};"
        judge = CedarJudge(f"{PERMIT_ALL} {policy}", plain=plain)
        for _ in range(10):
            verdict = judge(facts(chance))
            assert not verdict.permitted, (number, error)
            assert verdict.alarm


class Versions:
    """The port of versions, as a test sets it."""

    def __init__(self, version=None, stamp="s"):
        self.version, self._stamp = version, stamp

    def published(self):
        return self.version

    def stamp(self):
        return self._stamp


def published(**changes) -> GuardrailVersion:
    version = GuardrailVersion(
        id="GR-1",
        policies=PERMIT_ALL,
        examples=examples(),
        state=VersionState.PUBLISHED,
        note="For the test.",
        proposed_by="one",
        proposed_at=datetime(2026, 3, 1, tzinfo=UTC),
        reviewed_by="two",
        published_by="one",
        until=date(2027, 1, 1),
    )
    return replace(version, **changes)


def hub(version=None, stamp="s", today=TODAY) -> HubGuardrails:
    return HubGuardrails(Versions(version, stamp), bytes(32), lambda: today)


def signed(version: GuardrailVersion) -> GuardrailVersion:
    return replace(version, signature=hub().sign(version))


def test_what_is_signed_and_in_date_is_in_force():
    assert hub(signed(published())).verdict(USUAL).permitted
    assert hub(stamp="").verdict(USUAL).permitted  # nothing published: as delivered


TAMPERED = {
    "policies": PERMIT_ALL + " ",
    "examples": (),
    "proposed_by": "other",
    "reviewed_by": "",
    "published_by": "other",
    "until": date(2030, 1, 1),
    "id": "GR-2",
    "signature": "",
}


@pytest.mark.parametrize("field", TAMPERED)
def test_a_version_that_was_changed_after_signing_permits_nothing(field):
    verdict = hub(replace(signed(published()), **{field: TAMPERED[field]})).verdict(USUAL)
    assert not verdict.permitted
    assert "signature" in verdict.alarm


def test_any_changed_digit_of_a_signature_permits_nothing():
    good = signed(published())
    for place in range(len(good.signature)):
        other = "0" if good.signature[place] != "0" else "1"
        bad = good.signature[:place] + other + good.signature[place + 1 :]
        assert not hub(replace(good, signature=bad)).verdict(USUAL).permitted


@pytest.mark.parametrize("today", [date(2027, 1, 2), date(2099, 1, 1)])
def test_a_version_past_its_day_permits_nothing(today):
    verdict = hub(signed(published()), today=today).verdict(USUAL)
    assert not verdict.permitted
    assert "until 01/01/2027" in verdict.alarm


def test_a_version_that_has_gone_permits_nothing():
    verdict = hub(None).verdict(USUAL)
    assert not verdict.permitted
    assert "missing" in verdict.alarm


def test_signed_policies_that_do_not_hold_permit_nothing():
    for policies in ("permit (", 'permit (principal == Dog::"x", action, resource);', ""):
        verdict = hub(signed(published(policies=policies))).verdict(USUAL)
        assert not verdict.permitted


def test_a_process_takes_up_what_is_published_with_its_next_decision():
    versions = Versions(signed(published()), "first")
    guardrails = HubGuardrails(versions, bytes(32), lambda: TODAY)
    assert guardrails.verdict(USUAL).permitted
    none = "permit (principal, action, resource) when { context.onward };"
    versions.version, versions._stamp = signed(published(policies=none)), "second"
    assert not guardrails.verdict(USUAL).permitted


def test_the_label_keeps_signatures_of_other_things_apart():
    assert signed_bytes(published()).startswith(b"fairway/guardrails/v1\n")
    assert "Key" not in repr(hub())
