"""ons.local_authorities: the 361 local authorities of the United Kingdom with their regions.

Code years disagree between publishers, so this look-up says which year each of its codes is of.
Its own key is the GSS code as of April 2023 (after Cumberland, Westmorland and Furness, North
Yorkshire and Somerset were made), which is also what DWP's and DfE's names of authorities follow.

Four published files, each for what it alone has:
- ONS, Business Demography 2024, table 1.1d: every authority's code under its region, in order;
- DfE, local authority districts to LSIPs: the English names of 2023, with their commas;
- ONS, LAD 2011 to LAD 2021: Welsh names, and which codes already stood in December 2021;
- ONS, LAD to combined authority, May 2025: combined authorities, and the codes of 2025.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa

from fairway.demo.regions import Region, region_coded
from fairway.demo.spreadsheets import read_sheets

SCHEMA = pa.schema(
    [
        pa.field("local_authority_code", pa.string(), nullable=False),
        pa.field("local_authority", pa.string(), nullable=False),
        pa.field("local_authority_welsh", pa.string()),
        pa.field("region_code", pa.string(), nullable=False),
        pa.field("region", pa.string(), nullable=False),
        pa.field("nuts1_code", pa.string(), nullable=False),
        pa.field("nation", pa.string(), nullable=False),
        pa.field("combined_authority_code", pa.string()),
        pa.field("combined_authority", pa.string()),
        pa.field("code_december_2021", pa.string()),
        pa.field("code_may_2025", pa.string()),
    ]
)

_AUTHORITY = re.compile(r"(E0[6-9]|W06|S12|N09)\d{6}$")

_LOST_COMMAS = {"N09000002": "Armagh City, Banbridge and Craigavon"}
"""The workbook drops commas from names. The English ones come from the DfE look-up; this is the
only name outside England that has one."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A local authority: GSS code of April 2023, English name, and its region."""

    code: str
    name: str
    region: Region


@cache
def authorities(raw: Path) -> tuple[Authority, ...]:
    """Return every local authority of the United Kingdom, in order of code."""
    lsip, demography = (
        read_sheets(raw / "ons" / "LSIP_lookup.xlsx", "LA Districts to LSIPs")[0],
        read_sheets(raw / "ons" / "ons_business_demography_2024.xlsx", "Table 1.1d")[0],
    )
    english = {str(row[0]): str(row[1]) for row in lsip[1:]}
    found: list[Authority] = []
    region: Region | None = None
    for row in demography:
        code = str(row[0])
        region = region_coded(code) or region  # an authority belongs to the last region named
        if _AUTHORITY.match(code) and region is not None:
            name = english.get(code) or _LOST_COMMAS.get(code) or str(row[1]).strip()
            found.append(Authority(code, name, region))
    return tuple(sorted(found, key=lambda authority: authority.code))


@cache
def by_name(raw: Path) -> dict[str, Authority]:
    """Return the local authorities by English name. No two share a name."""
    return {authority.name: authority for authority in authorities(raw)}


def tidy(raw: Path) -> pa.Table:
    """Return one row per local authority, ordered by region and code."""
    changes = list(_rows(raw / "ons" / "lad2011_to_lad2021.csv"))
    in_2021 = {row["LAD21CD"] for row in changes}
    welsh = {row["LAD21CD"]: row["LAD21NMW"] for row in changes if row["LAD21NMW"]}
    combined = {row["LAD25NM"]: row for row in _rows(raw / "ons" / _COMBINED)}
    rows = []
    for authority in sorted(authorities(raw), key=lambda a: (a.region.code, a.code)):
        member = combined.get(authority.name, {})  # by name: two codes changed in 2025
        rows.append(
            {
                "local_authority_code": authority.code,
                "local_authority": authority.name,
                "local_authority_welsh": welsh.get(authority.code),
                "region_code": authority.region.code,
                "region": authority.region.name,
                "nuts1_code": authority.region.nuts1,
                "nation": authority.region.nation,
                "combined_authority_code": member.get("CAUTH25CD"),
                "combined_authority": member.get("CAUTH25NM"),
                "code_december_2021": authority.code if authority.code in in_2021 else None,
                "code_may_2025": member.get("LAD25CD"),
            }
        )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


_COMBINED = "lad_to_combined_authority_may2025.csv"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
