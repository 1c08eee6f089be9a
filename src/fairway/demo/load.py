"""Laying the demo's products down as Parquet files, with the contracts that offer them."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairway.demo.tidy import PRODUCTS

RAW = Path(__file__).parent / "raw"
CONTRACTS = Path(__file__).parent / "contracts"

ROWS_PER_GROUP = 65_536
"""Few enough that a filter on region or authority skips most groups of the largest product, which
lies ordered so; many enough that a group is worth a read."""


def path_of(product: str) -> Path:
    """Return where a product's file lies, relative to the node's data directory."""
    domain, _, table = product.partition(".")
    return Path(domain) / f"{table}.parquet"


def contract_of(product: str) -> Path:
    """Return the path of the contract that offers a product."""
    return CONTRACTS / f"{product}.odcs.yaml"


def write(data_dir: Path, progress: Callable[[str], None]) -> list[Path]:
    """Tidy every product into `data_dir` and return the contracts to publish, in the same order.

    Says what it did through `progress`, a line per product. A file is put in place whole or not at
    all, so a run that was stopped leaves no half file behind to be read.
    """
    contracts = []
    for product, tidy in PRODUCTS.items():
        table = tidy(RAW)
        write_table(table, data_dir / path_of(product))
        progress(f"{product}: {table.num_rows:,} rows, {table.num_columns} columns")
        contracts.append(contract_of(product))
    return contracts


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    pq.write_table(table, unfinished, compression="zstd", row_group_size=ROWS_PER_GROUP)
    unfinished.replace(path)
