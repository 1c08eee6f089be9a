"""The 22 queries of TPC-H on Spark, governed, against the same over trusted plain views.

The tables, their agreements and the questions are those of `tpch`. The governed side is
`verbs.queries.run` with the Spark engine, all of it: parse, decision, guardrails, bind, events on
the record, a session, governed views, query. The plain side has a session of its own for every
query too, with the same settings, and views that a trusted hand wrote with the same predicates and
expressions: nothing is decided or recorded, and no barrier stands anywhere. Both run on one
standalone cluster on this machine: a master, two workers with a core each, a Connect server. CPU is
that of the node and of all of Spark's processes, threads included.
"""

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from governed import cpu_of
from harness import Figure, Skipped, geometric_mean, interleaved, median, quiet_database
from materials import table_of
from tests import cluster
from tpch import (
    ANALYST,
    DOMAIN,
    PURPOSE,
    SCOPES,
    TABLES,
    TREATED,
    columns,
    department,
    near,
    tables,
)
from tpch_queries import QUERIES, text

from fairway.engines import spark
from fairway.engines.spark_relations import treated
from fairway.nouns.errors import FairwayError
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import GovernedColumn
from fairway.nouns.treatments import KEEP
from fairway.rules.treatments import parse
from fairway.verbs import queries
from fairway.verbs.ports import Platform

PATIENCE = 240


def measure(quick: bool) -> Iterator[Figure]:
    if not cluster.available():
        raise Skipped(cluster.MISSING)
    warnings.simplefilter("ignore")  # the client's own, about its settings and about pandas
    scale, rounds = ("0.1", 2) if quick else ("1", 3)
    with (
        quiet_database(),
        department(tables(scale)) as (node, folder),
        cluster.running(memory="768m") as address,
    ):
        platform = _on_spark(node, address)
        ratios, extra, gaps = [], [], []
        for number in QUERIES:
            meter = _Meter(platform, address, folder, text(number, DOMAIN))
            try:
                meter.check()
            except FairwayError as error:
                if error.code != "engine.gap":
                    raise
                gaps.append(f"{number}: {error.message}")
                continue
            ours, theirs = interleaved(meter.governed, meter.plain, rounds)
            ratios.append(median(ours) / median(theirs))
            extra.append(median(ours) - median(theirs))
            yield Figure(
                f"TPC-H {number} at SF{scale} on Spark, governed",
                median(ours) * 1000,
                "ms of CPU",
                yardstick="the same query over trusted plain views",
                ratio=ratios[-1],
            )
        yield Figure(
            f"TPC-H at SF{scale} on Spark, geometric mean of {len(ratios)}",
            median(extra) * 1000,
            "ms of CPU more (median)",
            yardstick="the same queries over trusted plain views, a new session on both sides",
            ratio=geometric_mean(ratios),
            target=None if quick else 1.25,
            of_ratio=True,
            note=f"refused on Spark: {'; '.join(gaps)}" if gaps else "none is refused on Spark",
        )


def _on_spark(node: Platform, address: str) -> Platform:
    """Return the node with every query on Spark, and time enough for a busy machine."""
    locate: Any = node.sources.locate
    return replace(
        node,
        engine=spark.SparkEngine(locate, address, node.gate.bind),
        limits=replace(node.limits, seconds=PATIENCE),
    )


class _Meter:
    """Runs one query either way, and tells the CPU that it took."""

    def __init__(self, platform: Platform, address: str, folder: Path, sql: str) -> None:
        self._platform, self._address, self._sql = platform, address, sql
        self._views = {
            table: _trusted(platform, folder, table)
            for table in TABLES
            if f"{DOMAIN}.{table}" in sql
        }

    def check(self) -> None:
        """Make sure that both sides give the same rows; sums may differ in a last digit."""
        ours, theirs = table_of(self._governed()), self._plain()
        one, other = ours.to_pylist(), theirs.rename_columns(ours.column_names).to_pylist()
        assert len(one) == len(other), self._sql
        for a, b in zip(one, other, strict=True):
            assert all(near(a[key], b[key]) for key in a), (self._sql, a, b)

    def governed(self) -> float:
        before = _cpu()
        self._governed()
        return _cpu() - before

    def plain(self) -> float:
        before = _cpu()
        self._plain()
        return _cpu() - before

    def _governed(self) -> bytes:
        return b"".join(queries.run(self._platform, ANALYST, self._sql, PURPOSE))

    def _plain(self) -> pa.Table:
        from pyspark.sql.connect.session import SparkSession

        session: Any = SparkSession.builder.remote(self._address).create()
        try:
            for key, value in spark._SETTINGS.items():
                session.conf.set(key, value)
            for table, (path, schema, typed, scope, listed) in self._views.items():
                frame = session.read.schema(schema).parquet(path).selectExpr(*typed)
                frame = frame.where(scope) if scope else frame
                frame.selectExpr(*listed).createOrReplaceTempView(table)
            found: pa.Table = session.sql(self._sql.replace(f"{DOMAIN}.", "")).toArrow()
            return found
        finally:
            session.stop()


def _trusted(
    platform: Platform, folder: Path, table: str
) -> tuple[str, str, list[str], str, list[str]]:
    """Return what a trusted hand reads: path, schema, columns as typed, scope, columns as served.

    A decimal is served as a DOUBLE: without the cast, the sides would not compute alike.
    """
    path = folder / f"{table}.parquet"
    key = platform.keys.pseudonym_key(
        platform.store.agreements.find(product=f"{DOMAIN}.{table}")[0].id
    )
    schema = ", ".join(f"{f.name} {spark._native(f.type)}" for f in pq.read_schema(path))
    kinds = columns(folder, table)
    typed = [f"CAST({n} AS DOUBLE) AS {n}" if k == "number" else n for n, k in kinds.items()]
    given = {n: parse(words) for n, words in TREATED.get(table, {}).items()}
    served = [GovernedColumn(n, LogicalType(k), given.get(n, KEEP)) for n, k in kinds.items()]
    listed = [f"{treated(column, key)} AS {column.name}" for column in served]
    return f"file://{path}", schema, typed, SCOPES.get(table, ""), listed


def _cpu() -> float:
    """Return the CPU seconds of this process and of all that it started, near and far."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    ours, total = {os.getpid()}, time.process_time()
    while found := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= found
        for pid in found:
            with suppress(OSError):
                total += cpu_of(pid)
    return total
