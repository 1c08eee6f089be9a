from collections import Counter

import duckdb
import pyarrow as pa
import pytest

from fairway.demo import load
from fairway.demo.question import NEEDS
from fairway.demo.spreadsheets import Row, read_sheets
from fairway.demo.tidy import PRODUCTS


@pytest.fixture(scope="session")
def tables() -> dict[str, pa.Table]:
    return {product: tidy(load.RAW) for product, tidy in PRODUCTS.items()}


@pytest.fixture(scope="session")
def data_dir(tables, tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    for product, table in tables.items():
        load.write_table(table, root / load.path_of(product))
    return root


@pytest.fixture(scope="session")
def granted(data_dir):
    """The products of the demo's question with no column more than it says it needs."""
    with duckdb.connect() as connection:
        for product, columns in NEEDS.items():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {product.partition('.')[0]}")
            connection.execute(
                f"CREATE VIEW {product} AS SELECT {', '.join(columns)} "
                f"FROM '{data_dir / load.path_of(product)}'"
            )
        yield connection


@pytest.fixture(scope="session")
def raw_sheets():
    def sheets(path: str, *titles: str) -> list[list[Row]]:
        return read_sheets(load.RAW / path, *titles)

    return sheets


@pytest.fixture
def count_of(tables):
    """How often each value stands in a column of a product."""

    def count(product: str, column: str) -> Counter[object]:
        return Counter(tables[product][column].to_pylist())

    return count
