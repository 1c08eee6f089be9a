"""What columns Parquet files hold, as the engine will read them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from fairway.nouns.errors import Unavailable
from fairway.nouns.products import LogicalType, SourceField
from fairway.nouns.relations import Located
from fairway.nouns.scopes import Value

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


def describe(
    located: Located, file: str, given: duckdb.DuckDBPyConnection | None = None
) -> tuple[SourceField, ...]:
    """Read the columns of the first file; every other file must have the same.

    `given` is a connection that reaches the files, where they do not lie on this machine.
    Raises `Unavailable`: `source.unreadable` for a damaged file, `source.uneven` when files differ.
    """
    first: list[tuple[str, str]] | None = None
    with given or duckdb.connect(config={"threads": 1}) as connection:
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


def names(connection: duckdb.DuckDBPyConnection, path: str, file: str) -> tuple[str, ...]:
    """Return the names of the columns of a file that a connection reaches, by its end alone."""
    return tuple(name for name, _ in _columns(connection, path, file, alone=True))


def _columns(
    connection: duckdb.DuckDBPyConnection, path: str, file: str, *, alone: bool = False
) -> list[tuple[str, str]]:
    try:
        rows = connection.execute(
            "DESCRIBE SELECT * FROM read_parquet([?], hive_partitioning = false)", [path]
        ).fetchall()
        if alone:
            return [(str(row[0]), str(row[1])) for row in rows]
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


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns at the top of one file, by name and by the number some writers give them."""

    names: frozenset[str]
    by_id: Mapping[int, str]


@lru_cache(maxsize=20_000)
def _footer(path: str, size: int, written: int) -> Columns:  # noqa: ARG001 - what it is kept by
    return _schema(path)


def _schema(content: Any) -> Columns:
    import pyarrow.parquet as pq

    schema = pq.read_schema(content)
    numbers = {}
    for field in schema:
        number = (field.metadata or {}).get(b"PARQUET:field_id", b"")
        if number.isdigit():
            numbers[int(number)] = field.name
    return Columns(frozenset(schema.names), numbers)


def columns(path: str, file: str) -> Columns:
    """Read which columns a file has. Raises `Unavailable` when it is gone or damaged."""

    def look() -> Columns:
        found = Path(path).stat()
        return _footer(path, found.st_size, found.st_mtime_ns)

    return _looked(look, file)


def columns_in(content: Any, file: str) -> Columns:
    """Read which columns a file has that is open already. Raises `Unavailable` as `columns`."""
    return _looked(lambda: _schema(content), file)


def _looked(look: Callable[[], Columns], file: str) -> Columns:
    import pyarrow as pa

    try:
        return look()
    except (OSError, pa.ArrowException):
        raise Unavailable(
            "source.unreadable",
            "A file of this table is gone or damaged.",
            remedy="Check that nothing was taken away behind the table's back.",
            file=file,
            field="servers[0].path",
        ) from None


def range_ends(
    kind: LogicalType | None, low: Any, high: Any, cut_at: int
) -> tuple[Value | None, Value | None]:
    """Return statistics as values of a type, an end as None where it cannot be relied on.

    Texts are cut by writers, and times to the millisecond; `cut_at` is how long a text may be.
    """
    if kind is LogicalType.STRING:
        if not isinstance(low, str) or not isinstance(high, str):
            return None, None
        return low, None if len(high.encode()) >= cut_at or len(low.encode()) >= cut_at else high
    if kind is LogicalType.TIMESTAMP:
        margin = timedelta(milliseconds=1)
        ends = [one if isinstance(one, datetime) else None for one in (low, high)]
        plain = [
            one.astimezone(UTC).replace(tzinfo=None) if one is not None and one.tzinfo else one
            for one in ends
        ]
        try:
            return (
                None if plain[0] is None else plain[0] - margin,
                None if plain[1] is None else plain[1] + margin,
            )
        except OverflowError:
            return None, None
    if kind is LogicalType.NUMBER:
        return None if low is None else float(low), None if high is None else float(high)
    if kind is LogicalType.INTEGER:
        return None if low is None else int(low), None if high is None else int(high)
    return low, high
