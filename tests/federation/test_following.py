"""Two nodes, each behind its real server: what one shows its partners is found in the other."""

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.federation.harbours import PASSWORD
from tests.waiting import until

ROOT = Path(__file__).parents[2]
"""Seconds after which a change does not come any more. How soon it comes is a benchmark's."""

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


@dataclass
class Served:
    """A node behind `fairway serve`."""

    workspace: Path
    address: str = ""
    process: subprocess.Popen | None = None
    tokens: dict[str, str] = field(default_factory=dict)

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
            answer = httpx.post(f"{self.address}/api/v1/tokens", json=given, timeout=60)
            assert answer.status_code == 201, answer.text
            self.tokens[person] = answer.json()["secret"]

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process.stdout.close()
            self.process = None

    def ask(self, method: str, path: str, status: int = 200, *, by="manager", **more) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[by]}"}
        answer = httpx.request(
            method, f"{self.address}/api/v1/{path}", headers=headers, timeout=60, **more
        )
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


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nodes")
    here, there = Served(folder / "here"), Served(folder / "there")
    with contextlib.ExitStack() as closing:
        for node, name in ((there, "Harbour office"), (here, "Data office")):
            node.make(name)
            closing.callback(node.stop)
            node.serve()
        there.publish("Harbours of the north")
        there.publish("Harbours kept quiet", visibility="everyone")
        yield here, there


@pytest.fixture
def followed(nodes):
    """What the one node says when it begins to follow the other."""
    here, there = nodes
    given = {
        "source": "Harbour office",
        "address": there.address,
        "token": there.tokens["keeper"],
    }
    yield here.ask("POST", "catalogue/follows", 201, json=given)
    if here.ask("GET", "catalogue/follows"):
        here.ask("DELETE", "catalogue/follows/Harbour office")


def test_what_one_node_shows_its_partners_is_found_in_the_other(nodes, followed):
    here, there = nodes
    assert (followed["source"], followed["with_token"]) == ("Harbour office", True)
    assert here.finds("Harbours of the north")
    assert not here.finds("Harbours kept quiet")

    there.publish("Harbours of the south")
    until(lambda: here.finds("Harbours of the south"))
    there.withdraw("Harbours of the south")
    until(lambda: not here.finds("Harbours of the south"))
    there.publish("Harbours of the north", "1.0.1", "everyone")
    until(lambda: not here.finds("Harbours of the north"))
    there.publish("Harbours of the north", "1.0.2")
    until(lambda: here.finds("Harbours of the north"))

    (row,) = here.ask("GET", "catalogue/follows")
    assert (row["source"], row["fault"]) == ("Harbour office", "")
    kept = (here.workspace / "fairway.sqlite3").read_bytes()
    assert there.tokens["keeper"].encode() not in kept + json.dumps(row).encode()


def test_following_goes_on_after_a_restart_and_an_entry_says_where_it_lives(nodes, followed):
    here, there = nodes
    here.stop()
    there.publish("Harbours of the west")
    here.serve()
    until(lambda: here.finds("Harbours of the west"))

    listed = here.ask("GET", "catalogue/entries", params={"limit": 100})["items"]
    entry = next(e for e in listed if e["title"] == "Harbours of the west")
    assert entry["url"] == f"{there.address}/catalogue/harbours.harbours_of_the_west"
    assert entry["where"].startswith("Lives elsewhere")
    linked = httpx.get(
        entry["url"], headers={"Authorization": f"Bearer {there.tokens['keeper']}"}, timeout=60
    )
    assert linked.headers["content-type"].startswith("application/ld+json")
    assert linked.json()["dct:title"] == "Harbours of the west"

    assert here.ask("DELETE", "catalogue/follows/Harbour office")["withdrawn"] > 0
    assert not here.finds("Harbours of the west")


def test_nobody_follows_without_a_token_or_to_where_nobody_answers(nodes):
    here, there = nodes
    given = {"source": "other", "address": there.address}
    said = here.ask("POST", "catalogue/follows", 403, json=given)
    assert said["code"] == "harvest.refused_there"
    said = here.ask(
        "POST", "catalogue/follows", 503, json=given | {"address": "http://127.0.0.1:9"}
    )
    assert said["code"] == "harvest.unreachable"
    assert here.ask("GET", "catalogue/follows") == []
    here.ask("POST", "catalogue/follows", 403, by="keeper", json=given)
