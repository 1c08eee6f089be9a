"""An entry's page and its forms, feedback, the owner's page and the hub's."""

import json
import re

import pytest
import yaml
from tests.scene import CLAIMS
from tests.web.department import PASSWORD
from tests.web.reading import errors, heading, text, title

from fairway.nouns.people import Via
from fairway.standards import dcat
from fairway.verbs import harvests, people, products

RECORD = {
    "title": "Harbours & <piers",
    "identifier": "1",
    "description": "Every harbour & its <depth>.",
    "landingPage": "https://data.example/harbours",
    "modified": "2001-01-01",
    "keyword": ["claims", "</script><script>alert(1)</script>"],
    "distribution": [{"title": "Table", "downloadURL": "https://data.example/h.csv"}],
}


@pytest.fixture
def harbours(department):
    """The name of an entry that lives elsewhere."""
    manager = department.actor("governance-manager")
    harvests.harvest(
        department.platform, manager, "data.example", json.dumps({"dataset": [RECORD]})
    )
    _, found = department.platform.store.entries.find(limit=1, offset=0)
    return found[0].entry.id


def test_a_products_page_says_how_to_get_it_and_how_good_its_record_is(signed_in):
    page = signed_in("dfe-stranger").get("/catalogue/dwp.claims")
    assert heading(page) == "Claims by person"
    said = text(page)
    assert "Can be requested here; the owner decides." in said
    assert "No licence: add one." in said
    assert "Nobody has used this yet." in said
    assert 'href="/products/dwp.claims"' in page.content.decode()
    assert 'rel="alternate"; type="text/turtle"' in page["Link"]
    assert "Accept" in page["Vary"]


def test_an_entry_elsewhere_says_where_and_that_it_cannot_be_requested_here(signed_in, harbours):
    page = signed_in("dfe-stranger").get(f"/catalogue/{harbours}")
    said = text(page)
    assert "It lives elsewhere, and cannot be requested here." in said
    assert 'href="https://data.example/harbours"' in page.content.decode()
    assert "Record from data.example, harvested" in said
    assert "<script>alert" not in page.content.decode()


def test_the_page_carries_its_json_ld_which_nothing_in_it_can_end(signed_in, harbours):
    body = signed_in("dfe-stranger").get(f"/catalogue/{harbours}").content.decode()
    held = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', body, re.DOTALL)
    linked = json.loads(held[1])
    assert linked["@id"] == f"http://localhost/catalogue/{harbours}"
    assert (linked["@type"], linked["name"]) == ("Dataset", RECORD["title"])
    assert linked["keywords"] == RECORD["keyword"]


FORMS = {
    "application/ld+json": ("jsonld", lambda t: json.loads(t)["dct:title"]),
    "text/turtle": ("ttl", lambda t: dcat.read(t, "s").entries[0].title),
    "application/rdf+xml": ("rdf", lambda t: dcat.read(t, "s").entries[0].title),
    "application/yaml": ("odcs", lambda t: yaml.safe_load(t)["name"]),
    "application/json": ("ukgov", lambda t: json.loads(t)[0]["title"]),
    "application/odps+yaml": ("odps", lambda t: yaml.safe_load(t)["name"]),
    "application/schema.org+json": ("schema.org", lambda t: json.loads(t)["name"]),
    "application/vnd.data-json+json": ("data.json", lambda t: json.loads(t)["title"]),
    "application/vnd.ckan+json": ("ckan", lambda t: json.loads(t)["title"]),
}


@pytest.mark.parametrize("media_type", FORMS)
def test_the_address_answers_in_every_form_by_accept_by_name_and_by_ending(signed_in, media_type):
    name, titled = FORMS[media_type]
    client = signed_in("dfe-analyst")
    texts = [
        client.get("/catalogue/dwp.claims", headers={"accept": media_type}),
        client.get(f"/catalogue/dwp.claims?format={name}"),
        client.get(f"/catalogue/dwp.claims.{name}"),
    ]
    for answer in texts:
        assert answer["Content-Type"] == f"{media_type}; charset=utf-8"
        assert titled(answer.content.decode()) == "Claims by person"
        assert "dwp-owner" not in answer.content.decode() or name == "odcs"
    assert len({answer.content for answer in texts}) == 1


def test_what_cannot_be_had_is_said_with_what_can(signed_in, harbours):
    client = signed_in("dfe-analyst")
    answer = client.get("/catalogue/dwp.claims", headers={"accept": "image/png"})
    assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")
    assert "jsonld (application/ld+json)" in answer.json()["remedy"]
    answer = client.get(f"/catalogue/{harbours}?format=odcs")
    assert answer.status_code == 406
    assert "This entry cannot be had in the form that was asked for." in text(answer)
    assert client.get("/catalogue/nothing.ttl").status_code == 404
    assert client.get("/catalogue/dwp.nothing?format=ttl").status_code == 404


def test_a_program_reads_with_a_token_and_is_told_of_errors_as_problems(client, department):
    _, secret = people.create_token(department.platform, Via.API, "dfe-stranger", PASSWORD, days=1)
    headers = {"authorization": f"Bearer {secret}"}
    answer = client.get("/catalogue/dwp.claims", headers=headers)
    assert answer["Content-Type"].startswith("application/ld+json")
    answer = client.get("/catalogue/dwp.nothing", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "entry.not_found")
    answer = client.get("/catalogue/dwp.claims", headers={"authorization": "Bearer wrong"})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="fairway"')
    assert client.get("/search", headers=headers).status_code == 302, "a token opens no other page"
    assert client.get("/catalogue/dwp.claims").status_code == 302


def test_a_hidden_product_has_no_page_for_those_who_may_not_know(signed_in, department):
    hidden = CLAIMS.replace("1.0.0", "1.0.1")
    hidden += "customProperties: [{property: visibility, value: domain}]"
    products.publish(department.platform, department.actor("dwp-steward"), hidden, "c.yaml")
    never = signed_in("auditor").get("/catalogue/dwp.nothing")
    stranger = signed_in("dfe-stranger")
    for address in ("/catalogue/dwp.claims", "/catalogue/dwp.claims.ttl", "/products/dwp.claims"):
        answer = stranger.get(address)
        assert (answer.status_code, title(answer)) == (404, title(never))
    assert signed_in("dwp-owner").get("/catalogue/dwp.claims").status_code == 200


def test_feedback_goes_to_the_owner_and_comes_back_with_an_answer(signed_in):
    stranger, owner = signed_in("dfe-stranger"), signed_in("dwp-owner")
    assert "you gave none" in text(stranger.get("/feedback"))
    wrong = stranger.post("/catalogue/dwp.claims/feedback", {"text": " "})
    assert wrong.status_code == 422
    assert "Write between 1 and 2,000 characters." in errors(wrong)["text"]
    sent = stranger.post("/catalogue/dwp.claims/feedback", {"text": "Two rows are wrong."})
    assert sent["Location"] == "/catalogue/dwp.claims"
    assert "Two rows are wrong." in text(stranger.get("/catalogue/dwp.claims"))
    assert "Two rows" not in text(signed_in("dfe-analyst").get("/catalogue/dwp.claims"))
    listed = owner.get("/feedback")
    name = re.search(r"/feedback/(F-[^/]+)/answer", listed.content.decode())[1]
    assert errors(owner.post(f"/feedback/{name}/answer", {"answer": ""}))
    owner.post(f"/feedback/{name}/answer", {"answer": "Mended."})
    assert "Answered Two rows are wrong. Answer: Mended." in text(stranger.get("/feedback"))
    assert stranger.get(f"/feedback/{name}/close").status_code == 200
    stranger.post(f"/feedback/{name}/close")
    assert "Closed Two rows" in text(owner.get("/feedback"))
    assert signed_in("dfe-analyst").get(f"/feedback/{name}/answer").status_code == 404


def test_an_owner_sees_their_products_with_what_is_missing_and_who_asked(signed_in, ids):
    said = text(signed_in("dwp-owner").get("/my-products"))
    assert "Claims by person" in said
    assert "no licence: add one" in said
    assert f"dfe-analyst, {ids['submitted']}" in said
    assert "Nobody has used this yet." in said
    assert signed_in("dfe-analyst").get("/my-products").status_code == 403


def test_the_hub_sees_domains_stale_entries_and_those_without_an_owner(signed_in, harbours):
    page = signed_in("auditor").get("/hub")
    said = text(page)
    assert "Work and Pensions 2" in said
    assert "Education 0 0 0 0 None yet" in said
    assert "1 stale entry" in said
    assert "1 entry without an owner" in said
    assert f"/catalogue/{harbours}" in page.content.decode()
    assert signed_in("dwp-owner").get("/hub").status_code == 403
