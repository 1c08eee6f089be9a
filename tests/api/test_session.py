"""Somebody signed in on the web pages may use the API; a page of somebody else's may not."""

import re

import httpx
import pytest
from tests.surfaces import PASSWORD


@pytest.fixture
def signed_in(address, department):
    """A browser's requests, signed in as the auditor."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as browser:
        token = _form_token(browser.get("/sign-in").text)
        form = {"person": "auditor", "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert browser.post("/sign-in", data=form).status_code == 302
        yield browser


def _form_token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_reading_needs_the_session_alone(signed_in):
    response = signed_in.get("/api/v1/me")
    assert response.status_code == 200
    assert response.json()["id"] == "auditor"


def test_changing_needs_the_token_of_a_page(signed_in):
    refused = signed_in.post("/api/v1/audit/verify")
    assert refused.status_code == 403
    assert refused.json()["code"] == "request.csrf"
    token = _form_token(signed_in.get("/account/password").text)
    done = signed_in.post("/api/v1/audit/verify", headers={"X-CSRFToken": token})
    assert done.status_code == 200
    assert done.json()["intact"] is True


def test_the_record_says_web(signed_in):
    entries = signed_in.get("/api/v1/audit?action=audit.read&limit=1").json()["items"]
    assert (entries[0]["actor"], entries[0]["via"]) == ("auditor", "web")
