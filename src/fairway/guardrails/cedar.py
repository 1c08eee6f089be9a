"""Guardrails as Cedar policies (https://docs.cedarpolicy.com), strictly validated and compiled.

Cedar skips a policy that errors, so an errored `forbid` would allow. Here any error, and any
answer other than a clean allow, is an objection. `rules.policies` compiles the language but for
its extension types; policies with those are judged by Cedar itself, parsed once into handles.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from importlib.resources import files
from operator import attrgetter
from typing import Any

import cedarpy

from fairway.nouns.access import GuardrailFacts, Verdict
from fairway.nouns.errors import BadInput
from fairway.nouns.guardrails import Guardrail
from fairway.nouns.people import Role
from fairway.rules.access import UNCLEAR
from fairway.rules.policies import Asked, Entity, Judgement, Outside, Policies, compiled
from fairway.rules.policy_words import sentence

LONGEST_POLICIES = 200_000
"""Characters in a policy set."""

REMEMBERED = 65_536
"""Verdicts that are kept, by the facts that the policies look at."""

CONTEXT = (
    *("purpose", "statistical", "legal_basis", "article_9", "classifications", "kept_identifiers"),
    *("owner_current", "managed_device", "dpo_sign_off", "onward"),
)
PRINCIPAL = {"domain": "person_domain", "roles": "roles", "leaves_in": "leaves_in"}
RESOURCE = {"domain": "domain", "access": "access", "marking": "marking"}

_USE = Entity("Action", "use")
_TEXTS = ("person", "person_domain", "product", "domain", "access", "marking", "purpose")
_texts = attrgetter(*_TEXTS, "legal_basis")
_flags = attrgetter(
    *("statistical", "article_9", "kept_identifiers", "owner_current"),
    *("managed_device", "dpo_sign_off", "onward"),
)
_BOOLEANS = (bool,) * 7
_STRINGS = (str,) * 8


def packaged(name: str) -> str:
    """Return a file of the guardrails that come with the code."""
    return (files("fairway.guardrails") / name).read_text(encoding="utf-8")


class CedarJudge:
    """One policy set, ready to judge facts. Raises `BadInput` unless it holds against the schema.

    `personal` is true where a verdict can hang on who somebody is.
    """

    def __init__(self, policies: str, schema: str | None = None, *, plain: bool = False) -> None:
        self.policies = policies
        self.schema = packaged("hub.cedarschema") if schema is None else schema
        self.tree = _parsed(policies, self.schema)
        self._remembered: dict[Any, Verdict] = {}
        self._sets: set[frozenset[str]] = set()
        self._compiled: Policies | None = None
        with suppress(Outside):  # then Cedar itself judges
            self._compiled = None if plain else compiled(self.tree)
        uses = None if self._compiled is None else self._compiled.uses
        self.personal = uses is None or "principal" in uses
        self._seen = _looked_at(uses)

    @cached_property
    def _handles(self) -> tuple[cedarpy.PolicySet, cedarpy.Schema]:
        return cedarpy.PolicySet.from_str(self.policies), cedarpy.Schema.from_str(self.schema)

    @cached_property
    def guardrails(self) -> Mapping[str, Guardrail]:
        """The policies as people read them, by Cedar's own name for each, in the order written."""
        given = self.tree["staticPolicies"]
        ordered = sorted(given, key=lambda name: (len(name), name))
        return {name: _guardrail(name, given[name]) for name in ordered}

    def __call__(self, facts: GuardrailFacts) -> Verdict:
        """Judge one product in one request; an error in judging is an objection."""
        if self._malformed(facts):
            return unclear("The facts of a request do not fit the guardrails' schema.")
        if self._seen is None:
            return self._verdict(self._by_cedar(facts))
        key = self._seen(facts)
        verdict = self._remembered.get(key)
        if verdict is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            verdict = self._remembered[key] = self._verdict(self._by_rules(facts))
        return verdict

    def _malformed(self, facts: GuardrailFacts) -> bool:
        """Say whether facts are of other types than the schema's, which Cedar would refuse."""
        texts = _texts(facts)
        if tuple(map(type, texts)) != _STRINGS or tuple(map(type, _flags(facts))) != _BOOLEANS:
            return True
        days = facts.leaves_in
        if days is not None and (type(days) is not int or not -(2**63) <= days < 2**63):
            return True
        if not (self._texts_only(facts.roles) and self._texts_only(facts.classifications)):
            return True
        return not "".join(texts).isascii() and not _encodable("".join(texts))

    def _texts_only(self, given: object) -> bool:
        if type(given) is not frozenset:
            return False
        if given in self._sets:
            return True
        if not all(isinstance(one, str) and _encodable(one) for one in given):
            return False
        if len(self._sets) >= REMEMBERED:
            self._sets.clear()
        self._sets.add(given)
        return True

    def _by_rules(self, facts: GuardrailFacts) -> Judgement | None:
        rules = self._compiled
        try:
            return None if rules is None else rules.judge(_asked(facts))
        except Exception:  # noqa: BLE001 - whatever goes wrong in judging denies
            return None

    def _by_cedar(self, facts: GuardrailFacts) -> Judgement | None:
        policies, schema = self._handles
        try:
            answer = cedarpy.is_authorized(request(facts), policies, entities(facts), schema)
        except Exception:  # noqa: BLE001 - whatever goes wrong in the policy engine denies
            return None
        spoken = tuple(answer.diagnostics.reasons)
        errors = tuple(str(e) for e in answer.diagnostics.errors)
        if answer.decision is cedarpy.Decision.Allow:
            return Judgement(spoken, (), errors)
        return Judgement((), spoken, errors)

    def _verdict(self, said: Judgement | None) -> Verdict:
        if said is None:
            return unclear("The policy engine failed on a request.")
        if said.errors:
            named = self.guardrails.get(said.errors[0])
            return unclear(f"Guardrail {named.id if named else said.errors[0]} failed: an error.")
        if said.allowed:
            return Verdict(True)
        spoken = [g for name, g in self.guardrails.items() if name in said.forbids and g.forbids]
        if not spoken:
            return Verdict(False, (UNCLEAR,))
        return Verdict(False, tuple(g.reason or UNCLEAR for g in spoken), tuple(spoken))


def unclear(alarm: str) -> Verdict:
    """Return the verdict where the guardrails themselves are not right."""
    return Verdict(False, (UNCLEAR,), alarm=alarm)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _looked_at(uses: frozenset[str] | None) -> Callable[[GuardrailFacts], Any] | None:
    """Return what takes from facts what the policies look at; None where that is not known."""
    if uses is None:
        return None
    names: set[str] = set()
    for variable, fields, whole in (
        ("principal", PRINCIPAL, "person"),
        ("resource", RESOURCE, "product"),
        ("context", {name: name for name in CONTEXT}, "purpose"),
    ):
        if variable in uses:
            names |= {whole, *fields.values()}
        names |= {fact for name, fact in fields.items() if f"{variable}.{name}" in uses}
    return attrgetter(*sorted(names)) if names else lambda facts: ()  # noqa: ARG005 - every test takes the facts


# ------------------------------------------------------------------ reading policies


def _parsed(policies: str, schema: str) -> Mapping[str, Any]:
    if len(policies) > LONGEST_POLICIES:
        raise BadInput(
            "guardrail.too_long", f"Guardrails have {LONGEST_POLICIES:,} characters at the most."
        )
    try:
        tree: Mapping[str, Any] = json.loads(cedarpy.policies_to_json_str(policies))
    except Exception as error:  # noqa: BLE001 - the parser raises plain exceptions of its own
        raise BadInput(
            "guardrail.does_not_parse",
            f"These are no Cedar policies: {_line(error)}.",
            remedy="See the syntax at docs.cedarpolicy.com.",
        ) from None
    if tree.get("templates") or tree.get("templateLinks"):
        raise BadInput("guardrail.template", "Guardrails are policies, not templates.")
    outcome = cedarpy.validate_policies(policies, schema)
    if not outcome.validation_passed:
        found = outcome.errors[0]
        name = _guardrail(found.policy_id, tree["staticPolicies"].get(found.policy_id, {})).id
        raise BadInput(
            "guardrail.against_schema",
            f"Guardrail {name} does not fit the schema: {_line(found.error)}.",
            remedy="The facts it may use are listed in docs/reference/guardrails.md.",
        )
    return tree


def _line(error: object) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")


def _guardrail(name: str, tree: Mapping[str, Any]) -> Guardrail:
    notes = tree.get("annotations") or {}
    who = notes.get("who")
    return Guardrail(
        id=notes.get("id") or name,
        forbids=tree.get("effect") == "forbid",
        says=sentence(tree) if tree else "",
        reason=notes.get("reason") or "",
        remedy=notes.get("remedy") or "",
        who=Role(who) if who in set(Role) else None,
    )


def entities_named(tree: Any) -> frozenset[tuple[str, str]]:
    """Return every entity that a tree of policies names, but for actions."""
    found: set[tuple[str, str]] = set()
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            if set(here) == {"type", "id"} and here["type"] != "Action":
                found.add((here["type"], here["id"]))
            waiting.extend(here.values())
        elif isinstance(here, Sequence) and not isinstance(here, str):
            waiting.extend(here)
    return frozenset(found)


# ------------------------------------------------------------------ facts as Cedar sees them


def _asked(facts: GuardrailFacts) -> Asked:
    person, product = Entity("Person", facts.person), Entity("Product", facts.product)
    principal = {name: getattr(facts, fact) for name, fact in PRINCIPAL.items()}
    if facts.leaves_in is None:
        del principal["leaves_in"]
    return Asked(
        principal=person,
        action=_USE,
        resource=product,
        context={name: getattr(facts, name) for name in CONTEXT},
        attributes={
            person: principal,
            product: {name: getattr(facts, fact) for name, fact in RESOURCE.items()},
        },
    )


def request(facts: GuardrailFacts) -> dict[str, object]:
    """Return the request as cedarpy takes it."""
    context = {name: getattr(facts, name) for name in CONTEXT}
    return {
        "principal": {"type": "Person", "id": facts.person},
        "action": 'Action::"use"',
        "resource": {"type": "Product", "id": facts.product},
        "context": {**context, "classifications": sorted(facts.classifications)},
    }


def entities(facts: GuardrailFacts) -> list[dict[str, object]]:
    """Return the entities of a request as cedarpy takes them."""
    person = {"domain": facts.person_domain, "roles": sorted(map(str, facts.roles))}
    if facts.leaves_in is not None:
        person["leaves_in"] = facts.leaves_in  # type: ignore[assignment]  # narrower than what is declared
    return [
        {"uid": {"type": "Person", "id": facts.person}, "attrs": person, "parents": []},
        {
            "uid": {"type": "Product", "id": facts.product},
            "attrs": {name: getattr(facts, fact) for name, fact in RESOURCE.items()},
            "parents": [],
        },
    ]
