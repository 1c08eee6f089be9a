"""A bounded table of a result, for the screen: its first rows, and whether there are more."""

from dataclasses import dataclass
from typing import Any

from fairway.formats.batches import read
from fairway.formats.json import rows_of
from fairway.verbs.queries import QueryResult

ROWS_SHOWN = 200
"""Rows on a screen at the most; nobody reads more there, and files are there for more."""

LONGEST_CELL = 300
"""Characters of a value on a screen at the most."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the table. Columns of a result may share a name, so they are told by number."""

    number: int
    name: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that are shown. `total` is how many the result has, None when nobody counted."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int | None

    @property
    def more(self) -> bool:
        """Whether the result has rows that are not shown."""
        return self.total is None or self.total > len(self.rows)


def taken(result: QueryResult, most: int = ROWS_SHOWN) -> Table:
    """Take the first rows of a result. A larger one than can be held is stopped after them."""
    rows: list[tuple[Any, ...]] = []
    try:
        schema, batches = read(result)
        for batch in batches:
            rows.extend(tuple(row) for row in rows_of(batch.slice(0, most - len(rows))))
            if len(rows) >= most:
                break
        total = result.rows if result.complete else None
    finally:
        result.abandon()
    headings = tuple(Heading(n, f.name, _is_number(f.type)) for n, f in enumerate(schema))
    return Table(headings, tuple(rows), total)


def _is_number(kind: Any) -> bool:
    import pyarrow.types as of

    return bool(of.is_integer(kind) or of.is_floating(kind) or of.is_decimal(kind))


def cell(value: Any) -> str:
    """Write a value of a result for the screen, as it is: what a number means is not known here."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
