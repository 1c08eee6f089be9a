"""Queries: what the gate found in one, its bounds, and what came out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Chunk = bytes | memoryview
"""A piece of a result: bytes, or a view of memory that nobody can write to."""


@dataclass(frozen=True, slots=True)
class TableName:
    """A product as a query names it: `<domain>.<table>`."""

    domain: str
    table: str

    def __str__(self) -> str:
        """Return the name as written in SQL and as the product's id."""
        return f"{self.domain}.{self.table}"


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query that passed the gate: one SELECT over allowed tables and functions.

    `tables` are the products it names. `names` are the column-like identifiers that stand in it,
    lower case, whatever they turn out to be; `stars` is true where it asks for every column of
    something. `tree` is the parser's own syntax tree, for engines; opaque to verbs.
    """

    sql: str
    tables: tuple[TableName, ...]
    names: frozenset[str]
    stars: bool
    tree: Any = field(default=None, repr=False, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one query. Past any of them it is stopped and says which.

    `rows` and `bytes` bound the result, `memory` (bytes) and `seconds` the work.
    """

    rows: int = 1_000_000
    bytes: int = 256 * 1024 * 1024
    memory: int = 1024 * 1024 * 1024
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a result: its name and the engine's type name."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Running:
    """A query that runs now, or waits for its turn."""

    query: str
    person: str
    sql: str
    purpose: str
    since: datetime
