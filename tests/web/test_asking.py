"""Asking for access: a page per question, the draft kept, what was typed kept on errors."""

import re
from datetime import timedelta

import pytest
from tests.web.reading import errors, heading, text, title

STEPS = ["columns", "rows", "purpose", "legal_basis", "necessity", "dates"]


def dated(name, day):
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": day.year}


def answers(today):
    return {
        "columns": {
            "columns": ["person", "region"],
            "treatment-person": "pseudonym",
            "treatment-region": "keep",
        },
        "rows": {"which": "some", "scope": "region = 'Wales'"},
        "purpose": {"purpose": "research"},
        "legal_basis": {"legal_basis": "gdpr-6-1-e"},
        "necessity": {"necessity": "To follow people through the years.\nNothing less would do."},
        "dates": {**dated("starts", today), **dated("ends", today + timedelta(days=90))},
    }


def begin(client):
    answer = client.post("/products/dwp.claims/ask")
    found = re.fullmatch(r"/agreements/(AG-[a-z0-9]+)/ask/columns", answer["Location"])
    assert found
    return found[1]


def test_the_whole_way_from_product_to_confirmation(signed_in, department):
    analyst = signed_in("dfe-analyst")
    assert "Owner at Work and Pensions, decides" in text(analyst.get("/products/dwp.claims/ask"))
    request = begin(analyst)
    for step, following in zip(STEPS, [*STEPS[1:], None], strict=True):
        page = analyst.get(f"/agreements/{request}/ask/{step}")
        assert page.status_code == 200
        sent = analyst.post(f"/agreements/{request}/ask/{step}", answers(department.today)[step])
        wanted = f"/agreements/{request}/ask/{following}" if following else None
        assert sent["Location"] == (wanted or f"/agreements/{request}/check")
    check = analyst.get(f"/agreements/{request}/check")
    said = text(check)
    assert "person – replace with a pseudonym region – show as it is" in said
    assert "region = 'Wales'" in said
    assert "Research in the public interest" in said
    assert "To follow people through the years." in said
    for step in STEPS:
        assert f"/agreements/{request}/ask/{step}?change=1" in check.content.decode()
    assert analyst.post(f"/agreements/{request}/check")["Location"] == f"/agreements/{request}/sent"
    assert heading(analyst.get(f"/agreements/{request}/sent")) == "Request sent"
    owner = text(signed_in("dwp-owner").get(f"/agreements/{request}"))
    assert "To follow people through the years." in owner
    assert "Analyst at Education (dfe)" in owner


def test_a_change_comes_back_to_the_answers(signed_in, ids):
    analyst = signed_in("dfe-analyst")
    address = f"/agreements/{ids['draft']}/ask/purpose?change=1"
    assert f"/agreements/{ids['draft']}/check" in analyst.get(address).content.decode()
    sent = analyst.post(address, {"purpose": "research"})
    assert sent["Location"] == f"/agreements/{ids['draft']}/check"


def test_each_page_shows_what_was_answered_before(signed_in, department):
    analyst = signed_in("dfe-analyst")
    request = begin(analyst)
    for step in STEPS:
        analyst.post(f"/agreements/{request}/ask/{step}", answers(department.today)[step])
    shown = {s: analyst.get(f"/agreements/{request}/ask/{s}").content.decode() for s in STEPS}
    assert re.search(r'value="person" checked', shown["columns"])
    assert not re.search(r'value="health" checked', shown["columns"])
    assert re.search(r'value="pseudonym" selected', shown["columns"])
    assert "region = &#39;Wales&#39;" in shown["rows"]
    assert re.search(r'value="some" checked', shown["rows"])
    assert re.search(r'value="research" checked', shown["purpose"])
    assert re.search(r'value="gdpr-6-1-e" checked', shown["legal_basis"])
    assert "Nothing less would do." in shown["necessity"]
    last = department.today + timedelta(days=90)
    assert re.search(rf'name="ends-year"[^>]*value="{last.year}"', shown["dates"])


@pytest.mark.parametrize(
    ("step", "typed", "field", "message", "kept"),
    [
        ("columns", {}, "columns", "Select the columns you need", ""),
        (
            "columns",
            {"columns": ["weeks"], "treatment-weeks": "band:0"},
            "treatment-weeks",
            "whole number",
            'value="weeks" checked',
        ),
        ("rows", {}, "which", "Select whether you need every row", ""),
        ("rows", {"which": "some"}, "scope", "Enter a condition", 'value="some" checked'),
        (
            "rows",
            {"which": "some", "scope": "area = 'Wales'"},
            "scope",
            "There is no column 'area'.",
            "area = &#39;Wales&#39;",
        ),
        ("rows", {"which": "all", "scope": "x = 1"}, "which", "or clear the condition", "x = 1"),
        ("purpose", {}, "purpose", "Select a purpose", ""),
        ("purpose", {"purpose": "fun"}, "purpose", "not on the list", ""),
        ("legal_basis", {}, "legal_basis", "Select a legal basis", ""),
        ("necessity", {"necessity": "  "}, "necessity", "Enter why", ""),
        ("necessity", {"necessity": "x" * 4001}, "necessity", "4000 are the most", "x" * 4001),
        ("dates", {}, "starts", "Enter the first day", ""),
        (
            "dates",
            {"starts-day": "31", "starts-month": "2", "starts-year": "2027"},
            "starts",
            "must be a real date",
            'value="31"',
        ),
        ("dates", {"ends-day": "31"}, "ends", "must include a month and a year", 'value="31"'),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    signed_in, ids, step, typed, field, message, kept
):
    answer = signed_in("dfe-analyst").post(f"/agreements/{ids['draft']}/ask/{step}", typed)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert message in errors(answer)[field]
    assert kept in answer.content.decode()


def test_the_last_day_comes_after_the_first(signed_in, ids, department):
    typed = {**dated("starts", department.today), **dated("ends", department.today)}
    answer = signed_in("dfe-analyst").post(f"/agreements/{ids['draft']}/ask/dates", typed)
    assert errors(answer)["ends"] == "The last day must be after the first day"


def test_a_month_may_be_a_name(signed_in, ids, department):
    ends = department.today + timedelta(days=60)
    typed = {**dated("starts", department.today), **dated("ends", ends)}
    typed["ends-month"] = f"{ends:%b}".lower()
    answer = signed_in("dfe-analyst").post(f"/agreements/{ids['draft']}/ask/dates", typed)
    assert answer.status_code == 302


def test_an_unfinished_request_is_not_sent_and_says_what_is_missing(signed_in, ids):
    answer = signed_in("dfe-analyst").post(f"/agreements/{ids['draft']}/check")
    assert answer.status_code == 422
    assert errors(answer) == {"change-purpose": "Choose a purpose from the list."}


def test_the_asker_is_told_of_a_guardrail_before_sending(signed_in, department):
    draft = department.draft(columns=(("health", "keep"),))
    said = text(signed_in("dfe-analyst").get(f"/agreements/{draft.id}/check"))
    assert "Guardrails of the hub stand against this request" in said


def test_identifiers_are_suggested_as_pseudonyms(signed_in):
    analyst = signed_in("dfe-analyst")
    page = analyst.get(f"/agreements/{begin(analyst)}/ask/columns").content.decode()
    select = page[page.index('id="treatment-person"') :].partition("</select>")[0]
    assert re.search(r'value="pseudonym" selected', select)


def test_only_the_draft_of_ones_own_can_be_changed(signed_in, ids):
    owner = signed_in("dwp-owner")
    assert owner.get(f"/agreements/{ids['draft']}/ask/columns").status_code == 404
    assert owner.post(f"/agreements/{ids['draft']}/ask/purpose", {}).status_code == 404
    analyst = signed_in("dfe-analyst")
    sent = analyst.get(f"/agreements/{ids['submitted']}/ask/columns")
    assert sent["Location"] == f"/agreements/{ids['submitted']}"
    assert analyst.get(f"/agreements/{ids['submitted']}/check").status_code == 302
    assert analyst.get(f"/agreements/{ids['draft']}/ask/shoe-size").status_code == 404


def test_an_open_product_needs_no_request(signed_in):
    answer = signed_in("dfe-analyst").post("/products/dwp.regions/ask")
    assert answer.status_code == 409
    assert "Query it at once" in text(answer)


def test_who_is_no_analyst_cannot_ask(signed_in):
    assert signed_in("dfe-stranger").post("/products/dwp.claims/ask").status_code == 403
