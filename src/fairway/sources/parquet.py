"""What columns Parquet files hold, as the engine will read them."""

import re

import duckdb

from fairway.nouns.errors import Unavailable
from fairway.nouns.products import LogicalType, SourceField
from fairway.nouns.relations import Located

_TYPES = {
    "VARCHAR": LogicalType.STRING,
    "BOOLEAN": LogicalType.BOOLEAN,
    "DATE": LogicalType.DATE,
    "TIMESTAMP": LogicalType.TIMESTAMP,
    "TIMESTAMP_S": LogicalType.TIMESTAMP,
    "TIMESTAMP_MS": LogicalType.TIMESTAMP,
    "TIMESTAMP_NS": LogicalType.TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": LogicalType.TIMESTAMP,
    "FLOAT": LogicalType.NUMBER,
    "DOUBLE": LogicalType.NUMBER,
} | dict.fromkeys(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"),
    LogicalType.INTEGER,
)
"""Whole numbers past 64 bits (UBIGINT, HUGEINT) are left out: they would not fit an integer."""


def logical_type(native: str) -> LogicalType | None:
    """Return the logical type of a DuckDB type name, or None for what Fairway cannot serve."""
    if re.fullmatch(r"DECIMAL\([0-9]+,[0-9]+\)", native):
        return LogicalType.NUMBER
    if native.startswith("ENUM("):
        return LogicalType.STRING
    return _TYPES.get(native)


def describe(located: Located, file: str) -> tuple[SourceField, ...]:
    """Read the columns of the first file; every other file must have the same.

    Raises `Unavailable`: `source.unreadable` for a damaged file, `source.uneven` when files differ.
    """
    first: list[tuple[str, str]] | None = None
    with duckdb.connect(config={"threads": 1}) as connection:
        for path in located.files:
            columns = _columns(connection, path, file)
            if first is not None and columns != first:
                raise Unavailable(
                    "source.uneven",
                    "The files of this source do not all have the same columns.",
                    remedy="Write them with one schema, or offer them as products of their own.",
                    file=file,
                    field="servers[0].path",
                )
            first = columns
    return tuple(SourceField(name, logical_type(kind), kind) for name, kind in first or ())


def _columns(connection: duckdb.DuckDBPyConnection, path: str, file: str) -> list[tuple[str, str]]:
    try:
        rows = connection.execute(
            "DESCRIBE SELECT * FROM read_parquet([?], hive_partitioning = false)", [path]
        ).fetchall()
        # The end of the file describes it; that its data can be read shows only on reading some.
        connection.execute(
            "SELECT count(COLUMNS(*)) FROM"
            " (SELECT * FROM read_parquet([?], hive_partitioning = false) LIMIT 1)",
            [path],
        ).fetchall()
    except duckdb.Error:
        raise Unavailable(
            "source.unreadable",
            "The Parquet data at this path is damaged, or is not Parquet.",
            remedy="Write the file again.",
            file=file,
            field="servers[0].path",
        ) from None
    return [(str(row[0]), str(row[1])) for row in rows]
