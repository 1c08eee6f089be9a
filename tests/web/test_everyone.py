"""The accounts, for those who watch over them, and the last day of somebody who leaves."""

import re
from datetime import timedelta

from tests.web.reading import errors, text
from tests.web.test_sessions import age

from fairway.nouns.people import Person
from fairway.verbs import people
from fairway.verbs.acting import SYSTEM
from fairway.web.words import day

LEAVING = "/people/dwp-owner/leaving"


def test_people_are_listed_and_found(signed_in):
    manager = signed_in("governance-manager")
    shown = text(manager.get("/people"))
    assert "data owner in dwp" in shown
    assert "Set the last day of dwp-owner" in shown
    found = text(manager.get("/people?q=OWNER work"))
    assert "1 person" in found
    assert "dfe-analyst" not in found
    assert "Nobody is found by that." in text(manager.get("/people?q=zebra"))


def test_many_people_come_in_pages(signed_in, department):
    for number in range(51):
        account = Person(f"clerk-{number:02}", "Clerk", "dwp")
        people.add_person(department.platform, SYSTEM, account)
    auditor = signed_in("auditor")
    first, second = (text(auditor.get(f"/people?q=clerk&page={n}")) for n in (1, 2))
    assert "51 people" in first
    assert ("clerk-49" in first, "clerk-50" in first) == (True, False)
    assert ("clerk-49" in second, "clerk-50" in second) == (False, True)
    assert "last day" not in first  # who only watches is not offered it


def test_a_last_day_is_set_shown_and_taken_away(signed_in, department):
    manager = signed_in("governance-manager")
    last = department.today + timedelta(days=30)
    sent = {"last-day": last.day, "last-month": last.month, "last-year": last.year}
    assert manager.post(LEAVING, sent)["Location"] == "/people"
    shown = text(manager.get("/people"))
    assert f"The last day of dwp-owner is {day(last)}." in shown
    assert f"Last day {day(last)}" in shown
    assert "dwp-owner is data owner of dwp.claims until" in text(manager.get("/tasks"))
    assert f'value="{last.year}"' in manager.get(LEAVING).content.decode()
    assert "They stay after all" in text(manager.get(LEAVING))
    assert manager.post(LEAVING, {"stays": "yes"}).status_code == 302
    shown = text(manager.get("/people"))
    assert "dwp-owner stays." in shown
    assert "Last day" not in shown


def test_what_is_wrong_stands_beside_its_field(signed_in):
    manager = signed_in("governance-manager")
    assert "They stay" not in text(manager.get(LEAVING))
    assert errors(manager.post(LEAVING, {})) == {"last": "Enter the last day"}
    wrong = {"last-day": "31", "last-month": "2", "last-year": "2027"}
    answer = manager.post(LEAVING, wrong)
    assert "must be a real date" in errors(answer)["last"]
    assert 'value="31"' in answer.content.decode()
    for answer in (
        manager.get("/people/nobody/leaving"),
        manager.post("/people/nobody/leaving", {"stays": "yes"}),
    ):
        assert answer.status_code == 404


def test_the_pages_are_for_those_who_may(signed_in):
    owner = signed_in("dwp-owner")
    assert "People" not in text(owner.get("/"))
    assert owner.get("/people").status_code == 403
    assert owner.get(LEAVING).status_code == 403
    for person in ("dwp-owner", "auditor"):
        assert signed_in(person).post(LEAVING, {"stays": "yes"}).status_code == 403


def test_a_password_is_made_shown_once_and_chosen_anew(signed_in, client):
    administrator = signed_in("administrator")
    address = "/people/dfe-analyst/password"
    assert address in administrator.get("/people").content.decode()
    assert "signed out everywhere" in text(administrator.get(address))
    shown = administrator.post(address)
    made = re.search(r'id="made">([^<]+)<', shown.content.decode())[1]
    given = {"person": "dfe-analyst", "password": made}
    asked = client.post("/sign-in", given)
    assert "opens only once" in errors(asked)["new_password"]
    short = client.post("/sign-in", {**given, "new_password": "short"})
    assert "from 12 to" in errors(short)["new_password"]
    assert client.post("/sign-in", {**given, "new_password": "three words of my own"})["Location"]
    assert client.get("/account").status_code == 200
    assert made not in administrator.get(address).content.decode()


def test_a_password_is_made_by_administrators_who_have_just_proved_who_they_are(signed_in):
    assert signed_in("governance-manager").get("/people/dfe-analyst/password").status_code == 403
    administrator = signed_in("administrator")
    assert administrator.get("/people/nobody/password").status_code == 404
    age(administrator, confirmed=16 * 60)
    asked = administrator.post("/people/dfe-analyst/password")
    assert asked["Location"].startswith("/account/confirm?next=")


def test_nobody_is_offered_a_password_for_their_own_account(signed_in):
    administrator = signed_in("administrator")
    shown = administrator.get("/people").content.decode()
    assert ("/people/dfe-analyst/password" in shown, "/people/administrator/password" in shown) == (
        True,
        False,
    )
    own = administrator.get("/people/administrator/password")
    assert own.status_code == 403
    assert "Change yours on the page of your account" in text(own)
