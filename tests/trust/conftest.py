"""Two departments' nodes, really served: DWP holds data, DfE's analyst asks for it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.surfaces import PROVES

from fairway.client.node import Node
from fairway.client.transport import http_transport
from fairway.demo.served import Served, make, served

PASSWORD = "three random words"
PURPOSE = "policy-analysis"
HOUSEHOLDS = {
    "person": ["P1", "P2", "P3", "P4", "P5"],
    "area": ["E1", "E1", "E2", "E3", None],
    "households": [10, 20, 30, 40, 50],
    "secret": ["CANARY-1", "CANARY-2", "CANARY-3", "CANARY-4", "CANARY-5"],
}
PLACES = {"area": ["E1", "E2", "E3"], "region": ["North", "North", "South"]}

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: {domain}-{table}
name: {table}
version: 1.0.0
status: active
domain: {domain}
servers: [{{server: node, type: local, format: parquet, path: {table}.parquet}}]
schema:
  - name: {table}
    properties:
{columns}
team:
  members: [{{username: {domain}-owner, role: data owner}}]
{more}
"""


def contract(domain: str, table: str, columns: dict[str, str], *, is_open: bool = False) -> str:
    listed = "\n".join(
        f"      - {{name: {name}, logicalType: {kind}, classification: none}}"
        for name, kind in columns.items()
    )
    more = "customProperties: [{property: visibility, value: partners}"
    more += ", {property: accessClass, value: open}]" if is_open else "]"
    return CONTRACT.format(domain=domain, table=table, columns=listed, more=more)


@dataclass
class Department:
    """A served node, and a signed-in connection for each of its people."""

    name: str
    workspace: Path
    running: Served
    nodes: dict[str, Node] = field(default_factory=dict)
    made: dict[str, float] = field(default_factory=dict)
    former: list[Node] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.running.address

    def as_(self, person: str) -> Node:
        """Return a connection with a token that still proves who acts."""
        if time.monotonic() - self.made.get(person, -PROVES) >= PROVES:
            self.former += [self.nodes[person]] if person in self.nodes else []
            self.made[person] = time.monotonic()
            door = Node(http_transport(self.address, None))
            token = door.create_token(person, PASSWORD, label="test", days=1)
            door.close()
            self.nodes[person] = Node(http_transport(self.address, token.secret))
        return self.nodes[person]

    @property
    def keeper(self) -> Node:
        return self.as_("governance-manager")

    @property
    def analyst(self) -> Node:
        return self.as_(f"{self.name}-analyst")

    @property
    def owner(self) -> Node:
        return self.as_(f"{self.name}-owner")

    def close(self) -> None:
        for node in (*self.nodes.values(), *self.former):
            node.close()


def prepare(workspace: Path, name: str) -> None:
    """Make a node that may reach other nodes on this machine."""
    make(workspace, name.upper(), PASSWORD)
    with (workspace / "fairway.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[peers]\nnetworks = ["127.0.0.0/8"]\n')


def settle(department: Department) -> None:
    """Add the department's people."""
    administrator = department.as_("administrator")
    name = department.name
    administrator.add_domain(name, name.upper(), name, name.upper())
    for person, role, domain in (
        (f"{name}-owner", "data owner", name),
        (f"{name}-analyst", "analyst", name),
        ("governance-manager", "governance manager", None),
        ("auditor", "auditor", None),
    ):
        administrator.add_person(person, person, name, PASSWORD)
        administrator.appoint(person, role, domain, evidence="Test.")


def introduce(one: Department, other: Department) -> None:
    """Have two nodes register each other by the keys that each tells."""
    for here, there in ((one, other), (other, one)):
        own = there.keeper.peers().own
        here.keeper.add_peer(
            there.name, address=there.address, key=own.key, domains=[there.name], name=own.name
        )


@dataclass
class Pair:
    """DWP's node and DfE's, which know each other."""

    dwp: Department
    dfe: Department

    def agree(self, columns=("area", "households"), *, table="dwp.households", scope="") -> str:
        """Have DfE's analyst ask and DWP's owner approve; return the agreement."""
        asked = self.dfe.analyst.request(
            table,
            columns=list(columns),
            scope=scope,
            purpose=PURPOSE,
            legal_basis="gdpr-6-1-e",
            necessity="To test.",
            ends=datetime.now(UTC).date() + timedelta(days=30),
        )
        self.dwp.owner.decide(asked.id, "approve", "As asked.")
        return asked.id

    def query(self, sql: str, purpose: str = PURPOSE, agreement: str | None = None):
        return self.dfe.analyst.query(sql, purpose=purpose, agreement=agreement)


@pytest.fixture(scope="package")
def pair(tmp_path_factory) -> Iterator[Pair]:
    """The two nodes, with products, registered with each other, DWP's catalogue followed."""
    with ExitStack() as opened:
        departments = []
        for name in ("dwp", "dfe"):
            workspace = tmp_path_factory.mktemp("trust") / name
            prepare(workspace, name)
            running = opened.enter_context(served(workspace))
            department = Department(name, workspace, running)
            opened.callback(department.close)
            settle(department)
            departments.append(department)
        dwp, dfe = departments
        pq.write_table(pa.table(HOUSEHOLDS), dwp.workspace / "data/households.parquet")
        pq.write_table(pa.table(PLACES), dfe.workspace / "data/places.parquet")
        kinds = dict.fromkeys(HOUSEHOLDS, "string") | {"households": "integer"}
        dwp.owner.publish(contract("dwp", "households", kinds), file="households.yaml")
        kinds = dict.fromkeys(PLACES, "string")
        dfe.owner.publish(contract("dfe", "places", kinds, is_open=True), file="places.yaml")
        introduce(dwp, dfe)
        dfe.keeper.follow("dwp")
        yield Pair(dwp, dfe)
