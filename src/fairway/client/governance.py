"""What the hub and the data owners do at a node: guardrails, stops, tasks, reviews."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fairway.client.administration import Administration
from fairway.client.answers import Answer
from fairway.client.transport import part


class Governance(Administration):
    """The rules of one node, and who has to see to what."""

    # ------------------------------------------------------------------ guardrails

    def guardrails(self) -> Answer:
        """Return the hub's guardrails in force, in plain English and as Cedar."""
        return self._answer("GET", "guardrails")

    def guardrail_versions(self) -> list[Answer]:
        """Return every version of the guardrails, newest first."""
        return self._answers("GET", "guardrails/versions")

    def guardrail_version(self, version: str) -> Answer:
        """Return a version with its policies and examples."""
        return self._answer("GET", f"guardrails/versions/{part(version)}")

    def propose_guardrails(
        self, policies: str, examples: Sequence[Mapping[str, Any]], note: str
    ) -> Answer:
        """Propose all of the guardrails anew, with their examples and what the change is for."""
        body = {"policies": policies, "examples": list(examples), "note": note}
        return self._answer("POST", "guardrails/versions", body=body)

    def review_guardrails(self, version: str, note: str = "") -> Answer:
        """Say, as a second person, that a proposal is right."""
        return self._answer(
            "POST", f"guardrails/versions/{part(version)}/review", body={"note": note}
        )

    def guardrail_impact(self, version: str) -> Answer:
        """Return who would lose or gain what by a version, and which agreements would break."""
        return self._answer("GET", f"guardrails/versions/{part(version)}/impact")

    def publish_guardrails(self, version: str, *, accept_broken: bool = False) -> Answer:
        """Publish a reviewed version; it is in force at once. Return the impact it had."""
        body = {"accept_broken": accept_broken}
        return self._answer("POST", f"guardrails/versions/{part(version)}/publish", body=body)

    def withdraw_guardrails(self, version: str) -> Answer:
        """Withdraw a proposal."""
        return self._answer("POST", f"guardrails/versions/{part(version)}/withdraw")

    # ------------------------------------------------------------------ deny now

    def stops(self) -> list[Answer]:
        """Return what the hub has stopped."""
        return self._answers("GET", "stops")

    def stop(self, kind: str, subject: str, reason: str) -> Answer:
        """Stop a person, a product or an agreement, from this moment on."""
        body = {"kind": kind, "subject": subject, "reason": reason}
        return self._answer("POST", "stops", body=body)

    def lift(self, stop: str) -> None:
        """Lift a stop, by its id."""
        self._transport.json("DELETE", f"stops/{part(stop)}")

    # ------------------------------------------------------------------ who sees to what

    def tasks(self) -> list[Answer]:
        """Return what waits for you, the most urgent first."""
        return self._answers("GET", "tasks")

    def review(self, product: str) -> list[Answer]:
        """Return a product's live agreements, as its owner reviews them."""
        return self._answers("GET", f"products/{part(product)}/review")

    def confirm(self, product: str, agreements: Iterable[str], note: str = "") -> Answer:
        """Confirm that agreements on a product are still needed."""
        body = {"agreements": list(agreements), "note": note}
        return self._answer("POST", f"products/{part(product)}/review", body=body)

    def delegate(
        self,
        person: str,
        domain: str,
        *,
        until: date | str,
        since: date | str | None = None,
        evidence: str = "",
    ) -> None:
        """Let somebody decide in your name in a domain that you own, until a day."""
        body = {
            "person": person,
            "domain": domain,
            "until": until.isoformat() if isinstance(until, date) else until,
            "since": since.isoformat() if isinstance(since, date) else since,
            "evidence": evidence,
        }
        self._transport.json("POST", "appointments/delegate", body=body)

    def delegations(self) -> list[Answer]:
        """Return whom you let decide in your name, now or from a day to come."""
        return self._answers("GET", "appointments/delegations")

    def end_delegation(self, person: str, domain: str) -> None:
        """Let somebody decide in your name no longer, from this moment on."""
        body = {"person": person, "domain": domain}
        self._transport.json("POST", "appointments/delegations/end", body=body)

    def appointment_impact(self, person: str, role: str, domain: str | None = None) -> Answer:
        """Return who would lose what if an appointment ended today."""
        asked = {"person": person, "role": role, "domain": domain}
        return self._answer("GET", "appointments/impact", params=asked)

    def leaving(self, person: str, leaves: date | str | None) -> None:
        """Set a person's last day, or take it away."""
        day = leaves.isoformat() if isinstance(leaves, date) else leaves
        self._transport.json("POST", f"people/{part(person)}/leaving", body={"leaves": day})

    def access_matrix(
        self,
        to: str | Path,
        *,
        on: date | str | None = None,
        format: str = "parquet",  # noqa: A002 - the word that users write
    ) -> int:
        """Write everybody's effective access to a file; return its bytes.

        The file is there whole or not at all.
        """
        params = {"on": on.isoformat() if isinstance(on, date) else on, "format": format}
        return self._transport.download("explanations/matrix", params, Path(to))
