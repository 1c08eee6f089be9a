"""What makes the hub's guardrails fit to be published: complete, tested, reviewed, in force."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from fairway.nouns.access import GuardrailFacts
from fairway.nouns.errors import BadInput
from fairway.nouns.guardrails import Example, Guardrail
from fairway.rules.effective import Judge

RELIED_ON = timedelta(days=400)
"""How long a published version may be relied on before it has to be published again."""

MOST_EXAMPLES = 500
LONGEST_NOTE = 4000

USUAL = GuardrailFacts(
    person="somebody",
    person_domain="a_domain",
    roles=frozenset({"analyst"}),
    leaves_in=None,
    product="a_domain.a_product",
    domain="a_domain",
    access="restricted",
    marking="OFFICIAL",
    purpose="policy-analysis",
    statistical=False,
    legal_basis="gdpr-6-1-e",
    article_9=False,
    classifications=frozenset({"none"}),
    kept_identifiers=False,
    owner_current=True,
    managed_device=False,
    dpo_sign_off=False,
    onward=False,
)
"""The facts of an example, where it does not say others: ordinary data, with an owner."""

_FACTS = {field.name for field in fields(GuardrailFacts)}


def facts_of(example: Example) -> GuardrailFacts:
    """Return an example's facts. Raises `BadInput` for a fact that there is not, or that is not
    of its type."""
    changed: dict[str, Any] = {}
    for name, value in example.facts.items():
        usual = getattr(USUAL, name, None) if name in _FACTS else None
        given = frozenset(value) if isinstance(value, list) else value
        days = name == "leaves_in" and type(given) is int
        if name not in _FACTS or not (days or type(given) is type(usual)):
            raise BadInput(
                "guardrail.bad_example",
                f"Example '{example.name[:60]}' gives {name[:40]} what it cannot be.",
                remedy="The facts and their types are listed in docs/reference/guardrails.md.",
                field="examples",
            )
        changed[name] = given
    return replace(USUAL, **changed)


def read_examples(given: Any) -> tuple[Example, ...]:
    """Read examples from JSON: a list of objects with name, facts and forbidden_by.

    Raises `BadInput`.
    """
    if not isinstance(given, list) or not 0 < len(given) <= MOST_EXAMPLES:
        raise BadInput(
            "guardrail.no_examples",
            f"Guardrails carry a list of examples, from one to {MOST_EXAMPLES}.",
            remedy='Write them as [{"name": …, "facts": {…}, "forbidden_by": …}].',
            field="examples",
        )
    found = []
    for one in given:
        if not isinstance(one, Mapping) or not isinstance(one.get("facts", {}), Mapping):
            raise BadInput(
                "guardrail.bad_example", "An example is not an object.", field="examples"
            )
        name, by = one.get("name", ""), one.get("forbidden_by", "")
        if not isinstance(name, str) or not isinstance(by, str) or not name.strip():
            raise BadInput("guardrail.bad_example", "An example has no name.", field="examples")
        example = Example(name, dict(one.get("facts", {})), by)
        facts_of(example)
        found.append(example)
    return tuple(found)


def check_whole(guardrails: Sequence[Guardrail], examples: Sequence[Example]) -> None:
    """Raise `BadInput` unless policies can be read, acted on and were thought through.

    Each has an id of its own; each that forbids has a reason, and an example that it forbids;
    something is permitted, and an example shows what.
    """
    names = [g.id for g in guardrails]
    tested = {e.forbidden_by for e in examples}
    problems = [
        (len(set(names)) < len(names), "two policies have the same id", "Give each its own @id."),
        (all(g.forbids for g in guardrails), "nothing is permitted", "Keep the permit policy."),
        ("" not in tested, "no example shows what is allowed", "Add one without forbidden_by."),
        (bool(tested - {*names, ""}), "an example names a policy that is not there", "Correct it."),
    ]
    for guardrail in guardrails:
        if guardrail.forbids:
            said, shown = guardrail.id, guardrail.id in tested
            problems.append((not guardrail.reason, f"{said} gives no reason", "Add @reason."))
            problems.append((not shown, f"no example shows what {said} forbids", "Add one."))
    for is_wrong, what, remedy in problems:
        if is_wrong:
            raise BadInput(
                "guardrail.incomplete", f"These guardrails are not complete: {what}.", remedy=remedy
            )


def failures(judge: Judge, examples: Iterable[Example]) -> tuple[str, ...]:
    """Return a sentence for each example that the policies do not answer as it says."""
    found = []
    for example in examples:
        verdict = judge(facts_of(example))
        spoken = {g.id for g in verdict.guardrails}
        holds = example.forbidden_by in spoken if example.forbidden_by else verdict.permitted
        if not holds:
            wanted = f"forbidden by {example.forbidden_by}" if example.forbidden_by else "allowed"
            by = f"forbidden by {', '.join(sorted(spoken)) or 'an error'}"
            got = "allowed" if verdict.permitted else by
            found.append(f"'{example.name}' should be {wanted} and is {got}.")
    return tuple(found)


def relied_on_until(today: date) -> date:
    """Return the last day on which what is published today may be relied on."""
    return today + RELIED_ON
