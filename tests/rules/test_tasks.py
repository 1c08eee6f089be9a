"""Tasks are worked out from what is, and in time."""

from dataclasses import replace
from datetime import date, timedelta

from tests.builders import NOW, TODAY, a_product, an_agreement, an_appointment, some_terms

from fairway.nouns.agreements import Move, State, Step
from fairway.nouns.guardrails import GuardrailVersion, VersionState
from fairway.nouns.people import Person, Role
from fairway.nouns.products import AccessClass
from fairway.nouns.tasks import TaskKind
from fairway.rules import tasks

DAY = timedelta(days=1)
OWNER = Person("dwp-owner", "Owner", "dwp")


def held(since, until, role=Role.DATA_OWNER, **more):
    return an_appointment(role, "dwp", person="dwp-owner", since=since, until=until, **more)


def until(*appointments, leaves=None):
    return tasks.owner_until("dwp-owner", "dwp", appointments, leaves, TODAY)


def test_an_owner_lasts_while_appointments_follow_without_a_gap():
    start = TODAY - 10 * DAY
    assert until(held(start, None)) == date.max
    assert until(held(start, TODAY + DAY)) == TODAY + DAY
    assert until(held(start, TODAY), held(TODAY + DAY, TODAY + 9 * DAY)) == TODAY + 9 * DAY
    assert until(held(start, TODAY), held(TODAY + 2 * DAY, None)) == TODAY
    assert until(held(start, TODAY + 5 * DAY), held(start, TODAY + DAY)) == TODAY + 5 * DAY
    assert until(held(start, None), leaves=TODAY + DAY) == TODAY + DAY
    assert until(held(start, TODAY - DAY)) is None
    assert until(held(start, None, role=Role.DEPUTY)) is None
    assert until() is None


def of_products(*appointments, people=(OWNER,), product=None):
    products = [product or a_product()]
    return [t.kind for t in tasks.of_products(products, appointments, people, TODAY)]


def test_products_without_an_owner_or_soon_without_one():
    start = TODAY - DAY
    assert of_products(held(start, None)) == []
    assert of_products(held(start, TODAY + 61 * DAY)) == []
    assert of_products(held(start, TODAY + 60 * DAY)) == [TaskKind.OWNER_LEAVES]
    assert of_products() == [TaskKind.APPOINT_OWNER]
    assert of_products(held(start, None), people=()) == [TaskKind.APPOINT_OWNER]
    gone = replace(OWNER, active=False)
    assert of_products(held(start, None), people=(gone,)) == [TaskKind.APPOINT_OWNER]
    assert of_products(product=a_product(access=AccessClass.OPEN)) == []


def live(days=170, ends=date(2028, 1, 1), **changes):
    at = NOW - timedelta(days=days)
    step = Step(at, "dwp-owner", Move.APPROVE, State.SUBMITTED, State.APPROVED)
    terms = some_terms("region", starts=date(2025, 1, 1), ends=ends)
    return an_agreement(**{"granted": terms, "history": (step,), **changes})


def of_agreements(*agreements):
    return [(t.subject, t.sentence) for t in tasks.of_agreements(agreements, TODAY)]


def test_what_lapses_soon_is_one_task_a_product():
    ((subject, sentence),) = of_agreements(live(), live(days=160), live(days=1))
    assert subject == "dwp.claims"
    assert sentence.startswith("2 agreements lapse on dwp.claims")
    assert "1 agreement lapses" in of_agreements(live())[0][1]


def test_what_ends_anyway_or_is_over_is_none():
    assert of_agreements(live(ends=TODAY + 5 * DAY)) == []
    assert of_agreements(live(state=State.REFUSED)) == []
    assert of_agreements(live(history=())) == []


def test_guardrails_that_may_soon_not_be_relied_on():
    version = GuardrailVersion("GR-1", "", (), VersionState.PUBLISHED, "", "a", NOW)
    assert list(tasks.of_guardrails(None, TODAY)) == []
    assert list(tasks.of_guardrails(version, TODAY)) == []
    assert list(tasks.of_guardrails(replace(version, until=TODAY + 61 * DAY), TODAY)) == []
    assert len(list(tasks.of_guardrails(replace(version, until=TODAY + 60 * DAY), TODAY))) == 1
