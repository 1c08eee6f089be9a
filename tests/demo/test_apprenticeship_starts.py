"""Apprenticeships are those of DfE's file, and agree with DfE's other one."""

import duckdb
import pyarrow.compute as pc
import pytest

from fairway.demo import load
from fairway.demo.regions import REGIONS

RAW_DFE = load.RAW / "dfe" / "lad_map_data_0.parquet"


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
