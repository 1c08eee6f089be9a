"""Tasks, reviews, stops and guardrails on the web."""

import json

from tests.web.reading import text

from fairway.guardrails.bundle import examples
from fairway.guardrails.cedar import packaged


def test_the_rules_are_for_everyone_in_plain_english(client, signed_in):
    said = text(signed_in("dfe-analyst").get("/guardrails"))
    assert "Data is not passed on" in said
    assert "as delivered" in said
    assert "Propose a change" not in said


def test_a_stop_is_made_read_and_lifted(signed_in):
    manager = signed_in("governance-manager")
    wrong = manager.post("/stops", {"kind": "", "subject": "", "reason": ""})
    assert wrong.status_code == 422
    given = {"kind": "person", "subject": "dfe-analyst", "reason": "The account may be stolen."}
    assert manager.post("/stops", {**given, "subject": "nobody"}).status_code == 422
    assert manager.post("/stops", given).status_code == 302
    shown = manager.get("/stops")
    assert "The account may be stolen." in text(shown)
    stop = shown.content.decode().split("/stops/")[1].split("/lift")[0]
    assert manager.get(f"/stops/{stop}/lift").status_code == 200
    assert manager.post(f"/stops/{stop}/lift").status_code == 302
    assert "Nothing is stopped." in text(manager.get("/stops"))
    assert manager.get(f"/stops/{stop}/lift").status_code == 404


def test_an_owner_reviews_a_product(signed_in):
    owner = signed_in("dwp-owner")
    page = owner.get("/products/dwp.claims/review")
    assert "Which agreements are still needed?" in text(page)
    assert owner.post("/products/dwp.claims/review", {}).status_code == 422
    chosen = page.content.decode().split('value="AG-')[1].split('"')[0]
    done = owner.post("/products/dwp.claims/review", {"agreements": [f"AG-{chosen}"]})
    assert done.status_code == 302
    assert "Confirmed: 1." in text(owner.get("/products/dwp.claims/review"))
    assert "Nothing waits for you." in text(owner.get("/tasks"))


def test_guardrails_are_proposed_and_not_reviewed_by_who_proposed_them(signed_in):
    manager = signed_in("governance-manager")
    form = manager.get("/guardrails/propose")
    assert "hub-leavers" in form.content.decode()
    given = [
        {"name": e.name, "facts": dict(e.facts), "forbidden_by": e.forbidden_by} for e in examples()
    ]
    said = {"policies": packaged("hub.cedar"), "examples": json.dumps(given), "note": "The same."}
    assert manager.post("/guardrails/propose", {**said, "examples": "{"}).status_code == 422
    assert manager.post("/guardrails/propose", {**said, "policies": "x"}).status_code == 422
    made = manager.post("/guardrails/propose", said)
    assert made.status_code == 302
    address = made["Location"]
    assert "0 lost, 0 gained" in text(manager.get(address))
    for step in ("review", "publish", ""):
        assert manager.post(address, {"step": step}).status_code == 422
    assert manager.post(address, {"step": "withdraw"}).status_code == 302
    assert "Withdrawn" in text(manager.get(address))
