"""Every command on a real node: what it prints, its JSON, and its exit code."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import click
import pyarrow.parquet as pq
import pytest
from tests.scene import CLAIMS
from tests.surfaces import PASSWORD, PURPOSE, in_days

from fairway.cli.main import cli

SQL = "SELECT region, households FROM dwp.regions ORDER BY region"


@pytest.fixture
def as_(command, department, monkeypatch):
    """Runs a command as a person against the department's directory."""

    def ran(person, *arguments):
        monkeypatch.setenv("FAIRWAY_NODE", str(department.workspace))
        if person:
            monkeypatch.setenv("FAIRWAY_TOKEN", department.token(person))
        else:
            monkeypatch.delenv("FAIRWAY_TOKEN", raising=False)
        return command(*arguments)

    return ran


@pytest.fixture
def json_of(as_):
    """The same with --json, which must succeed."""

    def ran(person, *arguments):
        code, out, errors = as_(person, *arguments, "--json")
        assert (code, errors) == (0, "")
        return json.loads(out)

    return ran


# ------------------------------------------------------------------ help


def _commands(command=cli, path=()):
    for name, each in sorted(command.commands.items()):
        if isinstance(each, click.Group):
            yield from _commands(each, (*path, name))
        yield (*path, name), each


@pytest.mark.parametrize(
    ("path", "each"), list(_commands()), ids=lambda v: "-".join(v) if isinstance(v, tuple) else ""
)
def test_help_is_a_page_with_an_example(command, path, each):
    code, out, errors = command(*path, "--help")
    assert (code, errors) == (0, "")
    assert f"fairway {path[0]}" in out.partition("Example:")[2]
    assert len(each.help or "") > 20


def test_the_version(command):
    assert command("--version")[1] == "fairway, version 0.1.0\n"


# ------------------------------------------------------------------ the main job


def test_publish_find_show(as_, json_of, tmp_path):
    contract = tmp_path / "claims.yaml"
    contract.write_text(CLAIMS.replace("To show who claims.", "To show who claims benefit."))
    code, out, _ = as_("dwp-owner", "publish", str(contract))
    assert code in (0, 2), out  # the same version with other words may or may not be another
    assert json_of("dfe-analyst", "find", "claims")["items"][0]["id"] == "dwp.claims"
    code, out, _ = as_("dfe-analyst", "find", "claims")
    assert (code, "dwp.claims" in out) == (0, True)
    assert "No data product" in as_("dfe-analyst", "find", "xyzzy")[1]
    assert json_of("dfe-analyst", "show", "dwp.claims")["usage"] is None
    code, out, _ = as_("dwp-owner", "show", "dwp.claims")
    assert "special category" in out
    assert "id: claims-1" in as_("dfe-analyst", "show", "dwp.claims", "--contract")[1]


def test_ask_decide_use(as_, json_of):
    asked = json_of(
        "dfe-analyst",
        *("request", "dwp.claims", "--column", "region", "--column", "weeks=band:5"),
        *("--purpose", "research", "--legal-basis", "gdpr-6-1-e", "--necessity", "To learn."),
        *("--ends", in_days(30)),
    )
    assert asked["state"] == "submitted"
    code, out, _ = as_("dwp-owner", "agreements", "--inbox")
    assert asked["id"] in out
    code, _, errors = as_("dfe-analyst", "decide", asked["id"], "approve")
    assert (code, "own request" in errors) == (3, True)
    assert as_("dwp-owner", "decide", asked["id"], "question", "--note", "Why?")[0] == 0
    assert as_("dfe-analyst", "decide", asked["id"], "answer", "--note", "So.")[0] == 0
    made = json_of("dwp-owner", "decide", asked["id"], "approve", "--column", "weeks=band:10")
    assert made["granted"]["columns"] == [{"name": "weeks", "treatment": "band:10"}]
    code, out, _ = as_("dfe-analyst", "agreements", asked["id"])
    assert "weeks (band:10)" in out
    assert asked["id"] in as_("dfe-analyst", "agreements")[1]
    query = ("query", "SELECT max(weeks) AS m FROM dwp.claims", "--purpose", "research")
    assert json_of("dfe-analyst", *query)["rows"] == [[90]]
    code, _, errors = as_(
        "dfe-analyst", "query", "SELECT region FROM dwp.claims", "--purpose", "research"
    )
    assert (code, "does not cover column region" in errors) == (3, True)
    assert errors.count("\n") == 1


def test_lists_for_a_request(as_, json_of):
    assert PURPOSE in as_("dfe-analyst", "request", "--list-purposes")[1]
    bases = json_of("dfe-analyst", "request", "--list-legal-bases")
    assert {"gdpr-6-1-e", "dea-2017-s35"} <= {b["code"] for b in bases}


def test_query_in_every_format(as_, tmp_path):
    code, out, _ = as_("dfe-analyst", "query", SQL, "--purpose", PURPOSE)
    assert code == 0
    assert "Wales        1300000" in out
    assert "2 rows. Query Q-" in out
    for name in ("r.csv", "r.json", "r.parquet", "r.arrow"):
        file = tmp_path / name
        asked = ("query", SQL, "--purpose", PURPOSE, "--output", str(file))
        assert as_("dfe-analyst", *asked)[0] == 0
        assert file.stat().st_size > 50
    assert pq.read_table(tmp_path / "r.parquet").num_rows == 2
    (tmp_path / "q.sql").write_text(SQL)
    asked = ("query", "--file", str(tmp_path / "q.sql"), "--purpose", PURPOSE)
    assert "2 rows" in as_("dfe-analyst", *asked)[1]
    code, _, errors = as_("dfe-analyst", *asked, "--output", str(tmp_path / "r.xls"))
    assert (code, "--format" in errors) == (2, True)
    assert as_("dfe-analyst", "query", SQL, "--purpose", PURPOSE, "--rows", "1")[0] == 3
    missing = str(tmp_path / "none" / "r.csv")
    assert as_("dfe-analyst", "query", SQL, "--purpose", PURPOSE, "--output", missing)[0] == 2


def test_a_plan_is_shown_and_nothing_runs(as_, json_of):
    asked = ("query", SQL, "--purpose", PURPOSE, "--explain")
    code, out, _ = as_("dfe-analyst", *asked)
    assert code == 0
    for said in ("dwp.regions", "none is needed", "every row", "duckdb", "households BIGINT"):
        assert said in out
    assert "1300000" not in out
    plan = json_of("dfe-analyst", *asked)
    assert (plan["products"][0]["read"]["files"], plan["above"]) == (1, [])
    found = json_of("auditor", "audit", "--subject", plan["id"])
    actions = [entry["action"] for entry in found["items"]]
    assert actions == ["query.planned"]
    assert as_("dfe-analyst", "query", "SELECT", "--purpose", PURPOSE, "--explain")[0] == 2


def test_a_plan_on_the_terminal_says_what_waits(capsys):
    from fairway.cli import plans
    from fairway.cli.door import Door
    from fairway.client.answers import answered

    read = {"columns": ["a"], "files": None, "partitions": ["year = 2024"], "barrier": True,
            "below": "a > 3", "fetched": False}  # fmt: skip
    product = {"product": "d.t", "agreements": ["A-1"], "columns": [["a", "keep"], ["b", "year"]],
               "rows": "x = 1", "version": "7", "peer": "", "read": read}  # fmt: skip
    there = {**product, "product": "e.t", "peer": "ferries", "read": None}
    fetched = {**product, "product": "f.t", "read": {**read, "fetched": True}}
    plan = {"id": "Q-1", "engine": "duckdb", "why": "Why.", "reasons": [], "fields": [],
            "products": [product, there, fetched], "above": ["(b / a > 1)"],
            "parts": [["ferries", "SELECT 1"]]}  # fmt: skip
    plans.show(Door("", "", json=False), answered(plan))
    out = capsys.readouterr().out
    for said in ("a, b (year)", "x = 1", "not told", "year = 2024", "a barrier", "a > 3",
                 "Lies at", "fetched from the database", "(b / a > 1)",
                 "Asked of ferries: SELECT 1", "Plan Q-1"):  # fmt: skip
        assert said in out


def test_audit(as_, json_of):
    found = json_of("auditor", "audit", "list", "--action", "domain.add")["items"]
    assert {e["subject"] for e in found} >= {"dwp", "dfe"}
    assert "domain.add" in as_("auditor", "audit", "--action", "domain.add")[1]
    assert json_of("auditor", "audit", "verify")["intact"] is True
    assert as_("auditor", "audit", "verify")[1].startswith("The record is intact")
    assert as_("dfe-analyst", "audit")[0] == 3


def test_the_record_says_command_line(json_of):
    newest = json_of("auditor", "audit", "--actor", "auditor", "--limit", "1")["items"][0]
    assert newest["via"] == "command line"


def test_tokens(as_, json_of, department, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("FAIRWAY_PASSWORD", PASSWORD)
    made = json_of("", "token", "--person", "dwp-analyst", "--days", "1")
    assert len(made["secret"]) >= 43
    code, out, _ = as_("", "token", "--person", "dwp-analyst", "--save")
    assert (code, "is saved" in out) == (0, True)
    kept = tmp_path / "fairway" / "tokens.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    listed = json_of("", "token", "list")  # with the saved token
    assert made["id"] in {t["id"] for t in listed}
    assert made["secret"] not in str(listed)
    assert "revoked" in as_("", "token", "revoke", made["id"])[1]
    assert made["id"] in as_("", "token", "list")[1]
    kept.chmod(0o644)
    code, _, errors = as_("", "token", "list")
    assert (code, "can read the saved tokens" in errors) == (5, True)
    monkeypatch.setenv("FAIRWAY_PASSWORD", "wrong words entirely")
    assert as_("", "token", "--person", "dwp-analyst")[0] == 3


def test_a_limited_token_says_so_and_what_it_lacks(as_, json_of, department, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("FAIRWAY_PASSWORD", PASSWORD)
    only = ("--only", "read", "--only", "account")
    assert json_of("", "token", "--person", "dwp-analyst")["only"] is None
    made = json_of("", "token", "--person", "dwp-analyst", *only)
    assert made["only"] == ["read", "account"]
    limited = ("--token", made["secret"])
    shown = as_("", "token", "list", *limited)[1]
    assert re.search(rf"{made['id']} .*read, account", shown)
    assert " all " in shown
    code, _, errors = as_(
        "", "query", "SELECT 1 FROM dwp.claims", "--purpose", "statistics", *limited
    )
    assert (code, "may only read, account; this needs the right query" in errors) == (3, True)
    assert "fairway token --only query" in errors
    assert as_("", "token", "--person", "dwp-analyst", "--only", "everything")[0] == 2


def test_administration(as_, json_of):
    assert (
        as_(
            "administrator",
            *("domain", "add", "hmrc", "--name", "Tax", "--organisation", "hmrc"),
            *("--organisation-name", "HM Revenue and Customs"),
        )[0]
        == 0
    )
    assert "hmrc" in {d["id"] for d in json_of("administrator", "domain", "list")}
    assert "hmrc" in as_("administrator", "domain")[1]
    made = json_of(
        "administrator", "person", "add", "hmrc-owner", "--name", "Owner", "--domain", "hmrc"
    )
    assert len(made["password"]) >= 12
    appointed = ("appoint", "hmrc-owner", "data owner", "--domain", "hmrc")
    assert "is appointed" in as_("administrator", *appointed)[1]
    assert "data owner in hmrc" in as_("administrator", "person", "list")[1]
    assert as_("administrator", *appointed, "--end")[0] == 2
    assert as_("administrator", *appointed, "--end", "--until", in_days(1))[0] == 0
    assert "closed" in as_("administrator", "person", "close", "hmrc-owner")[1]
    assert as_("dfe-stranger", "person", "list")[0] == 3


def test_a_password_that_was_made_opens_once(as_, json_of, command, department, monkeypatch):
    add = ("person", "add", "new-analyst", "--name", "New", "--domain", "dwp")
    assert "Password, shown this once" in as_("administrator", *add)[1]
    again = as_("administrator", "person", "password", "new-analyst")[1]
    made = re.search(r"once: (\S+)", again)[1]
    token = ("token", "--node", str(department.workspace), "--person", "new-analyst")
    monkeypatch.setenv("FAIRWAY_PASSWORD", made)
    monkeypatch.setenv("FAIRWAY_NEW_PASSWORD", "short")
    code, _, err = command(*token)
    assert (code, "from 12 to" in err) == (2, True)
    monkeypatch.delenv("FAIRWAY_NEW_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO("three words of my own\n"))
    assert command(*token)[0] == 0
    code, _, err = command(*token)
    assert (code, "not right" in err) == (3, True)
    assert json_of("administrator", "person", "password", "new-analyst")["until"]


# ------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "dwp.nothing"), 4),
        (("agreements", "AG-none"), 4),
        (("query", "SELECT nothing FROM dwp.regions", "--purpose", PURPOSE), 2),
        (("query", "SELECT 1"), 2),
        (("query", "--purpose", PURPOSE), 2),
        (("find", "--limit", "0"), 2),
        (("nothing",), 2),
        (("request",), 2),
        (("request", "dwp.claims", "--column", "a", "--column", "a"), 2),
        (("publish", "/nowhere/contract.yaml"), 2),
        (("audit",), 3),
        (("find", "--node", "/nowhere"), 5),
        (("find", "--node", "http://127.0.0.1:9"), 5),
        (("serve", "--node", "/nowhere"), 5),
        (("serve", "--node", "http://127.0.0.1:9"), 2),
        (("init", "."), 0),
    ],
)
def test_exit_codes_and_problems(as_, monkeypatch, tmp_path, arguments, code):
    monkeypatch.chdir(tmp_path)
    found, out, errors = as_("dfe-analyst", *arguments)
    assert (found, "Traceback" in out + errors) == (code, False)
    assert bool(errors.strip()) == bool(code)
    if code:
        found, _, errors = as_("dfe-analyst", *arguments, "--json")
        assert found == code
        assert {"type", "code", "detail"} <= set(json.loads(errors))


def test_no_node_is_named(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, _, errors = command("find")
    assert (code, "fairway init" in errors) == (2, True)


def test_every_problem_of_a_contract_is_a_line(as_, tmp_path):
    contract = tmp_path / "claims.yaml"
    contract.write_text(CLAIMS.replace("name: weeks", "name: months").replace("born", "birth"))
    code, _, errors = as_("dwp-owner", "publish", str(contract))
    assert code == 2
    assert len(errors.splitlines()) >= 2
    assert all(line.startswith(str(contract)) for line in errors.splitlines())
    code, _, errors = as_("dwp-owner", "publish", str(contract), "--json")
    assert len(json.loads(errors)["errors"]) >= 2


def test_the_unexpected_is_a_sentence(command, monkeypatch):
    def broken(*given, **more):
        raise RuntimeError("a secret")

    monkeypatch.setattr("fairway.connect", broken)
    code, out, errors = command("find", "--node", ".")
    assert code == 1
    assert "I-" in errors
    assert "a secret" not in out + errors
    monkeypatch.setenv("FAIRWAY_DEBUG", "1")
    assert "Traceback" in command("find", "--node", ".")[2]


def test_what_would_steer_a_terminal_is_written_out():
    from fairway.cli.output import cell, safe

    assert safe("a\x1b[31mb\u202ec\nd") == "a\\x1b[31mb\\u202ec\\x0ad"
    assert safe("é") == "é"
    assert cell("x" * 100).endswith("…")
    assert [cell(v) for v in (None, True, ["a", "b"])] == ["", "yes", "a, b"]


# ------------------------------------------------------------------ as processes


def _process(*arguments, **more):
    own = {k: v for k, v in os.environ.items() if not k.startswith("FAIRWAY_")}
    return subprocess.Popen(
        [sys.executable, "-m", "fairway", *arguments],
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def test_a_closed_pipe_is_quiet():
    with _process("--help") as process:
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(timeout=60)
    assert errors == ""
    assert process.returncode in (0, 141)


def test_an_interrupt_is_quiet(tmp_path):
    with _process("serve", "--node", str(tmp_path)) as process:
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in errors) == (5, False)
    with _process("init", str(tmp_path / "n")) as process:
        process.communicate(timeout=60)
    with _process("serve", "--node", str(tmp_path / "n"), "--port", "0", "--json") as process:
        assert json.loads(process.stdout.readline())["address"].startswith("http://127.0.0.1:")
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in errors) == (0, False)
