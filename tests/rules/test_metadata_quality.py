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
from fairway.rules.metadata_quality import Grade, Principle, assess
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
        Distribution("Table", "https://example.gov.uk/uc.csv", "CSV", "text/csv", bytes=9),
    ),
)
HERE = replace(
    FULL, get_at=GetAt.REQUEST_HERE, url="", access_rights="", distributions=(), columns=("month",)
)


def finding(entry, code):
    return next(p for p in assess(entry).points if p.code == code)


def test_a_full_record_has_every_point_and_nothing_to_do():
    quality = assess(FULL)
    assert (quality.score, quality.grade, quality.advice) == (100, Grade.A, ())
    assert set(quality.by_principle.values()) == {100}
    assert set(quality.by_principle) == set(Principle)


def test_a_bare_record_has_none_and_is_told_what_to_do():
    quality = assess(BARE)
    assert (quality.score, quality.grade) == (0, Grade.E)
    assert len(quality.advice) == len(quality.points)
    assert quality.advice[0].startswith("no address: add where")
    assert "no licence: add one" in quality.advice


def test_what_is_used_here_needs_no_download_but_columns():
    assert assess(HERE).score == 100
    assert (
        finding(replace(HERE, columns=()), "columns").advice == "no columns: describe the columns"
    )
    assert "format" not in {p.code for p in assess(HERE).points}


@pytest.mark.parametrize("kind", [EntryKind.API, EntryKind.PUBLICATION])
def test_what_has_no_files_is_not_asked_for_formats(kind):
    quality = assess(replace(FULL, kind=kind))
    assert quality.score == 100
    assert Principle.INTEROPERABLE not in quality.by_principle


def test_an_api_is_asked_for_its_documentation():
    point = finding(replace(BARE, kind=EntryKind.API), "documentation")
    assert point.advice.startswith("no documentation: add")


@pytest.mark.parametrize(
    ("change", "code", "got", "words"),
    [
        ({"description": ""}, "description", 0, "no description"),
        ({"description": "Short."}, "description", 15, "the description is very short"),
        ({"tags": ()}, "tags", 0, "no keywords: add some"),
        ({"themes": ()}, "themes", 0, "no theme"),
        ({"places": ()}, "places", 0, "no place"),
        ({"period": (None, None)}, "period", 0, "no period"),
        ({"url": "", "distributions": ()}, "address", 0, "no address"),
        ({"distributions": ()}, "distributions", 0, "no file or service"),
        (
            {"distributions": (*FULL.distributions, Distribution("Map"))},
            "distributions",
            15,
            "1 of 2 without address",
        ),
        (
            {"distributions": (*FULL.distributions, Distribution(url="https://a/b"))},
            "format",
            10,
            "1 of 2 without format: add the format of every file or service",
        ),
        ({"distributions": ()}, "format", 0, "no format: add the format of the file or service"),
        ({"distributions": ()}, "media type", 0, "no media type"),
        (
            {"distributions": (Distribution(url="https://a/b", format="PDF"),)},
            "machine-readable",
            0,
            "no format that machines read",
        ),
        (
            {"distributions": (Distribution(url="https://a/b", format="MS EXCEL"),)},
            "open format",
            0,
            "no open format",
        ),
        ({"licence": ""}, "licence", 0, "no licence: add one"),
        ({"licence": ""}, "known licence", 0, "no known licence"),
        ({"licence": "Custom licence: unknown"}, "known licence", 0, "the licence is none that"),
        ({"access_rights": ""}, "access rights", 0, "no access rights"),
        ({"contact": ""}, "contact", 0, "no contact"),
        ({"organisation": ""}, "publisher", 0, "no publisher"),
        ({"issued": None}, "issued", 0, "no date of issue"),
        ({"modified": None}, "modified", 0, "no date of change"),
        ({"frequency": ""}, "frequency", 0, "no frequency"),
        ({"distributions": ()}, "size", 0, "no size"),
    ],
)
def test_what_is_amiss_costs_points_and_is_said(change, code, got, words):
    worse = replace(FULL, **change)
    point = finding(worse, code)
    assert point.points == got < point.most
    assert point.advice.startswith(words)
    assert point.advice in assess(worse).advice
    assert assess(worse).score < 100


def test_a_licence_of_the_files_counts():
    licence = FULL.licence
    form = replace(FULL.distributions[0], licence=licence)
    assert finding(replace(FULL, licence="", distributions=(form,)), "licence").met


def test_formats_are_found_in_formats_and_in_media_types():
    wfs = replace(FULL, distributions=(Distribution(url="https://a/b", format="OGC WFS"),))
    assert finding(wfs, "machine-readable").met
    table = replace(FULL, distributions=(Distribution(url="https://a/b", media_type="text/csv"),))
    assert finding(table, "open format").met


@pytest.mark.parametrize(
    ("score", "grade"), [(80, "A"), (65, "B"), (50, "C"), (35, "D"), (34, "E")]
)
def test_a_grade_is_a_score_in_a_letter(score, grade, monkeypatch):
    monkeypatch.setattr("fairway.rules.metadata_quality._percent", lambda _: score)
    assert assess(BARE).grade == grade


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
    advice = [assess(entry).advice for entry in read.entries]
    assert sum(any(a.startswith("no description:") for a in found) for found in advice) == 77
    assert sum("no licence: add one" in found for found in advice) == 276
