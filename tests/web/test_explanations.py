"""Why one may use a product or not, and who can see it, on pages."""

import pyarrow as pa
import pyarrow.parquet as pq
from tests.web.reading import errors, heading, text
from tests.web.test_sessions import age

from fairway.nouns.events import EventFilter


def test_a_refusal_says_what_it_would_take_and_offers_to_ask(signed_in):
    answer = signed_in("dfe-analyst").get("/products/dwp.claims/why?purpose=programme-evaluation")
    assert heading(answer) == "You may not use Claims by person"
    said = text(answer)
    assert "not for programme-evaluation" in said
    assert "A data owner of dwp would have to approve it. This can be done by dwp-owner." in said
    assert 'href="/products/dwp.claims/ask"' in answer.content.decode()


def test_who_may_not_ask_is_told_who_could_appoint_them(signed_in):
    answer = signed_in("dfe-stranger").get("/products/dwp.claims/why?purpose=policy-analysis")
    assert "would have to be appointed analyst" in text(answer)
    assert "/ask" not in answer.content.decode()


def test_a_permit_says_why_and_on_which_terms(signed_in, ids):
    said = text(signed_in("dfe-analyst").get("/products/dwp.claims/why?purpose=policy-analysis"))
    assert "You may use Claims by person" in said
    assert "dwp-owner approved" in said
    assert "weeks: show as it is" in said
    opened = text(signed_in("dfe-stranger").get("/products/dwp.regions/why?purpose=research"))
    assert "Until No end" in opened


def test_the_question_comes_before_the_answer(signed_in):
    answer = signed_in("dfe-analyst").get("/products/dwp.claims/why")
    assert heading(answer) == "May I use Claims by person?"
    assert "What would you use the data for?" in text(answer)


def test_who_can_see_a_product(signed_in, ids):
    owner = signed_in("dwp-owner")
    said = text(owner.get("/products/dwp.claims/who"))
    assert "Who can see Claims by person" in said
    assert ids["active"] in said
    assert "Nobody can see person today." in text(
        owner.get("/products/dwp.claims/who?column=person")
    )
    assert "Everyone who is signed in" in text(owner.get("/products/dwp.regions/who"))
    assert owner.get("/products/dwp.claims/who?column=height").status_code == 404


def test_a_products_page_leads_there(signed_in):
    assert "/products/dwp.claims/who" in page(signed_in("dwp-owner"))
    assert "/products/dwp.claims/who" not in page(signed_in("dfe-analyst"))
    assert "/products/dwp.claims/why" in page(signed_in("dfe-analyst"))


def page(client):
    return client.get("/products/dwp.claims").content.decode()


def test_a_refused_query_leads_to_the_reason(signed_in):
    asked = {"sql": "SELECT * FROM dwp.claims", "purpose": "programme-evaluation"}
    answer = signed_in("dfe-analyst").post("/query", asked)
    assert answer.status_code == 422
    assert "Why was the use of dwp.claims refused?" in text(answer)
    link = "/products/dwp.claims/why?purpose=programme-evaluation"
    assert link in answer.content.decode()
    wrong = signed_in("dfe-analyst").post("/query", {**asked, "sql": "SELEC 1"})
    assert "Why was" not in text(wrong)


def test_everybody_s_access_is_downloaded_as_of_a_day(signed_in, department):
    auditor = signed_in("auditor")
    assert "Everybody’s access as a file" in text(auditor.get("/people"))
    assert auditor.get("/people/access").status_code == 200
    answer = auditor.post("/people/access", {})
    today = department.today.isoformat()
    assert f'filename="fairway-access-{today}.parquet"' in answer["Content-Disposition"]
    table = pq.read_table(pa.BufferReader(b"".join(answer)))
    assert "dwp.claims" in table["product"].to_pylist()
    earlier = {"on-day": "1", "on-month": "6", "on-year": "2025"}
    before = pq.read_table(pa.BufferReader(b"".join(auditor.post("/people/access", earlier))))
    assert before.num_rows == 0
    taken = department.platform.ledger.find(EventFilter(action="access.matrix"))
    assert {entry.event.details["on"] for entry in taken} == {today, "2025-06-01"}


def test_everybody_s_access_is_for_watchers_who_have_just_proved_who_they_are(signed_in):
    auditor = signed_in("auditor")
    wrong = auditor.post("/people/access", {"on-day": "1"})
    assert errors(wrong) == {"on": "The day must include a month and a year"}
    age(auditor, confirmed=16 * 60)
    assert auditor.post("/people/access", {})["Location"].startswith("/account/confirm?next=")
    for method in (signed_in("dwp-owner").get, signed_in("administrator").post):
        assert method("/people/access").status_code == 403
