"""The results page: what was found and why, filters, sorting, other names, suggestions."""

import re
from datetime import date

import pytest
from tests.web.reading import text, title

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, Provenance
from fairway.nouns.search import Indexed, Piece
from fairway.web.words import facet_value, pieces, why

ELSEWHERE = [
    CatalogueEntry(
        "rainfall",
        EntryKind.PUBLICATION,
        "Rainfall of Wales",
        "Rain at each station <b>every month</b>.",
        organisation="Met Office",
        url="https://weather.example/rain",
        licence="OGL v3",
        places=("Wales",),
        modified=date(2025, 5, 1),
        period=(date(2020, 1, 1), date(2021, 12, 31)),
        distributions=(Distribution(format="CSV"),),
    ),
    CatalogueEntry(
        "credit-api",
        EntryKind.API,
        "Universal Credit calculator",
        "What a household may have.",
        organisation="Department for Work and Pensions",
        sources=(Provenance("uk-api", "77"),),
    ),
    CatalogueEntry("secret", EntryKind.API, "Rainfall inquiry", "Not for all."),
]


@pytest.fixture
def filled(department):
    platform = department.platform
    with platform.store.transaction():
        platform.index.put_entries(
            Indexed(entry, "dwp" if entry.id == "secret" else "everyone") for entry in ELSEWHERE
        )
    return department


@pytest.fixture
def analyst(filled, signed_in):
    return signed_in("dfe-analyst")


def test_products_and_what_lives_elsewhere_are_in_one_search(analyst):
    answer = analyst.get("/catalogue?q=claims+rainfall")
    assert title(answer) == "claims rainfall – 2 results – Fairway"
    body = answer.content.decode()
    assert 'href="/products/dwp.claims"' in body
    assert "<mark>Claims</mark>" in body
    assert 'href="https://weather.example/rain"' in body
    said = text(answer)
    assert "2 results for ‘claims rainfall’" in said
    assert "Can be requested here" in said
    assert "Lives elsewhere weather.example" in said
    assert "Publication · Met Office · OGL v3 · changed 1 May 2025 · record of grade" in said
    assert "Matched in title" in said


def test_no_words_list_everything_that_one_may_know_of(analyst, signed_in):
    said = text(analyst.get("/catalogue"))
    assert "4 entries" in said
    assert "Rainfall inquiry" not in said
    assert "Rainfall inquiry" in text(signed_in("dwp-owner").get("/catalogue"))


def test_filters_narrow_and_can_be_taken_back(analyst):
    answer = analyst.get("/catalogue?q=&organisation=Met+Office&kind=publication&kind=api")
    said, body = text(answer), answer.content.decode()
    assert "1 entry" in said
    assert "Organisation: Met Office Remove" in said
    assert re.search(r'value="Met Office" checked', body)
    assert 'href="?q=&amp;kind=publication&amp;organisation=Met+Office"' in body
    assert "API (0 results )" in said
    nothing = text(analyst.get("/catalogue?q=claims&kind=publication"))
    assert "There are no results for ‘claims’" in nothing
    assert "clear the filters" in nothing


def test_every_facet_that_has_values_is_shown_with_counts(analyst):
    said = text(analyst.get("/catalogue?q="))
    for name in ("How to get access", "Kind", "Organisation", "Domain", "Classification"):
        assert name in said
    for name in ("Format", "Licence", "Quality of the record", "Last changed", "Place"):
        assert name in said
    for told in ("Period covered", "2020 (1 result )", "Lives elsewhere (2 results )", "CSV (1"):
        assert told in said


def test_a_long_facet_shows_the_rest_when_asked(filled, analyst):
    platform = filled.platform
    with platform.store.transaction():
        platform.index.put_entries(
            Indexed(CatalogueEntry(f"e{n}", EntryKind.API, f"E {n}", organisation=f"Body {n}"))
            for n in range(12)
        )
    assert "more in Organisation" in text(analyst.get("/catalogue"))
    assert "more in Organisation" not in text(analyst.get("/catalogue?more=organisation"))


def test_results_are_sorted_as_asked(analyst):
    body = analyst.get("/catalogue?q=claims+universal&sort=title").content.decode()
    assert body.index("/products/dwp.claims") < body.index("calculator")
    assert '<option value="title" selected>' in body
    newest = analyst.get("/catalogue?sort=newest").content.decode()
    assert newest.index("/products/dwp.claims") < newest.index("weather.example")
    assert analyst.get("/catalogue?sort=quality").status_code == 200
    assert analyst.get("/catalogue?sort=nonsense").status_code == 200


def test_other_names_and_spelling_are_told(analyst):
    assert "Also searched: Universal Credit" in text(analyst.get("/catalogue?q=UC"))
    answer = analyst.get("/catalogue?q=rianfall")
    assert "Did you mean rainfall ?" in text(answer)
    assert 'href="?q=rainfall"' in answer.content.decode()
    assert "Its record is from uk-api" in text(analyst.get("/catalogue?q=calculator"))


def test_a_phrase_that_is_nowhere_is_searched_by_its_words(analyst):
    said = text(analyst.get('/catalogue?q="credit+universal"'))
    assert "No entry holds ‘credit universal’ as it stands in quotes" in said
    assert "Universal Credit calculator" in said


def test_titles_are_suggested_with_scripts_and_without(analyst):
    told = analyst.get("/catalogue/suggestions?q=rain")
    assert told.json() == {"titles": ["Rainfall of Wales"]}
    assert "secret" not in told.content.decode()
    assert "You may be looking for:" not in text(analyst.get("/catalogue?q=rain"))  # it is there
    assert "You may be looking for:" not in text(analyst.get("/catalogue?q=kind:api"))


def test_an_empty_result_says_what_to_do(analyst):
    said = text(analyst.get("/catalogue?q=zebra"))
    assert "There are no results for ‘zebra’" in said
    assert "check the spelling" in said
    assert "browse all data" in said


def test_a_page_past_the_end_leads_back(analyst):
    assert "Go to the first page" in text(analyst.get("/catalogue?q=claims&page=9"))


def test_what_was_typed_and_what_was_harvested_is_never_markup(analyst):
    answer = analyst.get("/catalogue", {"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.content.decode()
    assert "<b>every month" not in analyst.get("/catalogue?q=rain").content.decode()
    shown = str(pieces([Piece("a <b> "), Piece("<i>", marked=True)]))
    assert shown == "a &lt;b&gt; <mark>&lt;i&gt;</mark>"


def test_an_address_that_is_no_web_address_is_no_link(filled, analyst):
    platform = filled.platform
    entry = CatalogueEntry("x", EntryKind.API, "Tricky", url="javascript:alert(1)")
    with platform.store.transaction():
        platform.index.put_entries([Indexed(entry)])
    answer = analyst.get("/catalogue?q=tricky")
    assert "Tricky" in text(answer)
    assert "javascript:" not in answer.content.decode()


def test_the_old_address_leads_here(analyst):
    assert analyst.get("/search?q=claims")["Location"] == "/catalogue?q=claims"


def test_fields_and_values_are_words():
    assert why(["title"]) == "title"
    assert why(["title", "tags", "columns"]) == "title, subjects and columns"
    assert facet_value("special category", "classification") == "Special category"
    assert facet_value("odd", "classification") == "odd"
    assert facet_value("B", "grade") == "Grade B"
