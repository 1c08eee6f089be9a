"""Random policies and random facts, for comparing the compiled language with Cedar itself."""

import random
from dataclasses import replace

from fairway.rules.guardrails import USUAL

CLASSES = ["none", "personal", "special category", "identifier"]
PURPOSES = ["policy-analysis", "official-statistics", "research"]
FLAGS = [
    *("statistical", "article_9", "kept_identifiers", "owner_current"),
    *("managed_device", "dpo_sign_off", "onward"),
]
TEXTS = {
    "context.purpose": PURPOSES,
    "context.legal_basis": ["", "gdpr-6-1-e"],
    "resource.domain": ["dwp", "dfe"],
    "resource.access": ["open", "restricted"],
    "resource.marking": ["OFFICIAL", "OFFICIAL-SENSITIVE"],
    "principal.domain": ["dwp", "dfe", "d'ë\\n"],
}
SETS = {"context.classifications": CLASSES, "principal.roles": ["analyst", "data owner"]}


def facts(chance: random.Random):
    """Return random facts that fit the schema."""
    return replace(
        USUAL,
        person=chance.choice(["ann", "bob"]),
        person_domain=chance.choice(["dwp", "dfe", "d'ë\n"]),
        roles=frozenset(r for r in SETS["principal.roles"] if chance.random() < 0.5),
        leaves_in=chance.choice([None, -3, 0, 14, 15, 2**63 - 1]),
        product=chance.choice(["dwp.claims", "dfe.schools"]),
        domain=chance.choice(["dwp", "dfe"]),
        access=chance.choice(["open", "restricted"]),
        marking=chance.choice(["OFFICIAL", "OFFICIAL-SENSITIVE"]),
        purpose=chance.choice(PURPOSES),
        legal_basis=chance.choice(["", "gdpr-6-1-e"]),
        classifications=frozenset(c for c in CLASSES if chance.random() < 0.4),
        **{flag: chance.random() < 0.5 for flag in FLAGS},
    )


def policy_set(chance: random.Random, forbids: int = 3) -> str:
    """Return a permit and some random forbidding policies that fit the schema."""
    heads = [
        "principal, action, resource",
        'principal == Person::"ann", action == Action::"use", resource',
        'principal, action in [Action::"use"], resource is Product',
        'principal is Person, action, resource == Product::"dwp.claims"',
        'principal in Person::"bob", action, resource in Product::"dfe.schools"',
    ]
    made = ["permit (principal, action, resource);"]
    if chance.random() < 0.1:
        made = [f"permit (principal, action, resource) when {{ {condition(chance, 2)} }};"]
    for number in range(forbids):
        head = heads[0] if chance.random() < 0.6 else chance.choice(heads)
        kind = chance.choice(["when", "when", "unless"])
        body = f"{kind} {{ {condition(chance, 3)} }}"
        if chance.random() < 0.2:
            body += f" when {{ {condition(chance, 2)} }}"
        made.append(f'@id("p{number}") @reason("r{number}") forbid ({head}) {body};')
    return "\n".join(made)


def condition(chance: random.Random, depth: int) -> str:
    """Return a random condition, true or false by the schema's types."""
    if depth == 0 or chance.random() < 0.2:
        return _atom(chance)
    left, right = condition(chance, depth - 1), condition(chance, depth - 1)
    return chance.choice(
        [
            f"({left} && {right})",
            f"({left} || {right})",
            f"(!({left}))",
            f"(if {left} then {right} else {_atom(chance)})",
            f"(({left}) == ({right}))",
            f"(({left}) != ({right}))",
        ]
    )


def _atom(chance: random.Random) -> str:
    return chance.choice([_flag, _text, _set, _number, _entity])(chance)


def _flag(chance: random.Random) -> str:
    return f"context.{chance.choice(FLAGS)}"


def _text(chance: random.Random) -> str:
    name, values = chance.choice(list(TEXTS.items()))
    value = chance.choice(values)
    pattern = chance.choice(["*", "o*n", "*-*", "OFF*L", "*IAL*SENS*", "dw\\u{70}", ""])
    return chance.choice(
        [f'{name} == "{value}"', f'{name} != "{value}"', f'{name} like "{pattern}"']
    )


def _set(chance: random.Random) -> str:
    name, values = chance.choice(list(SETS.items()))
    some = ", ".join(f'"{v}"' for v in values if chance.random() < 0.5) or f'"{values[0]}"'
    return chance.choice(
        [
            f'{name}.contains("{chance.choice(values)}")',
            f"{name}.containsAll([{some}])",
            f"{name}.containsAny([{some}])",
            f"[{some}].containsAll({name})",
            f"{name} == [{some}]",
            f"{name}.isEmpty()",
        ]
    )


def _number(chance: random.Random) -> str:
    compare = chance.choice(["<", "<=", ">", ">="])
    sum_ = chance.choice(
        [
            "principal.leaves_in",
            "principal.leaves_in + 1",  # overflows for the largest number
            "principal.leaves_in * 2",
            "-principal.leaves_in - 2",
            "(if context.statistical then 3 else -3)",
        ]
    )
    if "leaves_in" not in sum_:
        return f"{sum_} {compare} {chance.choice([-3, 0, 14])}"
    return f"(principal has leaves_in && {sum_} {compare} {chance.choice([-3, 0, 14])})"


def _entity(chance: random.Random) -> str:
    return chance.choice(
        [
            'principal == Person::"ann"',
            'principal != Person::"bob"',
            'principal in Person::"ann"',
            'principal in [Person::"ann", Person::"bob"]',
            'resource == Product::"dwp.claims"',
            "principal is Person",
            "{a: context.statistical, b: 1} == {a: true, b: 1}",
            "{a: context.purpose}.a == resource.domain",
        ]
    )
