"""Guardrails as Cedar policies (https://docs.cedarpolicy.com), parsed once into handles.

Cedar skips a policy that errors, so an errored `forbid` would allow. Here any error, and any
answer other than a clean allow, is an objection.
"""

import json
from functools import cached_property
from importlib.resources import files

import cedarpy

from fairway.nouns.access import GuardrailFacts, Verdict
from fairway.nouns.errors import Unavailable

UNCLEAR = "The hub's guardrails could not be evaluated, so nothing is permitted."


class CedarGuardrails:
    """The port `Guardrails` over a Cedar policy set and its schema.

    Raises `Unavailable` (`guardrails.invalid`) at first use when the policies do not parse or do
    not fit the schema.
    """

    def __init__(self, policies: str | None = None, schema: str | None = None) -> None:
        package = files("fairway.guardrails")
        self._policies = policies or (package / "hub.cedar").read_text(encoding="utf-8")
        self._schema = schema or (package / "hub.cedarschema").read_text(encoding="utf-8")

    @cached_property
    def _handles(self) -> tuple[cedarpy.PolicySet, cedarpy.Schema, dict[str, str]]:
        outcome = cedarpy.validate_policies(self._policies, self._schema)
        if not outcome.validation_passed:
            raise Unavailable(
                "guardrails.invalid",
                "The hub's guardrails do not fit their schema, so nothing is permitted.",
                remedy="Correct the policy file; the administrator's log names the policy.",
            )
        return (
            cedarpy.PolicySet.from_str(self._policies),
            cedarpy.Schema.from_str(self._schema),
            _reasons(self._policies),
        )

    def verdict(self, facts: GuardrailFacts) -> Verdict:
        """Judge one product in one request; an error in judging is an objection."""
        policies, schema, reasons = self._handles
        try:
            answer = cedarpy.is_authorized(_request(facts), policies, _entities(facts), schema)
        except Exception:  # noqa: BLE001 - whatever goes wrong in the policy engine denies
            return Verdict(False, (UNCLEAR,))
        if answer.diagnostics.errors:
            return Verdict(False, (UNCLEAR,))
        if answer.decision is cedarpy.Decision.Allow:
            return Verdict(True)
        spoken = [reasons[r] for r in answer.diagnostics.reasons if r in reasons]
        return Verdict(False, tuple(spoken) or (UNCLEAR,))


def _reasons(policies: str) -> dict[str, str]:
    """Return the reason of each forbidding policy by the id that Cedar answers with."""
    parsed = json.loads(cedarpy.policies_to_json_str(policies))["staticPolicies"]
    return {
        key: policy.get("annotations", {}).get("reason") or UNCLEAR
        for key, policy in parsed.items()
        if policy["effect"] == "forbid"
    }


def _request(facts: GuardrailFacts) -> dict[str, object]:
    return {
        "principal": {"type": "Person", "id": facts.person},
        "action": 'Action::"use"',
        "resource": {"type": "Product", "id": facts.product},
        "context": {
            "purpose": facts.purpose,
            "statistical": facts.statistical,
            "legal_basis": facts.legal_basis,
            "article_9": facts.article_9,
            "classifications": sorted(facts.classifications),
            "kept_identifiers": facts.kept_identifiers,
            "owner_current": facts.owner_current,
        },
    }


def _entities(facts: GuardrailFacts) -> list[dict[str, object]]:
    return [
        {"uid": {"type": "Person", "id": facts.person}, "attrs": {}, "parents": []},
        {
            "uid": {"type": "Product", "id": facts.product},
            "attrs": {"domain": facts.domain, "access": facts.access},
            "parents": [],
        },
    ]
