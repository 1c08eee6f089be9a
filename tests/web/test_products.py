"""Finding products, and a product's page."""

from tests.web.reading import heading, text, title

from fairway.web.products.paging import numbered, page_number
from fairway.web.words import marked


def test_a_search_shows_what_it_found(signed_in):
    answer = signed_in("dfe-analyst").get("/search?q=claims")
    assert title(answer) == "claims – 1 result – Fairway"
    body = answer.content.decode()
    assert 'href="/products/dwp.claims"' in body
    assert "<mark>claims</mark>" in body
    assert "1 result for ‘claims’" in text(answer)
    assert 'value="claims"' in body


def test_no_words_list_everything(signed_in):
    said = text(signed_in("dfe-analyst").get("/search"))
    assert "2 data products" in said
    assert "Regions" in said
    assert "Claims by person" in said


def test_an_empty_result_says_what_to_do(signed_in):
    said = text(signed_in("dfe-analyst").get("/search?q=zebra"))
    assert "There are no results for ‘zebra’" in said
    assert "check the spelling" in said
    assert "browse all data products" in said


def test_a_page_past_the_end_leads_back(signed_in):
    assert "Go to the first page" in text(signed_in("dfe-analyst").get("/search?q=claims&page=9"))


def test_what_was_typed_is_never_markup(signed_in):
    answer = signed_in("dfe-analyst").get("/search", {"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.content.decode()
    assert str(marked("a <b> claim & claims", "claim")) == (
        "a &lt;b&gt; <mark>claim</mark> &amp; <mark>claims</mark>"
    )


def test_paging_shows_first_last_and_neighbours():
    paging = numbered(5, 100, 10, {"q": "a b"})
    shown = [item.get("number", "…") for item in paging["items"]]
    assert shown == [1, "…", 4, 5, 6, "…", 10]
    assert paging["previous"]["href"] == "?q=a+b&page=4"
    assert paging["next"]["href"] == "?q=a+b&page=6"
    assert [item["number"] for item in paging["items"] if item.get("current")] == [5]
    assert numbered(1, 10, 10, {}) == {}
    assert "previous" not in numbered(1, 11, 10, {})
    assert "next" not in numbered(2, 11, 10, {})


def test_a_page_number_is_read_or_is_the_first():
    assert [page_number(t) for t in ("", "x", "0", "-1", "7", "99999", "9999", "²")] == [
        *(1, 1, 1, 1, 7, 1, 1000, 1)
    ]


def test_a_restricted_product_tells_how_to_get_access(signed_in):
    page = signed_in("dfe-stranger").get("/products/dwp.claims")
    assert heading(page) == "Claims by person"
    assert "you need to be appointed as an analyst" in text(page)
    assert "Who uses it" not in text(page)
    asked = text(signed_in("dfe-analyst").get("/products/dwp.claims"))
    assert "You have an active agreement for this product." in asked
    assert "Ask for access for something else" in asked
    assert "Owner at Work and Pensions – appointed" in asked
    assert "health string Special category" in asked


def test_an_open_product_shows_licence_and_attribution(signed_in):
    page = signed_in("dfe-stranger").get("/products/dwp.regions")
    said = text(page)
    assert "Attribution Contains public sector information licensed under the OGL v3.0." in said
    assert "Licence Open Government Licence v3.0" in said
    assert 'href="/query?product=dwp.regions"' in page.content.decode()


def test_an_owner_who_left_is_shown_as_such(signed_in, department):
    from datetime import timedelta

    from fairway.nouns.people import Role
    from fairway.verbs import people

    people.end_appointment(
        department.platform,
        department.actor("governance-manager"),
        "dwp-owner",
        Role.DATA_OWNER,
        "dwp",
        department.today - timedelta(days=1),
    )
    said = text(signed_in("dfe-analyst").get("/products/dwp.claims"))
    assert "Owner at Work and Pensions – not appointed today" in said


def test_who_uses_it_is_for_those_who_may_know(signed_in):
    analyst = signed_in("dfe-analyst")
    sql = "SELECT region FROM dwp.claims"
    assert analyst.post("/query", {"sql": sql, "purpose": "policy-analysis"}).status_code == 200
    for person in ("dwp-owner", "dwp-steward", "auditor", "governance-manager"):
        assert "dfe-analyst policy-analysis 1 240" in text(
            signed_in(person).get("/products/dwp.claims")
        )
    assert "policy-analysis" not in text(analyst.get("/products/dwp.claims"))


def test_the_contract_can_be_taken_away(signed_in):
    answer = signed_in("dfe-analyst").get("/products/dwp.claims/contract")
    assert answer["Content-Disposition"] == 'attachment; filename="dwp.claims.odcs.yaml"'
    assert "kind: DataContract" in answer.content.decode()
