"""Our partners, on the page: who sees them, and how one is registered, checked and blocked."""

import pytest
from tests.web.reading import errors, heading, text

from fairway.post.identity import NodeIdentity

KEY = NodeIdentity(bytes(range(32))).public.hex()
FORM = {
    "id": "ferries",
    "name": "Department of Ferries",
    "address": "http://127.0.0.1:1",
    "key": KEY,
    "domains": "ferries, harbours",
}


@pytest.fixture
def manager(signed_in):
    """Who keeps the partners; one is registered, by the first test that asks."""
    client = signed_in("governance-manager")
    client.post("/partners/new", FORM)
    assert "Department of Ferries" in text(client.get("/partners"))
    return client


def test_everyone_signed_in_sees_the_partners(manager, signed_in):
    page = signed_in("dfe-analyst").get("/partners")
    assert heading(page) == "Our partners"
    said = text(page)
    assert "Department of Ferries" in said
    assert "ferries, harbours" in said
    assert "Fingerprint" in said
    assert "Register a partner" not in said


def test_only_keepers_register_and_block(manager, signed_in):
    analyst = signed_in("dfe-analyst")
    assert analyst.post("/partners/new", {**FORM, "id": "other"}).status_code == 403
    assert analyst.post("/partners/ferries/block").status_code == 403
    assert analyst.get("/partners/ferries/block").status_code == 405


def test_what_is_missing_or_wrong_is_said_at_its_field(manager):
    page = manager.post("/partners/new", {})
    assert page.status_code == 422
    assert list(errors(page).values()) == [
        "Enter a short name for the node",
        "Enter the node’s address",
        "Enter the node’s public key",
        "Enter the domains that the node speaks for",
    ]
    for field, value in (
        ("address", "ftp://x"),
        ("key", "12"),
        ("domains", "dwp"),
        ("id", "Ferries!"),
    ):
        fresh = {**FORM, "id": "other", "key": "ab" * 32, "domains": "other", field: value}
        page = manager.post("/partners/new", fresh)
        assert page.status_code == 422
        assert f'href="#{field}"' in page.content.decode()


def test_a_partner_that_does_not_answer_is_said_to(manager):
    manager.post("/partners/ferries/check")
    said = text(manager.get("/partners"))
    assert "Trouble" in said
    assert "leads to this machine or to a private network" in said
    page = manager.post("/partners/ferries/follow")
    assert page.status_code == 422
    assert "private network" in next(iter(errors(page).values()))


def test_a_partner_is_blocked_and_unblocked(manager):
    manager.post("/partners/ferries/block")
    assert "Blocked" in text(manager.get("/partners"))
    manager.post("/partners/ferries/unblock")
    assert "Blocked" not in text(manager.get("/partners"))
    assert manager.post("/partners/ferries/praise").status_code == 404
