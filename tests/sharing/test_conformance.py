"""The conformance suite passes our server whole, and finds what is wrong with a broken one."""

import json
import os
from pathlib import Path

import httpx
import pytest

from fairway.cli.main import run
from fairway.sharing.conformance import CHECKS, Outcome, examine
from fairway.sharing.conformance.server import Server, reach

RESULTS = Path(__file__).parents[2] / "docs/reference/delta-sharing.json"
"""What the reference shows. Written anew by `FAIRWAY_WRITE_CONFORMANCE=1 pytest` of this test."""


@pytest.mark.slow
def test_our_server_keeps_every_promise(department, new_partner, tmp_path, capsys):
    """With a table that keeps its history and a profile of version 2; as the reference has it."""
    mine = new_partner()
    with department.node("dfe-analyst") as node:
        made = node.make_profile(mine.agreement, kind="oauth", address=mine.address)
    file = tmp_path / "partner.share"
    file.write_text(json.dumps(made.profile))
    code = run(["conformance", "delta-sharing", "--profile", str(file), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [r for r in told["results"] if r["outcome"] == "failed"] == []
    assert (code, told["failed"]) == (0, 0)
    found = {f"{r['section']}: {r['promise']}": r["outcome"] for r in told["results"]}
    assert len(found) == len(CHECKS)
    if os.environ.get("FAIRWAY_WRITE_CONFORMANCE"):
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    assert json.loads(RESULTS.read_text()) == found


class Broken(httpx.BaseTransport):
    """Our server, with its answers changed on the way."""

    def __init__(self, change):
        self._change = change
        self._real = httpx.HTTPTransport()

    def close(self):
        self._real.close()

    def handle_request(self, request):
        answer = self._real.handle_request(request)
        body = answer.read()
        status, headers, body = self._change(
            request, answer.status_code, dict(answer.headers), body
        )
        headers.pop("content-length", None)
        return httpx.Response(status, headers=headers, content=body)


def lying_statistics(request, status, headers, body):
    return status, headers, body.replace(b'numRecords\\":7', b'numRecords\\":8')


def open_to_all(request, status, headers, body):
    if status in (401, 403) and request.url.path.endswith("/shares"):
        return 200, headers, b'{"items": []}'
    return status, headers, body


def errors_of_5xx(request, status, headers, body):
    return (503 if status == 404 else status), headers, body


def unasked_end(request, status, headers, body):
    if b'"metaData"' in body:
        body += b'{"endStreamAction": {}}\n'
    return status, headers, body


def wrong_version(request, status, headers, body):
    if request.url.path.endswith("/metadata"):
        headers["delta-table-version"] = "77"
    return status, headers, body


def plain_errors(request, status, headers, body):
    return status, headers, (b"{}" if status >= 400 else body)


BROKEN = [
    (lying_statistics, "Per-file Statistics", "numRecords is the number of rows"),
    (open_to_all, "Authorization", "Without a token: 401, with errorCode and message"),
    (errors_of_5xx, "Get Share", "A share that is not there: 404 (or 403)"),
    (
        unasked_end,
        "Delta Sharing Capabilities Header",
        "No EndStreamAction where none is asked for",
    ),
    (wrong_version, "Query Table Metadata", "The version is the newest"),
    (plain_errors, "Authorization", "With an unknown token: 401 (or 403)"),
]


@pytest.mark.parametrize(
    ("change", "section", "promise"), BROKEN, ids=[change.__name__ for change, *_ in BROKEN]
)
def test_a_broken_server_fails_in_the_right_place(partner, monkeypatch, change, section, promise):
    from fairway.sharing.conformance import checks

    checks.load()
    only = [c for c in CHECKS if c[0] in (section, "Get Share")]
    monkeypatch.setattr(checks, "CHECKS", only)
    with httpx.Client(transport=Broken(change), timeout=60) as http:
        server = Server(partner.profile["endpoint"], partner.profile, http)
        results = {(r.section, r.promise): r for r in examine(server)}
    found = results[section, promise]
    assert found.outcome is Outcome.FAILED, found
    assert found.why
    if section != "Get Share" and change is not plain_errors:
        assert (
            results["Get Share", "Names compare without regard to case"].outcome is Outcome.PASSED
        )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"endpoint": "http://x"}', "\x00"])
def test_a_file_that_is_no_profile_is_refused(tmp_path, capsys, text):
    file = tmp_path / "x.share"
    file.write_text(text)
    assert run(["conformance", "delta-sharing", "--profile", str(file)]) == 2
    assert "profile" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_told(tmp_path, capsys):
    file = tmp_path / "x.share"
    file.write_text(json.dumps({"endpoint": "http://127.0.0.1:9/x", "bearerToken": "t"}))
    assert run(["conformance", "delta-sharing", "--profile", str(file)]) == 5
    assert run(["conformance", "delta-sharing", "--profile", str(tmp_path / "none")]) == 2
    capsys.readouterr()


def test_the_table_that_is_named_is_examined(partner):
    name = f"{partner.agreement}.dwp.visits"
    with httpx.Client(timeout=60) as http:
        text = json.dumps(partner.profile)
        assert reach("", text, name.upper(), http).table.endswith("/visits")
        with pytest.raises(AssertionError):
            _ = reach("", text, "no.such.table", http).table
