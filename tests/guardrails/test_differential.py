"""The compiled language against Cedar itself: random policies, random facts, the same answers.

One difference is listed and wanted: where a policy errs, Cedar skips it and we deny.
"""

import random

import cedarpy
import pytest
from tests.guardrails.policies import facts, policy_set

from fairway.guardrails.cedar import CedarJudge, entities, request
from fairway.nouns.errors import BadInput
from fairway.rules.access import UNCLEAR

STRICTER_ON_ERROR = "stricter on error"


def compared(seed: int, sets: int, each: int) -> dict[str, int]:
    """Compare answers; count those alike, those stricter on error, and those that differ."""
    chance = random.Random(seed)
    counts = {"alike": 0, STRICTER_ON_ERROR: 0, "different": 0, "denied": 0, "invalid": 0}
    while counts["alike"] + counts[STRICTER_ON_ERROR] + counts["different"] < sets * each:
        text = policy_set(chance)
        try:
            judge = CedarJudge(text)
        except BadInput:
            counts["invalid"] += 1  # say, a comparison that the strict types see through
            continue
        assert judge._compiled is not None
        policies, schema = judge._handles
        for _ in range(each):
            given = facts(chance)
            verdict = judge(given)
            answer = cedarpy.is_authorized(request(given), policies, entities(given), schema)
            allowed = answer.decision is cedarpy.Decision.Allow
            counts["denied"] += not allowed
            if answer.diagnostics.errors:
                alike = verdict.reasons == (UNCLEAR,) and bool(verdict.alarm)
                counts[STRICTER_ON_ERROR if alike else "different"] += 1
                continue
            spoken = {judge.guardrails[r].id for r in answer.diagnostics.reasons}
            same = verdict.permitted == allowed and (
                allowed or {g.id for g in verdict.guardrails} == spoken
            )
            counts["alike" if same else "different"] += 1
    return counts


def test_the_compiled_language_answers_as_cedar_does():
    counts = compared(seed=1, sets=1000, each=20)
    assert counts["different"] == 0
    assert counts["alike"] > 15_000
    assert counts[STRICTER_ON_ERROR] > 20
    assert 2_000 < counts["denied"] < 18_000


@pytest.mark.deep
def test_a_million_requests_are_answered_as_cedar_does():
    counts = compared(seed=2, sets=10_000, each=100)
    assert counts["different"] == 0
    assert counts["alike"] + counts[STRICTER_ON_ERROR] >= 1_000_000
