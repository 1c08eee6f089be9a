"""Every authority has one code, one region, and the names its publishers give it."""

import csv
from collections import Counter

import pyarrow.compute as pc
import pytest

from fairway.demo import load
from fairway.demo.regions import REGIONS, region_named
from fairway.demo.tidy.local_authorities import authorities


def test_every_authority_has_one_of_the_twelve_regions(tables, count_of):
    assert count_of("ons.local_authorities", "region") == {
        "North East": 12,
        "North West": 35,
        "Yorkshire and The Humber": 15,
        "East Midlands": 35,
        "West Midlands": 30,
        "East of England": 45,
        "London": 33,
        "South East": 64,
        "South West": 27,
        "Wales": 22,
        "Scotland": 32,
        "Northern Ireland": 11,
    }
    assert set(tables["ons.local_authorities"]["region_code"].to_pylist()) == {
        region.code for region in REGIONS
    }


def test_codes_and_names_of_authorities_are_unique(tables):
    table = tables["ons.local_authorities"]
    for column in ("local_authority_code", "local_authority"):
        assert pc.count_distinct(table[column]).as_py() == table.num_rows


def test_code_years_disagree_only_where_they_are_known_to(tables):
    rows = tables["ons.local_authorities"].to_pylist()
    covered = [row for row in rows if row["nation"] in {"England", "Wales"}]
    assert {r["local_authority"] for r in covered if r["code_december_2021"] is None} == {
        "Cumberland",
        "North Yorkshire",
        "Somerset",
        "Westmorland and Furness",
    }
    assert {
        (r["local_authority"], r["local_authority_code"], r["code_may_2025"])
        for r in rows
        if r["code_may_2025"] not in {None, r["local_authority_code"]}
    } == {("Barnsley", "E08000016", "E08000038"), ("Sheffield", "E08000019", "E08000039")}


def test_every_member_of_a_combined_authority_is_found(tables):
    with (load.RAW / "ons" / "lad_to_combined_authority_may2025.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        published = Counter(row["CAUTH25NM"] for row in csv.DictReader(file))
    ours = Counter(tables["ons.local_authorities"]["combined_authority"].drop_null().to_pylist())
    assert ours == published
    assert published.total() == 106


def test_names_keep_the_commas_that_one_workbook_drops():
    names = {authority.name for authority in authorities(load.RAW)}
    assert {"Bristol, City of", "Armagh City, Banbridge and Craigavon", "Camden"} <= names
    assert not [name for name in names if "*" in name]


@pytest.mark.parametrize(
    ("spelling", "code"),
    [("East", "E12000006"), ("Yorkshire and the Humber", "E12000003"), (" WALES ", "W92000004")],
)
def test_regions_are_known_by_every_spelling(spelling, code):
    assert region_named(spelling).code == code


def test_a_region_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a region"):
        region_named("Mercia")
