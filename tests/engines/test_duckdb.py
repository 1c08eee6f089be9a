"""The engine: what a query sees, its bounds, and what happens when a worker dies."""

# ruff: noqa: E501 - queries stand as they are sent

import datetime
import io
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.world import KEY, SCHEMA, TYPES, locate, rows
from tests.waiting import until

from fairway.engines import lending
from fairway.engines.duckdb import DuckDBEngine
from fairway.engines.workers import SPARE
from fairway.nouns.errors import BoundExceeded, FairwayError, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Limits
from fairway.nouns.relations import GovernedColumn, GovernedRelation, Located
from fairway.nouns.treatments import KEEP, NULL, PSEUDONYM, YEAR, Kind, Treatment
from fairway.rules import scopes, treatments

ALL = "SELECT * FROM survey.people ORDER BY id"


def test_a_query_sees_the_agreed_rows_and_columns_as_agreed(world):
    table = world.table(ALL)
    visible = rows(hidden=False)
    assert table.column_names == [c for c in TYPES if c not in {"secret", "dropped"}]
    assert table["id"].to_pylist() == list(range(12))
    assert table["salary"].to_pylist() == [row["salary"] for row in visible]
    assert table["age"].to_pylist() == [row["age"] // 10 * 10 for row in visible]
    assert table["visited"].to_pylist() == [row["visited"].year for row in visible]
    assert table["postcode"].to_pylist() == [row["postcode"][:2] for row in visible]
    assert table["nhs"].to_pylist() == [treatments.pseudonym(row["nhs"], KEY) for row in visible]
    assert [str(kind) for kind in table.schema.types] == [
        *("int64", "string", "string", "int64", "double", "date32[day]", "timestamp[us]", "bool"),
        *("string", "string", "int64", "string", "int64"),
    ]


def test_an_empty_result_has_its_columns(world):
    table = world.table("SELECT id, name FROM survey.people WHERE false")
    assert table.num_rows == 0
    assert table.column_names == ["id", "name"]


def test_rows_are_counted_and_chunks_are_small(world, engine):
    query = world.gate.parse("SELECT repeat('x', 1000) AS x FROM range(20000)")
    stream = engine.run(query, [], Limits())
    sizes = [len(chunk) for chunk in stream]
    assert stream.rows == 20_000
    assert max(sizes) <= lending.ROOM
    assert sum(sizes) > 20_000_000


@pytest.mark.parametrize(
    ("sql", "limits", "code"),
    [
        ("SELECT * FROM range(1001)", Limits(rows=1000), "query.too_many_rows"),
        ("SELECT repeat('x', 900) FROM range(2000)", Limits(bytes=10**6), "query.too_many_bytes"),
        (
            "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7",
            Limits(seconds=0.5),
            "query.too_slow",
        ),
        (
            "SELECT list(repeat('x', 1000)) FROM range(1000000)",
            Limits(memory=50_000_000),
            "query.too_much_memory",
        ),
    ],
)
def test_bounds_stop_a_query_and_say_which(world, sql, limits, code):
    with pytest.raises(BoundExceeded) as caught:
        world.table(sql, limits)
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_result_exactly_at_its_bound_passes(world):
    assert world.table("SELECT * FROM range(1000)", Limits(rows=1000)).num_rows == 1000


def test_no_more_rows_than_the_bound_ever_leave(world, engine):
    query = world.gate.parse("SELECT * FROM range(1000000)")
    stream = engine.run(query, [], Limits(rows=20_000))
    received = b""
    with pytest.raises(BoundExceeded):  # noqa: PT012 - what came before it counts
        for chunk in stream:
            received += chunk
    got = 0
    with pa.ipc.open_stream(io.BytesIO(received)) as reader:
        while True:
            try:
                got += reader.read_next_batch().num_rows
            except (StopIteration, pa.ArrowInvalid, OSError):
                break
    assert got <= 20_000


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT name::INTEGER FROM survey.people", "query.failed_on_data"),
        ("SELECT salary * 9223372036854775807 FROM survey.people", "query.failed_on_data"),
        ("SELECT strptime(name, '%Y') FROM survey.people", "query.failed_on_data"),
        ("SELECT chr(-1 - id::INTEGER) FROM survey.people", "query.failed_on_data"),
        (
            "SELECT CASE WHEN range > 15000 THEN name ELSE '1' END::INTEGER FROM survey.people, range(20000)",
            "query.failed_on_data",
        ),
        ("SELECT (SELECT id FROM survey.people) AS x", "query.failed_on_data"),
    ],
)
def test_errors_on_data_are_sentences_of_ours(world, sql, code):
    with pytest.raises(FairwayError) as caught:
        world.table(sql)
    assert caught.value.code == code
    for word in ("person", "Error", "north", "20000", "INT", ".parquet", "LINE"):
        assert word not in caught.value.message


def test_a_worker_that_is_killed_costs_its_own_query_alone(world, engine):
    query = world.gate.parse("SELECT a.range FROM range(1000000) a, range(1000) b")
    stream = engine.run(query, [], Limits(rows=10**9, bytes=10**12))
    chunks = iter(stream)
    next(chunks)
    signal.pidfd_send_signal(stream._handle, signal.SIGKILL)
    with pytest.raises(Unavailable) as caught:
        list(chunks)
    assert caught.value.code == "query.worker_died"
    assert world.table("SELECT 1 AS x").num_rows == 1


def test_a_dead_zygote_is_replaced(world):
    engine = DuckDBEngine(locate)
    query = world.gate.parse("SELECT 1 AS x")
    assert b"".join(engine.run(query, [], Limits()))
    engine.workers._zygote._child.kill()
    engine.workers._zygote._child.wait()
    assert b"".join(engine.run(query, [], Limits()))
    engine.close()
    engine.close()


def workers(engine):
    listed = Path(f"/proc/{engine.workers._zygote._child.pid}/task").iterdir()
    found = []
    for task in listed:
        found += (task / "children").read_text().split()
    return [pid for pid in found if "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]]


def test_closing_stops_the_work_and_twice_does_nothing(world, engine):
    query = world.gate.parse("SELECT a.range FROM range(1000000) a, range(1000) b")
    stream = engine.run(query, [], Limits(rows=10**9, bytes=10**12))
    chunks = iter(stream)
    next(chunks)
    until(lambda: len(workers(engine)) > SPARE)  # the spare ones are being made
    before = len(workers(engine))
    stream.close()
    stream.close()
    until(lambda: len(workers(engine)) < before)
    assert list(chunks) == []


def test_a_reader_who_waits_does_not_use_up_the_query_s_time(world, engine):
    query = world.gate.parse("SELECT repeat('x', 1000) FROM range(20000)")
    stream = engine.run(query, [], Limits(seconds=2))
    chunks = iter(stream)
    next(chunks)
    time.sleep(2.2)
    assert sum(len(chunk) for chunk in chunks) > 10_000_000


def test_many_queries_at_once(world):
    found = []
    sql = "SELECT count(*) AS n FROM survey.people"
    work = [
        threading.Thread(target=lambda: found.append(world.table(sql).to_pylist()))
        for _ in range(8)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert found == [[{"n": 12}]] * 8


def test_the_worker_s_process_knows_no_secret_of_ours(world, engine, monkeypatch):
    monkeypatch.setenv("FAIRWAY_SECRET", "ZQSECRET")
    fresh = DuckDBEngine(locate)
    fresh.warm()
    environment = Path(f"/proc/{fresh.workers._zygote._child.pid}/environ").read_bytes()
    child = Path(f"/proc/{fresh.workers._zygote._child.pid}/fd")
    for _ in range(1200):  # until the workers that it prepares have their ends of the pipes
        held = []
        for descriptor in child.iterdir():
            with suppress(FileNotFoundError):
                held.append(os.readlink(descriptor))  # noqa: PTH115 # the link is no path
        if len(held) == 4:
            break
        time.sleep(0.05)
    fresh.close()
    assert b"ZQSECRET" not in environment
    assert sorted(h.partition(":")[0] for h in held) == [*("/dev/null",) * 3, "socket"]


def test_without_a_sandbox_nothing_is_run(world, monkeypatch):
    monkeypatch.setattr("fairway.engines.sandbox.available", lambda: False)
    query = world.gate.parse("SELECT 1 AS x")
    with pytest.raises(Unavailable) as caught:
        DuckDBEngine(locate).run(query, [], Limits())
    assert caught.value.code == "engine.no_sandbox"
    allowed = DuckDBEngine(locate, unsandboxed=True)
    assert b"".join(allowed.run(query, [], Limits()))
    allowed.close()


def test_a_source_that_is_gone_or_damaged(world, tmp_path):
    for content in (None, b"not parquet at all"):
        path = tmp_path / "x.parquet"
        if content is not None:
            path.write_bytes(content)
        relation = GovernedRelation(
            "d",
            "t",
            Source("local", "parquet", str(path)),
            (GovernedColumn("a", LogicalType.STRING, KEEP),),
        )
        with pytest.raises(Unavailable) as caught:
            b"".join(world.engine.run(world.gate.parse("FROM d.t"), [relation], Limits()))
        assert caught.value.code == "source.unreadable"
        assert "x.parquet" not in str(caught.value)


def test_a_worker_reads_no_file_but_the_granted_ones(world, tmp_path, monkeypatch):
    """Were the gate to let a path through, the walls still hold."""
    from fairway.nouns.queries import ParsedQuery

    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), other)
    for sql in (
        f"SELECT * FROM '{other}'",
        f"SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM read_text('/etc/passwd')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        "SELECT * FROM glob('/*')",
        "SET threads = 8",
        "ATTACH '/tmp/x.db'",
    ):
        query = ParsedQuery(sql, (), frozenset(), False, {"type": "SELECT_NODE"})
        with pytest.raises(FairwayError) as caught:
            b"".join(world.engine.run(query, world.relations, Limits()))
        assert str(other) not in str(caught.value)
    assert not (tmp_path / "out.csv").exists()


def test_csv_is_read_by_the_contract_s_types(world, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id;n;day;name\n001;1;2024-01-31;"a;b"\n002;;;\n', "utf-8")
    relation = GovernedRelation(
        "d",
        "t",
        Source("local", "csv", str(path)),
        (
            GovernedColumn("ID", LogicalType.STRING, KEEP),
            GovernedColumn("n", LogicalType.NUMBER, KEEP),
            GovernedColumn("day", LogicalType.DATE, KEEP),
            GovernedColumn("name", LogicalType.STRING, KEEP),
        ),
    )
    engine = DuckDBEngine(lambda _: Located((str(path),), ("id", "n", "day", "name"), ";"))
    data = b"".join(engine.run(world.gate.parse("FROM d.t"), [relation], Limits()))
    assert pa.ipc.open_stream(data).read_all().to_pylist() == [
        {"ID": "001", "n": 1.0, "day": datetime.date(2024, 1, 31), "name": "a;b"},
        {"ID": "002", "n": None, "day": None, "name": None},
    ]
    path.write_text("id;n;day;name\n001;ZQCANARY;2024-01-31;x\n", "utf-8")
    with pytest.raises(Unavailable) as caught:
        b"".join(engine.run(world.gate.parse("FROM d.t"), [relation], Limits()))
    assert caught.value.code == "source.unreadable"
    assert "ZQCANARY" not in str(caught.value)
    engine.close()


def test_narrower_types_of_the_source_are_widened(world, tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table(
            {
                "small": pa.array([1], pa.int8()),
                "real": pa.array([1.5], pa.float32()),
                "whole": pa.array([7], pa.int32()),
                "day": [datetime.date(2024, 1, 31)],
                "zoned": pa.array([0], pa.timestamp("ms", "Europe/London")),
                "group": pa.array(["x"]).dictionary_encode(),
            }
        ),
        path,
    )
    kinds = {
        "small": LogicalType.INTEGER,
        "real": LogicalType.NUMBER,
        "whole": LogicalType.NUMBER,
        "day": LogicalType.TIMESTAMP,
        "zoned": LogicalType.TIMESTAMP,
        "group": LogicalType.STRING,
    }
    relation = GovernedRelation(
        "d",
        "t",
        Source("local", "parquet", str(path)),
        tuple(GovernedColumn(name, kind, KEEP) for name, kind in kinds.items()),
    )
    data = b"".join(world.engine.run(world.gate.parse("FROM d.t"), [relation], Limits()))
    assert pa.ipc.open_stream(data).read_all().to_pylist() == [
        {
            "small": 1,
            "real": 1.5,
            "whole": 7.0,
            "day": datetime.datetime(2024, 1, 31),
            "zoned": datetime.datetime(1970, 1, 1),
            "group": "x",
        }
    ]


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        ("x < 0.5", [1, 2]),
        ("x <= 0", [1, 2]),
        ("x BETWEEN -5 AND 5", [1, 2]),
        ("x > 0.5", [3]),
        ("x = 0 OR x > 7", [1, 3]),
        ("NOT x > 0.5", [1, 2]),
        ("x <> 0", [2, 3]),
    ],
)
def test_a_scope_takes_nan_as_largest_whatever_the_file_s_statistics_say(
    world, tmp_path, scope, shown
):
    """PyArrow leaves NaN out of the smallest and largest values that it writes."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"i": [1, 2, 3], "x": [0.0, -1.0, float("nan")]}), path)
    relation = GovernedRelation(
        "d",
        "t",
        Source("local", "parquet", str(path)),
        (GovernedColumn("i", LogicalType.INTEGER, KEEP),),
        scopes.parse(scope, {"x": LogicalType.NUMBER}),
        (("x", LogicalType.NUMBER),),
    )
    for sql in ("SELECT i FROM d.t ORDER BY i", "SELECT i FROM d.t WHERE 9 // i > 0 ORDER BY i"):
        chunks = world.engine.run(world.gate.parse(sql), [relation], Limits())
        table = pa.ipc.open_stream(b"".join(chunks)).read_all()
        assert table["i"].to_pylist() == shown


KINDS = [
    (LogicalType.INTEGER, Treatment(Kind.BAND, 7)),
    (LogicalType.INTEGER, Treatment(Kind.ROUND, 10)),
    (LogicalType.INTEGER, Treatment(Kind.ROUND, 1_000_000_000)),
    (LogicalType.NUMBER, Treatment(Kind.BAND, 7)),
    (LogicalType.NUMBER, Treatment(Kind.ROUND, 10)),
    (LogicalType.STRING, Treatment(Kind.PREFIX, 2)),
    (LogicalType.DATE, YEAR),
    (LogicalType.TIMESTAMP, YEAR),
    (LogicalType.STRING, NULL),
    *((kind, PSEUDONYM) for kind in LogicalType),
]
VALUES = {
    LogicalType.STRING: st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    LogicalType.INTEGER: st.integers(-30, 30) | st.integers(-(2**63), 2**63 - 1),
    LogicalType.NUMBER: st.floats() | st.integers(-100, 100).map(lambda n: n / 4),
    LogicalType.BOOLEAN: st.booleans(),
    LogicalType.DATE: st.dates(),
    LogicalType.TIMESTAMP: st.datetimes(),
}


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_treatments_are_those_of_the_rules(world, tmp_path_factory, data):
    """Many values at a time: one worker sees a column for every treatment there is."""
    types = {kind: SCHEMA.field(list(TYPES).index(name)).type for name, kind in TYPES.items()}
    count = 25
    given_values = [
        data.draw(st.lists(st.none() | VALUES[kind], min_size=count, max_size=count))
        for kind, _ in KINDS
    ]
    edges = {LogicalType.INTEGER: [2**63 - 1, -(2**63)], LogicalType.NUMBER: [2.0**52, -(2.0**51)]}
    given_values = [
        values + edges.get(kind, [None, None])
        for values, (kind, _) in zip(given_values, KINDS, strict=True)
    ]
    path = tmp_path_factory.mktemp("t") / "t.parquet"
    arrays = [
        pa.array(values, types[kind]) for values, (kind, _) in zip(given_values, KINDS, strict=True)
    ]
    names = [f"c{i}" for i in range(len(KINDS))]
    pq.write_table(pa.table(arrays, names), path)
    relation = GovernedRelation(
        "d",
        "t",
        Source("local", "parquet", str(path)),
        tuple(GovernedColumn(n, *kind) for n, kind in zip(names, KINDS, strict=True)),
        key=KEY,
    )
    chunks = world.engine.run(world.gate.parse("FROM d.t"), [relation], Limits())
    table = pa.ipc.open_stream(b"".join(chunks)).read_all()
    for name, values, (kind, treatment) in zip(names, given_values, KINDS, strict=True):
        expected = [treatments.apply(value, treatment, kind, KEY) for value in values]
        assert table[name].to_pylist() == expected, (kind, treatment)
