"""The catalogue is searched by people, and shows each what they may know of."""

import pytest

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.errors import BadInput, NotSignedIn
from fairway.nouns.search import Indexed, SearchQuery
from fairway.verbs import catalogue
from fairway.verbs.acting import NOBODY


@pytest.fixture
def filled(scene):
    entries = [
        Indexed(CatalogueEntry("open", EntryKind.DATASET, "Rainfall by month")),
        Indexed(CatalogueEntry("hidden", EntryKind.API, "Rainfall inquiry"), "a-team"),
    ]
    with scene.platform.store.transaction():
        scene.platform.index.put_entries(entries)
    return scene


def test_one_finds_what_one_may_know_of(filled):
    asked = SearchQuery("rainfall", {"kind": ("dataset", "api")}, limit=9999)
    page = catalogue.search(filled.platform, filled.analyst, asked)
    assert [hit.id for hit in page.hits] == ["open"]
    assert page.total == 1


def test_a_facet_that_is_none_is_refused(filled):
    with pytest.raises(BadInput) as caught:
        catalogue.search(filled.platform, filled.analyst, SearchQuery(chosen={"colour": ("red",)}))
    assert (caught.value.code, caught.value.field) == ("catalogue.no_facet", "facet")
    assert "organisation" in caught.value.remedy


def test_suggestions_are_of_what_one_may_know_of(filled):
    assert catalogue.suggest(filled.platform, filled.analyst, "rainf") == ("Rainfall by month",)


def test_nobody_searches_without_signing_in(filled):
    with pytest.raises(NotSignedIn):
        catalogue.search(filled.platform, NOBODY, SearchQuery())
    with pytest.raises(NotSignedIn):
        catalogue.suggest(filled.platform, NOBODY, "r")
