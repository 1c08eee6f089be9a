"""A product's page."""

from tests.web.reading import heading, text

from fairway.web.products.paging import numbered, page_number


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
