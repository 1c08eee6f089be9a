"""Metadata quality: what each measure asks for, what it says, and what it finds in real records."""

import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from tests.standards.entries import entries

import fairway.demo
from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.rules.metadata_quality import Grade, Principle, assess, quality_row
from fairway.standards import jkan

CATALOGUES = Path(fairway.demo.__file__).parent / "raw/catalogues"
BARE = CatalogueEntry("x", EntryKind.DATASET, "A title")
FULL = CatalogueEntry(
    "x",
    EntryKind.DATASET,
    "Universal Credit households",
    description="Households on Universal Credit by local authority and month, from 2015 onwards.",
    organisation="Department for Work and Pensions",
    contact="uc@example.gov.uk",
    url="https://example.gov.uk/uc",
    licence="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    access_rights="public",
    tags=("benefits",),
    themes=("Society",),
    places=("England",),
    period=(date(2015, 1, 1), None),
    frequency="monthly",
    issued=date(2015, 1, 1),
    modified=date(2026, 1, 1),
    distributions=(
        Distribution(
            "Table",
            "https://example.gov.uk/uc.csv",
            "CSV",
            "text/csv",
            bytes=9,
            rights="Crown copyright",
        ),
    ),
)
HERE = replace(
    FULL, get_at=GetAt.REQUEST_HERE, url="", access_rights="", distributions=(), columns=("month",)
)


def finding(entry, code):
    return next(p for p in assess(entry).points if p.code == code)


def test_a_full_dataset_has_the_405_points_of_the_method_and_nothing_to_do():
    quality = assess(FULL)
    assert (quality.score, quality.grade, quality.advice) == (100, Grade.A, ())
    assert (quality.got, quality.most, quality.rating) == (405, 405, "excellent")
    by_principle = {
        principle: sum(p.most for p in quality.points if p.principle is principle)
        for principle in Principle
    }
    assert list(by_principle.values()) == [100, 100, 110, 75, 20]
    assert len(quality.points) == 23
    assert set(quality.by_principle.values()) == {100}
    assert set(quality.by_principle) == set(Principle)


def test_a_bare_record_has_none_and_is_told_what_to_do():
    quality = assess(BARE)
    assert (quality.got, quality.grade, quality.rating) == (0, Grade.D, "bad")
    assert len(quality.advice) == len(quality.points)
    assert quality.advice[0].startswith("no file or service: add each form")
    assert "no licence: add one" in quality.advice


def test_what_is_used_here_needs_no_download_but_columns():
    assert assess(HERE).score == 100
    assert (
        finding(replace(HERE, columns=()), "columns").advice == "no columns: describe the columns"
    )
    assert "format" not in {p.code for p in assess(HERE).points}
    assert finding(replace(HERE, contact="", owner="Somebody"), "contact").met
    assert not finding(replace(FULL, contact="", owner="Somebody"), "contact").met


@pytest.mark.parametrize("kind", [EntryKind.API, EntryKind.PUBLICATION])
def test_what_has_no_files_is_not_asked_for_formats(kind):
    quality = assess(replace(FULL, kind=kind))
    assert quality.score == 100
    assert {"format", "download address", "size"}.isdisjoint(p.code for p in quality.points)


def test_an_api_is_asked_for_its_documentation_and_its_address():
    bare = replace(BARE, kind=EntryKind.API)
    assert finding(bare, "documentation").advice.startswith("no documentation: add")
    assert finding(bare, "DCAT-AP").advice.startswith("no address of the service: add")
    assert finding(replace(bare, url="https://a/b"), "DCAT-AP").met
    assert finding(replace(bare, get_at=GetAt.OPEN_HERE), "DCAT-AP").met


FORM = FULL.distributions[0]
PDF = Distribution(url="https://a/b", format="PDF")


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"description": ""}, "DCAT-AP", "no description: add what the profile"),
        ({"tags": ()}, "keywords", "no keywords: add some"),
        ({"themes": ()}, "theme", "no theme"),
        ({"places": ()}, "place", "no place"),
        ({"period": (None, None)}, "period", "no period"),
        ({"distributions": ()}, "access address", "no file or service"),
        (
            {"distributions": (Distribution("Map"),)},
            "access address",
            "no file or service with an address",
        ),
        (
            {"distributions": (FORM, Distribution("Map"))},
            "DCAT-AP",
            "a file or service without address",
        ),
        ({"distributions": (PDF,)}, "download address", "no address of a file"),
        ({"distributions": (PDF,)}, "download works", "no file that can be fetched"),
        (
            {"distributions": (replace(FORM, url="uc.csv", download=True),)},
            "download works",
            "the address of the file is none",
        ),
        ({"distributions": ()}, "format", "no format"),
        ({"distributions": ()}, "media type", "no media type"),
        ({"distributions": (Distribution(format="?"),)}, "known format", "no format that a list"),
        ({"distributions": (PDF,)}, "machine-readable", "no format that machines read"),
        (
            {"distributions": (Distribution(url="https://a/b", format="MS EXCEL"),)},
            "open format",
            "no open format",
        ),
        ({"licence": ""}, "licence", "no licence: add one"),
        ({"licence": ""}, "known licence", "no known licence"),
        ({"licence": "Custom licence: unknown"}, "known licence", "the licence is none that"),
        ({"access_rights": ""}, "access rights", "no access rights"),
        ({"access_rights": ""}, "known access rights", "no known access rights"),
        ({"access_rights": "Ask."}, "known access rights", "the access rights are none"),
        ({"contact": ""}, "contact", "no contact"),
        ({"organisation": ""}, "publisher", "no publisher"),
        ({"issued": None}, "issued", "no date of issue"),
        ({"modified": None}, "modified", "no date of change"),
        ({"distributions": ()}, "size", "no size"),
        ({"distributions": ()}, "rights", "no rights"),
    ],
)
def test_what_is_amiss_costs_points_and_is_said(change, code, words):
    worse = replace(FULL, **change)
    point = finding(worse, code)
    assert point.points == 0 < point.most
    assert point.advice.startswith(words)
    assert point.advice in assess(worse).advice
    assert assess(worse).score < 100


def test_the_best_of_several_distributions_counts():
    """As the method says: they are taken for the same content."""
    several = replace(FULL, distributions=(replace(PDF, url="https://a/b.pdf"), FORM))
    assert assess(several).got == 405


def test_a_licence_of_the_files_counts():
    licence = FULL.licence
    form = replace(FORM, licence=licence)
    assert finding(replace(FULL, licence="", distributions=(form,)), "licence").met


@pytest.mark.parametrize("name", ["OGL-UK-3.0", "uk-ogl", "CC-BY-4.0", "cc0", "ODbL"])
def test_a_licence_is_known_by_its_usual_name(name):
    assert finding(replace(FULL, licence=name), "known licence").met


def test_formats_are_found_in_formats_and_in_media_types():
    table = replace(FULL, distributions=(Distribution(url="https://a/b", media_type="text/csv"),))
    assert finding(table, "open format").met
    odd = replace(FULL, distributions=(Distribution(media_type="application/x-odd"),))
    assert finding(odd, "known format").met


def test_an_address_of_access_beside_that_of_the_file_counts():
    form = replace(FORM, url="uc.csv", page="https://a/uc", download=True)
    worse = replace(FULL, distributions=(form,))
    assert finding(worse, "access address").met
    assert finding(worse, "DCAT-AP").met


MOST_OF_IT = ("tags", "themes", "places", "contact", "licence", "access_rights", "period")


@pytest.mark.parametrize(
    ("without", "points", "grade"),
    [
        ((), 405, "A"),
        (("tags",), 375, "A"),
        (("tags", "themes"), 345, "B"),
        (MOST_OF_IT, 240, "B"),
        (
            (*MOST_OF_IT, "description"),
            210,
            "C",
        ),
        (
            (*MOST_OF_IT, "description", "distributions"),
            20,
            "D",
        ),
    ],
)
def test_a_grade_is_given_by_the_steps_of_the_method(without, points, grade):
    worse = replace(FULL, **{name: getattr(BARE, name) for name in without})
    quality = assess(worse)
    assert (quality.got, quality.grade) == (points, grade)


@given(entries())
def test_every_score_is_within_its_bounds_and_explained(entry):
    quality = assess(entry)
    assert 0 <= quality.score <= 100
    assert all(0 <= p.points <= p.most for p in quality.points)
    assert all(p.met or (p.finding and p.remedy) for p in quality.points)
    assert len({p.code for p in quality.points}) == len(quality.points)


def test_among_2153_scottish_records_77_have_no_description_and_276_no_licence():
    with gzip.open(CATALOGUES / "scotland-datasets.json.gz", "rt", encoding="utf-8") as file:
        read = jkan.read(file.read(), "opendata.scot")
    assert (len(read.entries), read.problems) == (2153, ())
    advice = [quality_row(entry)["advice"] for entry in read.entries]
    assert sum(any(a.startswith("no description") for a in found) for found in advice) == 77
    assert sum("no licence: add one" in found for found in advice) == 276
