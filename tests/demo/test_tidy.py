"""Each product holds what its publisher published: every row, every total, every marker."""

import csv
from collections import Counter
from datetime import date, datetime

import duckdb
import pyarrow.compute as pc
import pytest

from fairway.demo import load
from fairway.demo.regions import REGIONS, region_named
from fairway.demo.spreadsheets import month_of
from fairway.demo.tidy import PRODUCTS
from fairway.demo.tidy.local_authorities import authorities

RAW_DFE = load.RAW / "dfe" / "lad_map_data_0.parquet"


@pytest.mark.parametrize(
    ("product", "rows"),
    [
        ("beis.redundancy_notices", 82 * (11 + 8 + 1)),
        ("dfe.apprenticeship_starts", 942_643),
        ("dwp.jobcentres", 697),
        ("dwp.universal_credit_households", 350 + 1),
        ("hmrc.payrolled_employees", 12 * (20 + 1) * 139),
        ("ons.acs_2019_person_sample", 27_253),
        ("ons.local_authorities", 361),
    ],
)
def test_row_counts(tables, product, rows):
    assert tables[product].num_rows == rows


def test_there_are_seven_products(tables):
    assert set(tables) == set(PRODUCTS)
    assert len(PRODUCTS) == 7


# ------------------------------------------------------------------ local authorities


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


# ------------------------------------------------------------------ Universal Credit


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


# ------------------------------------------------------------------ jobcentres


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


# ------------------------------------------------------------------ apprenticeships


def test_apprenticeships_add_up_to_the_file_by_year(data_dir):
    file = data_dir / load.path_of("dfe.apprenticeship_starts")
    query = (
        "SELECT {year} AS y, sum(starts), sum(enrolments), sum(achievements), count(*) "
        "FROM {source} GROUP BY y ORDER BY y"
    )
    ours = duckdb.sql(query.format(year="academic_year", source=f"'{file}'")).fetchall()
    published = duckdb.sql(query.format(year="left(year, 7)", source=f"'{RAW_DFE}'")).fetchall()
    assert ours == published
    assert [(year, starts) for year, starts, *_ in ours] == [
        ("2022/23", 337_136),
        ("2023/24", 339_582),
        ("2024/25", 353_503),
        ("2025/26", 308_773),
    ]
    assert sum(rows for *_, rows in ours) == 942_643


@pytest.mark.parametrize(("measure", "low"), [("starts", 533), ("achievements", 895)])
def test_apprenticeships_round_to_dfes_own_total_of_every_provider(data_dir, measure, low, request):
    """DfE rounds a provider's total to 10 and writes 'low' below 5. Ours must say the same."""
    file = data_dir / load.path_of("dfe.apprenticeship_starts")
    totals = request.path.parent / "apprenticeships_demographics_0.parquet"
    compared = duckdb.sql(
        f"""
        WITH ours AS (
            SELECT academic_year, provider || ' (' || provider_ukprn || ')' AS provider,
                sum({measure}) AS number
            FROM '{file}' GROUP BY ALL
        ), published AS (
            SELECT left(year, 7) AS academic_year, provider_name AS provider, "count" AS rounded
            FROM '{totals}'
            WHERE characteristic_type = 'Age' AND characteristic = 'Total'
                AND measure = '{measure.title()}' AND provider_name <> 'Total (All providers)'
        )
        SELECT rounded, number FROM ours FULL JOIN published USING (academic_year, provider)
        """
    ).fetchall()
    assert len(compared) == 5_425
    assert [pair for pair in compared if pair[1] is None] == []
    assert sum(rounded == "low" for rounded, _ in compared) == low
    for rounded, number in compared:
        if rounded == "low":
            assert 0 <= number < 5
        else:
            assert abs(int(rounded) - number) <= 5


def test_only_places_outside_england_have_no_code_in_apprenticeships(tables):
    table = tables["dfe.apprenticeship_starts"]
    for place in ("home", "delivery"):
        code = table[f"{place}_local_authority_code"]
        unmatched = table[f"{place}_local_authority"].filter(pc.is_null(code)).unique()
        assert unmatched.to_pylist() == ["Outside of England and unknown"]
        regions = set(table[f"{place}_region"].unique().to_pylist())
        assert regions == {None, *(r.name for r in REGIONS if r.nation == "England")}


def test_a_year_that_is_not_over_is_provisional(tables):
    table = tables["dfe.apprenticeship_starts"]
    kinds = table.group_by(["academic_year", "is_full_year", "starts_status"]).aggregate([])
    assert sorted(tuple(row.values()) for row in kinds.to_pylist()) == [
        ("2022/23", True, "observed"),
        ("2023/24", True, "observed"),
        ("2024/25", True, "observed"),
        ("2025/26", False, "provisional"),
    ]


def test_providers_are_parted_from_their_numbers(tables):
    table = tables["dfe.apprenticeship_starts"]
    assert pc.count_distinct(table["provider_ukprn"]).as_py() == 1_602
    assert pc.count_distinct(table["provider"]).as_py() == 1_654
    assert pc.all(pc.match_substring_regex(table["provider_ukprn"], r"^\d{8}$")).as_py()
    nested = "NORTH LANCS. TRAINING GROUP LIMITED(THE)"  # a bracket that is part of the name
    assert pc.any(pc.equal(table["provider"], nested)).as_py()


# ------------------------------------------------------------------ payrolled employees


def test_payrolled_employees_add_up_to_the_published_united_kingdom(tables, raw_sheets):
    (sheet,) = raw_sheets("hmrc/rtisafeb2026.xlsx", "1. Payrolled employees (UK)")
    published = {month_of(row[0]): row[1] for row in sheet[6:] if row[0]}
    table = tables["hmrc.payrolled_employees"]
    totals = table.filter(pc.equal(table["industry_code"], "ALL"))
    ours = dict(
        zip(*totals.group_by("month").aggregate([("payrolled_employees", "sum")]), strict=True)
    )
    ours = {month.as_py(): number.as_py() for month, number in ours.items()}
    assert len(ours) == 139
    assert ours.keys() == published.keys()
    # Each region is rounded on its own, so twelve of them may miss the total by six.
    assert max(abs(ours[month] - published[month]) for month in ours) <= 6


def test_industries_add_up_to_their_region_but_for_rounding(data_dir):
    file = data_dir / load.path_of("hmrc.payrolled_employees")
    furthest = duckdb.sql(
        f"""
        SELECT max(abs(total)) FROM (
            SELECT sum(CASE industry_code WHEN 'ALL' THEN 1 ELSE -1 END * payrolled_employees)
            FROM '{file}' GROUP BY region_code, month
        ) AS differences(total)
        """
    ).fetchall()
    assert furthest[0][0] <= 10


@pytest.mark.parametrize(
    ("region", "month", "industry", "employees", "pay"),
    [
        ("North East", date(2014, 7, 1), "ALL", 1_030_003, 1_524),
        ("Northern Ireland", date(2026, 1, 1), "ALL", 818_662, 2_443),
        ("North East", date(2014, 7, 1), "A", 4_404, 1_226),
        ("North East", date(2026, 1, 1), "B", 2_867, 5_671),
        ("North West", date(2025, 12, 1), "C", 293_016, None),
    ],
)
def test_cells_of_the_wide_sheets_land_in_their_rows(
    tables, region, month, industry, employees, pay
):
    found = [
        row
        for row in tables["hmrc.payrolled_employees"].to_pylist()
        if (row["region"], row["month"], row["industry_code"]) == (region, month, industry)
    ]
    assert len(found) == 1
    assert found[0]["payrolled_employees"] == employees
    assert pay is None or found[0]["median_monthly_pay"] == pay


def test_only_the_latest_month_is_provisional(tables):
    table = tables["hmrc.payrolled_employees"]
    early = table.filter(pc.equal(table["payrolled_employees_status"], "provisional"))
    assert early["month"].unique().to_pylist() == [date(2026, 1, 1)]
    assert early.num_rows == 12 * 21
    assert table["median_monthly_pay"].null_count == 0


# ------------------------------------------------------------------ redundancy notices


@pytest.mark.parametrize(
    ("sheet", "breakdown", "measure", "confidential"),
    [
        ("1a", "region", "potential_redundancies", 10),
        ("1b", "region", "employers", 8),
        ("2a", "industry", "potential_redundancies", 46),
        ("2b", "industry", "employers", 40),
    ],
)
def test_every_confidential_cell_is_suppressed(
    tables, raw_sheets, sheet, breakdown, measure, confidential
):
    (cells,) = raw_sheets("beis/hr1feb2026.xlsx", sheet)
    marked = sum(cell == "[c]" for row in cells for cell in row)
    rows = [r for r in tables["beis.redundancy_notices"].to_pylist() if r["breakdown"] == breakdown]
    suppressed = [r for r in rows if r[f"{measure}_status"] == "suppressed"]
    assert len(suppressed) == marked == confidential
    assert all(r[measure] is None for r in suppressed)
    assert all(r[measure] > 0 for r in rows if r not in suppressed)


@pytest.mark.parametrize("measure", ["potential_redundancies", "employers"])
@pytest.mark.parametrize("breakdown", ["region", "industry"])
def test_redundancies_add_up_to_great_britain(tables, breakdown, measure):
    parts: dict[date, list[int | None]] = {}
    whole = {}
    for row in tables["beis.redundancy_notices"].to_pylist():
        if row["breakdown"] == breakdown:
            parts.setdefault(row["month"], []).append(row[measure])
        elif row["breakdown"] == "great britain":
            whole[row["month"]] = row[measure]
    assert len(whole) == len(parts) == 82
    for month, numbers in parts.items():
        if None in numbers:
            assert numbers.count(None) == 2  # never one alone, which the total would give away
            assert sum(number or 0 for number in numbers) < whole[month]
        else:
            assert sum(number or 0 for number in numbers) == whole[month]


def test_a_month_that_the_workbook_holds_as_text_is_a_month(tables, raw_sheets):
    (cells,) = raw_sheets("beis/hr1feb2026.xlsx", "1a")
    assert " Sep-24" in [row[0] for row in cells]
    months = sorted(set(tables["beis.redundancy_notices"]["month"].to_pylist()))
    assert months == [date(2019 + at // 12, at % 12 + 1, 1) for at in range(3, 85)]


@pytest.mark.parametrize("cell", ["2025", "Smarch 2025", "", "May", "May-x"])
def test_what_is_not_a_month_is_refused(cell):
    with pytest.raises(ValueError, match="not a month"):
        month_of(cell)


# ------------------------------------------------------------------ American Community Survey


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
