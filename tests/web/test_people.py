"""Signing in and out, password and tokens."""

import re

import pytest
from tests.web.department import PASSWORD
from tests.web.reading import errors, heading, text, title


def sign_in(client, password=PASSWORD, **more):
    return client.post("/sign-in", {"person": "dfe-analyst", "password": password, **more})


def test_signing_in_begins_a_new_session(client):
    client.get("/sign-in")
    client.session["kept"] = "planted"
    planted = client.session.session_key
    answer = sign_in(client)
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert client.session.session_key != planted
    assert client.get("/").status_code == 200


def test_a_wrong_password_keeps_the_name_and_says_no_more_than_it_must(client):
    wrong = sign_in(client, "not the password")
    unknown = client.post("/sign-in", {"person": "nobody", "password": PASSWORD})
    for answer in (wrong, unknown):
        assert answer.status_code == 422
        assert title(answer).startswith("Error: Sign in")
        assert errors(answer) == {
            "person": "The name or the password is not right. Check both and try again."
        }
    assert 'value="dfe-analyst"' in wrong.content.decode()
    assert "not the password" not in wrong.content.decode()


def test_empty_fields_are_named(client):
    answer = client.post("/sign-in", {})
    assert errors(answer) == {"person": "Enter your user name", "password": "Enter your password"}


def test_after_ten_failures_no_password_is_read(client):
    for _ in range(10):
        sign_in(client, "not the password")
    answer = sign_in(client)
    assert answer.status_code == 422
    assert "too many failed tries" in errors(answer)["person"]


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/catalogue?q=claims", "/catalogue?q=claims"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_back_to_our_own_pages_only(client, wanted, reached):
    assert sign_in(client, next=wanted)["Location"] == reached


def test_signing_out_is_a_form_and_ends_the_session(signed_in):
    analyst = signed_in("dfe-analyst")
    assert analyst.get("/sign-out").status_code == 405
    left = analyst.post("/sign-out")
    assert left["Location"] == "/sign-in"
    assert left["Clear-Site-Data"] == '"cache"'
    assert analyst.get("/").status_code == 302


def test_the_account_shows_roles_and_tokens(signed_in):
    said = text(signed_in("dfe-analyst").get("/account"))
    assert "Analyst at Education" in said
    assert "Analyst dfe 1 January 2025 No end set" in said
    assert "You have no tokens." in said
    assert "You hold no role today." in text(signed_in("dfe-stranger").get("/account"))


def test_a_token_is_shown_once_and_can_be_revoked(signed_in):
    from fairway.nouns.errors import NotSignedIn
    from fairway.nouns.people import Via
    from fairway.verbs import people
    from fairway.web.pages import platform

    analyst = signed_in("dfe-analyst")
    made = analyst.post(
        "/account/tokens/new", {"label": "Monthly report", "days": "7", "only": ["all"]}
    )
    assert heading(made) == "Your new token"
    assert "may do all that you may with it" in text(made)
    secret = re.search(r'id="secret">([^<]+)<', made.content.decode())[1]
    assert people.bearer(platform(), secret, Via.API).person == "dfe-analyst"
    account = analyst.get("/account")
    assert "Monthly report" in text(account)
    assert secret not in account.content.decode()
    token = re.search(r"/account/tokens/([^/]+)/revoke", account.content.decode())[1]
    assert heading(analyst.get(f"/account/tokens/{token}/revoke")) == f"Revoke token {token}"
    analyst.post(f"/account/tokens/{token}/revoke")
    assert "is revoked" in text(analyst.get("/account"))
    with pytest.raises(NotSignedIn):
        people.bearer(platform(), secret, Via.API)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {"label", "days"}),
        ({"label": "x", "days": "many"}, {"days"}),
        ({"label": "x", "days": "9999"}, {"days"}),
        ({"label": "x" * 101, "days": "7"}, {"label"}),
        ({"label": "x", "days": "7", "only": []}, {"only"}),
        ({"label": "x", "days": "7", "only": ["read", "all"]}, {"only"}),
        ({"label": "x", "days": "7", "only": ["everything"]}, {"only"}),
    ],
)
def test_a_token_that_cannot_be_made_says_at_which_field(signed_in, typed, wrong):
    answer = signed_in("dfe-analyst").post(
        "/account/tokens/new", {"days": "", "only": ["all"], **typed}
    )
    assert answer.status_code == 422
    assert set(errors(answer)) == wrong
    assert f'value="{typed.get("label", "")}"' in answer.content.decode() or "label" in wrong


def test_a_token_of_some_rights_is_made_shown_and_does_no_more(signed_in):
    from fairway.nouns.errors import Refused
    from fairway.nouns.people import Via
    from fairway.verbs import agreements, people, purposes
    from fairway.web.pages import platform

    analyst = signed_in("dfe-analyst")
    assert 'value="query"' in analyst.get("/account/tokens/new").content.decode()
    sent = {"label": "Catalogue", "days": "7", "only": ["read", "query"]}
    made = analyst.post("/account/tokens/new", sent)
    assert "may do nothing but read, query with it" in text(made)
    assert "Only read, query" in text(analyst.get("/account"))
    secret = re.search(r'id="secret">([^<]+)<', made.content.decode())[1]
    bearer = people.bearer(platform(), secret, Via.API)
    assert purposes.list_all(platform(), bearer)
    with pytest.raises(Refused, match="only read, query; this needs the right agree"):
        agreements.submit(platform(), bearer, "AG-x")


def test_nobody_revokes_another_persons_token(signed_in):
    assert signed_in("dfe-stranger").post("/account/tokens/T-x/revoke").status_code == 404


def test_a_new_password_ends_every_other_session(client, signed_in):
    here, there = signed_in("dfe-analyst"), signed_in("dfe-analyst")
    answer = here.post("/account/password", {"old": PASSWORD, "new": "four other random words"})
    assert answer.status_code == 302
    assert "Your password is changed." in text(here.get("/account"))
    assert there.get("/account").status_code == 302
    assert sign_in(client).status_code == 422
    assert sign_in(client, "four other random words").status_code == 302


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {"old", "new"}),
        ({"old": "not the password", "new": "four other random words"}, {"old"}),
        ({"old": PASSWORD, "new": "short"}, {"new"}),
    ],
)
def test_a_password_that_cannot_be_changed_says_at_which_field(signed_in, typed, wrong):
    answer = signed_in("dfe-analyst").post("/account/password", typed)
    assert answer.status_code == 422
    assert set(errors(answer)) == wrong
