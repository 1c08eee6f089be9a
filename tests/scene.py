"""A small department on a real node: people by role, one restricted and one open product.

Everything is done by verbs; nothing is put into tables by hand.
"""

import textwrap
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from tests.builders import NOW

from fairway.nouns.agreements import Agreement, Move
from fairway.nouns.events import EventFilter
from fairway.nouns.people import Actor, Domain, Organisation, Person, Role, Via
from fairway.verbs import agreements, audit, people, products, queries
from fairway.verbs.acting import SYSTEM
from fairway.verbs.asking import Asking, Granting
from fairway.verbs.ports import Platform

PASSWORD = "three random words"

ROWS = {
    "person": ["P1", "P2", "P3", "P4"],
    "born": [date(1980, 5, 1), date(1991, 1, 31), None, date(2001, 12, 31)],
    "health": ["good", "poor", "CANARY", None],
    "region": ["Wales", "Wales", "Scotland", "London"],
    "weeks": [4, 12, 99, 7],
}

CLAIMS = """
apiVersion: v3.2.0
kind: DataContract
id: claims-1
name: Claims by person
version: 1.0.0
status: active
domain: dwp
description: {purpose: To show who claims.}
servers: [{server: node, type: local, format: parquet, path: claims.parquet}]
schema:
  - name: claims
    properties:
      - {name: person, logicalType: string, classification: identifier}
      - {name: born, logicalType: date, classification: personal}
      - {name: health, logicalType: string, classification: special category}
      - {name: region, logicalType: string, classification: none}
      - {name: weeks, logicalType: integer, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
"""

REGIONS = """
apiVersion: v3.2.0
kind: DataContract
id: regions-1
name: Regions
version: 1.0.0
status: active
domain: dwp
servers: [{server: node, type: local, format: parquet, path: regions.parquet}]
schema:
  - name: regions
    properties:
      - {name: region, logicalType: string, classification: none}
      - {name: households, logicalType: integer, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
customProperties: [{property: accessClass, value: open}]
"""


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


def write_data(folder: Path) -> None:
    """Put the two products' files where the contracts say they lie."""
    pq.write_table(pa.table(ROWS), folder / "claims.parquet")
    regions = {"region": ["Wales", "Scotland"], "households": [1_300_000, 2_500_000]}
    pq.write_table(pa.table(regions), folder / "regions.parquet")


class Scene:
    """The department on a platform, with a clock that the test moves."""

    def __init__(self, platform: Platform) -> None:
        self.clock = SetClock(NOW)
        self.platform = replace(platform, clock=self.clock)
        self.owner = Actor("dwp-owner", Via.API, proved=True)
        self.steward = Actor("dwp-steward", Via.API, proved=True)
        self.analyst = Actor("dfe-analyst", Via.API, proved=True)
        self.stranger = Actor("dfe-stranger", Via.API, proved=True)
        self.auditor = Actor("auditor", Via.API, proved=True)
        self.manager = Actor("governance-manager", Via.API, proved=True)
        self.administrator = Actor("administrator", Via.API, proved=True)

    def people(self) -> "Scene":
        """Add the domains, the people and their appointments."""
        for domain, name in (("dwp", "Work and Pensions"), ("dfe", "Education")):
            people.add_domain(
                self.platform, SYSTEM, Domain(domain, name, domain), Organisation(domain, name)
            )
        for person, role, domain in (
            ("dwp-owner", Role.DATA_OWNER, "dwp"),
            ("dwp-steward", Role.DATA_STEWARD, "dwp"),
            ("dfe-analyst", Role.ANALYST, "dfe"),
            ("dfe-stranger", None, "dfe"),
            ("auditor", Role.AUDITOR, None),
            ("governance-manager", Role.GOVERNANCE_MANAGER, None),
            ("administrator", Role.ADMINISTRATOR, None),
        ):
            account = Person(person, person.replace("-", " "), domain or "dwp")
            password = PASSWORD if person == "dfe-analyst" else None
            people.add_person(self.platform, SYSTEM, account, password)
            if role:
                since = date(2025, 1, 1)
                people.appoint(
                    self.platform, SYSTEM, person, role, domain, since=since, evidence="Letter"
                )
        return self

    def publish(self, text: str = CLAIMS, **changes: str) -> Any:
        """Publish a contract as the steward; `changes` replace words in its text."""
        for old, new in changes.items():
            text = text.replace(old, new)
        return products.publish(self.platform, self.steward, textwrap.dedent(text), "c.yaml")

    def draft(self, **changes: Any) -> Agreement:
        asking = Asking(
            product="dwp.claims",
            columns=(("region", "keep"), ("weeks", "keep")),
            purpose="policy-analysis",
            legal_basis="gdpr-6-1-e",
            necessity="To compare regions.",
            ends=date(2026, 12, 31),
        )
        return agreements.draft(self.platform, self.analyst, replace(asking, **changes))

    def submit(self, **changes: Any) -> Agreement:
        return agreements.submit(self.platform, self.analyst, self.draft(**changes).id)

    def approve(self, granting: Granting | None = None, **changes: Any) -> Agreement:
        asked = self.submit(**changes)
        return self.move(self.owner, asked.id, Move.APPROVE, granting=granting)

    def move(
        self, actor: Actor, agreement: str, move: Move, note: str = "", **more: Any
    ) -> Agreement:
        return agreements.move(self.platform, actor, agreement, move, note, **more)

    def query(self, sql: str, actor: Actor | None = None, **more: Any) -> list[dict[str, Any]]:
        more.setdefault("purpose", "policy-analysis")
        result = queries.run(self.platform, actor or self.analyst, sql, **more)
        return rows_of(b"".join(result))

    def events(self, **wanted: Any) -> list[Any]:
        """Return the events of the record, oldest first, read beneath the verbs."""
        found = self.platform.ledger.find(EventFilter(limit=10_000, **wanted))
        return [entry.event for entry in reversed(found)]

    def actions(self) -> list[str]:
        return [event.action for event in self.events()]

    def intact(self) -> bool:
        return audit.verify(self.platform, self.auditor).intact


def rows_of(stream: bytes) -> list[dict[str, Any]]:
    with pyarrow.ipc.open_stream(stream) as reader:
        return list(reader.read_all().to_pylist())
