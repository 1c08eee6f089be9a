"""Connecting a tool: the profile is made on the agreement's page, shown once, and revocable."""

import json
import re

import pytest
from tests.web.reading import errors, heading, text

from fairway.verbs import shares
from fairway.web.pages import platform


@pytest.fixture
def agreement(department):
    return department.approve().id


def opens(profile):
    return shares.look(platform(), profile["bearerToken"]).name


def test_a_profile_is_shown_once_and_can_be_revoked(signed_in, agreement):
    from fairway.nouns.errors import NotSignedIn

    analyst, owner = signed_in("dfe-analyst"), signed_in("dwp-owner")
    page = f"/agreements/{agreement}"
    assert "No tool is connected." in text(analyst.get(page))
    assert heading(analyst.get(f"{page}/profile")) == "Connect a tool"
    made = analyst.post(f"{page}/profile", {"kind": "bearer", "days": "7", "as": "page"})
    assert heading(made) == f"The profile of {agreement}"
    shown = re.search(r'id="profile"[^>]*>([^<]+)<', made.content.decode())[1]
    profile = json.loads(shown.replace("&#34;", '"'))
    assert opens(profile) == agreement
    assert profile["bearerToken"] not in analyst.get(page).content.decode()
    assert "Revoke the profile" in text(owner.get(page))
    assert "Connect a tool" not in text(owner.get(page))
    assert heading(owner.get(f"{page}/profile/revoke")).startswith("Revoke the profile")
    owner.post(f"{page}/profile/revoke")
    assert "No tool is connected." in text(analyst.get(page))
    with pytest.raises(NotSignedIn):
        opens(profile)


def test_a_profile_comes_as_a_file(signed_in, agreement):
    answer = signed_in("dfe-analyst").post(
        f"/agreements/{agreement}/profile", {"kind": "oauth", "days": "7", "as": "file"}
    )
    assert answer["Content-Disposition"] == f'attachment; filename="{agreement}.share"'
    assert answer["Cache-Control"] == "no-store"
    assert json.loads(answer.content)["type"] == "oauth_client_credentials"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"kind": "other", "days": "7"}, {"kind"}),
        ({"kind": "bearer", "days": "many"}, {"days"}),
        ({"kind": "bearer", "days": "99999"}, {"days"}),
    ],
)
def test_what_cannot_be_made_says_at_which_field(signed_in, agreement, typed, wrong):
    answer = signed_in("dfe-analyst").post(f"/agreements/{agreement}/profile", typed)
    assert answer.status_code == 422
    assert set(errors(answer)) == wrong


def test_nobody_else_makes_or_revokes_one(signed_in, agreement):
    for person, path in (("dwp-owner", "profile"), ("dfe-stranger", "profile/revoke")):
        answer = signed_in(person).post(
            f"/agreements/{agreement}/{path}", {"kind": "bearer", "days": "7"}
        )
        assert answer.status_code == 404
