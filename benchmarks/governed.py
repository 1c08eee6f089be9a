"""The CPU of a governed query against the same query over a trusted plain view.

The governed side is the whole of it: `verbs.queries.run` with parse, decision, guardrails, bind,
events on the record, sandbox, governed views, query. The plain side runs the same SQL in a worker
of the very same kind, forked from the same process, over a view that a trusted hand wrote with the
same predicates and expressions: no sandbox, no casts, no barrier, nothing decided or recorded. So
the start of a process is counted on both sides, and so is the way of the result out as Arrow.

CPU is that of the node, of its helper processes and of the worker, threads included.
"""

import os
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from harness import Figure, geometric_mean, interleaved, median, quiet_database
from materials import ANALYST, JOINED, LARGE, PURPOSE, SMALL, TREATED, department, rows_in, table_of

from fairway.demo import load
from fairway.engines import compile as compiled
from fairway.engines.duckdb import DuckDBStream
from fairway.engines.workers import Worker
from fairway.nouns.people import Actor
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import GovernedColumn
from fairway.rules.treatments import parse
from fairway.verbs import queries
from fairway.verbs.ports import Platform

LIMITED = 250_000
SHAPES = {
    "group": """
        SELECT academic_year, home_region, count(*) AS n, sum(starts) AS starts
        FROM {t} GROUP BY academic_year, home_region ORDER BY 1, 2""",
    "filter": """
        SELECT provider, sum(starts) AS starts FROM {t}
        WHERE academic_year = '2024/25' AND delivery_region = 'North West' AND starts > 1
        GROUP BY provider ORDER BY 2 DESC, 1 LIMIT 20""",
    "treated numbers": """
        SELECT enrolments, count(*) AS n, sum(achievements) AS achievements
        FROM {t} GROUP BY enrolments ORDER BY 1""",
    "pseudonyms": "SELECT count(DISTINCT provider_ukprn) AS providers FROM {t}",
    "join": """
        SELECT place.region, sum(a.starts) AS starts FROM {t} AS a
        JOIN ons.local_authorities AS place
          ON place.local_authority_code = a.home_local_authority_code
        GROUP BY place.region ORDER BY 1""",
    "window": """
        SELECT * FROM (
          SELECT home_region, provider, sum(starts) AS starts,
                 rank() OVER (PARTITION BY home_region ORDER BY sum(starts) DESC, provider) AS place
          FROM {t} GROUP BY home_region, provider) AS ranked
        WHERE place <= 3 ORDER BY home_region, place""",
    "can fail on a row": """
        SELECT home_region, count(*) AS n FROM {t}
        WHERE achievements / enrolments > 0.5 AND academic_year = '2024/25'
        GROUP BY home_region ORDER BY 1""",
    "many rows out": """
        SELECT academic_year, home_local_authority_code, provider, starts
        FROM {t} WHERE starts > 2 AND is_full_year LIMIT 250000""",
}


def measure(quick: bool) -> Iterator[Figure]:
    rounds = 2 if quick else 9
    with quiet_database(), department(2 if quick else 10) as (platform, data):
        for product in (SMALL, LARGE):
            rows = rows_in(data / load.path_of(product))
            ratios, extra = [], []
            for shape, text in SHAPES.items():
                meter = _meter(platform, data, product, text.format(t=product))
                meter.check(_same)
                ours, theirs = interleaved(meter.governed, meter.plain, rounds)
                ratios.append(median(ours) / median(theirs))
                extra.append(median(ours) - median(theirs))
                yield Figure(
                    f"governed query, {shape}, {rows:,} rows",
                    median(ours) * 1000,
                    "ms of CPU",
                    yardstick="the same query over a trusted plain view",
                    ratio=ratios[-1],
                )
            yield Figure(
                f"governed queries, {rows:,} rows, geometric mean of {len(ratios)}",
                median(extra) * 1000,
                "ms of CPU more (median)",
                yardstick="the same queries over trusted plain views, worker start on both sides",
                ratio=geometric_mean(ratios),
                target=1.15,
                of_ratio=True,
            )


class CpuMeter:
    """Runs one query either way, and tells the CPU that it took.

    `views` and `files` are those of the trusted side.
    """

    def __init__(
        self,
        platform: Platform,
        actor: Actor,
        purpose: str,
        sql: str,
        views: list[str],
        files: list[str],
    ) -> None:
        self._platform, self._actor, self._purpose, self._sql = platform, actor, purpose, sql
        engine: Any = platform.engine
        engine.warm()
        self._engine = engine.__dict__.get("_part", engine)
        self._workers: list[int] = []
        self._launch = type(self._engine.workers).launch.__get__(self._engine.workers)
        self._engine.workers.launch = self._noted
        self._job = {
            "sql": sql,
            "views": views,
            "files": files,
            "rows": platform.limits.rows,
            "bytes": platform.limits.bytes,
            "memory": platform.limits.memory,
            "seconds": platform.limits.seconds,
            "threads": self._engine._threads,
            "sandbox": False,
        }

    def check(self, same: Callable[[bytes, bytes], bool]) -> None:
        """Make sure that both sides give the same rows."""
        assert same(b"".join(self._governed()), b"".join(self._plain())), self._sql

    def governed(self) -> float:
        return self._cost(self._governed)

    def plain(self) -> float:
        return self._cost(self._plain)

    def _governed(self) -> list[bytes]:
        return list(queries.run(self._platform, self._actor, self._sql, self._purpose))

    def _plain(self) -> list[bytes]:
        worker = self._noted(self._job)
        return list(DuckDBStream(worker, self._platform.limits))

    def _cost(self, run: Callable[[], object]) -> float:
        before = _cpu_here()
        run()
        worker = self._worker()
        return _cpu_here() - before + worker

    def _noted(self, job: dict[str, Any], *more: Any) -> Worker:
        """Give a job to a worker, and keep a handle on it beyond the stream's own."""
        worker = self._launch(job, *more)
        self._workers.append(os.dup(worker.handle))
        return worker

    def _worker(self) -> float:
        """Return the CPU seconds of the last worker, once it has ended."""
        handle = self._workers.pop()
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.poll(10_000)
        for line in Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines():
            if line.startswith("Pid:"):
                pid = int(line.split()[1])
        used = cpu_of(pid)
        os.close(handle)
        return used


def _meter(platform: Platform, data: Path, product: str, sql: str) -> CpuMeter:
    found = platform.store.agreements.find(product=product)
    key = platform.keys.pseudonym_key(found[0].id)
    views = [
        "CREATE SCHEMA dfe",
        "CREATE SCHEMA ons",
        f"CREATE VIEW {product} AS {_trusted(data / load.path_of(product), key)}",
        f"CREATE VIEW {JOINED} AS FROM read_parquet('{data / load.path_of(JOINED)}')",
    ]
    files = sorted(str(data / load.path_of(p)) for p in (product, JOINED))
    return CpuMeter(platform, ANALYST, PURPOSE, sql, views, files)


def _same(ours: bytes, theirs: bytes) -> bool:
    one, other = table_of(ours), table_of(theirs)
    if one.num_rows == LIMITED:  # which rows come first is not promised
        return other.num_rows == LIMITED
    return one.to_pylist() == other.to_pylist()


def _trusted(path: Path, key: bytes) -> str:
    """Return the view that a trusted hand would write: the same expressions, nothing else."""
    types = dict.fromkeys(("starts", "enrolments", "achievements"), LogicalType.INTEGER)
    treated = [
        GovernedColumn(name, types.get(name, LogicalType.STRING), parse(treatment))
        for name, treatment in TREATED.items()
    ]
    columns = ", ".join(f"{compiled.treated(c, key)} AS {c.name}" for c in treated)
    return (
        f"SELECT {columns} FROM read_parquet('{path}') WHERE home_region <> 'London'"
        " AND academic_year IN ('2023/24', '2024/25', '2025/26')"
    )


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process with its threads, also of one that has just ended."""
    return time.clock_gettime((~pid << 3) | 2)


def _cpu_here() -> float:
    """Return the CPU seconds of this process and of the helpers that it runs."""
    total = time.process_time()
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            total += cpu_of(int(child))
    return total
