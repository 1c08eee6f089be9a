"""The record on the page."""

import re
from datetime import date, timedelta

from django.utils import timezone
from tests.web.reading import errors, heading, text

from fairway.nouns.agreements import Move
from fairway.nouns.events import EventFilter
from fairway.web.audit.actions import ACTIONS


def test_the_newest_entries_come_first_a_page_at_a_time(signed_in):
    auditor = signed_in("auditor")
    page = auditor.get("/audit")
    numbers = [
        int(n.replace(",", ""))
        for n in re.findall(r'cell--numeric">([\d,]+)</td>', page.content.decode())
    ]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 25
    older = re.search(r'href="(\?before=\d+)"', page.content.decode())[1]
    second = auditor.get("/audit" + older)
    assert "Newest entries" in text(second)
    assert f"{numbers[-1] - 1} " in text(second)


def test_looking_is_on_the_record(signed_in):
    auditor = signed_in("auditor")
    auditor.get("/audit?person=dfe-analyst")
    assert "Record read" in text(auditor.get("/audit"))


def test_filters_narrow_and_are_kept(signed_in, ids):
    auditor = signed_in("auditor")
    page = auditor.get("/audit", {"action": "agreement.suspend", "person": "dwp-owner"})
    said = text(page)
    assert "Agreement suspended" in said
    assert "An incident is looked into." in said
    assert page.content.decode().count("<tr") == 2
    assert re.search(r'value="agreement.suspend" selected', page.content.decode())
    assert 'value="dwp-owner"' in page.content.decode()
    by_agreement = auditor.get("/audit", {"agreement": ids["suspended"]})
    assert ids["suspended"] in text(by_agreement)
    assert ids["active"] not in text(by_agreement)
    nothing = auditor.get("/audit", {"product": "dwp.nothing"})
    assert "There is no entry like this." in text(nothing)


def test_days_are_whole_and_both_included(signed_in, department):
    auditor = signed_in("auditor")
    (first,) = department.platform.ledger.find(EventFilter(limit=1))
    day = timezone.localdate(first.event.at)

    def shown(since, until):
        asked = {
            f"{name}-{part}": str(getattr(of, part))
            for name, of in (("since", since), ("until", until))
            for part in ("day", "month", "year")
        }
        return auditor.get("/audit", asked)

    assert f"{first.sequence:,}</td>" in shown(day, day).content.decode()
    before = day - timedelta(days=1)
    assert f"{first.sequence:,}</td>" not in shown(before, before).content.decode()
    assert "There is no entry like this." in text(shown(date(2001, 1, 1), date(2001, 1, 1)))


def test_a_day_that_is_none_reads_nothing(signed_in):
    page = signed_in("auditor").get("/audit?since-day=31&since-month=2&since-year=2026")
    assert page.status_code == 422
    assert "must be a real date" in errors(page)["since"]
    assert 'value="31"' in page.content.decode()
    late = signed_in("auditor").get(
        "/audit?since-day=2&since-month=2&since-year=2026&until-day=1&until-month=2&until-year=2026"
    )
    assert "must be the same as or after" in errors(late)["until"]


def test_the_check_says_that_the_record_is_intact(signed_in):
    administrator = signed_in("administrator")
    assert heading(administrator.get("/audit/verify")) == "Check the record"
    page = administrator.post("/audit/verify")
    assert heading(page) == "The record is intact"
    assert re.search(r"\d+ entries checked", text(page))
    assert signed_in("dfe-analyst").post("/audit/verify").status_code == 403


def test_a_touched_record_is_named(signed_in, monkeypatch):
    from fairway.nouns.events import Verification

    found = Verification(40, False, "", 17, "The hash does not fit the text.")
    monkeypatch.setattr("fairway.web.audit.views.audit.verify", lambda *_: found)
    page = signed_in("auditor").post("/audit/verify")
    assert heading(page) == "The record was changed"
    assert "First entry that does not fit 17" in text(page)


def test_every_move_and_verb_that_records_has_words():
    from fairway.rules.permissions import PERMISSIONS

    moves = {f"agreement.{move.value}" for move in Move}
    silent = {"person.me", "person.list", "domain.list", "token.list", "purpose.list"}
    silent |= {"product.find", "product.show", "product.contract", "product.usage"}
    silent |= {"agreement.move", "agreement.show", "agreement.list", "agreement.inbox"}
    silent |= {"query.run", "query.plan", "query.show", "catalogue.search", "catalogue.suggest"}
    silent |= {"access.explain_own", "access.seen_own", "access.who_can_see", "access.seen_by"}
    silent |= {"catalogue.list", "catalogue.show", "catalogue.coverage"}
    silent |= {"stop.list", "task.list", "guardrail.list", "guardrail.versions", "guardrail.show"}
    silent |= {"guardrail.impact", "appointment.impact", "review.show"}
    silent |= {"peer.list", "peer.greet", "peer.catalogue"}
    silent |= {"peer.hear", "peer.use"}  # moves, and queries
    silent |= {"peer.witness", "peer.prove"}  # what a witness records
    silent |= {"appointment.delegations", "appointment.delegate", "appointment.end_delegation"}
    silent |= {"review.confirm"}  # moves; what is delegated is told as an appointment
    silent |= {"audit.log", "audit.prove", "audit.state", "catalogue.feed", "catalogue.hub"}
    silent |= {"catalogue.owned", "factor.enrolled", "feedback.inbox", "feedback.list"}
    silent |= {"follow.list", "glossary.list", "query.running", "session.list"}
    silent |= {"share.look", "share.recipients", "share.table"}
    silent |= {"provisioning.read", "provisioning.read_person", "provisioning.group_roles"}
    silent |= {"provisioning.read_group", "provisioning.read_groups"}
    # what these record has a name of its own, which has words
    silent |= {"file.offer", "file.read", "query.cancel", "token.create_confirmed"}
    silent |= {"person.confirm_by_provider", "person.sign_in_by_provider"}
    silent |= {"provisioning.add_person", "provisioning.change_person"}
    silent |= {"provisioning.remove_person", "provisioning.put_group"}
    silent |= {"provisioning.remove_group", "provisioning.set_group_role"}
    assert moves | (set(PERMISSIONS) - silent) <= set(ACTIONS)


# ------------------------------------------------------------------ the state of the record


def test_the_state_says_how_the_record_stands(signed_in):
    said = text(signed_in("auditor").get("/audit/state"))
    assert "No witness has raised an alarm." in said
    assert "Nobody witnesses this record." in said
    assert "fairway/" in said
    assert signed_in("dfe-analyst").get("/audit/state").status_code == 403


def test_the_uses_of_a_person_s_data_are_for_the_officer(signed_in):
    assert signed_in("dfe-analyst").get("/audit/person").status_code == 200  # a form, no more
    given = {"identifier": "P1", "reason": "Request 17"}
    assert signed_in("auditor").post("/audit/person", given).status_code == 403
