"""A node with a domain of harbours: `python -m tests.federation.harbours DIR NAME` makes one."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq

from fairway.nouns.people import Domain, Organisation, Person, Role
from fairway.verbs import people
from fairway.verbs.acting import SYSTEM
from fairway.wiring import close_node, create_node

PASSWORD = "three random words"
ROOT = Path(__file__).parents[2]

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: {table}-1
name: {title}
version: {version}
status: active
domain: harbours
description: {{purpose: Every harbour with its depth.}}
servers: [{{server: node, type: local, format: parquet, path: harbours.parquet}}]
schema:
  - name: {table}
    properties:
      - {{name: harbour, logicalType: string, classification: none}}
team:
  members: [{{username: keeper, role: data owner}}]
customProperties:
  - {{property: accessClass, value: open}}
  - {{property: visibility, value: {visibility}}}
"""


def _client() -> httpx.Client:
    return httpx.Client(timeout=60, trust_env=False)


@dataclass
class Served:
    """A node behind `fairway serve`."""

    workspace: Path
    address: str = ""
    process: subprocess.Popen | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    web: httpx.Client = field(default_factory=_client)

    def make(self, name: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "tests.federation.harbours", str(self.workspace), name],
            cwd=ROOT,
            check=True,
        )

    def serve(self, port: int = 0) -> None:
        with (self.workspace / "log").open("a") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "fairway", "serve", "--json", "--port", str(port)),
                    *("--node", str(self.workspace)),
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.address = json.loads(self.process.stdout.readline())["address"]
        for person in ("keeper", "manager"):
            given = {"person": person, "password": PASSWORD, "label": "test"}
            answer = self.web.post(f"{self.address}/api/v1/tokens", json=given)
            assert answer.status_code == 201, answer.text
            self.tokens[person] = answer.json()["secret"]

    def follow(self, other: "Served", source: str) -> Any:
        """Follow another node as a partner of it; return what is said of that."""
        token = other.tokens["keeper"]
        given = {"source": source, "address": other.address, "token": token}
        return self.ask("POST", "catalogue/follows", 201, json=given)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process.stdout.close()
            self.process = None
            self.web.close()
            self.web = _client()

    def ask(self, method: str, path: str, status: int = 200, *, by="manager", **more) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[by]}"}
        answer = self.web.request(method, f"{self.address}/api/v1/{path}", headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    def publish(self, title: str, version: str = "1.0.0", visibility: str = "partners") -> None:
        table = title.lower().replace(" ", "_")
        text = CONTRACT.format(table=table, title=title, version=version, visibility=visibility)
        self.ask("POST", "products", 201, by="keeper", content=text.encode())

    def withdraw(self, title: str) -> None:
        name = f"harbours.{title.lower().replace(' ', '_')}"
        self.ask("POST", f"products/{name}/withdraw", by="keeper", json={"reason": "Closed."})

    def finds(self, title: str) -> bool:
        """Whether a search finds an entry of this title; it may find others that share a word."""
        found = self.ask("GET", "catalogue/search", params={"q": title, "limit": 100})["items"]
        return title in {item["title"] for item in found}


def build(workspace: Path, name: str) -> None:
    """Make the node, its accounts and its data."""
    platform = create_node(workspace, name)
    people.add_domain(
        platform, SYSTEM, Domain("harbours", "Harbours", "office"), Organisation("office", name)
    )
    for person, role, domain in (
        ("keeper", Role.DATA_OWNER, "harbours"),
        ("manager", Role.GOVERNANCE_MANAGER, None),
    ):
        people.add_person(platform, SYSTEM, Person(person, person, "harbours"), PASSWORD)
        people.appoint(platform, SYSTEM, person, role, domain, since=date(2025, 1, 1))
    table = pa.table({"harbour": ["Leith"]})
    pq.write_table(table, workspace / "data/harbours.parquet")
    file = workspace / "fairway.toml"
    file.write_text(file.read_text() + "\n[follow]\nlocal = true\n")
    close_node()


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2])
