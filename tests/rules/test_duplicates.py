"""Duplicates: what counts as one, what speaks against it, and how it is shown."""

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.standards.entries import entries

import fairway.demo
from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt, Provenance
from fairway.rules import duplicates
from fairway.standards import arcgis, jkan

CATALOGUES = Path(fairway.demo.__file__).parent / "raw/catalogues"
COUNCILS = Path(__file__).parent.parent / "standards/data/councils"


def record(source, title="Car Parks", **fields):
    told = {"organisation": "Highland Council"} | fields
    identifier = told.pop("identifier", "1")
    return CatalogueEntry(
        f"{source}-{identifier}",
        told.pop("kind", EntryKind.DATASET),
        title,
        sources=(Provenance(source, identifier),),
        **told,
    )


ONE = record("a")


@pytest.mark.parametrize(
    "other",
    [
        record("b"),
        record("b", "CAR PARKS."),
        record("b", "The Car-Parks", organisation="the highland council"),
        record("b", "Cár Parks"),
    ],
)
def test_the_same_title_of_the_same_publisher_is_one(other):
    assert duplicates.groups([ONE, other]) == ((ONE, other),)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://www.a.gov.uk/parks/", "http://a.gov.uk/parks#top"),
        (
            "https://a.hub.arcgis.com/maps/ab::parks",
            "https://hub.arcgis.com/datasets/AB::parks?x=1",
        ),
    ],
)
def test_the_same_title_on_the_same_page_is_one(first, second):
    pair = [record("a", organisation="", url=first), record("b", organisation="Other", url=second)]
    assert len(duplicates.groups(pair)) == 1


@pytest.mark.parametrize(
    ("identifier", "number"),
    [
        ("https://a.gov.uk/id/1", 1),
        ("doi:10.5285/a1b2", 1),
        ("420932c7-e6f8-43ea-adc5-3141f757b5cb", 1),
        ("dataset-1", 2),
        ("", 2),
    ],
)
def test_the_same_title_with_an_identifier_that_nobody_gives_twice_is_one(identifier, number):
    pair = [
        record("a", organisation="One", identifiers=(identifier,)),
        record("b", organisation="Other", identifiers=(identifier.upper(),)),
    ]
    assert len(duplicates.groups(pair)) == number


@pytest.mark.parametrize(
    "other",
    [
        record("a", identifier="2"),
        record("b", "Car Parks 2020"),
        record("b", organisation="Moray Council"),
        record("b", kind=EntryKind.API),
        record("b", "!", organisation="Highland Council"),
        record("b", version="2"),
        record("b", period=(date(2020, 1, 1), date(2020, 12, 31))),
        record("b", product="dwp.parks"),
    ],
)
def test_what_speaks_against_it_wins(other):
    one = replace(
        ONE, version="1", period=(date(2021, 1, 1), date(2021, 12, 31)), product="dwp.car_parks"
    )
    other = replace(other, title=other.title)
    assert len(duplicates.groups([one, other])) == 2
    assert len(duplicates.groups([other, one])) == 2


def test_a_third_that_fits_only_one_of_two_stays_alone():
    first, second, third = ONE, record("b"), record("a", identifier="2")
    assert duplicates.groups([first, second, third]) == ((first, second), (third,))


def test_two_groups_are_joined_by_a_record_that_fits_both():
    page, address = "https://a.gov.uk/parks", "https://a.gov.uk/id/1"
    first = record("a", organisation="", url=page)
    second = record("b", organisation="", identifiers=(address,))
    third = record("c", organisation="", url=page, identifiers=(address,))
    assert duplicates.groups([first, second, third]) == ((first, second, third),)


def test_what_has_nothing_but_a_title_is_never_one():
    bare = record("a", organisation="")
    assert len(duplicates.groups([bare, record("b", organisation="")])) == 2


def test_they_are_shown_as_one_with_all_their_sources():
    elsewhere = record(
        "a",
        description="Long.",
        tags=("Parking", "cars"),
        issued=date(2020, 1, 1),
        modified=date(2020, 1, 1),
        distributions=(Distribution("x"),),
        withdrawn=True,
    )
    here = record(
        "b",
        tags=("parking", "places"),
        get_at=GetAt.OPEN_HERE,
        issued=date(2021, 1, 1),
        modified=date(2021, 1, 1),
        columns=("a",),
        period=(None, date(2020, 1, 1)),
    )
    (one,) = duplicates.as_one([elsewhere, here])
    assert (one.id, one.get_at, one.description) == (here.id, GetAt.OPEN_HERE, "Long.")
    assert one.tags == ("parking", "places", "cars")
    assert (one.issued, one.modified) == (date(2020, 1, 1), date(2021, 1, 1))
    assert [s.source for s in one.sources] == ["b", "a"]
    assert one.distributions == elsewhere.distributions
    assert (one.columns, one.period) == (here.columns, here.period)
    assert not one.withdrawn


def test_what_nobody_withdrew_last_is_withdrawn_when_all_withdrew_it():
    pair = [replace(ONE, withdrawn=True), replace(record("b"), withdrawn=True)]
    (one,) = duplicates.as_one(pair)
    assert one.withdrawn
    assert one.issued is None


def test_a_record_alone_is_shown_as_it_is():
    assert duplicates.as_one([ONE]) == (ONE,)


@given(st.lists(entries(), max_size=6))
def test_no_record_is_lost_and_no_source_twice_in_a_group(found):
    numbered = [
        replace(e, id=str(n), sources=(Provenance(f"s{n % 2}", str(n), "", datetime.now(UTC)),))
        for n, e in enumerate(found)
    ]
    grouped = duplicates.groups(numbered)
    assert sorted(e.id for g in grouped for e in g) == sorted(e.id for e in numbered)
    for group in grouped:
        assert len({s.source for e in group for s in e.sources}) == len(group)


def test_of_many_records_of_one_name_each_is_compared_with_few(monkeypatch):
    compared = []
    monkeypatch.setattr(duplicates, "_differ", lambda a, b: compared.append((a, b)) or True)
    many = [record("a", identifier=str(n)) for n in range(500)]
    assert len(duplicates.groups(many)) == 500
    assert 500 <= len(compared) <= 500 * 2 * duplicates._MOST_ALIKE


def test_councils_own_records_are_found_among_those_gathered_from_them():
    with gzip.open(CATALOGUES / "scotland-datasets.json.gz", "rt", encoding="utf-8") as file:
        gathered = jkan.read(file.read(), "opendata.scot").entries
    own = [
        entry
        for path in sorted(COUNCILS.glob("*.json"))
        for entry in arcgis.read(path.read_text("utf-8"), path.stem).entries
    ]
    shown = duplicates.as_one([*gathered, *own])
    together = [e for e in shown if len(e.sources) > 1]
    assert len(together) == 19
    assert len(shown) == len(gathered) + len(own) - len(together)
    assert all(e.sources[0].source == "opendata.scot" for e in together)
