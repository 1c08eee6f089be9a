"""What somebody with the database in their hands can do to the record, triggers or not."""

from decimal import Decimal
from typing import Any

from django.db import connection

KEYS = {
    "ledger_segment": ("first",),
    "ledger_node": ("level", "place"),
    "ledger_head": ("id",),
    "ledger_erased": ("sequence",),
    "ledger_index": ("id",),
    "ledger_entry": ("sequence",),
    "ledger_product": ("sequence", "product"),
    "ledger_agreement": ("sequence", "agreement"),
    "ledger_subject": ("sequence", "mark"),
    "ledger_usage": ("product", "person", "purpose"),
}
COLUMNS = {
    "ledger_segment": ("first", "width", "leaves", "bodies"),
    "ledger_node": ("level", "place", "hash"),
    "ledger_head": ("id", "size", "edge", "note"),
    "ledger_index": ("id", "size", "peak", "late"),
    "ledger_entry": (
        *("sequence", "at", "peak", "actor", "action", "outcome"),
        *("purpose", "subject", "used"),
    ),
    "ledger_product": ("product", "sequence", "person", "purpose", "at", "used"),
    "ledger_agreement": ("agreement", "sequence"),
    "ledger_subject": ("mark", "sequence"),
    "ledger_usage": ("product", "person", "purpose", "queries", "used", "first", "last"),
}
BYTES = ("leaves", "bodies", "edge", "hash")
CELLS = [(table, column) for table, columns in COLUMNS.items() for column in columns]


def sql(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def disarm() -> None:
    """Take every guard of the ledger's tables away."""
    if connection.vendor == "sqlite":
        for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            sql(f"DROP TRIGGER {name}")
        sql("PRAGMA ignore_check_constraints = ON")
    else:
        for table in KEYS:
            sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for table in ("ledger_head", "ledger_index"):
            sql(f"ALTER TABLE {table} DROP CONSTRAINT {table}_id_check")


def rows(table: str) -> list[tuple[Any, ...]]:
    """The keys of a table's rows, in order."""
    keys = ", ".join(KEYS[table])
    return sql(f"SELECT {keys} FROM {table} ORDER BY {keys}")


def cell(table: str, column: str, key: tuple[Any, ...]) -> Any:
    (value,) = sql(f"SELECT {column} FROM {table} WHERE {_where(table)}", *key)[0]
    return bytes(value) if isinstance(value, memoryview) else value


def write(table: str, column: str, key: tuple[Any, ...], value: Any) -> None:
    """Write a cell. Bytes go into a text column as they are, UTF-8 or not."""
    place = "%s"
    if isinstance(value, bytes) and column not in BYTES and connection.vendor == "sqlite":
        place = "CAST(%s AS TEXT)"
    elif isinstance(value, bytes) and column not in BYTES:
        value = value.decode()
    sql(f"UPDATE {table} SET {column} = {place} WHERE {_where(table)}", value, *key)


def _where(table: str) -> str:
    return " AND ".join(f"{key} = %s" for key in KEYS[table])


def flipped(value: Any, place: int, bit: int) -> Any:
    """A value with one bit of one of its bytes turned over. A number has eight bytes."""
    if value is None:
        return 1 << bit
    if isinstance(value, int | Decimal):
        return int(value) ^ (1 << ((place % 7) * 8 + bit))
    content = bytearray(value if isinstance(value, bytes) else value.encode())
    if not content:
        return bytes([1 << bit])
    content[place % len(content)] ^= 1 << bit
    return bytes(content)
