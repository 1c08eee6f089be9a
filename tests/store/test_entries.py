"""Harvested records, the entries they are shown as, and harvests, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, Provenance
from fairway.nouns.errors import NotFound
from fairway.nouns.harvests import Harvest, Record
from fairway.rules import harvests as rules
from fairway.rules.duplicates import plain

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def entry(name="a", source="one", **changes):
    made = CatalogueEntry(
        id=f"{source}-{name}",
        kind=EntryKind.DATASET,
        title=f"Title {name}",
        organisation="Office",
        tags=("x", "y"),
        period=(date(2020, 1, 1), None),
        modified=date(2024, 2, 3),
        distributions=(Distribution("CSV", "https://a.example/a.csv", "csv", "text/csv", "", 12),),
        sources=(Provenance(source, name, "https://a.example", NOW),),
        extra={"ckan": {"n": [1, 2.5, None], "day": date(2020, 1, 1), "nul": "\x00"}},
    )
    return replace(made, **changes)


def record(made, harvest="H-1", digest="d"):
    return Record(made, made.sources[0].source, plain(made.title), digest, harvest)


def harvest(name="H-1", source="one", **changes):
    made = Harvest(name, source, "ckan", "text", "administrator", NOW, 3, 1, True)
    return replace(made, **changes)


@pytest.fixture
def store(node):
    return node.store


def keep(store, *made, harvest="H-1"):
    with store.transaction():
        store.entries.keep([record(m, harvest) for m in made])
        store.entries.show(rules.shown(store.entries.titled([plain(m.title) for m in made])))


def test_an_entry_comes_back_as_it_was(store):
    made = entry(title="A title\x00 with what no database keeps \ud800", tags=())
    keep(store, made)
    assert store.entries.get(made.id) == made
    assert store.entries.find(limit=5, offset=0)[1][0].entry == made
    assert store.entries.get("none") is None
    assert store.entries.get("\x00") is None


def test_a_title_may_have_any_length(store):
    made = entry(title="Ž" * 20_000), entry("b", title="Ž" * 20_000 + "b")
    keep(store, *made)
    assert store.entries.find(limit=5, offset=0)[0] == 2


def test_a_record_is_replaced_and_keeps_its_place(store):
    keep(store, entry("a"), entry("b", title="Title a", organisation="Other"))
    with store.transaction():
        assert store.entries.keep([record(entry("a", description="New"), digest="e")]) == (
            "title a",
        )
    assert store.entries.digests(["one-a", "one-b", "none"]) == {"one-a": "e", "one-b": "d"}
    titled = store.entries.titled(["title a"])
    assert [e.description for e in titled] == ["New", ""]


def test_records_of_two_sources_are_shown_as_one_and_part_again(store):
    first, second = entry("a"), entry("a", "two")
    keep(store, first)
    keep(store, second)
    assert store.entries.find(limit=5, offset=0)[0] == 1
    shown = store.entries.get(second.id)
    assert shown.id == first.id
    assert [s.source for s in shown.sources] == ["one", "two"]
    assert store.entries.find(source="two", limit=5, offset=0)[1][0].members == (
        first.id,
        second.id,
    )
    keep(store, replace(second, organisation="Another"))
    assert store.entries.find(limit=5, offset=0)[0] == 2
    assert store.entries.get(second.id).id == second.id


def test_lists_are_filtered_ordered_and_paged(store):
    keep(
        store,
        entry("c", licence="x", contact="a@b.example", description="words " * 20),
        entry("b", kind=EntryKind.API),
        entry("a", kind=EntryKind.API, licence="y"),
        entry("d", withdrawn=True),
    )

    def names(**wanted):
        total, found = store.entries.find(**{"limit": 10, "offset": 0, **wanted})
        assert total >= len(found)
        return [s.entry.title[-1] for s in found]

    assert names() == ["a", "b", "c"]
    assert names(limit=1, offset=1) == ["b"]
    assert names(limit=0) == []
    assert names(kind=EntryKind.API) == ["a", "b"]
    assert names(source="none") == []
    assert names(missing="licence") == ["b"]
    assert names(missing="description") == ["a", "b"]
    assert names(missing="owner") == ["a", "b"]
    best = names(order="best")
    assert sorted(best) == ["a", "b", "c"]
    scores = [s.score for s in store.entries.find(order="worst", limit=9, offset=0)[1]]
    assert scores == sorted(scores)
    covered = {c.kind: c for c in store.entries.coverage()}
    assert covered[EntryKind.API].entries == 2
    assert covered[EntryKind.API].without_licence == 1
    assert covered[EntryKind.DATASET].without_description == 0
    assert covered[EntryKind.DATASET].without_owner == 0


def test_what_a_harvest_did_not_meet(store):
    keep(store, entry("a"), entry("b"), entry("c"), entry("a", "two"))
    with store.transaction():
        store.entries.meet(["one-a"], "H-2")
    assert [r.entry.id for r in store.entries.unmet("one", "H-2", 5)] == ["one-b", "one-c"]
    assert len(store.entries.unmet("one", "H-2", 1)) == 1
    keep(store, entry("b", withdrawn=True))
    assert [r.entry.id for r in store.entries.unmet("one", "H-2", 5)] == ["one-c"]


def test_harvests_are_kept(store):
    first = harvest()
    ended = replace(first, position=3, added=3, ended=NOW)
    with store.transaction():
        store.entries.put_harvest(first)
        store.entries.put_harvest(ended)
        store.entries.put_harvest(harvest("H-2"))
        store.entries.put_harvest(harvest("H-3", "two"))
    assert store.entries.harvest("one") == harvest("H-2")
    assert store.entries.harvest("one", ended=True) == ended
    assert store.entries.harvest("two", ended=True) is None
    assert store.entries.harvest("none") is None
    assert [h.id for h in store.entries.harvests()] == ["H-2", "H-3"]


def test_a_write_asks_for_a_transaction_and_vanishes_with_it(store):
    entries = store.entries
    for write in (
        lambda: entries.put_harvest(harvest()),
        lambda: entries.keep([record(entry())]),
        lambda: entries.meet(["a"], "H-1"),
        lambda: entries.show(rules.shown([entry()])),
    ):
        with pytest.raises(RuntimeError, match="outside"):
            write()
    with pytest.raises(NotFound):
        fail_with(store)
    assert entries.get("one-a") is None


def fail_with(store):
    with store.transaction():
        store.entries.keep([record(entry())])
        store.entries.show(rules.shown([entry()]))
        raise NotFound("a.b", "No.")
