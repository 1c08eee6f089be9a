"""dwp.jobcentres: the Jobcentre register with each office's district and group.

Source: DWP, GOV.UK Registers "jobcentre", "jobcentre-district" and "jobcentre-group", current
records. The registers closed in 2021; the last entries here are of November 2019. Great Britain.

A register keeps what has ended: an office with a closing date was still listed. Groups follow DWP's
own areas ("London and Essex"), which cut across the regions of official statistics, so there is a
nation for each office and no region.
"""

import csv
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

SCHEMA = pa.schema(
    [
        pa.field("jobcentre_code", pa.string(), nullable=False),
        pa.field("jobcentre", pa.string(), nullable=False),
        pa.field("district_code", pa.string(), nullable=False),
        pa.field("district", pa.string(), nullable=False),
        pa.field("group_code", pa.string(), nullable=False),
        pa.field("group_name", pa.string(), nullable=False),
        pa.field("nation", pa.string(), nullable=False),
        pa.field("uprn", pa.string()),
        pa.field("opened_on", pa.date32()),
        pa.field("closed_on", pa.date32()),
        pa.field("recorded_at", pa.timestamp("us"), nullable=False),
    ]
)


def tidy(raw: Path) -> pa.Table:
    """Return one row per office, ordered by nation, group, district and name."""
    districts = _records(raw / "dwp" / "jobcentre-district.csv", "jobcentre-district")
    groups = _records(raw / "dwp" / "jobcentre-group.csv", "jobcentre-group")
    rows = []
    for code, office in _records(raw / "dwp" / "jobcentre.csv", "jobcentre").items():
        district = districts[office["jobcentre-district"]]
        group = groups[district["jobcentre-group"]]
        rows.append(
            {
                "jobcentre_code": code,
                "jobcentre": office["name"].strip(),
                "district_code": district["jobcentre-district"],
                "district": district["name"],
                "group_code": group["jobcentre-group"],
                "group_name": group["name"],
                "nation": _nation(group["name"]),
                "uprn": office["address"] or None,
                "opened_on": _day(office["start-date"]),
                "closed_on": _day(office["end-date"]),
                "recorded_at": _instant(office["_entry_ts"]),
            }
        )
    rows.sort(key=lambda r: (r["nation"], r["group_name"], r["district"], r["jobcentre"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _records(path: Path, key: str) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def _nation(group: str) -> str:
    """Return the nation of a group: their names say so for Wales and Scotland."""
    return next((nation for nation in ("Wales", "Scotland") if nation in group), "England")


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str) -> datetime:
    """Return when an entry was made, in UTC and without saying so, as the Parquet column holds."""
    return datetime.fromisoformat(text).replace(tzinfo=None)
