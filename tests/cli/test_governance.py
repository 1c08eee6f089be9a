"""The hub's commands: guardrails, stops, tasks, reviews, delegation, everybody's access."""

import json

import pyarrow.parquet as pq
import pytest
from tests.surfaces import in_days


@pytest.fixture
def as_(department, command):
    """Runs a command as a person: `as_("auditor", "tasks")` gives code, output and errors."""

    def ran(person, *arguments):
        token = department.token(person)
        return command(*arguments, "--node", str(department.workspace), "--token", token)

    return ran


def done(answer):
    code, out, err = answer
    assert (code, err) == (0, "")
    return out


def test_guardrails_from_the_command_line(as_, tmp_path):
    listed = done(as_("dfe-stranger", "guardrail"))
    assert "hub-leavers" in listed
    assert "As delivered." in listed
    policies, examples = tmp_path / "hub.cedar", tmp_path / "hub.json"
    policies.write_text(done(as_("dfe-stranger", "guardrail", "list", "--cedar")))
    examples.write_text(done(as_("dfe-stranger", "guardrail", "list", "--examples")))
    made = done(
        as_(
            *("governance-manager", "guardrail", "propose", str(policies), "--examples"),
            *(str(examples), "--note", "The same again.", "--json"),
        )
    )
    version = json.loads(made)["id"]
    assert version in done(as_("auditor", "guardrail", "versions"))
    assert "hub-leavers" in done(as_("auditor", "guardrail", "show", version))
    assert "Would be lost" in done(as_("auditor", "guardrail", "impact", version))
    code, _, err = as_("governance-manager", "guardrail", "review", version)
    assert (code, "own proposal" in err) == (3, True)
    code, _, err = as_("governance-manager", "guardrail", "publish", version)
    assert code == 2
    assert "withdrawn" in done(as_("governance-manager", "guardrail", "withdraw", version))
    examples.write_text("{\n")
    code, _, err = as_(
        *("governance-manager", "guardrail", "propose", str(policies), "--examples"),
        *(str(examples), "--note", "x"),
    )
    assert (code, "This is not JSON" in err) == (2, True)
    code, _, err = as_("auditor", "guardrail", "propose", "gone.cedar", "--note", "x")
    assert (code, "cannot be read" in err) == (2, True)


def test_stops_from_the_command_line(as_):
    assert "Nothing is stopped." in done(as_("auditor", "stop"))
    out = done(
        as_("governance-manager", "stop", "make", "person", "dfe-stranger", "--reason", "A test.")
    )
    stop = out.split()[-1]
    assert "A test." in done(as_("auditor", "stop", "list"))
    assert stop in done(as_("governance-manager", "stop", "lift", stop))


def test_reviews_tasks_and_standing_in(as_, department):
    agreement = department.agree()
    assert agreement in done(as_("dwp-owner", "review", "dwp.claims"))
    confirmed = done(as_("dwp-owner", "review", "dwp.claims", "--confirm", agreement))
    assert confirmed == "Confirmed 1.\n"
    assert "Confirmed" in done(as_("dwp-owner", "review", "dwp.claims", "--confirm-all"))
    assert "Nothing waits" in done(as_("dwp-owner", "tasks"))
    assert json.loads(done(as_("governance-manager", "tasks", "--json"))) == []
    out = done(
        as_("dwp-owner", "delegate", "dwp-analyst", "--domain", "dwp", "--until", in_days(5))
    )
    assert "decides for you in dwp" in out
    assert "dwp-analyst" in done(as_("dwp-owner", "delegate"))
    assert len(json.loads(done(as_("dwp-owner", "delegate", "--json")))) == 1
    end = ("delegate", "dwp-analyst", "--domain", "dwp", "--end")
    assert "no longer" in done(as_("dwp-owner", *end))
    assert "Nobody" in done(as_("dwp-owner", "delegate"))
    assert as_("dwp-owner", *end)[0] == 4
    assert as_("dwp-owner", "delegate", "dwp-analyst", "--domain", "dwp")[0] == 2
    impact = done(
        as_("auditor", "appoint", "dwp-owner", "data owner", "--domain", "dwp", "--impact")
    )
    assert agreement in impact


def test_everybody_s_access_is_one_file(as_, department, tmp_path):
    agreement = department.agree()
    file = tmp_path / "access.parquet"
    assert "Wrote" in done(as_("auditor", "explain", "--everybody", str(file)))
    rows = pq.read_table(file).to_pylist()
    mine = next(row for row in rows if row["agreement"] == agreement)
    assert (mine["person"], mine["columns"]) == ("dfe-analyst", "region, weeks")
    assert any(row["person"] == "" and row["product"] == "dwp.regions" for row in rows)
    code, _, _ = as_("dfe-analyst", "explain", "--everybody", str(tmp_path / "no.parquet"))
    assert code == 3
    assert not (tmp_path / "no.parquet").exists()
    gone = tmp_path / "none" / "x.parquet"
    code, _, err = as_("auditor", "explain", "--everybody", str(gone))
    assert (code, "cannot be written" in err) == (2, True)
