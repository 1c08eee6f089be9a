"""dwp.universal_credit_households: households on Universal Credit by local authority, one month.

Source: DWP, Stat-Xplore, "Households on Universal Credit", table by local authority and month,
Great Britain. Unit: households. The table has eight rows above it and fifteen below, names without
codes, and Welsh authorities in two languages ("Cardiff / Caerdydd").

The month is marked "(p)": 'Figures marked "p" are provisional', so every number is provisional.
DWP perturbs the cells to protect people: 'Totals may not sum due to the disclosure control
applied'. The published total is left out of the product, and the tests hold the sum against it.
"""

import re
from pathlib import Path

import pyarrow as pa

from fairway.demo.observation import DWP, Status, read_cell
from fairway.demo.spreadsheets import month_of, read_sheets
from fairway.demo.tidy.local_authorities import by_name

SCHEMA = pa.schema(
    [
        pa.field("month", pa.date32(), nullable=False),
        pa.field("local_authority_code", pa.string()),
        pa.field("local_authority", pa.string(), nullable=False),
        pa.field("local_authority_welsh", pa.string()),
        pa.field("region_code", pa.string()),
        pa.field("region", pa.string()),
        pa.field("households", pa.int64()),
        pa.field("households_status", pa.string(), nullable=False),
    ]
)

SHEET = "Data Sheet 0"
_MONTH = re.compile(r"(?P<month>\w+ \d{4})(?P<provisional> \(p\))?$")


def tidy(raw: Path) -> pa.Table:
    """Return one row per local authority, and one for households whose authority is unknown."""
    (sheet,) = read_sheets(raw / "dwp" / "statxplore_uc_la_households.xlsx", SHEET)
    header = next(row for row in sheet if row[0] == "Month")
    found = _MONTH.match(str(header[3]))
    if found is None:
        raise ValueError(f"not a month: {header[3]!r}")
    month = month_of(found["month"])
    as_found = Status.PROVISIONAL if found["provisional"] else Status.OBSERVED
    known = by_name(raw)
    rows = []
    for row in sheet[sheet.index(header) + 2 :]:
        if row[2] == "Total":  # the last row of the table; the notes follow
            break
        english, _, welsh = (part.strip() for part in str(row[2]).partition("/"))
        authority = known.get(english)
        households, status = read_cell(row[3], DWP, as_found=as_found)
        rows.append(
            {
                "month": month,
                "local_authority_code": authority.code if authority else None,
                "local_authority": english,
                "local_authority_welsh": welsh or None,
                "region_code": authority.region.code if authority else None,
                "region": authority.region.name if authority else None,
                "households": households,
                "households_status": status.value,
            }
        )
    rows.sort(key=lambda r: (r["region_code"] is None, r["region_code"], r["local_authority_code"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)
