"""Every record of the survey is there, and every N has its reason."""

import csv
from collections import Counter

import pyarrow.compute as pc

from fairway.demo import load


def test_every_record_of_the_survey_is_there_and_every_n_has_its_reason(tables):
    with (load.RAW / "census" / "national2019.csv").open(encoding="ascii", newline="") as file:
        records = list(csv.DictReader(file))
    table = tables["ons.acs_2019_person_sample"]
    marks = {
        "own_children": ("NOC", "N"),
        "family_size": ("NPF", "N"),
        "personal_income": ("PINCP", "N"),
        "income_decile": ("PINCP_DECILE", "N"),
        "poverty_ratio": ("POVPIP", "N"),
        "household_weight": ("WGTP", "0"),
    }
    for column, (code, mark) in marks.items():
        expected = sum(record[code] == mark for record in records)
        statuses = Counter(table[f"{column}_status"].to_pylist())
        assert statuses["not applicable"] == table[column].null_count == expected > 0, column
    assert pc.sum(table["person_weight"]).as_py() == sum(int(r["PWGTP"]) for r in records)
    assert pc.sum(table["personal_income"]).as_py() == sum(
        int(float(r["PINCP"])) for r in records if r["PINCP"] != "N"
    )


def test_a_ratio_beyond_the_scale_is_a_bound_and_not_an_observation(tables):
    table = tables["ons.acs_2019_person_sample"]
    beyond = pc.equal(table["poverty_ratio_status"], "top-coded")
    assert set(table.filter(beyond)["poverty_ratio"].to_pylist()) == {501}
    assert pc.max(table.filter(pc.invert(beyond))["poverty_ratio"]).as_py() == 500


def test_density_gives_the_area_away(tables):
    """Why the contract calls density an identifier: every area has its own."""
    table = tables["ons.acs_2019_person_sample"]
    pairs = set(zip(table["puma"].to_pylist(), table["puma_density"].to_pylist(), strict=True))
    assert len(pairs) == len({area for area, _ in pairs}) == len({each for _, each in pairs}) == 20


def test_codes_become_words(tables):
    rows = {r["record_number"]: r for r in tables["ons.acs_2019_person_sample"].to_pylist()}
    first = rows[1]
    assert (first["puma"], first["age"], first["sex"]) == ("01-01301", 18, "Female")
    assert first["marital_status"] == "Never married"
    assert first["industry_group"] == "Not applicable"
    assert first["industry_code"] is None
    assert first["hearing_difficulty"] == "No"
    assert sorted(rows) == list(range(1, 27_254))
