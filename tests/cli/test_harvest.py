"""`fairway harvest` and `fairway entries` on a real node."""

import json

import pytest


@pytest.fixture
def as_(command, department, monkeypatch):
    def ran(person, *arguments):
        monkeypatch.setenv("FAIRWAY_NODE", str(department.workspace))
        monkeypatch.setenv("FAIRWAY_TOKEN", department.token(person))
        return command(*arguments)

    return ran


@pytest.fixture
def catalogue(tmp_path):
    """A file with two good records, and as many bad ones as are asked for."""

    def written(*titles, bad=0):
        good = [{"title": t, "link": f"/{t}", "description": "About it"} for t in titles]
        path = tmp_path / "catalogue.json"
        path.write_text(json.dumps([*good, *({"link": "/bad"} for _ in range(bad))]))
        return str(path)

    return written


def test_a_file_is_harvested_listed_and_shown(as_, catalogue):
    manager = "governance-manager"
    file = catalogue("boats", "ships", bad=30)
    code, out, errors = as_(manager, "harvest", file, "--source", "cli one")
    assert (code, errors) == (0, "")
    told = "Harvested cli one as govuk: 2 records; 2 added, 0 changed, 0 unchanged, 0 withdrawn."
    assert out.splitlines()[0] == told
    assert "record 2: title: This record has no title." in out
    assert "and 10 more" in out
    code, out, _ = as_("dfe-analyst", "entries", "--source", "cli one")
    assert code == 0
    assert "Lives elsewhere: https://www.gov.uk/boats" in out
    code, out, _ = as_("dfe-analyst", "entries", "--source", "cli one", "--limit", "1", "--json")
    assert json.loads(out)["total"] == 2
    (boats,) = json.loads(out)["items"]
    code, out, _ = as_("dfe-analyst", "entries", "show", boats["id"])
    assert code == 0
    assert "no licence: add one" in out
    assert "cli one: /boats" in out
    code, out, _ = as_("dfe-analyst", "entries", "show", boats["id"], "--json")
    assert json.loads(out)["where"] == boats["where"]


def test_what_a_part_and_a_withdrawal_say(as_, catalogue):
    harvest = ("governance-manager", "harvest")
    as_(*harvest, catalogue("a", "b"), "--source", "cli two")
    _, out, _ = as_(*harvest, catalogue("c"), "--source", "cli two", "--part")
    assert "was not withdrawn" in out
    _, out, _ = as_(*harvest, catalogue("a"), "--source", "cli two", "--json")
    done = json.loads(out)
    assert (done["withdrawn"], done["unchanged"], done["resumed"]) == (2, 1, 0)


def test_products_say_where_they_can_be_had(as_):
    code, out, _ = as_("dfe-analyst", "entries", "list", "--limit", "2")
    assert code == 0
    assert "dwp.claims" in out
    assert "Can be requested here; the owner decides." in out
    assert "Open here to everybody who signs in." in out
    code, out, _ = as_("dfe-analyst", "entries", "--source", "no such")
    assert (code, out) == (0, "There is no such entry.\n")


def test_what_entries_lack(as_, catalogue):
    as_("governance-manager", "harvest", catalogue("x"), "--source", "cli three")
    code, out, _ = as_("auditor", "entries", "coverage")
    assert code == 0
    assert "here: dwp" in out
    assert "Last harvests" in out
    code, out, _ = as_("auditor", "entries", "coverage", "--json")
    assert {"coverage", "harvests"} == set(json.loads(out))
    assert as_("dfe-analyst", "entries", "coverage")[0] == 3


def test_refusals(as_, catalogue, tmp_path):
    file = catalogue("a")
    assert as_("dfe-analyst", "harvest", file, "--source", "cli four")[0] == 3
    assert as_("governance-manager", "harvest", file, "--source", "x", "--format", "no")[0] == 2
    assert as_("governance-manager", "harvest", "http://127.0.0.1:9/", "--source", "x")[0] == 3
    assert as_("governance-manager", "harvest", str(tmp_path / "no"), "--source", "x")[0] == 2
    assert as_("governance-manager", "entries", "show", "none")[0] == 4


def test_the_catalogue_is_searched_across_what_is_here_and_elsewhere(as_, catalogue):
    as_("governance-manager", "harvest", catalogue("lighthouse keepers"), "--source", "cli search")
    code, out, _ = as_("dfe-analyst", "entries", "search", "keepers", "lighthouse")
    assert code == 0
    assert "lighthouse keepers" in out
    assert "lives elsewhere" in out
    _, out, _ = as_("dfe-analyst", "entries", "search", "lighthouse", "--json")
    found = json.loads(out)
    assert found["total"] == 1
    assert found["items"][0]["why"]
    (kinds,) = (facet["values"] for facet in found["facets"] if facet["name"] == "kind")
    assert [(kind["value"], kind["count"]) for kind in kinds] == [("publication", 1)]
    narrowed = as_(
        "dfe-analyst", "entries", "search", "lighthouse", "--facet", "kind:api", "--json"
    )
    assert json.loads(narrowed[1])["total"] == 0
    _, out, _ = as_("dfe-analyst", "entries", "search", "lighthuose")
    assert "Did you mean: lighthouse?" in out


def test_titles_are_suggested_while_typing(as_, catalogue, department):
    as_("governance-manager", "harvest", catalogue("windmill census"), "--source", "cli suggest")
    with department.node("dfe-analyst") as node:
        assert "windmill census" in node.suggest("windm")
