"""`fairway glossary`: seen by everybody, changed at the hub. `fairway reindex`."""

import json

import pytest


@pytest.fixture
def as_(command, department, monkeypatch):
    """Give a command in a person's name."""

    def give(person, *arguments):
        monkeypatch.setenv("FAIRWAY_NODE", str(department.workspace))
        monkeypatch.setenv("FAIRWAY_TOKEN", department.token(person))
        return command(*arguments)

    return give


def test_the_hub_changes_what_searches_look_for(as_):
    code, out, _ = as_("dfe-analyst", "glossary")
    assert code == 0
    assert "Universal Credit" in out
    hub = "governance-manager"
    code, out, _ = as_(hub, "glossary", "set", "and/or", "either of two", "--json")
    assert (code, json.loads(out)["names"]) == (0, ["either of two"])
    assert "either of two" in as_("dfe-analyst", "glossary", "list")[1]
    code, _, errors = as_("dfe-analyst", "glossary", "remove", "and/or")
    assert code == 3
    assert "governance manager" in errors
    assert as_(hub, "glossary", "remove", "AND/OR")[0] == 0
    code, _, errors = as_(hub, "glossary", "remove", "and/or")
    assert (code, "no term" in errors) == (4, True)


def test_an_administrator_makes_the_index_anew(as_):
    before = as_("dfe-analyst", "find", "--json")[1]
    code, out, _ = as_("administrator", "reindex")
    assert code == 0
    assert "The search index holds " in out
    code, out, _ = as_("administrator", "reindex", "--json")
    assert (code, set(json.loads(out))) == (0, {"products", "entries"})
    assert as_("dfe-analyst", "find", "--json")[1] == before
    assert as_("dfe-analyst", "reindex")[0] == 3
