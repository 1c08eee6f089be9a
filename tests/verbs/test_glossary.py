"""The hub changes what searches also look for, and it is on the record."""

import pytest

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.errors import BadInput, NotFound, Refused
from fairway.nouns.events import EventFilter
from fairway.nouns.search import Indexed, SearchQuery
from fairway.verbs import catalogue, glossary


def test_a_node_begins_with_the_terms_that_come_with_fairway(scene):
    terms = {t.term: t for t in glossary.terms(scene.platform, scene.analyst)}
    assert terms["UC"].names == ("Universal Credit",)
    assert terms["UC"].changed_by == ""
    assert len(terms) > 50


def test_what_the_hub_decides_the_next_search_looks_for(scene):
    platform, hub = scene.platform, scene.manager
    with platform.store.transaction():
        platform.index.put_entries(
            [Indexed(CatalogueEntry("a", EntryKind.DATASET, "Working Tax Credit awards"))]
        )
    asked = SearchQuery("WTC")
    assert catalogue.search(platform, scene.analyst, asked).hits == ()
    glossary.put(platform, hub, "WTC", ["Working Tax Credit"])
    found = catalogue.search(platform, scene.analyst, asked)
    assert ([hit.id for hit in found.hits], found.also) == (["a"], ("Working Tax Credit",))
    made = glossary.put(platform, hub, "wtc", ["tax credit"])  # the same words: it is replaced
    terms = [t for t in glossary.terms(platform, scene.analyst) if t.term.lower() == "wtc"]
    assert terms == [made]
    assert (made.changed_by, made.changed_at) == (hub.person, platform.clock.now())
    glossary.remove(platform, hub, "WTC")
    assert catalogue.search(platform, scene.analyst, asked).hits == ()
    events = platform.ledger.find(EventFilter(subject="wtc", limit=9))
    assert [e.event.action for e in events] == ["glossary.remove", "glossary.put"]
    assert events[1].event.details == {"names": ["tax credit"], "before": ["Working Tax Credit"]}


def test_others_may_not_and_mistakes_change_nothing(scene):
    with pytest.raises(Refused):
        glossary.put(scene.platform, scene.analyst, "WTC", ["Working Tax Credit"])
    with pytest.raises(Refused):
        glossary.remove(scene.platform, scene.analyst, "UC")
    with pytest.raises(BadInput):
        glossary.put(scene.platform, scene.manager, "UC", [])
    with pytest.raises(NotFound):
        glossary.remove(scene.platform, scene.manager, "no such term")
    assert "UC" in {t.term for t in glossary.terms(scene.platform, scene.analyst)}
