"""A department that is reached only by its surfaces: made by `fairway init`, filled by its API.

A `conftest.py` takes what it needs: `from tests.surfaces import department  # noqa: F401`.
Made once for a worker; tests add to it and never count what others may have added.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.scene import CLAIMS, REGIONS, write_data

import fairway
from fairway.cli.main import run
from fairway.client.node import Node
from fairway.demo.served import served

PASSWORD = "three random words"
PURPOSE = "policy-analysis"
PROVES = 600.0
"""Seconds that a token is used for by these tests. It proves who acts for 15 minutes, which a whole
run outlasts."""

ACCOUNTS = {
    "dwp-owner": ("dwp", "data owner", "dwp"),
    "dwp-analyst": ("dwp", "analyst", "dwp"),
    "dfe-analyst": ("dfe", "analyst", "dfe"),
    "dfe-stranger": ("dfe", "", None),
    "auditor": ("hub", "auditor", None),
    "governance-manager": ("hub", "governance manager", None),
}


@dataclass
class Department:
    """A workspace and the password of its accounts; connections by person."""

    workspace: Path
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def token(self, person: str) -> str:
        """Return a token of a person that still proves who they are."""
        secret, made = self.tokens.get(person, ("", -PROVES))
        if time.monotonic() - made >= PROVES:
            with fairway.connect(str(self.workspace)) as node:
                secret, made = node.create_token(person, PASSWORD).secret, time.monotonic()
            self.tokens[person] = secret, made
        return secret

    def node(self, person: str, address: str = "") -> Node:
        """Return a connection as a person, to the directory or to an address."""
        return fairway.connect(address or str(self.workspace), self.token(person))

    def agree(self, *, columns: object = ("region", "weeks"), **asked: object) -> str:
        """Return a new active agreement of dfe-analyst on dwp.claims."""
        given = {"purpose": PURPOSE, "legal_basis": "gdpr-6-1-e", "necessity": "To compare."}
        with self.node("dfe-analyst") as asker, self.node("dwp-owner") as owner:
            made = asker.request(
                "dwp.claims", columns=columns, ends=in_days(90), **{**given, **asked}
            )
            return owner.decide(made.id, "approve").id


def in_days(days: int) -> str:
    """Return a day from today on, as the API writes it."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.fixture(scope="session")
def department(tmp_path_factory) -> Department:
    """A node with people by role, one restricted and one open product."""
    workspace = tmp_path_factory.mktemp("surfaces") / "node"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FAIRWAY_PASSWORD", PASSWORD)
        assert run(["init", str(workspace), "--name", "Test", "--ask-password"]) == 0
    write_data(workspace / "data")
    made = Department(workspace)
    with made.node("administrator") as administrator:
        for domain, name in (("dwp", "Work and Pensions"), ("dfe", "Education")):
            administrator.add_domain(domain, name, domain, name)
        for person, (domain, role, held_in) in ACCOUNTS.items():
            administrator.add_person(person, person.replace("-", " "), domain, PASSWORD)
            if role:
                administrator.appoint(person, role, held_in, evidence="Letter")
    with made.node("dwp-owner") as owner:
        owner.publish(CLAIMS)
        owner.publish(REGIONS)
    return made


@pytest.fixture(scope="session")
def address(department: Department) -> Iterator[str]:
    """The address of the department's node, served by a process of its own."""
    with served(department.workspace) as node:
        yield node.address


@pytest.fixture
def command(capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line: `command("find", "claims", "--json")` gives code, output and errors."""
    for name in ("FAIRWAY_NODE", "FAIRWAY_TOKEN", "FAIRWAY_DEBUG", "FAIRWAY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    def ran(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran
