"""Conditions in plain English."""

import json

import cedarpy
import pytest

from fairway.guardrails.cedar import packaged
from fairway.rules.policy_words import sentence

DAYS = "the days until the person leaves"


def english(policy: str) -> str:
    tree = json.loads(cedarpy.policies_to_json_str(policy))["staticPolicies"]
    return sentence(tree["policy0"])


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("context.onward", "the data is to be passed on"),
        ("!context.onward", "it is not so that the data is to be passed on"),
        ('context.purpose == "research"', "the purpose is 'research'"),
        (
            "principal has leaves_in && principal.leaves_in <= 14",
            f"{DAYS} are known and {DAYS} is 14 or less",
        ),
        ('["a", "b"].containsAll(principal.roles)', "'a' or 'b' include all of the person's roles"),
        (
            "if context.onward then true else 1 + 1 == 2",
            "if the data is to be passed on, true, else 1 plus 1 is 2",
        ),
        ('resource.marking like "OFF*"', "the product's marking looks like 'OFF*'"),
        ('principal == Person::"ann"', "the person is ann"),
        ("{a: context.onward}.a", "a of what Cedar calls Record"),
        ("context.other", "context other"),
        ("[] == principal.roles", "nothing is the person's roles"),
    ],
)
def test_conditions_in_words(condition, words):
    policy = f"forbid (principal, action, resource) when {{ {condition} }};"
    assert english(policy) == f"Forbids the use when {words}."


def test_heads_and_exceptions():
    assert english("permit (principal, action, resource);") == "Permits the use, always."
    policy = """forbid (principal == Person::"ann", action, resource in Product::"a")
    unless { context.onward };"""
    assert english(policy) == (
        "Forbids the use when the person is ann, and when the product is a, and when it is not so"
        " that the data is to be passed on."
    )
    policy = 'permit (principal is Person, action in [Action::"use"], resource);'
    assert english(policy) == "Permits the use, always."


def test_the_hub_s_own_can_all_be_said():
    tree = json.loads(cedarpy.policies_to_json_str(packaged("hub.cedar")))["staticPolicies"]
    assert all("what Cedar calls" not in sentence(policy) for policy in tree.values())
