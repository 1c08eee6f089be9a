"""How long a session lasts, who is asked again, and what is not lost by asking."""

import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.web.department import PASSWORD
from tests.web.reading import errors, forms, heading, text

from fairway.nouns.people import Actor, Via
from fairway.settings import django_settings, read_settings
from fairway.verbs import people


def age(client, **seconds: int) -> None:
    """Make marks of a session older."""
    session = client.session
    for name, by in seconds.items():
        session[name] = int(time.time()) - by
    session.save()


@pytest.mark.parametrize(
    ("marks", "open_still"),
    [
        ({"seen": 29 * 60}, True),
        ({"seen": 31 * 60}, False),
        ({"started": 7 * 3600}, True),
        ({"started": 9 * 3600}, False),
    ],
)
def test_a_session_ends_when_idle_and_when_old(signed_in, marks, open_still):
    analyst = signed_in("dfe-analyst")
    age(analyst, **marks)
    assert (analyst.get("/account").status_code == 200) is open_still
    assert (analyst.get("/api/v1/me").status_code == 200) is open_still


def test_use_keeps_a_session_open(signed_in):
    analyst = signed_in("dfe-analyst")
    age(analyst, seen=20 * 60)
    analyst.get("/account")
    assert time.time() - analyst.session["seen"] < 60


def test_a_session_without_its_marks_has_ended(signed_in):
    analyst = signed_in("dfe-analyst")
    session = analyst.session
    del session["started"]
    session.save()
    assert analyst.get("/account").status_code == 302


def test_an_approval_asks_who_is_there_and_loses_nothing(signed_in, ids):
    owner = signed_in("dwp-owner")
    page = f"/agreements/{ids['submitted']}/approve"
    age(owner, confirmed=10 * 60)
    assert owner.get(page)["Location"].startswith("/account/confirm?next=")
    age(owner, confirmed=5 * 60)
    assert owner.get(page).status_code == 200
    age(owner, confirmed=16 * 60)
    asked = owner.post(page, {"note": "Within the law & <useful>"})
    assert asked["Location"].startswith("/account/confirm?next=")
    assert "Submitted" in text(owner.get(f"/agreements/{ids['submitted']}"))
    wrong = owner.post(asked["Location"], {"password": "not the password"})
    assert errors(wrong) == {"password": "The password is not right."}
    assert errors(owner.post(asked["Location"], {})) == {"password": "Enter your password"}
    went_on = owner.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert heading(went_on) == "Thank you, it is you"
    assert "Submitted" in text(owner.get(f"/agreements/{ids['submitted']}"))
    form = forms(went_on.content.decode())[1]
    assert form.action == page
    assert form.fields["note"] == "Within the law & <useful>"
    assert owner.post(form.action, form.fields).status_code == 302
    assert "Active" in text(owner.get(f"/agreements/{ids['submitted']}"))
    assert owner.get("/account/confirmed")["Location"] == "/"


def test_a_form_that_is_too_large_is_not_kept(signed_in, ids):
    owner = signed_in("dwp-owner")
    age(owner, confirmed=16 * 60)
    owner.post(f"/agreements/{ids['submitted']}/approve", {"note": "x" * 200_000})
    assert "stashed" not in owner.session


def test_a_download_asks_who_is_there(signed_in):
    analyst = signed_in("dfe-analyst")
    age(analyst, confirmed=16 * 60)
    given = {"sql": "SELECT * FROM dwp.regions", "purpose": "research", "format": "csv"}
    assert analyst.post("/query/download", given)["Location"].startswith("/account/confirm")


def test_confirming_changes_the_session_s_key(signed_in):
    analyst = signed_in("dfe-analyst")
    before = analyst.session.session_key
    analyst.post("/account/confirm", {"password": PASSWORD})
    assert analyst.session.session_key != before
    assert analyst.get("/account").status_code == 200


def test_confirming_fails_too_often_like_signing_in(signed_in):
    analyst = signed_in("dfe-analyst")
    for _ in range(10):
        analyst.post("/account/confirm", {"password": "not the password"})
    answer = analyst.post("/account/confirm", {"password": PASSWORD})
    assert "too many failed tries" in errors(answer)["password"]


def test_sessions_are_listed_and_ended_from_elsewhere(signed_in):
    here, there = signed_in("dfe-analyst"), signed_in("dfe-analyst")
    account = here.get("/account").content.decode()
    assert "This session" in account
    other = re.search(r"/account/sessions/(S-[0-9a-f]{12})/end", account)[1]
    assert there.session.session_key not in account
    assert heading(here.get(f"/account/sessions/{other}/end")) == f"End session {other}"
    assert signed_in("dfe-stranger").post(f"/account/sessions/{other}/end").status_code == 404
    assert there.get("/account").status_code == 200
    here.post(f"/account/sessions/{other}/end")
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_ending_a_session_asks_who_is_there(signed_in):
    here, there = signed_in("dfe-analyst"), signed_in("dfe-analyst")
    account = here.get("/account").content.decode()
    other = re.search(r"/account/sessions/(S-[0-9a-f]{12})/end", account)[1]
    age(here, confirmed=16 * 60)
    assert here.post(f"/account/sessions/{other}/end")["Location"].startswith("/account/confirm")
    assert there.get("/account").status_code == 200
    here.post("/account/confirm", {"password": PASSWORD})
    here.post(f"/account/sessions/{other}/end")
    assert there.get("/account").status_code == 302


def test_a_closed_account_has_no_sessions_left(signed_in, department):
    from fairway.store.sessions import SessionRecord
    from fairway.verbs import people

    signed_in("dfe-analyst")
    people.deactivate(department.platform, department.actor("administrator"), "dfe-analyst")
    assert not SessionRecord.objects.filter(person="dfe-analyst").exists()


def test_cookies_are_bound_to_the_host_over_tls(department):
    node = read_settings(Path(department.platform.settings["workspace"]))
    told = django_settings(replace(node, https=True))
    assert told["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert told["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert told["SESSION_COOKIE_SECURE"]
    assert told["CSRF_COOKIE_SECURE"]
    assert "SESSION_COOKIE_DOMAIN" not in told  # the prefix allows none


def test_a_second_factor_is_set_up_asked_for_and_removed(signed_in, client, monkeypatch):
    from base64 import b32decode

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    analyst = signed_in("dfe-analyst")
    page = analyst.post("/account/factor").content.decode()
    secret = analyst.session["factor"]["secret"]
    assert "<svg" in page
    assert secret not in page  # shown in groups of four
    wrong = analyst.post("/account/factor", {"code": "000000"})
    assert "The code is not right." in errors(wrong)["code"]
    app = TOTP(b32decode(secret), 6, SHA1(), 30)
    # One moment for the whole test: a code that was used must not grow old while it runs.
    moment = int(time.time())
    monkeypatch.setattr("fairway.store.factors.time", SimpleNamespace(time=lambda: moment))

    def code(steps: int) -> str:
        return app.generate(moment + 30 * steps).decode()

    done = analyst.post("/account/factor", {"code": code(-1)})
    assert heading(done) == "Your recovery codes"
    recovery = re.findall(r"<li><code>(\w+)</code>", done.content.decode())
    assert len(recovery) == 10
    given = {"person": "dfe-analyst", "password": PASSWORD}
    asked = client.post("/sign-in", given)
    assert "second factor" in errors(asked)["code"]
    assert "code" in errors(client.post("/sign-in", {**given, "code": "000000"}))
    assert "code" in errors(client.post("/sign-in", {**given, "code": code(-1)}))  # used
    assert client.post("/sign-in", {**given, "code": code(0)}).status_code == 302
    client.post("/sign-out")
    assert client.post("/sign-in", {**given, "code": recovery[0].upper()}).status_code == 302
    client.post("/sign-out")
    assert "code" in errors(client.post("/sign-in", {**given, "code": recovery[0]}))
    assert "code" in errors(analyst.post("/account/factor/remove", {"code": "000000"}))
    assert analyst.get("/account/factor/remove").status_code == 200
    assert analyst.post("/account/factor/remove", {"code": recovery[1]}).status_code == 302
    client.post("/sign-out")
    assert client.post("/sign-in", given).status_code == 302


def test_too_many_failures_from_one_address_close_the_door_for_it(client, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "AXES_FAILURE_LIMIT", 3)
    for number in range(3):
        client.post("/sign-in", {"person": f"nobody-{number}", "password": "x" * 12})
    given = {"person": "dfe-analyst", "password": PASSWORD}
    assert "too many failed tries" in errors(client.post("/sign-in", given))["person"]
    assert client.post("/sign-in", given, REMOTE_ADDR="127.0.0.2").status_code == 302


def test_a_verb_that_wants_a_proof_asks_who_is_there(signed_in, ids):
    """Also where the page itself does not ask."""
    owner = signed_in("dwp-owner")
    age(owner, confirmed=16 * 60)
    asked = owner.post(f"/agreements/{ids['suspended']}/resume", {})
    assert asked["Location"].startswith("/account/confirm?next=")
    assert "Suspended" in text(owner.get(f"/agreements/{ids['suspended']}"))


def test_an_old_session_and_an_old_token_approve_nothing_over_the_api(department, signed_in, ids):
    from django.test import Client

    node = department.platform
    address = f"/api/v1/agreements/{ids['submitted']}/moves"
    said = {"data": {"move": "approve"}, "content_type": "application/json"}
    owner = signed_in("dwp-owner")
    age(owner, confirmed=16 * 60)
    answer = owner.post(address, **said)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.prove_again")

    now = node.clock.now()
    earlier = SimpleNamespace(now=lambda: now - timedelta(minutes=16))
    maker = Actor("dwp-owner", Via.WEB, proved=True)
    _, old = people.create_token_confirmed(replace(node, clock=earlier), maker, days=1)
    _, new = people.create_token_confirmed(node, maker, days=1)
    anyone = Client(headers={"host": "localhost"})
    answer = anyone.post(address, **said, headers={"Authorization": f"Bearer {old}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "access.prove_again")
    answer = anyone.get("/api/v1/me", headers={"Authorization": f"Bearer {old}"})
    assert answer.status_code == 200
    answer = anyone.post(address, **said, headers={"Authorization": f"Bearer {new}"})
    assert answer.status_code == 200, answer.content


def test_opening_a_page_makes_no_secret(signed_in):
    analyst = signed_in("dfe-analyst")
    for _ in range(2):
        page = analyst.get("/account/factor").content.decode()
        assert "Show the secret" in page
        assert "Secret:" not in page
    assert "factor" not in analyst.session
    first, second = (
        re.search(r"<code>([^<]+)", analyst.post("/account/factor").content.decode())[1]
        for _ in range(2)
    )
    assert first != second
