"""What the demo must say, worked out from its data without Fairway in between."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fairway.demo import load
from fairway.demo.question import CHART, NEEDS, SQL
from fairway.demo.regions import REGIONS

MONTH = date(2025, 5, 1)


def table(workspace: Path, product: str, columns: Sequence[str]) -> pa.Table:
    """Read columns of a product's file as it lies in a workspace."""
    return pq.read_table(workspace / "data" / load.path_of(product), columns=list(columns))


def full_years(workspace: Path) -> tuple[int, int]:
    """Return how many rows the apprenticeship starts of full years have, and their sum."""
    found = table(workspace, "dfe.apprenticeship_starts", ["starts", "is_full_year"])
    whole = found.filter(found["is_full_year"])
    return whole.num_rows, int(pc.sum(whole["starts"]).as_py())


def households_per_1000(workspace: Path) -> Mapping[str, float]:
    """Return Universal Credit households per 1,000 payrolled employees in May 2025, by region."""
    regions = {
        row["local_authority_code"]: row["region"]
        for row in table(
            workspace, "ons.local_authorities", ["local_authority_code", "region"]
        ).to_pylist()
    }
    households: dict[str, int] = defaultdict(int)
    for row in table(
        workspace,
        "dwp.universal_credit_households",
        ["month", "local_authority_code", "households"],
    ).to_pylist():
        region = regions.get(row["local_authority_code"])
        if row["month"] == MONTH and region and row["households"] is not None:
            households[region] += row["households"]
    names = {r.code: r.name for r in REGIONS}
    return {
        names[row["region_code"]]: 1000.0
        * households[names[row["region_code"]]]
        / row["payrolled_employees"]
        for row in table(
            workspace,
            "hmrc.payrolled_employees",
            ["month", "region_code", "industry_code", "payrolled_employees"],
        ).to_pylist()
        if row["month"] == MONTH
        and row["industry_code"] == "ALL"
        and row["region_code"] in names
        and names[row["region_code"]] in households
    }


def answer(workspace: Path) -> list[dict[str, Any]]:
    """Return the answer of one engine that has every product's file, and no terms to keep."""
    with duckdb.connect() as connection:
        for product in NEEDS:
            domain, _, name = product.partition(".")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {domain}")
            path = str(workspace / "data" / load.path_of(product))
            connection.read_parquet(path).create_view(f"{domain}_{name}")
            connection.execute(f"CREATE VIEW {product} AS FROM {domain}_{name}")
        found: list[dict[str, Any]] = connection.sql(SQL).to_arrow_table().to_pylist()
    return found


def differs(rows: Sequence[Mapping[str, Any]], workspace: Path) -> str:
    """Say in what an answer to the demo's question is not as it must be; nothing when it is."""
    regions = {r.name for r in REGIONS}
    if {row["region"] for row in rows} != regions or len(rows) != len(regions):
        return "the answer has a row for each of the twelve regions and nations"
    name, measure = CHART
    apart = [row[measure] for row in rows if row["measures_compared"] == 3]
    if len(apart) != 9 or apart != sorted(apart, reverse=True):
        return "the nine regions of England compare three measures, the widest apart first"
    rate = "uc_households_per_1000_employees_may_2025"
    wanted = households_per_1000(workspace)
    for row in rows:
        own = wanted.get(row[name])
        if (own is None) != (row[rate] is None) or (own and abs(own - float(row[rate])) > 0.06):
            return f"the households of {row[name]} agree with the raw data"
    return ""
