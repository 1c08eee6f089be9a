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
        within = "WHERE"
        if groups and connection.vendor == "sqlite":
            every = _buckets(0, indexed().size >> _BUCKET)
            within = f"WHERE (sequence >> {_BUCKET}) IN {every} AND"
        for group in groups:
            cursor.execute(
                "DELETE FROM ledger_usage WHERE product = %s AND person = %s AND purpose = %s",
                group,
            )
            cursor.execute(_SUM_AGAIN.replace("WHERE", within), group)


_SUM_AGAIN = """INSERT INTO ledger_usage (product, person, purpose, queries, used, first, last)
    SELECT product, person, purpose, COUNT(*), SUM(used), MIN(at), MAX(at) FROM ledger_product
    WHERE used IS NOT NULL AND product = %s AND person = %s AND purpose = %s
    GROUP BY product, person, purpose"""


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

_BUCKET = 13  # bits of a sequence that entries of one bucket differ in: 8,192 entries
_BESIDE = {"actor": "person", "purpose": "purpose"}  # what a product's rows hold themselves
_PARTIAL = {"purpose": "", "subject": "", "outcome": "done"}  # what partial indexes leave out
_LEADING = ("subject", "actor", "outcome", "purpose", "action")  # who leads, when several are asked


class _Question(NamedTuple):
    """What is asked of the index, but for the bounds: the table whose rows lead, and the tests."""

    table: str
    joined: str
    tests: Sequence[str]
    values: Sequence[str]
    scattered: bool
    """Whether the leading index is in buckets."""

    def ask(self, bounds: Sequence[str], values: Sequence[Any], most: int) -> list[int]:
        """Return sequences, the highest first."""
        order = f"{'+' if self.scattered else ''}{self.table[-1]}.sequence DESC"
        sql = (  # of our own words alone
            f"SELECT {self.table[-1]}.sequence FROM {self.table}{self.joined}"  # nosec B608 # noqa: S608 - names are ours, values are bound
            f" WHERE {' AND '.join([*self.tests, *bounds])} ORDER BY {order} LIMIT %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*self.values, *values, most])
            return [row[0] for row in cursor.fetchall()]


def find(wanted: EventFilter, state: Indexed) -> list[int]:
    """Return the sequences of matching entries, newest first.

    A bound in time becomes a bound in sequence, which every index is ordered by: exactly at its
    beginning, where the latest time so far first reaches it, and at its end by as much as entries
    have ever come late. Buckets are asked from the newest, each time twice as many.
    """
    low, end, most = 1, state.size + 1, max(0, wanted.limit)
    bounds, values = [], []
    if wanted.before is not None:
        end = min(end, wanted.before)
    if wanted.since is not None:
        low = max(low, _reached(micros(wanted.since)))
        bounds.append("e.at >= %s")
        values.append(micros(wanted.since))
    if wanted.until is not None:
        until = micros(wanted.until)
        end = min(end, _reached(until + state.late + 1))
        bounds.append("e.at <= %s")
        values.append(until)
    asked = _question(wanted, timed=bool(bounds))
    sequence = f"{'+' if asked.scattered else ''}{asked.table[-1]}.sequence"
    bounds += [f"{sequence} >= %s", f"{sequence} < %s"]
    values += [low, end]
    if not asked.scattered:
        return asked.ask(bounds, values, most) if low < end else []
    found: list[int] = []
    several, last = 1, (end - 1) >> _BUCKET
    while len(found) < most and last >= low >> _BUCKET:
        first = max(low >> _BUCKET, last - several + 1)
        within = f"({asked.table[-1]}.sequence >> {_BUCKET}) IN {_buckets(first, last)}"
        found += asked.ask([within, *bounds], values, most - len(found))
        several, last = 2 * several, first - 1
    return found


def _buckets(first: int, last: int) -> str:
    return f"({', '.join(map(str, range(first, last + 1)))})"


def _question(wanted: EventFilter, *, timed: bool) -> _Question:
    """Return the question that a filter is, rarest first: rows come as the first table's index has
    them, and no other index may lead, which SQLite would choose without knowing how many they are.
    """
    tables, tests, values = [], [], []
    for name, table in (
        ("mark", "subject s"),
        ("agreement", "agreement a"),
        ("product", "product p"),
    ):
        if text := getattr(wanted, name):
            tables.append(f"ledger_{table}")
            tests.append(f"{table[-1]}.{name} = %s")
            values.append(plain(text))
    names = [name for name in _LEADING if getattr(wanted, name)]
    beside = _BESIDE if "ledger_product p" in tables else {}
    able = (name for name in names if getattr(wanted, name) != _PARTIAL.get(name))
    leading = "" if tables else next(able, "")
    for name in names:
        if name in beside:
            tests.append(f"p.{beside[name]} = %s")
        else:
            tests.append(f"{'' if name == leading else _aside()}e.{name} = %s")
        values.append(plain(getattr(wanted, name)))
    if leading in _PARTIAL:
        tests.append(f"e.{leading} <> '{_PARTIAL[leading]}'")  # else its index is not used
    scattered = bool(tables) or leading in ("subject", "actor")
    if timed or not tables or not set(names) <= set(beside):
        tables.append("ledger_entry e")
    first, *others = tables
    joined = "".join(f" JOIN {other} USING (sequence)" for other in others)
    return _Question(first, joined, tests, values, scattered and connection.vendor == "sqlite")


def _aside() -> str:
    """Return what keeps SQLite from using a column's index. PostgreSQL knows what is rare."""
    return "+" if connection.vendor == "sqlite" else ""


def _reached(at: int) -> int:
    """Return the sequence where the latest time so far first reaches a time; after all, if none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequence FROM ledger_entry WHERE peak >= %s ORDER BY peak, sequence LIMIT 1",
            [min(max(at, LOWEST), -LOWEST)],
        )
        row = cursor.fetchone()
    return row[0] if row else 2**62


def usage(product: str) -> Sequence[Usage]:
    """Sum up completed uses of a product, last used first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT product, person, purpose, queries, used, first, last FROM ledger_usage
            WHERE product = %s ORDER BY last DESC, person, purpose""",
            [plain(product)],
        )
        rows = cursor.fetchall()
    return tuple(
        Usage(product, person, purpose, queries, int(rows), at_micros(first), at_micros(last))
        for product, person, purpose, queries, rows, first, last in rows
    )


def together(product: str) -> dict[str, int]:
    """Count those who have used a product and another one too, by the other product."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT other.product, COUNT(DISTINCT other.person) FROM ledger_usage other
            WHERE other.product <> %s AND other.person IN (
                SELECT person FROM ledger_usage WHERE product = %s)
            GROUP BY other.product""",
            [plain(product)] * 2,
        )
        return dict(cursor.fetchall())


def rate(since: datetime) -> int:
    """Return how many entries have come since a time."""
    state = indexed()
    return max(0, state.size + 1 - min(_reached(micros(since)), state.size + 1))
