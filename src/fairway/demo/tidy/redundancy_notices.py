"""beis.redundancy_notices: redundancies that employers gave notice of, by month.

Source: Insolvency Service and ONS, "HR1 Potential Redundancies, GB, February 2026" (17 February
2026), official statistics in development, April 2019 to January 2026. Tables 1a and 1b are by
region, 2a and 2b by industry; a is redundancies proposed, b is employers that proposed them.
'These data do not record the total number of redundancies; they record the number of potential
redundancies filed on HR1 forms', which are due from 20 dismissals at one establishment up, in the
month in which the form came. Agriculture is left out by the publisher (note 6).

The tables share months and nothing else, so `breakdown` says which one a row is of: `region`,
`industry` or `great britain`, and only rows of one breakdown may be added up. '[c]' is
confidential, and always stands twice in a row so that the total does not give one away.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from fairway.demo.observation import INSOLVENCY_SERVICE, read_cell
from fairway.demo.regions import region_named
from fairway.demo.spreadsheets import Row, month_of, read_sheets

SCHEMA = pa.schema(
    [
        pa.field("month", pa.date32(), nullable=False),
        pa.field("breakdown", pa.string(), nullable=False),
        pa.field("region_code", pa.string()),
        pa.field("region", pa.string()),
        pa.field("industry", pa.string()),
        pa.field("potential_redundancies", pa.int64()),
        pa.field("potential_redundancies_status", pa.string(), nullable=False),
        pa.field("employers", pa.int64()),
        pa.field("employers_status", pa.string(), nullable=False),
    ]
)

SHEETS = ("1a", "1b", "2a", "2b")


def tidy(raw: Path) -> pa.Table:
    """Return one row per breakdown, region or industry, and month, ordered so."""
    sheets = read_sheets(raw / "beis" / "hr1feb2026.xlsx", *SHEETS)
    by_region, by_region_employers, by_industry, by_industry_employers = sheets
    rows = [
        *_rows("region", by_region, by_region_employers),
        *_rows("industry", by_industry, by_industry_employers),
    ]
    rows.sort(key=lambda r: (r["breakdown"], r["region_code"] or r["industry"] or "", r["month"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _rows(breakdown: str, proposed: list[Row], employers: list[Row]) -> Iterator[dict[str, object]]:
    """Yield a row per month and column of a pair of tables, which have the same shape."""
    at = next(number for number, row in enumerate(proposed) if row[0] == "Month")
    titles = [title for title in proposed[at] if title is not None]
    if titles != [title for title in employers[at] if title is not None]:
        raise ValueError("the tables of redundancies and of employers differ in their columns")
    for counts, firms in zip(proposed[at + 1 :], employers[at + 1 :], strict=True):
        if month_of(counts[0]) != month_of(firms[0]):
            raise ValueError("the tables of redundancies and of employers differ in their months")
        for column, title in enumerate(titles[1:], start=1):
            if title == "GB" and breakdown == "industry":
                continue  # the same total as in the tables by region
            total = title == "GB"
            region = region_named(str(title)) if breakdown == "region" and not total else None
            count, count_status = read_cell(counts[column], INSOLVENCY_SERVICE)
            firm, firm_status = read_cell(firms[column], INSOLVENCY_SERVICE)
            yield {
                "month": month_of(counts[0]),
                "breakdown": "great britain" if total else breakdown,
                "region_code": region.code if region else None,
                "region": region.name if region else None,
                "industry": str(title) if breakdown == "industry" else None,
                "potential_redundancies": count,
                "potential_redundancies_status": count_status.value,
                "employers": firm,
                "employers_status": firm_status.value,
            }
