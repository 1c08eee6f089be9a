"""`fairway demo --check` keeps every promise, and notices one that is not kept."""

import json

import pytest

from fairway.cli.main import run
from fairway.demo import check
from fairway.demo.check import STEPS, Broken
from fairway.nouns.errors import NotFound


@pytest.mark.slow
def test_the_main_job_is_as_promised(capfd):
    code = run(["demo", "--check", "--json"])
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line for line in lines if not line["ok"]] == []
    assert code == 0
    assert [line["step"] for line in lines][-len(STEPS) :] == [name for name, _ in STEPS]


def test_a_step_that_is_not_as_promised_is_told(capsys):
    report = check.Report(as_json=False)
    assert report.step("Fine", lambda: "done")

    def broken():
        check.promised(False, "this is so")
        return ""

    assert not report.step("Broken", broken)
    assert not report.kept
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("ok  Fine")
    assert said[1].startswith("NOT Broken")
    assert said[1].endswith("not as promised: this is so")


def test_what_must_be_refused_and_is_not():
    with pytest.raises(Broken):
        check._refusal(lambda: None)

    def refused():
        raise NotFound("a.b", "No.")

    assert check._refusal(refused).code == "a.b"
