"""The wide sheets come out long with every cell in its row."""

from datetime import date

import duckdb
import pyarrow.compute as pc
import pytest

from fairway.demo import load
from fairway.demo.spreadsheets import month_of


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
