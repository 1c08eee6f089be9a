"""A data owner lets somebody stand in for them, sees it and ends it, on the pages."""

from datetime import timedelta

import pytest
from tests.web.reading import errors, text
from tests.web.test_sessions import age

from fairway.nouns.people import Role
from fairway.verbs import people
from fairway.verbs.acting import SYSTEM

NEW = "/account/delegations/new"


@pytest.fixture
def asked(department):
    """What a data owner sends for a fortnight's leave."""
    last = department.today + timedelta(days=14)
    day = {"until-day": last.day, "until-month": last.month, "until-year": last.year}
    return {"person": "dwp-steward", "evidence": "Annual leave", **day}


def test_an_owner_lets_somebody_stand_in_and_ends_it(signed_in, asked):
    owner = signed_in("dwp-owner")
    assert "Who stands in for you" in text(owner.get("/account"))
    assert "Nobody stands in for you." in text(owner.get("/account/delegations"))
    assert owner.get(NEW).status_code == 200
    assert owner.post(NEW, asked)["Location"] == "/account/delegations"
    shown = text(owner.get("/account/delegations"))
    assert "dwp-steward decides for you in dwp." in shown
    assert "Annual leave" in shown
    assert "agreements/to-decide" in signed_in("dwp-steward").get("/").content.decode()
    end = "/account/delegations/dwp-steward/dwp/end"
    assert "no longer" in text(owner.get(end))
    assert owner.post(end).status_code == 302
    assert "Nobody stands in for you." in text(owner.get("/account/delegations"))
    assert owner.get(end).status_code == 404
    assert owner.post(end).status_code == 404


def test_what_is_wrong_stands_beside_its_field(signed_in, asked):
    owner = signed_in("dwp-owner")
    assert errors(owner.post(NEW, {})) == {
        "person": "Enter the user name of who stands in for you",
        "until": "Enter the last day",
    }
    late = owner.post(NEW, {**asked, "until-year": 2999})
    assert "92 days at the most" in errors(late)["until"]
    assert 'value="dwp-steward"' in late.content.decode()
    unknown = owner.post(NEW, {**asked, "person": "nobody"})
    assert errors(unknown) == {"person": "There is no account nobody."}


def test_an_owner_of_two_domains_says_where(signed_in, asked, department):
    since = department.today
    people.appoint(department.platform, SYSTEM, "dwp-owner", Role.DATA_OWNER, "dfe", since=since)
    owner = signed_in("dwp-owner")
    assert errors(owner.post(NEW, asked)) == {"domain": "Select where they stand in for you"}
    assert owner.post(NEW, {**asked, "domain": "dfe"}).status_code == 302
    assert "dwp-steward decides for you in dfe." in text(owner.get("/account/delegations"))


def test_nobody_stands_in_before_the_owner_has_proved_who_they_are(signed_in, asked):
    owner = signed_in("dwp-owner")
    age(owner, confirmed=16 * 60)
    assert owner.post(NEW, asked)["Location"].startswith("/account/confirm?next=")
    assert "Nobody stands in for you." in text(owner.get("/account/delegations"))


def test_only_data_owners_have_these_pages(signed_in, asked):
    steward = signed_in("dwp-steward")
    assert "Who stands in for you" not in text(steward.get("/account"))
    for address in ("/account/delegations", NEW, "/account/delegations/dwp-owner/dwp/end"):
        assert steward.get(address).status_code == 403
    assert steward.post(NEW, asked).status_code == 403
