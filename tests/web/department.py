"""A small department on a real node, with accounts that can sign in on its pages."""

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.scene import CLAIMS, REGIONS

from fairway.nouns.agreements import Agreement, Move
from fairway.nouns.people import Actor, Domain, Organisation, Person, Role, Via
from fairway.verbs import agreements, people, products
from fairway.verbs.acting import SYSTEM
from fairway.verbs.asking import Asking, Granting
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

PASSWORD = "three random words"
NATIONS = ["Wales", "Scotland", "London", "North East"]
ACCOUNTS = (
    ("dwp-owner", "Owner at Work and Pensions", Role.DATA_OWNER, "dwp"),
    ("dwp-steward", "Steward at Work and Pensions", Role.DATA_STEWARD, "dwp"),
    ("dfe-analyst", "Analyst at Education", Role.ANALYST, "dfe"),
    ("dfe-stranger", "Colleague at Education", None, "dfe"),
    ("auditor", "Auditor", Role.AUDITOR, None),
    ("governance-manager", "Governance manager", Role.GOVERNANCE_MANAGER, None),
    ("administrator", "Administrator", Role.ADMINISTRATOR, None),
)
LICENCE = """
  - {property: licence, value: OGL-UK-3.0}
  - {property: attribution, value: Contains public sector information licensed under the OGL v3.0.}
"""


class Department:
    """People by role, a restricted and an open product, all by verbs."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.today = datetime.now(UTC).date()

    def settle(self, data: Path) -> None:
        """Add domains, people and appointments, and publish the products."""
        for domain, name in (("dwp", "Work and Pensions"), ("dfe", "Education")):
            people.add_domain(
                self.platform, SYSTEM, Domain(domain, name, domain), Organisation(domain, name)
            )
        for person, name, role, domain in ACCOUNTS:
            account = Person(person, name, domain or "dwp")
            people.add_person(self.platform, SYSTEM, account, PASSWORD)
            if role:
                people.appoint(self.platform, SYSTEM, person, role, domain, since=date(2025, 1, 1))
        count = 240
        claims = {
            "person": [f"P{n}" for n in range(count)],
            "born": [date(1960, 1, 1) + timedelta(days=41 * n) for n in range(count)],
            "health": ["good", "poor", None] * (count // 3),
            "region": [NATIONS[n % 4] for n in range(count)],
            "weeks": [n % 53 for n in range(count)],
        }
        pq.write_table(pa.table(claims), data / "claims.parquet")
        regions = {"region": NATIONS, "households": [300_000, 500_000, 900_000, None]}
        pq.write_table(pa.table(regions), data / "regions.parquet")
        licensed = REGIONS.replace(
            "customProperties: [{property: accessClass, value: open}]",
            "customProperties:\n  - {property: accessClass, value: open}" + LICENCE,
        )
        for text in (CLAIMS, licensed):
            products.publish(self.platform, self.actor("dwp-steward"), text, "contract.yaml")

    def actor(self, person: str) -> Actor:
        return Actor(person, Via.API, proved=True)

    def draft(self, **changes: Any) -> Agreement:
        asking = Asking(
            product="dwp.claims",
            columns=(("region", "keep"), ("weeks", "keep")),
            purpose="policy-analysis",
            legal_basis="gdpr-6-1-e",
            necessity="To compare regions.",
            starts=self.today,
            ends=self.today + timedelta(days=200),
        )
        asked = replace(asking, **changes)
        return agreements.draft(self.platform, self.actor("dfe-analyst"), asked)

    def submit(self, **changes: Any) -> Agreement:
        made = self.draft(**changes)
        return agreements.submit(self.platform, self.actor("dfe-analyst"), made.id)

    def approve(self, granting: Granting | None = None, **changes: Any) -> Agreement:
        return self.move("dwp-owner", self.submit(**changes), Move.APPROVE, granting=granting)

    def move(self, person: str, agreement: Agreement, move: Move, **more: Any) -> Agreement:
        return agreements.move(self.platform, self.actor(person), agreement.id, move, **more)


def build(workspace: Path) -> dict[str, str]:
    """Make a node with the department and an agreement in each state that has pages of its own."""
    department = Department(create_node(workspace, "Test node"))
    department.settle(workspace / "data")
    asked = department.submit()
    questioned = department.submit(purpose="research")
    department.move("dwp-owner", questioned, Move.QUESTION, note="Which years do you need?")
    suspended = department.approve(purpose="operational-planning")
    department.move("dwp-owner", suspended, Move.SUSPEND, note="An incident is looked into.")
    objected = department.submit(columns=(("health", "keep"),), purpose="official-statistics")
    ids = {
        "submitted": asked.id,
        "questioned": questioned.id,
        "suspended": suspended.id,
        "objected": objected.id,
        "active": department.approve().id,
        "draft": department.draft(purpose="", necessity="").id,
    }
    close_node()
    return ids


if __name__ == "__main__":
    print(json.dumps(build(Path(sys.argv[1]))))
