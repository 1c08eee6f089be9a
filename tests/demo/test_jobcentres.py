"""Offices are those of the register."""

import csv
from collections import Counter
from datetime import datetime

from fairway.demo import load


def test_jobcentres_are_those_of_the_register(tables):
    with (load.RAW / "dwp" / "jobcentre.csv").open(encoding="utf-8", newline="") as file:
        register = list(csv.DictReader(file))
    table = tables["dwp.jobcentres"]
    assert Counter(table["jobcentre_code"].to_pylist()) == Counter(
        row["jobcentre"] for row in register
    )
    assert table["closed_on"].null_count == sum(not row["end-date"] for row in register) == 636
    assert table["uprn"].null_count == sum(not row["address"] for row in register) == 33
    assert table["opened_on"].null_count == 696


def test_every_jobcentre_lies_in_a_nation(tables, count_of):
    nations = count_of("dwp.jobcentres", "nation")
    assert set(nations) == {"England", "Scotland", "Wales"}
    rows = {r["jobcentre"]: r for r in tables["dwp.jobcentres"].to_pylist()}
    assert rows["Ystradgynlais"]["nation"] == "Wales"
    assert rows["Lerwick"]["nation"] == "Scotland"
    assert rows["Yeovil"]["recorded_at"] == datetime(2018, 7, 5, 11, 47, 59)
