"""Every surface says 429, and when to come again, to who asks too often."""

import pytest

from fairway.nouns.errors import Busy
from fairway.nouns.people import Actor, Via
from fairway.verbs import people
from fairway.wiring import close_node, open_node


@pytest.fixture
def hurried(template):
    """A node that lets two requests a minute through, open in this process."""
    workspace = template.laid_out()
    file = workspace / "fairway.toml"
    file.write_text("rates.principal = 2\n" + file.read_text())
    yield open_node(workspace)
    close_node()


def test_pages_and_the_api_count_alike(hurried, signed_in_here):
    analyst = signed_in_here("dfe-analyst")
    assert analyst.get("/").status_code == 200
    assert analyst.get("/api/v1/products").status_code == 200
    for address in ("/", "/api/v1/products"):
        answer = analyst.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (429, "30")
        assert b"More than 2 requests a minute by dfe-analyst." in answer.content
    assert analyst.get("/accessibility").status_code == 200, "what is public is nobody's request"
    assert signed_in_here("dwp-owner").get("/").status_code == 200


def test_a_token_counts_as_its_person_on_every_interface(hurried, signed_in_here):
    _, secret = people.create_token_confirmed(
        hurried, Actor("dfe-analyst", Via.WEB, proved=True), days=1
    )
    stranger = signed_in_here(None)
    header = {"Authorization": f"Bearer {secret}"}
    assert stranger.get("/api/v1/products", headers=header).status_code == 200
    assert stranger.get("/scim/v2/Users", headers=header).status_code == 403
    for address in ("/api/v1/products", "/scim/v2/Users"):
        answer = stranger.get(address, headers=header)
        assert (answer.status_code, answer["Retry-After"]) == (429, "30")


def test_partners_and_other_nodes_are_told_in_their_own_words():
    from fairway.sharing.answers import refusal

    answer = refusal(Busy("rate.too_many", "Too many.", retry_after=7))
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert b"RESOURCE_EXHAUSTED" in answer.content


@pytest.fixture
def signed_in_here():
    from django.contrib.auth import load_backend
    from django.test import Client

    import fairway.web.sessions  # noqa: F401 - marks every session that begins, as when served

    def client(person):
        made = Client(headers={"host": "localhost"})
        if person:
            backend = "django.contrib.auth.backends.ModelBackend"
            made.force_login(load_backend(backend).get_user(person), backend)
        return made

    return client
