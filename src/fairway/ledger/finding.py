"""The index of the record: what entries are found by. It follows from the entries, and may lag.

A few entries are indexed as they are written; many at once are left to `catch_up`, which whoever
wants to find something calls first. Verification compares it with the entries it was made from.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from fairway.nouns.events import EventFilter, Usage
from fairway.rules.ledger import Facets, at_micros, micros, plain

LOWEST = -(2**62)
MOST_USED = 2**63 - 1  # rows that one sum can add at once; SQLite keeps no larger one exactly


class Indexed(NamedTuple):
    """How far the index reaches: the entries in it, the latest time among them, and the most
    microseconds by which an entry came after one with a later time."""

    size: int
    peak: int
    late: int


def indexed() -> Indexed:
    """Return how far the index reaches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, peak, late FROM ledger_index WHERE id = 1")
        row = cursor.fetchone()
    return Indexed(*row) if row else Indexed(0, LOWEST, 0)


def add(state: Indexed, entries: Iterable[tuple[int, int, Facets | None]]) -> Indexed:
    """Index entries by sequence and time, which follow the last one; erased ones have no facets."""
    rows: Rows = {table: [] for table in COLUMNS}
    size, peak, late = state
    for sequence, at, f in entries:
        size, peak, late = follow(Indexed(size, peak, late), at)
        if f is not None:
            for table, several in rows_of(sequence, peak, f).items():
                rows[table] += several
    for table, several in rows.items():
        if several:
            _insert(table, several)
    _sum_up(rows["product"])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_index SET size = %s, peak = %s, late = %s WHERE id = 1",
            [size, peak, late],
        )
    return Indexed(size, peak, late)


def follow(state: Indexed, at: int) -> Indexed:
    """Return how far an index reaches with one entry more."""
    late = state.late if state.peak == LOWEST else max(state.late, state.peak - at)
    return Indexed(state.size + 1, max(state.peak, at), late)


def _insert(table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a column at a time is several times faster
            cursor.execute(
                _INSERT_COLUMNS[table], [list(column) for column in zip(*rows, strict=True)]
            )
        else:
            cursor.executemany(_INSERT_ROWS[table], rows)


Group = tuple[str, str, str]
"""A product, who used it, and for which purpose."""


class Sums(NamedTuple):
    """Uses of one group: how many, the rows they were served, and the times of first and last."""

    queries: int
    used: int
    first: int
    last: int


def summed(rows: Iterable[tuple[Any, ...]], sums: dict[Group, Sums]) -> None:
    """Add rows of the table of products to the sums of their groups, where they are uses."""
    for product, _, person, purpose, at, used in rows:
        if used is not None:
            group = (product, person, purpose)
            so_far = sums.get(group, Sums(0, 0, at, at))
            sums[group] = Sums(
                so_far.queries + 1,
                so_far.used + used,
                min(so_far.first, at),
                max(so_far.last, at),
            )


def _sum_up(rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows of the table of products to the sums in the database."""
    sums: dict[Group, Sums] = {}
    summed(rows, sums)
    if sums:
        with connection.cursor() as cursor:
            cursor.executemany(
                """INSERT INTO ledger_usage
                    (product, person, purpose, queries, used, first, last)
                VALUES (%s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT (product, person, purpose) DO UPDATE SET
                    queries = ledger_usage.queries + excluded.queries,
                    used = ledger_usage.used + excluded.used,
                    first = CASE WHEN excluded.first < ledger_usage.first
                        THEN excluded.first ELSE ledger_usage.first END,
                    last = CASE WHEN excluded.last > ledger_usage.last
                        THEN excluded.last ELSE ledger_usage.last END""",
                [
                    (*group, found.queries, min(found.used, MOST_USED), found.first, found.last)
                    for group, found in sums.items()
                ],
            )


COLUMNS = {
    "entry": "sequence at peak actor action outcome purpose subject used",
    "product": "product sequence person purpose at used",
    "agreement": "agreement sequence",
    "subject": "mark sequence",
}
_NUMBERS = {"sequence", "used", "at", "peak"}


def _insert_sql(table: str, place: Callable[[str], str], values: str) -> str:
    names = COLUMNS[table].split()
    places = ", ".join(place(name) for name in names)
    return f"INSERT INTO ledger_{table} ({', '.join(names)}) {values}({places})"


_INSERT_ROWS = {table: _insert_sql(table, lambda _: "%s", "VALUES ") for table in COLUMNS}
_INSERT_COLUMNS = {
    table: _insert_sql(
        table,
        lambda name: f"%s::{'bigint' if name in _NUMBERS else 'text'}[]",
        "SELECT * FROM unnest",
    )
    for table in COLUMNS
}


def forget(sequence: int) -> None:
    """Take the rows of an erased entry out of the index, and sum up anew what it was part of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product, person, purpose FROM ledger_product"
            " WHERE sequence = %s AND used IS NOT NULL",
            [sequence],
        )
        groups = cursor.fetchall()
        for table in COLUMNS:
            cursor.execute(
                f"DELETE FROM ledger_{table} WHERE sequence = %s",  # nosec B608 # noqa: S608 - ours
                [sequence],
            )
        for group in groups:
            cursor.execute(
                "DELETE FROM ledger_usage WHERE product = %s AND person = %s AND purpose = %s",
                group,
            )
            cursor.execute(
                """INSERT INTO ledger_usage
                    (product, person, purpose, queries, used, first, last)
                SELECT product, person, purpose, COUNT(*), SUM(used), MIN(at), MAX(at)
                FROM ledger_product WHERE used IS NOT NULL
                    AND product = %s AND person = %s AND purpose = %s
                GROUP BY product, person, purpose""",
                group,
            )


# ------------------------------------------------------------------ checking

Rows = dict[str, list[tuple[Any, ...]]]
"""Rows of the index by table."""


def strays() -> list[int]:
    """Return sequences of rows that are outside of the index, in one look."""
    size = "COALESCE((SELECT size FROM ledger_index WHERE id = 1), 0)"
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT {size}, MIN(sequence), MAX(sequence) FROM ledger_{t}"  # nosec B608 # noqa: S608 - ours
                for t in COLUMNS
            )
        )
        rows = [row for row in cursor.fetchall() if row[1] is not None]
    return [low if low < 1 else high for size, low, high in rows if low < 1 or high > size]


def stretch(after: int, until: int) -> Rows:
    """Return the rows of each table for a stretch of sequences, as they lie there."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table, names in COLUMNS.items():
            cursor.execute(
                f"SELECT {', '.join(names.split())} FROM ledger_{table}"  # nosec B608 # noqa: S608 - ours
                " WHERE sequence > %s AND sequence <= %s",
                [after, until],
            )
            found[table] = [tuple(row) for row in cursor.fetchall()]
    return found


def wrong_sums(said: dict[Group, Sums], size: int) -> list[Group]:
    """Return groups whose sums are not those of the entries up to a size.

    What came after is taken off again in the same look; the first and the last time can only be
    compared where nothing did.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT product, person, purpose, SUM(queries), SUM(used), MIN(first), MAX(last),
                MIN(queries) FROM (
                SELECT product, person, purpose, queries, used, first, last FROM ledger_usage
                UNION ALL
                SELECT product, person, purpose, -1, -used, NULL, NULL FROM ledger_product
                WHERE used IS NOT NULL AND sequence > %s) AS held
            GROUP BY product, person, purpose""",
            [size],
        )
        rows = cursor.fetchall()
    kept: dict[Group, Sums] = {}
    for product, person, purpose, queries, used, first, last, least in rows:
        group = (product, person, purpose)
        times = said.get(group, (0, 0, 0, 0))[2:] if least < 0 else (first, last)
        if least > 0 or (queries, used) != (0, 0):
            kept[group] = Sums(int(queries), int(used), *times)
    for group, found in said.items():
        if found.used > MOST_USED and group in kept:
            kept[group] = kept[group]._replace(used=found.used)
    return sorted(group for group in {*said, *kept} if said.get(group) != kept.get(group))


def rows_of(sequence: int, peak: int, f: Facets) -> Rows:
    """Return the rows that an entry has in each table; `peak` is the latest time so far."""
    return {
        "entry": [(sequence, f.at, peak, *f[1:7])],
        "product": [(p, sequence, f.actor, f.purpose, f.at, f.rows) for p in f.products],
        "agreement": [(a, sequence) for a in f.agreements],
        "subject": [(s, sequence) for s in f.subjects],
    }


# ------------------------------------------------------------------ finding

_UNINDEXED = {"purpose": "", "subject": "", "outcome": "done"}  # what partial indexes leave out


def find(wanted: EventFilter, state: Indexed) -> list[int]:
    """Return the sequences of matching entries, newest first.

    A bound in time becomes a bound in sequence, which every index is ordered by: exactly at its
    beginning, where the latest time so far first reaches it, and at its end by as much as entries
    have ever come late.
    """
    tables: list[str] = []
    tests: list[str] = []
    values: list[Any] = []
    for name, text in (
        ("product", wanted.product),
        ("agreement", wanted.agreement),
        ("mark", wanted.mark),
    ):
        if text:
            tables.append(f"ledger_{'subject' if name == 'mark' else name}")
            tests.append(f"{name} = %s")
            values.append(plain(text))
    needs_entry = not tables or wanted.since is not None or wanted.until is not None
    for name in ("actor", "action", "purpose", "outcome", "subject"):
        if text := getattr(wanted, name):
            if name in _BESIDE and tables[:1] == ["ledger_product"]:
                tests.append(f"ledger_product.{_BESIDE[name]} = %s")
            else:
                needs_entry = True
                tests.append(f"e.{name} = %s")
                if _UNINDEXED.get(name, text) != text:
                    tests.append(f"e.{name} <> '{_UNINDEXED[name]}'")  # else no index is used
            values.append(plain(text))
    # rows come in the order of the first table, straight from its index
    first, *others = [*tables, *(["ledger_entry e"] if needs_entry else [])]
    order = f"{'e' if first.startswith('ledger_entry') else first}.sequence"
    joined = "".join(f" JOIN {other} USING (sequence)" for other in others)
    given: dict[str, Any] = {f"{order} < %s": wanted.before}
    if wanted.since is not None:
        since = micros(wanted.since)
        given |= {"e.at >= %s": since, f"{order} >= %s": _reached(since)}
    if wanted.until is not None:
        until = micros(wanted.until)
        given |= {"e.at <= %s": until, f"{order} < %s ": _reached(until + state.late + 1)}
    for test, value in given.items():
        if value is not None:
            tests.append(test)
            values.append(value)
    sql = (  # of our own words alone
        f"SELECT {order} FROM {first}{joined} "  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
        f"{'WHERE ' if tests else ''}{' AND '.join(tests)} ORDER BY {order} DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, max(0, wanted.limit)])
        return [row[0] for row in cursor.fetchall()]


_BESIDE = {"actor": "person", "purpose": "purpose"}  # what a product's rows hold themselves


def _reached(at: int) -> int:
    """Return the sequence where the latest time so far first reaches a time; after all, if none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequence FROM ledger_entry WHERE peak >= %s ORDER BY peak, sequence LIMIT 1",
            [min(max(at, LOWEST), -LOWEST)],
        )
        row = cursor.fetchone()
    return row[0] if row else 2**62


def usage(product: str | None) -> Sequence[Usage]:
    """Sum up completed uses, last used first."""
    with connection.cursor() as cursor:
        if product is None:
            cursor.execute(_USAGE.replace("WHERE product = %s", ""))
        else:
            cursor.execute(_USAGE, [plain(product)])
        rows = cursor.fetchall()
    return tuple(
        Usage(product, person, purpose, queries, int(rows), at_micros(first), at_micros(last))
        for product, person, purpose, queries, rows, first, last in rows
    )


_USAGE = """SELECT product, person, purpose, queries, used, first, last FROM ledger_usage
    WHERE product = %s ORDER BY last DESC, product, person, purpose"""


def rate(since: datetime) -> int:
    """Return how many entries have come since a time."""
    state = indexed()
    return max(0, state.size + 1 - min(_reached(micros(since)), state.size + 1))
