"""hmrc.payrolled_employees: employees on PAYE and their median pay, by region, industry and month.

Source: HMRC and ONS, "Earnings and employment from Pay As You Earn Real Time Information, UK:
February 2026" (17 February 2026), seasonally adjusted, July 2014 to January 2026.
- Sheets 7 and 8: by NUTS 1 region, all industries. These rows have industry code ALL.
- Sheets 36 and 37: by NUTS 1 region and industry (SIC 2007 section).
Units: people ('an average of employee counts in each day of the month', where they live) and pounds
a month. 'Figures for January 2026 are early estimates': the latest month is provisional.

The tables are wide: a column per region, or per "region: industry". The industry's section letter
stands only on sheet 23, from which it is taken by name. The column for the United Kingdom is left
out, and the tests hold the sum of the regions against it.
"""

from datetime import date
from pathlib import Path

import pyarrow as pa

from fairway.demo.observation import HMRC, Status, read_cell
from fairway.demo.regions import Region, region_named
from fairway.demo.spreadsheets import Row, month_of, read_sheets

SCHEMA = pa.schema(
    [
        pa.field("month", pa.date32(), nullable=False),
        pa.field("region_code", pa.string(), nullable=False),
        pa.field("region", pa.string(), nullable=False),
        pa.field("nuts1_code", pa.string(), nullable=False),
        pa.field("industry_code", pa.string(), nullable=False),
        pa.field("industry", pa.string(), nullable=False),
        pa.field("payrolled_employees", pa.int64()),
        pa.field("payrolled_employees_status", pa.string(), nullable=False),
        pa.field("median_monthly_pay", pa.int64()),
        pa.field("median_monthly_pay_status", pa.string(), nullable=False),
    ]
)

SHEETS = (
    "23. Employees (Industry)",
    "7. Employees (NUTS1)",
    "8. Median pay (NUTS1)",
    "36. Employees (NUTS1Sector)",
    "37. Median pay (NUTS1Sector)",
)
ALL_INDUSTRIES = ("ALL", "All industries")

Industry = tuple[str, str]
Key = tuple[str, Industry, date]


def tidy(raw: Path) -> pa.Table:
    """Return one row per region, industry and month, ordered so."""
    industries, *sheets = read_sheets(raw / "hmrc" / "rtisafeb2026.xlsx", *SHEETS)
    codes = _industry_codes(industries)
    jobs, pay, jobs_by_industry, pay_by_industry = (_cells(sheet, codes) for sheet in sheets)
    employees = jobs | jobs_by_industry
    median = pay | pay_by_industry
    latest = max(month for _, _, month in employees)
    rows = []
    for key in sorted(employees):
        name, (code, industry), month = key
        region = region_named(name)
        as_found = Status.PROVISIONAL if month == latest else Status.OBSERVED
        count, count_status = read_cell(employees[key], HMRC, as_found=as_found)
        pounds, pounds_status = read_cell(median.get(key), HMRC, as_found=as_found)
        rows.append(
            {
                "month": month,
                "region_code": region.code,
                "region": region.name,
                "nuts1_code": region.nuts1,
                "industry_code": code,
                "industry": industry,
                "payrolled_employees": count,
                "payrolled_employees_status": count_status.value,
                "median_monthly_pay": pounds,
                "median_monthly_pay_status": pounds_status.value,
            }
        )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _header(sheet: list[Row]) -> int:
    return next(at for at, row in enumerate(sheet) if row[0] == "Date")


def _industry_codes(sheet: list[Row]) -> dict[str, str]:
    """Return SIC section letters by industry name: they stand in the row above the names."""
    at = _header(sheet)
    pairs = zip(sheet[at - 1], sheet[at], strict=True)
    return {str(name): str(code) for code, name in pairs if code}


def _cells(sheet: list[Row], codes: dict[str, str]) -> dict[Key, object]:
    """Return the cells of a wide sheet by region, industry and month, without the UK's column."""
    at = _header(sheet)
    columns: list[tuple[int, Region, Industry]] = []
    for column, title in enumerate(sheet[at]):
        if title in {"Date", "UK", None}:
            continue
        place, _, industry = (part.strip() for part in str(title).partition(":"))
        dimension = (codes[industry], industry) if industry else ALL_INDUSTRIES
        columns.append((column, region_named(place), dimension))
    return {
        (region.name, dimension, month_of(row[0])): row[column]
        for row in sheet[at + 1 :]
        if row[0] is not None
        for column, region, dimension in columns
    }
