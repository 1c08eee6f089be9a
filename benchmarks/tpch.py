"""The 22 queries of TPC-H over governed tables, against the same queries over trusted plain views.

Four of the eight tables stand under an agreement with a row scope and treatments, the other four
are granted whole. The governed side is `verbs.queries.run`, all of it: parse, decision, guardrails,
bind, events on the record, sandbox, governed views, query. The plain side runs the same SQL in a
worker of the very same kind over views that a trusted hand wrote with the same predicates and
expressions: nothing is decided, recorded or shut in, and no barrier stands anywhere. CPU is that of
the node, of its helpers and of the worker, threads included.

The tables come from `tpchgen-cli` (a development dependency): nothing is downloaded.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from governed import CpuMeter
from harness import Figure, geometric_mean, interleaved, median, quiet_database
from materials import kept_folder, table_of
from tpch_queries import QUERIES, text

from fairway.engines import compile as compiled
from fairway.nouns.agreements import Move
from fairway.nouns.people import Actor, Domain, Organisation, Person, Role, Via
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import GovernedColumn
from fairway.nouns.treatments import KEEP
from fairway.rules.treatments import parse
from fairway.verbs import agreements, people, products
from fairway.verbs.acting import SYSTEM
from fairway.verbs.agreements import Asking
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

DOMAIN = "tpch"
OWNER, ANALYST = Actor("tpch-owner", Via.SYSTEM, proved=True), Actor("tpch-analyst", Via.SYSTEM)
PURPOSE = "policy-analysis"
TABLES = ("lineitem", "orders", "customer", "part", "partsupp", "supplier", "nation", "region")
SCOPES = {
    "lineitem": "l_shipdate >= '1992-06-01' AND l_linenumber <= 6",
    "orders": "o_orderpriority <> '5-LOW'",
    "customer": "c_mktsegment <> 'MACHINERY'",
    "part": "p_size BETWEEN 1 AND 45",
}
TREATED = {
    "lineitem": {"l_comment": "prefix:10", "l_extendedprice": "round:10"},
    "orders": {"o_clerk": "pseudonym", "o_totalprice": "band:100"},
    "customer": {
        "c_name": "pseudonym",
        "c_acctbal": "round:10",
        "c_phone": "prefix:2",
        "c_address": "prefix:5",
    },
    "part": {"p_retailprice": "band:10", "p_comment": "prefix:5"},
}
WORST = 1.5


def measure(quick: bool) -> Iterator[Figure]:
    scale, rounds = ("0.1", 2) if quick else ("1", 3)
    with quiet_database(), department(tables(scale)) as (platform, folder):
        ratios, extra = [], []
        for number in QUERIES:
            sql = text(number, DOMAIN)
            meter = CpuMeter(platform, ANALYST, PURPOSE, sql, *plain_views(platform, folder, sql))
            meter.check(same)
            ours, theirs = interleaved(meter.governed, meter.plain, rounds)
            ratios.append(median(ours) / median(theirs))
            extra.append(median(ours) - median(theirs))
            yield Figure(
                f"TPC-H {number} at SF{scale}, governed",
                median(ours) * 1000,
                "ms of CPU",
                yardstick="the same query over trusted plain views",
                ratio=ratios[-1],
                target=None if quick else WORST,
                of_ratio=True,
            )
        yield Figure(
            f"TPC-H at SF{scale}, geometric mean of {len(ratios)}",
            median(extra) * 1000,
            "ms of CPU more (median)",
            yardstick="the same queries over trusted plain views, worker start on both sides",
            ratio=geometric_mean(ratios),
            target=None if quick else 1.15,
            of_ratio=True,
        )


def same(ours: bytes, theirs: bytes) -> bool:
    """Say whether both sides give the same rows; sums of fractions may differ in a last digit."""
    one, other = table_of(ours).to_pylist(), table_of(theirs).to_pylist()
    return len(one) == len(other) and all(
        a.keys() == b.keys() and all(near(a[key], b[key]) for key in a)
        for a, b in zip(one, other, strict=True)
    )


def near(a: object, b: object) -> bool:
    """Say whether two values are the same, or fractions that differ in a last digit."""
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1.0)
    return a == b


def tables(scale: str) -> Path:
    """Return the folder with the tables, made when first asked for."""
    folder = kept_folder() / f"tpch-{scale}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        tool = Path(sys.executable).with_name("tpchgen-cli")
        command = [tool, "parquet", "-s", scale, "--overwrite", f"--output-dir={folder}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (folder / "done").touch()
    return folder


@contextmanager
def department(folder: Path) -> Iterator[tuple[Platform, Path]]:
    """Open a node with the eight tables as products, and an agreement on each."""
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as place:
        workspace = Path(place) / "node"
        platform = create_node(workspace, "TPC-H")
        data = workspace / "data" / DOMAIN
        data.mkdir(parents=True)
        for table in TABLES:
            shutil.copy(folder / f"{table}.parquet", data / f"{table}.parquet")
        try:
            _people(platform)
            for table in TABLES:
                products.publish(platform, OWNER, _contract(data, table), f"{table}.yaml")
                _agree(platform, data, table)
            yield platform, data
        finally:
            close_node()


def _people(platform: Platform) -> None:
    people.add_domain(
        platform, SYSTEM, Domain(DOMAIN, "TPC-H", DOMAIN), Organisation(DOMAIN, DOMAIN)
    )
    for actor, role in ((OWNER, Role.DATA_OWNER), (ANALYST, Role.ANALYST)):
        person = actor.person
        people.add_person(platform, SYSTEM, Person(person, person, DOMAIN), None)
        people.appoint(platform, SYSTEM, person, role, DOMAIN, since=date(2025, 1, 1), evidence="-")


def columns(folder: Path, table: str) -> dict[str, str]:
    """Return the columns of a table, with their logical types."""
    words = {"int": "integer", "dec": "number", "str": "string", "dat": "date", "lar": "string"}
    return {f.name: words[str(f.type)[:3]] for f in pq.read_schema(folder / f"{table}.parquet")}


def _contract(folder: Path, table: str) -> str:
    listed = "\n".join(
        f"      - {{name: {name}, logicalType: {kind}, classification: none}}"
        for name, kind in columns(folder, table).items()
    )
    return f"""
apiVersion: v3.2.0
kind: DataContract
id: tpch-{table}
name: {table.capitalize()}
version: 1.0.0
status: active
domain: {DOMAIN}
servers: [{{server: node, type: local, format: parquet, path: {DOMAIN}/{table}.parquet}}]
schema:
  - name: {table}
    properties:
{listed}
team:
  members: [{{username: {OWNER.person}, role: data owner}}]
"""


def _agree(platform: Platform, folder: Path, table: str) -> None:
    treated = TREATED.get(table, {})
    asking = Asking(
        product=f"{DOMAIN}.{table}",
        columns=tuple((name, treated.get(name, "keep")) for name in columns(folder, table)),
        scope=SCOPES.get(table, ""),
        purpose=PURPOSE,
        legal_basis="gdpr-6-1-e",
        necessity="To measure.",
        ends=date(platform.clock.now().year + 1, 12, 31),
    )
    asked = agreements.draft(platform, ANALYST, asking)
    agreements.submit(platform, ANALYST, asked.id)
    agreements.move(platform, OWNER, asked.id, Move.APPROVE)


def plain_views(platform: Platform, folder: Path, sql: str) -> tuple[list[str], list[str]]:
    """Return the statements and files of the trusted side, for the tables that a query names."""
    statements, files = [f"CREATE SCHEMA {DOMAIN}"], []
    for table in TABLES:
        if f"{DOMAIN}.{table}" not in sql:
            continue
        path = folder / f"{table}.parquet"
        found = platform.store.agreements.find(product=f"{DOMAIN}.{table}")
        key = platform.keys.pseudonym_key(found[0].id)
        listed = ", ".join(
            f"{_expression(name, LogicalType(kind), table, key)} AS {name}"
            for name, kind in columns(folder, table).items()
        )
        scope = f" WHERE {SCOPES[table]}" if table in SCOPES else ""
        # A decimal is served as a DOUBLE: without the cast, the sides would not compute alike.
        numbers = [n for n, kind in columns(folder, table).items() if kind == "number"]
        replaced = ", ".join(f"{n}::DOUBLE AS {n}" for n in numbers)
        source = f"SELECT *{f' REPLACE ({replaced})' if numbers else ''} FROM '{path}'"
        statements.append(f"CREATE VIEW {DOMAIN}.{table} AS SELECT {listed} FROM ({source}){scope}")
        files.append(str(path))
    return statements, sorted(files)


def _expression(name: str, kind: LogicalType, table: str, key: bytes) -> str:
    given = TREATED.get(table, {}).get(name)
    treatment = parse(given) if given else KEEP
    return compiled.treated(GovernedColumn(name, kind, treatment), key)
