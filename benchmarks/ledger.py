"""Appends to the record per second against plain inserts in the same database, and verification.

Both sides go through the same Django connection with the same settings (SQLite: WAL, synchronous
FULL; PostgreSQL as it comes, every commit synced), into a table of their own, with the same bytes
for the same events, which both sides make from the event. The plain side keeps them and no more. An
append is durable, hashed into the tree, signed and mirrored when it returns. Of many events at once
the index is made later: its cost is a figure of its own.
"""

import hashlib
import itertools
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harness import Figure, Skipped, interleaved, median, percentile, quiet_database, wall
from postgresql import database

from fairway.nouns.events import AuditEvent, EventFilter
from fairway.rules.ledger import event_bytes
from fairway.verbs.acting import SYSTEM, event
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

THREADS = 8
QUERY = "SELECT home_region, sum(starts) FROM dfe.apprenticeship_starts GROUP BY home_region"


def measure(quick: bool) -> Iterator[Figure]:
    with quiet_database():
        yield from _on("SQLite", "", quick)
        try:
            with database() as address:
                yield from _on("PostgreSQL", address, quick)
        except Skipped as skipped:
            print(f"ledger on PostgreSQL: skipped: {skipped}")


def _on(kind: str, address: str, quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        platform = create_node(Path(folder) / "node", "Benchmark", database=address)
        try:
            side = Side(platform)
            yield from _appends(kind, side, quick)
            yield from _together(kind, side, quick)
            yield from _sustained(kind, side, quick)
            yield from _verification(kind, side, quick)
        finally:
            close_node()


class Side:
    """The two ways to write: the record, and a plain table beside it."""

    def __init__(self, platform: Platform) -> None:
        from django.db import connection

        self.platform = platform
        self.event: AuditEvent = event(
            platform,
            SYSTEM,
            "query.granted",
            "granted",
            subject="Q-0123456789ab",
            query_id="Q-0123456789ab",
            query=QUERY,
            purpose="policy-analysis",
            products=("dfe.apprenticeship_starts",),
            agreements=("AG-0123456789ab",),
            columns=tuple(f"dfe.apprenticeship_starts.{c}" for c in ("home_region", "starts")),
            reason="Agreement AG-0123456789ab covers this.",
        )
        self.body = event_bytes(self.event)
        kept = "bytea" if connection.vendor == "postgresql" else "blob"
        number = "bigserial" if connection.vendor == "postgresql" else "integer"
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE plain_rows (id {number} PRIMARY KEY, body {kept} NOT NULL)"
            )

    def one_of(self, chance: random.Random) -> AuditEvent:
        """Return an event of now like those of 2,000 people, 400 products, 1,500 agreements."""
        query = f"Q-{chance.getrandbits(48):012x}"
        product = f"dfe.product_{int(400 * chance.random() ** 2):03}"
        return replace(
            self.event,
            at=datetime.now(UTC),
            actor=f"person-{int(2_000 * chance.random() ** 2):04}",
            subject=query,
            query_id=query,
            query=f"SELECT home_region, sum(starts) FROM {product} GROUP BY home_region",
            purpose=f"purpose-{chance.randrange(40):02}",
            products=(product,),
            agreements=(f"AG-{chance.randrange(1_500):012x}",),
            columns=(f"{product}.home_region", f"{product}.starts"),
        )

    def append(self, times: int) -> None:
        for _ in range(times):
            self.platform.ledger.append(self.event)

    def append_together(self, times: int) -> None:
        with self.platform.store.transaction():
            self.append(times)

    def insert(self, times: int) -> None:
        from django.db import connection

        for _ in range(times):
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO plain_rows (body) VALUES (%s)", [event_bytes(self.event)]
                )

    def insert_together(self, times: int) -> None:
        from django.db import connection

        with self.platform.store.transaction(), connection.cursor() as cursor:
            rows = [[event_bytes(self.event)] for _ in range(times)]
            cursor.executemany("INSERT INTO plain_rows (body) VALUES (%s)", rows)


def _appends(kind: str, side: Side, quick: bool) -> Iterator[Figure]:
    rounds = 3 if quick else 7
    for name, ours, theirs, times in (
        ("one after the other", side.append, side.insert, 50 if quick else 300),
        (
            f"from {THREADS} threads",
            lambda n: _concurrent(side.append, n),
            lambda n: _concurrent(side.insert, n),
            160 if quick else 1600,
        ),
    ):
        a, b = interleaved(
            lambda ours=ours, n=times: wall(lambda: ours(n)),
            lambda theirs=theirs, n=times: wall(lambda: theirs(n)),
            rounds,
        )
        yield Figure(
            f"appends on {kind}, {name}",
            times / median(a),
            "/s",
            yardstick="the rate of plain inserts in the same database",
            ratio=median(b) / median(a),
            note=f"plain inserts {times / median(b):,.0f}/s",
        )


BATCH = 1_000


def _together(kind: str, side: Side, quick: bool) -> Iterator[Figure]:
    """Measure a batch: in one transaction, durable when it ends; then what its index costs."""
    ledger = side.platform.ledger

    def batch() -> float:
        took = wall(lambda: side.append_together(BATCH))
        ledger.find(EventFilter(limit=1))  # the index follows here, not beside what is measured
        return took

    ours, theirs = interleaved(
        batch,
        lambda: wall(lambda: side.insert_together(BATCH)),
        5 if quick else 21,
    )
    yield Figure(
        f"durable Merkle appends on {kind}, {BATCH:,} in one transaction",
        BATCH / median(ours),
        "/s",
        yardstick="the rate of plain durable inserts of the same events",
        ratio=median(theirs) / median(ours),
        target=0.80,
        of_ratio=True,
        at_least=True,
        note=f"plain inserts {BATCH / median(theirs):,.0f}/s",
    )
    ledger.find(EventFilter(limit=1))
    before = ledger.verify().entries
    for _ in range(2 if quick else 10):
        side.append_together(BATCH)
    seconds = wall(lambda: ledger.find(EventFilter(limit=1)))
    yield Figure(
        f"entries indexed on {kind}",
        (2 if quick else 10) * BATCH / seconds,
        "/s",
        note=f"after {before:,} entries",
    )


RATE = 5_000


def _sustained(kind: str, side: Side, quick: bool) -> Iterator[Figure]:
    """Offer events at a rate, from threads that each hand over a few at a time and wait.

    The events are of different people, products, purposes, agreements and queries, so that the
    index has as much to do as it ever has; they are made before, since their making is not what is
    measured. `FAIRWAY_BENCH_SECONDS` says for how long; 10 minutes are what was promised.
    """
    seconds = float(os.environ.get("FAIRWAY_BENCH_SECONDS", "5" if quick else "15"))
    threads, handed = 8, 50
    pause = threads * handed / RATE
    waits: list[float] = []
    chance = random.Random(1)
    made = [side.one_of(chance) for _ in range(50_000)]

    def one(place: int) -> None:
        from django.db import connection

        events = itertools.cycle(made[place::threads])
        due = started + place * pause / threads
        try:
            while due < started + seconds:
                time.sleep(max(0.0, due - time.perf_counter()))
                with side.platform.store.transaction():
                    for _ in range(handed):
                        side.platform.ledger.append(next(events))
                waits.append(time.perf_counter() - due)  # from when it was due: no omission
                due += pause
        finally:
            connection.close()

    started = time.perf_counter()
    workers = [threading.Thread(target=one, args=(place,)) for place in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - started
    lag = side.platform.ledger.pace(datetime.now(UTC)).lag
    yield Figure(
        f"acknowledgement p99 on {kind} at {RATE:,} events/s for {seconds:.0f} s",
        1000 * percentile(waits, 0.99),
        "ms",
        target=100,
        note=f"{len(waits) * handed / took:,.0f} events/s done, p50"
        f" {1000 * median(waits):.0f} ms, at most {1000 * max(waits):.0f} ms, in {threads} threads,"
        f" {handed} a transaction; the index then lags by {lag:,}",
    )


def _concurrent(work: Callable[[int], None], times: int) -> None:
    """Share the work out over threads, each with a connection of its own that it closes."""

    def one() -> None:
        from django.db import connection

        try:
            work(times // THREADS)
        except BaseException as error:  # noqa: BLE001  handed on below
            failed.append(error)
        finally:
            connection.close()

    failed: list[BaseException] = []
    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _verification(kind: str, side: Side, quick: bool) -> Iterator[Figure]:
    for _ in range(1 if quick else 20):
        side.append_together(1000)
    found = side.platform.ledger.verify()
    assert found.intact, found

    def plain() -> None:
        """Read as many bodies from the plain table and hash them."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT id, body FROM plain_rows ORDER BY id")
            while rows := cursor.fetchmany(5000):
                for _, body in rows:
                    hashlib.sha256(b"\x00" + bytes(body)).hexdigest()

    _fill(side, found.entries)
    ours, theirs = interleaved(
        lambda: wall(side.platform.ledger.verify), lambda: wall(plain), 2 if quick else 5
    )
    yield Figure(
        f"verification of the record on {kind}",
        found.entries / median(ours),
        "entries/s",
        yardstick="the time to read as many bodies and hash them",
        ratio=median(ours) / median(theirs),
        note=f"{found.entries:,} entries",
    )


def _fill(side: Side, entries: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM plain_rows")
        cursor.executemany("INSERT INTO plain_rows (body) VALUES (%s)", [[side.body]] * entries)
