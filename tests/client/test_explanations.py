"""Explanations by the client, which are those of the API, and by the command line."""

import json

import pytest
from tests.surfaces import PURPOSE, in_days

from fairway.nouns.errors import BadInput, NotFound, Refused


@pytest.fixture(scope="module")
def agreement(department):
    return department.agree(columns={"region": "keep", "weeks": "band:10"}, scope="weeks < 50")


@pytest.fixture
def told(command, department, agreement):
    """Runs `fairway explain` as a person."""

    def ran(person, *arguments):
        node = ("--node", str(department.workspace), "--token", department.token(person))
        return command("explain", *arguments, *node)

    return ran


# ------------------------------------------------------------------ the client and the API


def test_a_permit_and_a_denial(department, agreement):
    with department.node("dfe-analyst") as analyst:
        told = analyst.explain("dwp.claims", PURPOSE)
        assert (told.effect, told.code, told.needs) == ("permit", "", [])
        assert told.terms.columns[0] == {"name": "region", "treatment": "keep"}
        refused = analyst.explain("dwp.claims", "operational-planning")
        assert (refused.effect, refused.terms) == ("deny", None)
        assert refused.needs[-1].people == ["dwp-owner"]
        assert analyst.explain("dwp.claims", PURPOSE, on=in_days(400)).effect == "deny"
        with pytest.raises(BadInput):
            analyst.explain("dwp.claims", PURPOSE, on="tomorrow")
        with pytest.raises(Refused):
            analyst.explain("dwp.claims", PURPOSE, person="dwp-analyst")
        assert "dwp.regions" in {s.product for s in analyst.what_can_be_seen()}
    with department.node("auditor") as auditor:
        about = auditor.explain("dwp.claims", PURPOSE, person="dfe-analyst")
        assert about.sentence.startswith("dfe analyst may use dwp.claims")


def test_who_can_see_and_what_can_be_seen(department, agreement):
    with department.node("dwp-owner") as owner:
        ways = owner.who_can_see("dwp.claims", "weeks")
        mine = next(s for s in ways if s.agreement == agreement)
        assert (mine.person, mine.purposes, mine.terms.scope) == (
            "dfe-analyst",
            [PURPOSE],
            "weeks < 50",
        )
        assert [s.person for s in owner.who_can_see("dwp.regions")] == [""]
        assert agreement in {s.agreement for s in owner.what_can_be_seen("dfe-analyst")}
        assert owner.who_can_see("dwp.claims", on="2020-01-01") == []
        with pytest.raises(NotFound):
            owner.who_can_see("dwp.claims", "height")


# ------------------------------------------------------------------ the command line


def test_the_command_explains_a_permit(told, agreement):
    code, out, errors = told("dfe-analyst", "--product", "dwp.claims", "--purpose", PURPOSE)
    assert (code, errors) == (0, "")
    assert out.startswith("You may use dwp.claims for policy-analysis on ")
    assert "dwp-owner approved" in out
    assert "Until" in out


def test_the_command_explains_a_denial(told):
    asked = ("--product", "dwp.claims", "--purpose", "operational-planning")
    code, out, _ = told("dfe-analyst", *asked)
    assert code == 0
    assert "What would have to be true, and who could make it so" in out
    assert "2. A data owner of dwp would have to approve it. (dwp-owner)" in out
    code, out, _ = told("auditor", *asked, "--person", "dfe-stranger", "--json")
    assert json.loads(out)["needs"][0]["people"] == ["governance-manager"]
    assert told("dfe-stranger", *asked, "--person", "dfe-analyst")[0] == 3


def test_the_command_lists_who_can_see_and_what_is_seen(told, agreement):
    _, out, _ = told("dwp-owner", "--who", "dwp.claims.weeks")
    assert "dfe-analyst" in out
    assert "weeks (band:10)" in out
    assert told("dwp-owner", "--who", "dwp.claims", "--on", "2020-01-01")[1] == (
        "Nobody can see it.\n"
    )
    _, out, _ = told("auditor", "--seen-by", "dfe-stranger")
    assert "no end" in out
    _, out, _ = told("auditor", "--seen-by", "dfe-analyst", "--on", "2020-01-01")
    assert out == "Nothing can be seen.\n"
    _, out, _ = told("auditor", "--seen-by", "dfe-analyst", "--json")
    assert agreement in {s["agreement"] for s in json.loads(out)}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--product", "dwp.claims"),
        ("--who", "dwp.claims", "--seen-by", "dfe-analyst"),
        ("--who", "dwp.claims", "--person", "dfe-analyst"),
    ],
)
def test_the_command_answers_one_question(told, arguments):
    code, _, errors = told("dfe-analyst", *arguments)
    assert code == 2
    assert "Say --product and --purpose, or --who, or --seen-by, or --everybody." in errors
