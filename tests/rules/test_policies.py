"""What compiled policies do that the comparison with Cedar does not meet."""

import pytest

from fairway.rules.policies import Asked, Entity, Outside, compiled

ANN, CLAIMS = Entity("Person", "ann"), Entity("Product", "claims")


def policy(body, effect="forbid", principal=None):
    return {
        "effect": effect,
        "principal": principal or {"op": "All"},
        "action": {"op": "All"},
        "resource": {"op": "All"},
        "conditions": [{"kind": "when", "body": body}],
    }


def said(body, principal=None, attributes=None):
    found = compiled({"staticPolicies": {"p": policy(body, principal=principal)}})
    known = {ANN: {"domain": "dwp"}} if attributes is None else attributes
    asked = Asked(ANN, Entity("Action", "use"), CLAIMS, {"flag": True, "n": 3, "t": "a"}, known)
    judged = found.judge(asked)
    return "error" if judged.errors else bool(judged.forbids)


def var(name, attribute=None):
    return {"Var": name} if attribute is None else {".": {"left": {"Var": name}, "attr": attribute}}


def pair(operator, left, right):
    return {operator: {"left": left, "right": right}}


TRUE, ONE, TEXT = {"Value": True}, {"Value": 1}, {"Value": "x"}
SET = {"Set": [ONE, TRUE]}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (pair("==", TRUE, ONE), False),
        (pair("contains", {"Set": [ONE]}, TRUE), False),
        (pair("contains", SET, TRUE), True),
        (pair("==", {"Record": {"a": TRUE}}, {"Record": {"a": ONE}}), False),
        (pair("==", {".": {"left": {"Record": {"a": ONE}}, "attr": "a"}}, ONE), True),
        (pair("<", TEXT, ONE), "error"),
        (pair("contains", TEXT, ONE), "error"),
        (pair("&&", ONE, TRUE), "error"),
        (pair("in", TEXT, {"Value": {"__entity": {"type": "Person", "id": "ann"}}}), "error"),
        (pair("in", var("principal"), {"Set": [ONE]}), "error"),
        ({"like": {"left": ONE, "pattern": ["Wildcard"]}}, "error"),
        ({"is": {"left": TEXT, "entity_type": "Person"}}, "error"),
        ({"is": {"left": var("action"), "entity_type": "Action"}}, True),
        (var("context", "gone"), "error"),
        ({".": {"left": TEXT, "attr": "a"}}, "error"),
        (var("resource", "domain"), "error"),
        ({"has": {"left": var("resource"), "attr": "domain"}}, False),
        ({"has": {"left": TEXT, "attr": "a"}}, "error"),
        ({"has": {"left": var("context"), "attr": "flag"}}, True),
        (pair("==", {"neg": {"arg": var("context", "n")}}, {"Value": -3}), True),
        (pair(">", pair("+", {"Value": 2**63 - 1}, ONE), ONE), "error"),
    ],
)
def test_values_keep_their_types_and_errors_are_told(body, answer):
    assert said(body) == answer


@pytest.mark.parametrize(
    ("text", "pattern", "answer"),
    [
        ("", ["Wildcard"], True),
        ("abc", [{"Literal": "a"}, "Wildcard", {"Literal": "c"}], True),
        ("a", [{"Literal": "a"}, "Wildcard", {"Literal": "a"}], False),
        ("abc", [{"Literal": "b"}, "Wildcard"], False),
        ("abc", ["Wildcard", {"Literal": "b"}], False),
        ("axbxc", [{"Literal": "a"}, "Wildcard", {"Literal": "b"}, "Wildcard"], True),
        ("aab", [{"Literal": "a"}, "Wildcard", {"Literal": "z"}, "Wildcard"], False),
        ("ab", [{"Literal": "a"}, {"Literal": "b"}], True),
    ],
)
def test_patterns(text, pattern, answer):
    assert said({"like": {"left": {"Value": text}, "pattern": pattern}}) is answer


def test_the_head_of_a_policy():
    person = {"type": "Person", "id": "ann"}
    for head, answer in (
        ({"op": "==", "entity": person}, True),
        ({"op": "in", "entities": [person]}, True),
        ({"op": "is", "entity_type": "Person", "in": {"entity": person}}, True),
        ({"op": "is", "entity_type": "Product", "in": {"entity": person}}, False),
    ):
        assert said(TRUE, head) is answer


@pytest.mark.parametrize(
    "given",
    [
        {"staticPolicies": {}, "templates": {"t": {}}},
        {"staticPolicies": {"p": policy(TRUE, principal={"op": "==", "slot": "?principal"})}},
        {"staticPolicies": {"p": policy({"decimal": [TEXT]})}},
        {"staticPolicies": {"p": policy({"Value": {"__extn": {"fn": "ip", "arg": "::1"}}})}},
        {
            "staticPolicies": {
                "p": policy({"is": {"left": var("principal"), "entity_type": "P", "in": TEXT}})
            }
        },
    ],
)
def test_what_is_not_compiled_is_left_to_cedar(given):
    with pytest.raises(Outside):
        compiled(given)


def test_what_is_looked_at_is_known():
    body = pair("&&", var("context", "flag"), pair("==", var("principal"), var("resource", "a")))
    found = compiled({"staticPolicies": {"p": policy(body)}})
    assert found.uses == {"context.flag", "principal", "resource.a"}
    assert (
        compiled({"staticPolicies": {"p": policy(TRUE, "permit")}})
        .judge(Asked(ANN, ANN, CLAIMS, {}, {}))
        .allowed
    )
