"""What a harvested record becomes, and when what is not met counts as withdrawn."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from tests.builders import COLUMNS, NOW, a_product

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt, Provenance
from fairway.nouns.harvests import Fault, Harvest
from fairway.nouns.products import AccessClass
from fairway.rules import entries, harvests

ENTRY = CatalogueEntry(
    "one-a",
    EntryKind.DATASET,
    "Boats",
    sources=(Provenance("one", "a"), Provenance("upstream", "b")),
    extra={"days": [date(2020, 1, 1), time(9)]},
)


def test_a_record_cannot_say_that_it_lives_here():
    said = replace(ENTRY, get_at=GetAt.OPEN_HERE, product="dwp.claims", owner="dwp-owner")
    taken = harvests.taken_over(said, "one", NOW, organisation="Office", licence="OGL")
    assert (taken.get_at, taken.product, taken.owner) == (GetAt.ELSEWHERE, None, "")
    assert (taken.organisation, taken.licence) == ("Office", "OGL")
    assert [s.harvested for s in taken.sources] == [NOW, None]
    own = replace(ENTRY, organisation="Own", licence="Own")
    taken = harvests.taken_over(own, "one", NOW, organisation="Office", licence="OGL")
    assert (taken.organisation, taken.licence) == ("Own", "Own")


def test_a_digest_tells_what_changed_and_not_when_it_was_met():
    later = datetime(2027, 1, 1, tzinfo=UTC)
    first, second = (harvests.taken_over(ENTRY, "one", at) for at in (NOW, later))
    assert harvests.digest(first) == harvests.digest(second)
    assert harvests.digest(replace(first, title="Ships")) != harvests.digest(first)
    with pytest.raises(TypeError):
        harvests.digest(replace(ENTRY, extra={"a": b"bytes"}))
    assert harvests.text_digest("a\ud800") != harvests.text_digest("a")


def test_when_what_is_not_met_counts_as_withdrawn():
    before = Harvest("H-1", "one", "ckan", "d", "a", NOW, 10, 2, True)
    assert harvests.withdraws(True, 2, before)
    assert harvests.withdraws(True, 5, None)
    assert not harvests.withdraws(True, 3, before)
    assert not harvests.withdraws(False, 0, before)


def test_a_fault_reads_as_a_line():
    assert str(Fault(3, "title", "Missing.")) == "record 3: title: Missing."
    assert str(Fault(None, "", "Not JSON.")) == "Not JSON."


def test_where_an_entry_can_be_had():
    assert entries.where(replace(ENTRY, get_at=GetAt.OPEN_HERE)).startswith("Open here")
    assert entries.where(replace(ENTRY, get_at=GetAt.REQUEST_HERE)).startswith("Can be requested")
    assert entries.where(replace(ENTRY, url="https://a.example")).endswith("https://a.example")
    assert "one, upstream" in entries.where(ENTRY)
    assert "another catalogue" in entries.where(replace(ENTRY, sources=()))


def test_what_an_entry_lacks():
    assert entries.missing(ENTRY) == ("description", "licence", "owner")
    form = Distribution(licence="OGL")
    there = replace(ENTRY, description="x", distributions=(form,), contact="a@b.example")
    assert entries.missing(there) == ()


def test_a_product_as_an_entry():
    entry = entries.of_product(a_product(), "Department", "Data owner")
    assert entry.id == entry.product == "dwp.claims"
    assert entry.get_at is GetAt.REQUEST_HERE
    assert entry.classification == "identifier"
    assert entry.columns == tuple(c.name for c in COLUMNS)
    bare = entries.of_product(a_product(access=AccessClass.OPEN, columns=()), "", "")
    assert bare.get_at is GetAt.OPEN_HERE
    assert bare.classification == ""
