"""Households by authority are those of the published table."""

from collections import Counter
from datetime import date

import pyarrow.compute as pc

from fairway.demo import load
from fairway.demo.tidy.local_authorities import authorities


def test_universal_credit_adds_up_to_the_published_total(tables, raw_sheets):
    (sheet,) = raw_sheets("dwp/statxplore_uc_la_households.xlsx", "Data Sheet 0")
    published = {row[2]: row[3] for row in sheet if isinstance(row[3], float)}
    ours = pc.sum(tables["dwp.universal_credit_households"]["households"]).as_py()
    assert published["Total"] == 6_575_050
    assert ours == sum(published.values()) - published["Total"]
    assert published["Total"] - ours == 38  # 'Totals may not sum due to the disclosure control'


def test_only_unknown_has_no_code_in_universal_credit(tables):
    rows = tables["dwp.universal_credit_households"].to_pylist()
    unmatched = [r for r in rows if r["local_authority_code"] is None]
    assert [(r["local_authority"], r["region"], r["households"]) for r in unmatched] == [
        ("Unknown", None, 12_428)
    ]


def test_every_authority_of_great_britain_has_households_once(tables):
    column = tables["dwp.universal_credit_households"]["local_authority_code"]
    britain = {a.code for a in authorities(load.RAW) if a.region.name != "Northern Ireland"}
    assert Counter(column.drop_null().to_pylist()) == Counter(britain)


def test_every_household_number_is_provisional_as_its_month_is(tables, count_of):
    product = "dwp.universal_credit_households"
    assert count_of(product, "households_status") == {"provisional": 351}
    assert count_of(product, "month") == {date(2025, 5, 1): 351}


def test_welsh_authorities_have_both_names(tables):
    rows = tables["dwp.universal_credit_households"].to_pylist()
    welsh = {r["local_authority"]: r["local_authority_welsh"] for r in rows}
    assert welsh["Cardiff"] == "Caerdydd"
    assert {r["region"] for r in rows if r["local_authority_welsh"]} == {"Wales"}
    assert sum(name is not None for name in welsh.values()) == 22
