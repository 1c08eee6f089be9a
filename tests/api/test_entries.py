"""The catalogue over HTTP: harvests, lists, entries in two forms, bounds on what is sent."""

import gzip
import json

import httpx
import pytest

PATH = "/api/v1/catalogue/"


@pytest.fixture
def call(department, address):
    def called(person, method, path, **given):
        headers = given.pop("headers", {})
        if person:
            headers = {"Authorization": f"Bearer {department.token(person)}", **headers}
        return httpx.request(method, address + PATH + path, headers=headers, timeout=60, **given)

    return called


@pytest.fixture
def harvest(call):
    def harvested(*titles, source, person="governance-manager", **more):
        records = [{"title": t, "link": f"/{t}"} for t in titles]
        content = json.dumps(records).encode()
        return call(person, "POST", "harvests", params={"source": source, **more}, content=content)

    return harvested


def test_a_harvest_is_counted_and_listed(call, harvest):
    done = harvest("b", "a", source="api one", organisation="Office", licence="Terms")
    assert done.status_code == 201
    said = done.json()
    assert (said["added"], said["format"], said["problems"], said["resumed"]) == (2, "govuk", [], 0)
    assert said["ended"]
    path = "entries?source=api+one&limit=1"
    first = call("dfe-analyst", "GET", path).json()
    assert (first["total"], first["items"][0]["title"]) == (2, "a")
    assert first["items"][0]["sources"] == ["api one"]
    assert first["items"][0]["licence"] == "Terms"
    assert first["next"]


def test_an_entry_as_json_and_as_linked_data(call, harvest):
    harvest("boats", source="api two")
    (listed,) = call("dfe-analyst", "GET", "entries?source=api+two").json()["items"]
    path = f"entries/{listed['id']}"
    shown = call("dfe-analyst", "GET", path).json()
    assert shown["get_at"] == "lives elsewhere"
    assert sum(p["points"] for p in shown["points"]) > 0
    assert {"advice", "code", "most", "points", "principle"} == set(shown["points"][0])
    accept = {"Accept": "application/ld+json"}
    linked = call("dfe-analyst", "GET", path, headers=accept)
    assert linked.headers["Content-Type"] == "application/ld+json; charset=utf-8"
    assert linked.headers["Vary"].split(",")[0] == "Accept"
    assert linked.json()["@type"] == ["dcat:Dataset"]
    assert linked.json()["@id"].endswith(f"/catalogue/{listed['id']}")
    report = call("dfe-analyst", "GET", f"{path}?format=schema.org").json()
    assert report["@type"] == "Report"
    refused = call("dfe-analyst", "GET", f"{path}?format=odcs")
    assert (refused.status_code, refused.json()["code"]) == (406, "entry.not_acceptable")
    both = {"Accept": "application/ld+json;q=0.5, application/json"}
    assert "@type" not in call("dfe-analyst", "GET", path, headers=both).json()
    product = call("dfe-analyst", "GET", "entries/dwp.claims", headers=accept).json()
    assert (product["@type"], product["dct:title"]) == (["dcat:Dataset"], "Claims by person")


def test_feedback_follows_and_export_over_the_api(call, harvest):
    given = call("dfe-analyst", "POST", "entries/dwp.claims/feedback", json={"text": "Old."})
    assert (given.status_code, given.json()["state"]) == (201, "open")
    name = given.json()["id"]
    answered = call("dwp-owner", "POST", f"feedback/{name}/answer", json={"text": "Mended."})
    assert answered.json()["answer"] == "Mended."
    (listed,) = call("dfe-analyst", "GET", "entries/dwp.claims/feedback").json()
    assert listed["state"] == "answered"
    assert call("dfe-analyst", "POST", f"feedback/{name}/close").json()["state"] == "closed"
    assert [f["id"] for f in call("dwp-owner", "GET", "feedback").json()] == [name]

    assert call("governance-manager", "GET", "follows").json() == []
    bad = {"source": "x", "address": "nowhere"}
    refused = call("governance-manager", "POST", "follows", json=bad)
    assert (refused.status_code, refused.json()["code"]) == (422, "follow.bad_address")
    assert call("governance-manager", "DELETE", "follows/x").status_code == 404
    feed = call("dfe-analyst", "GET", "feed").json()
    assert (feed["dcat:dataset"], feed["fairway:whole"]) == ([], True)

    quality = call("dfe-analyst", "GET", "quality?limit=1").json()
    assert quality["total"] > 1
    assert quality["items"][0]["most"] > quality["items"][0]["got"]
    page = call("dfe-analyst", "GET", "export?format=data.json&limit=1")
    assert page.headers["Link"].endswith('; rel="next"')
    assert len(page.json()["dataset"]) == 1
    page = call("dfe-analyst", "GET", "export?format=odps&limit=2")
    assert page.text.count("kind: DataProduct") == 2
    assert call("dfe-analyst", "GET", "export?format=xls").json()["code"] == "export.unknown_format"


def test_who_may_not(call, harvest):
    refused = harvest("a", source="api three", person="dfe-analyst")
    assert (refused.status_code, refused.json()["code"]) == (403, "access.not_permitted")
    assert call("dfe-analyst", "GET", "coverage").status_code == 403
    assert call("auditor", "GET", "coverage").status_code == 200
    assert call(None, "GET", "entries").status_code == 401
    assert call("dfe-analyst", "GET", "entries/none").status_code == 404
    assert call("dfe-analyst", "GET", "entries?order=odd").status_code == 422
    assert call("dfe-analyst", "GET", "entries?kind=odd").status_code == 422


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        (b"", {}, "harvest.unknown_format"),
        (b"\xff\xfe", {}, "harvest.not_text"),
        (b"plain", {"Content-Encoding": "gzip"}, "harvest.not_gzip"),
        (gzip.compress(b"[]" * 99, mtime=0)[:-9], {"Content-Encoding": "gzip"}, "harvest.not_gzip"),
    ],
)
def test_what_cannot_be_read(call, content, headers, code):
    answer = call(
        "governance-manager",
        *("POST", "harvests?source=x"),
        content=content,
        headers=headers,
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_what_unpacks_to_more_than_may_be_sent(call):
    bomb = gzip.compress(b" " * (64 * 1024 * 1024 + 2), 1)
    answer = call(
        "governance-manager",
        *("POST", "harvests?source=x"),
        content=bomb,
        headers={"Content-Encoding": "gzip"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "harvest.too_large")


def test_the_client_says_the_same(department, address):
    text = json.dumps([{"title": "Ærø", "link": "/æ"}])
    for place, source in (("", "client one"), (address, "client two")):
        with department.node("governance-manager", place) as node:
            done = node.harvest(text, source=source, complete=False)
            assert (done.total, done.withdraws) == (1, False)
            (found,) = node.entries(source=source)
            assert node.entry(found.id).title == "Ærø"
            assert node.coverage().harvests
