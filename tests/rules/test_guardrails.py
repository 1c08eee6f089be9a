"""What makes guardrails complete."""

import pytest

from fairway.nouns.errors import BadInput
from fairway.nouns.guardrails import Example, Guardrail
from fairway.rules.guardrails import check_whole, facts_of

PERMIT = Guardrail("p", False, "")
FORBID = Guardrail("f", True, "", "No.")
SHOWN = (Example("a", {}), Example("b", {"onward": True}, "f"))


@pytest.mark.parametrize(
    ("guardrails", "examples", "words"),
    [
        ((PERMIT, PERMIT), SHOWN[:1], "same id"),
        ((FORBID,), SHOWN, "nothing is permitted"),
        ((PERMIT, FORBID), SHOWN[1:], "what is allowed"),
        ((PERMIT,), SHOWN, "not there"),
        ((PERMIT, FORBID), SHOWN[:1], "no example shows what f forbids"),
        ((PERMIT, Guardrail("f", True, "")), SHOWN, "no reason"),
    ],
)
def test_what_is_missing_is_said(guardrails, examples, words):
    with pytest.raises(BadInput) as wrong:
        check_whole(guardrails, examples)
    assert words in wrong.value.message


def test_what_is_whole_passes():
    check_whole((PERMIT, FORBID), SHOWN)


def test_the_facts_of_an_example():
    assert facts_of(Example("x", {"leaves_in": 3})).leaves_in == 3
    assert facts_of(Example("x", {"roles": ["auditor"]})).roles == {"auditor"}
    for facts in ({"leaves_in": True}, {"leaves_in": "3"}, {"__class__": 1}, {"purpose": 3}):
        with pytest.raises(BadInput):
            facts_of(Example("x", facts))
