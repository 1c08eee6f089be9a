"""Eight processes that append to one record at once: no fork, no false alarm, nothing lost.

Each appends 100,000 events (`FAIRWAY_BENCH_EACH`), a hundred to a transaction and one in a thousand
by itself, while another process verifies the whole record again and again. Afterwards every event
has to be there once, those of each process in the order in which it appended them, and each head
that was seen has to be an earlier state of the next.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from harness import Figure, quiet_database

from fairway.nouns.events import AuditEvent, EventFilter
from fairway.rules import merkle
from fairway.rules.notes import Head
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node, open_node

PROCESSES, TOGETHER = 8, 100


def measure(quick: bool) -> Iterator[Figure]:
    each = int(os.environ.get("FAIRWAY_BENCH_EACH", "2000" if quick else "100000"))
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder, quiet_database():
        workspace = Path(folder) / "node"
        platform = create_node(workspace, "Benchmark")
        try:
            yield _run(platform, workspace, each)
        finally:
            close_node()


def _run(platform: Platform, workspace: Path, each: int) -> Figure:
    before = platform.ledger.head().size
    spawn = multiprocessing.get_context("spawn")
    workers = [
        spawn.Process(target=append, args=(workspace, f"process-{n}", each))
        for n in range(PROCESSES)
    ]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    heads, verified = [platform.ledger.head()], 0
    while any(worker.is_alive() for worker in workers):
        outcome = platform.ledger.verify()
        assert outcome.intact, f"a false alarm: {outcome}"
        verified += outcome.entries > heads[-1].size
        heads.append(platform.ledger.head())
    took = time.perf_counter() - started
    assert all(worker.exitcode == 0 for worker in workers), "a process failed"
    heads.append(platform.ledger.head())
    assert heads[-1].size == before + PROCESSES * each, "events are missing or too many"
    outcome = platform.ledger.verify()
    assert outcome.intact, outcome
    _one_history(platform, heads)
    platform.ledger.find(EventFilter(limit=1))  # the index reaches the end
    _in_order(each)
    return Figure(
        f"appends from {PROCESSES} processes at once, {each:,} each",
        PROCESSES * each / took,
        "/s",
        note=f"all there, in order; {verified} verifications meanwhile without an alarm,"
        f" {len(heads)} heads of one history",
    )


def append(workspace: Path, name: str, each: int) -> None:
    """Be one of the processes."""
    platform = open_node(workspace)
    done = 0
    while done < each:
        if done % 1_000 == 0:
            platform.ledger.append(_event(name, done))
            done += 1
            continue
        many = min(TOGETHER, each - done, 1_000 - done % 1_000)
        with platform.store.transaction():
            for number in range(done, done + many):
                platform.ledger.append(_event(name, number))
        done += many
    close_node()


def _event(name: str, number: int) -> AuditEvent:
    return AuditEvent(
        at=datetime.now(UTC),
        actor=name,
        via="api",
        action="query.granted",
        outcome="granted",
        subject=f"{name}-{number:06}",
        purpose="policy-analysis",
        products=("dfe.apprenticeship_starts",),
        agreements=("AG-0123456789ab",),
    )


def _one_history(platform: Platform, heads: list[Head]) -> None:
    """Prove that each head is an earlier state of the next."""
    for old, new in pairwise(heads):
        proof = platform.ledger.consistency(old.size, new.size)
        assert merkle.consistent(old.size, old.root, new.size, proof, new.root), (old, new)


def _in_order(each: int) -> None:
    """Read the index, which verification has compared with the entries."""
    from django.db import connection

    with connection.cursor() as cursor:
        for n in range(PROCESSES):
            name = f"process-{n}"
            cursor.execute(
                "SELECT subject FROM ledger_entry WHERE actor = %s AND action = 'query.granted'"
                " ORDER BY sequence",
                [name],
            )
            found = [subject for (subject,) in cursor.fetchall()]
            assert found == [f"{name}-{number:06}" for number in range(each)], name


__all__ = ["append", "measure"]
