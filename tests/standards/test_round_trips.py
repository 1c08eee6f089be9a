"""What is exported comes back as it was, and the exporters say what their standard misses."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.standards.entries import entries

from fairway.nouns.entries import CatalogueEntry, EntryKind, GetAt
from fairway.standards import ckan, datajson, odps
from fairway.standards.documents import write
from fairway.standards.harvesting import CatalogueReaders
from fairway.standards.joining import joined


def same(again, entry):
    return replace(again, id=entry.id, sources=entry.sources, owner=entry.owner) == entry


@given(entry=entries())
def test_ckan(entry):
    (again,) = ckan.read(ckan.write([entry]), "s").entries
    assert same(again, entry)


@given(entry=entries())
def test_data_json(entry):
    (again,) = datajson.read(datajson.write([entry]), "s").entries
    assert same(again, entry)


@given(entry=entries(kinds=(EntryKind.DATASET,)))
def test_odps(entry):
    record = odps.record(entry)
    assert odps.problems(record) == ()
    (again,) = odps.read(write(record), "s").entries
    assert same(again, entry)


@given(several=st.lists(entries(), min_size=1, max_size=3))
def test_a_catalogue_in_odps_page_by_page(several):
    pages = [odps.write_all([entry]) for entry in several]
    found = odps.read(joined("odps", pages), "s")
    assert found.problems == ()
    pairs = zip(found.entries, several, strict=True)
    assert all(same(again, entry) for again, entry in pairs)
    assert CatalogueReaders().read(odps.write_all(several), "s").format == "odps"


def test_what_was_read_from_ckan_goes_back_with_what_was_kept():
    package = {"title": "T", "id": "x", "unheard": [1], "extras": [{"key": "k", "value": "v"}]}
    (entry,) = ckan.read(json.dumps(package), "s").entries
    (again,) = ckan.read(ckan.write([entry]), "s").entries
    assert same(again, entry)
    assert again.extra["ckan"]["unheard"] == [1]


def test_data_json_says_what_its_schema_misses():
    bare = CatalogueEntry("x", EntryKind.DATASET, "T")
    assert {p.field for p in datajson.missing(bare)} == {
        *("description", "keyword", "modified", "publisher", "contactPoint", "accessLevel"),
    }
    here = replace(bare, get_at=GetAt.REQUEST_HERE, contact="Team", withdrawn=True)
    assert datajson.dataset(here)["accessLevel"] == "restricted public"
    assert datajson.dataset(here)["contactPoint"] == {"fn": "Team"}
    assert json.loads(datajson.write([here]))["dataset"] == []
