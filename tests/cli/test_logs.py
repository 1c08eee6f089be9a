"""`fairway audit`, what concerns the record as a log, on a real node."""

import json

import pytest
from tests.surfaces import PASSWORD

OFFICER = "log-officer"


@pytest.fixture
def as_(command, department, monkeypatch):
    """Runs a command as a person against the department's directory."""

    def ran(person, *arguments):
        monkeypatch.setenv("FAIRWAY_NODE", str(department.workspace))
        monkeypatch.setenv("FAIRWAY_TOKEN", department.token(person))
        return command(*arguments)

    return ran


@pytest.fixture
def officer(department):
    """A data protection officer."""
    with department.node("administrator") as node:
        if OFFICER not in {person.id for person in node.people()}:
            node.add_person(OFFICER, "Officer", "dwp", PASSWORD)
            node.appoint(OFFICER, "data protection officer", None, evidence="Letter")
    return OFFICER


def ok(ran):
    code, out, errors = ran
    assert (code, errors) == (0, "")
    return out


def test_export_and_key(as_, tmp_path):
    folder = tmp_path / "log"
    assert "entries to" in ok(as_("auditor", "audit", "export", str(folder), "--bodies"))
    origin = (folder / "checkpoint").read_text().split("\n")[0]
    assert any((folder / "bodies").rglob("*"))
    assert origin in ok(as_("auditor", "audit", "key"))
    assert json.loads(ok(as_("auditor", "audit", "key", "--json")))["log"].startswith(origin)


def test_prove_and_feed(as_, tmp_path):
    proof = tmp_path / "proof.json"
    assert str(proof) in ok(as_("auditor", "audit", "prove", "2", "--to", str(proof)))
    assert json.loads(proof.read_text())["index"] == 1
    assert as_("auditor", "audit", "prove", "999999")[0] == 4
    assert as_("auditor", "audit", "prove", "2", "--to", str(tmp_path / "no" / "x"))[0] == 2
    items = json.loads(ok(as_("dwp-owner", "audit", "feed", "dwp.claims")))["items"]
    assert items
    assert items[0]["body"]


def test_state(as_):
    assert "Checkpoint" in ok(as_("auditor", "audit", "state"))
    assert json.loads(ok(as_("auditor", "audit", "state", "--json")))["size"] > 0
    assert as_("dfe-analyst", "audit", "state")[0] == 3


def test_erase(as_, officer):
    newest = json.loads(ok(as_("auditor", "audit", "list", "--limit", "1", "--json")))["items"]
    number = str(newest[0]["sequence"])
    said = ok(as_(officer, "audit", "erase", number, "--reason", "Request 17"))
    assert said == "Erased 1 of 1 entries.\n"
    assert as_("auditor", "audit", "erase", number, "--reason", "Request 17")[0] == 3
    assert json.loads(ok(as_("auditor", "audit", "verify", "--json")))["intact"]


def test_archive(as_):
    said = ok(as_("administrator", "audit", "archive", "--before", "2020-01"))
    assert said == "Nothing to move: no entry before 2020-01 is in the database.\n"
    moved = ok(as_("administrator", "audit", "archive", "--before", "2020-01", "--json"))
    assert json.loads(moved) == {"items": []}
    code, _, errors = as_("administrator", "audit", "archive", "--before", "soon")
    assert code == 2
    assert "2026-01" in errors
    assert as_("auditor", "audit", "archive", "--before", "2020-01")[0] == 3


def test_subject(as_, officer):
    asked = ("audit", "subject", "--identifier", "P1", "--reason", "Request 17")
    said = ok(as_(officer, *asked))
    assert "Queries that named the person" in said
    assert "P1" not in said
    found = json.loads(ok(as_(officer, *asked, "--product", "dwp.claims", "--json")))
    assert found["products"] == ["dwp.claims"]
    assert as_("auditor", *asked)[0] == 3


def test_renew_mirror(as_, department):
    before = (department.workspace / "ledger.checkpoint").read_text()
    assert "anew" in ok(as_("administrator", "audit", "renew-mirror"))
    assert (department.workspace / "ledger.checkpoint").read_text() != before
    assert as_("auditor", "audit", "renew-mirror")[0] == 3
