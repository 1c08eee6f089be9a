"""The SQL of the record: what is read and written, and the lock that writers queue for."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from fairway.ledger.checkpoints import Head
from fairway.nouns.events import Entry, EventFilter, Usage
from fairway.rules.ledger import Facets, Kept, moment, plain, read_event

SEQUENCER = 0x6C6564676572  # PostgreSQL's advisory lock that whoever extends the chain queues for


class End(NamedTuple):
    """Where the record ends: its signed head, and its last entry as it lies there."""

    signed: Head | None
    size: int
    hash: str


def lock() -> None:
    """Queue for the one place at the end of the chain; held until the transaction ends.

    SQLite's transactions are IMMEDIATE: whoever is in one has the place already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER])


def end(genesis: str) -> End:
    """Return where the record ends, in one look."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.size, c.head, c.at, c.signature, e.sequence, e.hash
            FROM (SELECT 1 AS one) AS o
            LEFT JOIN ledger_checkpoint c ON c.id = o.one
            LEFT JOIN ledger_entry e ON e.sequence = (SELECT MAX(sequence) FROM ledger_entry)"""
        )
        size, head, at, signature, last, last_hash = cursor.fetchone()
    signed = None if size is None else Head(size, head, at, signature)
    return End(signed, last or 0, genesis if last is None else last_hash)


def hash_at(sequence: int) -> str | None:
    """Return the hash of an entry as it lies there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM ledger_entry WHERE sequence = %s", [sequence])
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def put_head(head: Head, *, first: bool = False) -> None:
    """Write the signed head."""
    with connection.cursor() as cursor:
        if first:
            sql = "INSERT INTO ledger_checkpoint (size, head, at, signature, id) VALUES "
            cursor.execute(sql + "(%s, %s, %s, %s, 1)", head)
        else:
            sql = "UPDATE ledger_checkpoint SET size = %s, head = %s, at = %s, signature = %s"
            cursor.execute(sql + " WHERE id = 1", head)


def insert(entries: Sequence[tuple[Entry, Facets]]) -> None:
    """Write entries, which follow the last one, with what they are found by."""
    rows = [(e.sequence, e.body, e.previous, e.hash, *f[:7]) for e, f in entries]
    products = [
        (p, e.sequence, f.actor, f.purpose, f.at, f.rows) for e, f in entries for p in f.products
    ]
    agreements = [(a, e.sequence) for e, f in entries for a in f.agreements]
    for table, several in (("entry", rows), ("product", products), ("agreement", agreements)):
        if several:
            _insert(table, several)


def _insert(table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a column at a time is several times faster
            cursor.execute(
                _INSERT_COLUMNS[table], [list(column) for column in zip(*rows, strict=True)]
            )
        else:
            cursor.executemany(_INSERT_ROWS[table], rows)


_COLUMNS = {
    "entry": "sequence body previous hash at actor action outcome purpose subject used",
    "product": "product sequence person purpose at used",
    "agreement": "agreement sequence",
}
_TYPES = {"sequence": "bigint", "used": "bigint", "body": "bytea"}


def _insert_sql(table: str, place: Callable[[str], str], values: str) -> str:
    names = _COLUMNS[table].split()
    places = ", ".join(place(name) for name in names)
    return f"INSERT INTO ledger_{table} ({', '.join(names)}) {values}({places})"


_INSERT_ROWS = {table: _insert_sql(table, lambda _: "%s", "VALUES ") for table in _COLUMNS}
_INSERT_COLUMNS = {
    table: _insert_sql(
        table, lambda name: f"%s::{_TYPES.get(name, 'text')}[]", "SELECT * FROM unnest"
    )
    for table in _COLUMNS
}


def bounds() -> list[tuple[Any, Any]]:
    """Return the lowest and highest sequence of each table, None where it is empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT MIN(sequence), MAX(sequence) FROM ledger_entry
            UNION ALL SELECT MIN(sequence), MAX(sequence) FROM ledger_product
            UNION ALL SELECT MIN(sequence), MAX(sequence) FROM ledger_agreement"""
        )
        return list(cursor.fetchall())


def kept(after: int, until: int) -> Iterable[tuple[Kept, list[tuple[Any, ...]]]]:
    """Return the entries of a stretch as they lie there, each with its rows of products."""
    with connection.cursor() as cursor:
        products = _by_sequence(cursor, _KEPT_PRODUCTS, (after, until))
        agreements = _by_sequence(cursor, _KEPT_AGREEMENTS, (after, until))
        cursor.execute(_KEPT_ENTRIES, (after, until))
        entries = cursor.fetchall()
    for sequence, body, previous, held, *found in entries:
        mine = products.get(sequence, [])
        facets = Facets._make((*found, _names(mine), _names(agreements.get(sequence, []))))
        yield Kept(sequence, bytes(body), previous, held, facets), mine


_KEPT_ENTRIES = """SELECT
    sequence, body, previous, hash, at, actor, action, outcome, purpose, subject, used
    FROM ledger_entry WHERE sequence > %s AND sequence <= %s ORDER BY sequence"""
_KEPT_PRODUCTS = """SELECT sequence, product, at, person, purpose, used
    FROM ledger_product WHERE sequence > %s AND sequence <= %s"""
_KEPT_AGREEMENTS = """SELECT sequence, agreement
    FROM ledger_agreement WHERE sequence > %s AND sequence <= %s"""


def _by_sequence(cursor: Any, sql: str, within: tuple[int, int]) -> dict[int, list[Any]]:
    cursor.execute(sql, within)
    found: dict[int, list[Any]] = {}
    for sequence, *values in cursor.fetchall():
        found.setdefault(sequence, []).append(values)
    return found


def _names(rows: list[Any]) -> tuple[Any, ...]:
    return (rows[0][0],) if len(rows) == 1 else tuple(sorted(row[0] for row in rows))


# the plus keeps SQLite from walking the whole key where a stretch of the index on time is enough
_FROM = "e.sequence >= (SELECT MIN(+sequence) FROM ledger_entry WHERE at >= %s)"
_UNTIL = "e.sequence <= (SELECT MAX(+sequence) FROM ledger_entry WHERE at <= %s)"
_UNINDEXED = {"purpose": "", "subject": "", "outcome": "done"}  # what partial indexes leave out


def find(wanted: EventFilter) -> Sequence[Entry]:
    """Return matching entries, newest first."""
    tables: list[str] = []
    tests: list[str] = []
    values: list[Any] = []
    for name in ("product", "agreement"):
        if text := getattr(wanted, name):
            tables.append(f"ledger_{name}")
            tests.append(f"{name} = %s")
            values.append(plain(text))
    # rows come in the order of the first table, straight from its index
    first, *others = [*tables, "ledger_entry e"]
    order = f"{'e' if not others else first}.sequence"
    joined = "".join(f" JOIN {other} USING (sequence)" for other in others)
    for name in ("actor", "action", "purpose", "outcome", "subject"):
        if text := getattr(wanted, name):
            tests.append(f"e.{name} = %s")
            if _UNINDEXED.get(name, text) != text:
                tests.append(f"e.{name} <> '{_UNINDEXED[name]}'")  # else the index is not used
            values.append(plain(text))
    since, until = (at and moment(at) for at in (wanted.since, wanted.until))
    bounds_given = {"e.at >= %s": since, "e.at <= %s": until, f"{order} < %s": wanted.before}
    if connection.vendor == "sqlite" and not tests:
        # knowing of no statistics, it would look at every entry; the order of times and of
        # sequences is nearly the same, so the ends of the one are looked up for the other
        bounds_given |= {_FROM: since, _UNTIL: until}
    for test, value in bounds_given.items():
        if value is not None:
            tests.append(test)
            values.append(value)
    sql = (  # of our own words alone
        f"SELECT e.sequence, e.body, e.previous, e.hash FROM {first}{joined} "  # noqa: S608
        f"{'WHERE ' if tests else ''}{' AND '.join(tests)} ORDER BY {order} DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, max(0, wanted.limit)])
        rows = cursor.fetchall()
    return tuple(
        Entry(sequence, read_event(bytes(body)), bytes(body), previous, held)
        for sequence, body, previous, held in rows
    )


def usage(product: str | None) -> Sequence[Usage]:
    """Sum up completed uses, last used first."""
    with connection.cursor() as cursor:
        if product is None:
            cursor.execute(_USAGE.replace("AND product = %s", ""))
        else:
            cursor.execute(_USAGE, [plain(product)])
        rows = cursor.fetchall()
    return tuple(_usage(*row) for row in rows)


_USAGE = """SELECT product, person, purpose, COUNT(*), SUM(used), MIN(at), MAX(at)
    FROM ledger_product WHERE used IS NOT NULL AND product = %s
    GROUP BY product, person, purpose ORDER BY MAX(at) DESC, product, person, purpose"""


def _usage(
    product: str, person: str, purpose: str, queries: int, rows: Any, first: str, last: str
) -> Usage:
    began, ended = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return Usage(product, person, purpose, queries, int(rows), began, ended)
