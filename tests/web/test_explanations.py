"""Why one may use a product or not, and who can see it, on pages."""

from tests.web.reading import heading, text


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
