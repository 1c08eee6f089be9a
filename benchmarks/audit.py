"""Questions to a record of 30 million entries: by person, product, purpose, agreement and time.

The entries are genuine: events of queries as verbs record them, their canonical bytes, salts,
leaves, nodes and signed heads, written by the ledger's own parts, 20,000 at a time, with every row
that XX are asked through
`platform.ledger`, as the verbs ask them, on a new connection with the node's own settings.
`FAIRWAY_BENCH_ENTRIES` says how many entries, `FAIRWAY_BENCH_BUILD_SECONDS` when to stop building.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from harness import Figure, percentile, wall

from fairway.nouns.events import AuditEvent, EventFilter
from fairway.rules import merkle
from fairway.rules.ledger import SALT, event_facets, packed, seal
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

TOGETHER = 20_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(milliseconds=500)
PEOPLE, PRODUCTS, PURPOSES, AGREEMENTS = 2_000, 400, 40, 1_500


def measure(quick: bool) -> Iterator[Figure]:
    entries = int(os.environ.get("FAIRWAY_BENCH_ENTRIES", "200000" if quick else "30000000"))
    seconds = float(os.environ.get("FAIRWAY_BENCH_BUILD_SECONDS", "inf"))
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        platform = create_node(Path(folder) / "node", "Benchmark")
        try:
            held = _build(platform, entries, seconds)
            pace = platform.ledger.pace(BEGIN)
            print(f"audit: {held:,} entries, {pace.bytes / 1e9:.1f} GB", flush=True)
            yield from _asked(platform, held)
        finally:
            close_node()


def _event(number: int, chance: random.Random) -> AuditEvent:
    """A query that was granted, or ended with so many rows; people differ in how much they ask."""
    query = number // 2
    who = int(PEOPLE * chance.random() ** 2)
    product = int(PRODUCTS * chance.random() ** 2)
    name = f"dept{product % 8}.product_{product:03}"
    done = number % 2 == 1
    return AuditEvent(
        at=BEGIN + number * APART,
        actor=f"person-{who:04}",
        via="api",
        action="query.completed" if done else "query.granted",
        outcome="done" if done else "granted",
        subject=f"Q-{query:012x}",
        query_id=f"Q-{query:012x}",
        query="" if done else f"SELECT region, count(*) AS n FROM {name} GROUP BY region",
        purpose=f"purpose-{chance.randrange(PURPOSES):02}",
        products=(name,),
        agreements=(f"AG-{chance.randrange(AGREEMENTS):012x}",),
        rows=number % 5_000 if done else None,
    )


def _build(platform: Platform, entries: int, seconds: float) -> int:
    """Write entries with all that they are found by; return how many the record then has."""
    from django.db import connection, transaction

    from fairway.ledger import finding, segments

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.execute("PRAGMA cache_size = -1500000")
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('ledger_entry', 'ledger_product', 'ledger_agreement')"
        )
        indexes = dict(cursor.fetchall())
    platform.ledger.find(EventFilter(limit=1))  # the index reaches the end
    with connection.cursor() as cursor:
        for name in indexes:
            cursor.execute(f"DROP INDEX {name}")
    chance, started, number = random.Random(1), time.perf_counter(), 0
    held = segments.held()
    edge = held.tree()
    while edge.size < entries and time.perf_counter() < started + seconds:
        salts = os.urandom(SALT * TOGETHER)
        made = [
            seal(_event(number + n, chance), edge.size + 1 + n, salts[SALT * n : SALT * n + SALT])
            for n in range(TOGETHER)
        ]
        number += TOGETHER
        with transaction.atomic():
            edge = _write(platform, edge, made)
            state = finding.indexed()
            facets = ((e.sequence, event_facets(e.event)) for e in made)
            finding.add(state, ((sequence, f.at, f) for sequence, f in facets))
        if number % 1_000_000 == 0:
            print(f"audit: {edge.size:,} after {time.perf_counter() - started:.0f} s", flush=True)
    with connection.cursor() as cursor:
        for name, sql in indexes.items():
            cursor.execute(sql)
            print(f"audit: {name} after {time.perf_counter() - started:.0f} s", flush=True)
    platform.ledger._mirror.create(platform.ledger.checkpoint())
    connection.close()
    return edge.size


def _write(platform: Platform, edge: merkle.Edge, made: list) -> merkle.Edge:
    from fairway.ledger import segments

    leaves = [entry.leaf for entry in made]
    grown, nodes = merkle.grow(edge, [sha256(b"\x00" + leaf).digest() for leaf in leaves])
    segments.insert(
        [
            segments.Segment(
                edge.size + at,
                min(segments.MOST, len(made) - at),
                b"".join(leaves[at : at + segments.MOST]),
                packed([(e.salt, e.body) for e in made[at : at + segments.MOST]]),
            )
            for at in range(0, len(made), segments.MOST)
        ],
        nodes,
    )
    segments.put_head(grown, platform.ledger.signer.sign(grown.size, merkle.root(grown)))
    return grown


def _asked(platform: Platform, held: int) -> Iterator[Figure]:
    chance = random.Random(2)
    span = held * APART
    find = platform.ledger.find

    def ask(**wanted: object) -> Callable[[], object]:
        return lambda: find(EventFilter(limit=100, **wanted))

    def middle() -> dict[str, datetime]:
        since = BEGIN + span * chance.uniform(0.1, 0.8)
        return {"since": since, "until": since + span / 100}

    def person() -> str:
        return f"person-{int(PEOPLE * chance.random() ** 2):04}"

    def product() -> str:
        number = int(PRODUCTS * chance.random() ** 2)
        return f"dept{number % 8}.product_{number:03}"

    def purpose() -> str:
        return f"purpose-{chance.randrange(PURPOSES):02}"

    def agreement() -> str:
        return f"AG-{chance.randrange(AGREEMENTS):012x}"

    def used(name: str) -> Callable[[], object]:
        return lambda: platform.ledger.usage(product=name)

    def together(name: str) -> Callable[[], object]:
        return lambda: platform.ledger.together(product=name)

    questions: dict[str, Callable[[], Callable[[], object]]] = {
        "the newest": ask,
        "by person": lambda: ask(actor=person()),
        "by product": lambda: ask(product=product()),
        "by purpose": lambda: ask(purpose=purpose()),
        "by agreement": lambda: ask(agreement=agreement()),
        "by a stretch of time": lambda: ask(**middle()),
        "by person and purpose": lambda: ask(actor=person(), purpose=purpose()),
        "by product and person": lambda: ask(product=product(), actor=person()),
        "by product and purpose": lambda: ask(product=product(), purpose=purpose()),
        "by agreement and person": lambda: ask(agreement=agreement(), actor=person()),
        "by product and agreement": lambda: ask(product=product(), agreement=agreement()),
        "by person, in a stretch of time": lambda: ask(actor=person(), **middle()),
        "by product, in a stretch of time": lambda: ask(product=product(), **middle()),
        "by purpose, in a stretch of time": lambda: ask(purpose=purpose(), **middle()),
        "by agreement, in a stretch of time": lambda: ask(agreement=agreement(), **middle()),
        "of nobody": lambda: ask(actor="nobody"),
        "denials": lambda: ask(outcome="denied"),
        "uses of a product, summed up": lambda: used(product()),
        "products used together with one": lambda: together(product()),
    }
    for name, made in questions.items():
        times = [wall(made()) for _ in range(10)]
        yield Figure(
            f"audit over {held:,} entries, {name}: the slowest of {len(times)}",
            max(times),
            "s",
            target=None if "together" in name else 1,
            note=f"median {1000 * percentile(times, 0.5):.0f} ms",
        )
