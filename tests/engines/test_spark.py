"""The Spark engine, on a real standalone cluster and on Sail: the same answers or a declared gap."""

# ruff: noqa: E501 - queries stand as they are sent

import datetime
import math
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.generated import Texts, assert_same, relations, result
from tests.engines.spec import QUERIES
from tests.engines.world import CANARIES, locate
from tests.hostile.probes import PROBES

from fairway.engines.memory import MemoryEngine
from fairway.engines.routing import RoutingEngine
from fairway.engines.spark import SparkEngine
from fairway.nouns.errors import BoundExceeded, FairwayError, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Limits
from fairway.nouns.relations import DataFile, GovernedColumn, GovernedRelation, Located
from fairway.nouns.treatments import KEEP
from fairway.rules import scopes, treatments

PATIENT = Limits(seconds=240)
pytestmark = [
    # The client's own code, on which nothing here depends.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def answers(world, sql):
    return world.outcome(sql, PATIENT)


def same(one, other):
    """Numbers that are not whole may differ in their last digits."""

    def rows(outcome):
        return [row.replace("-0.0", "0.0") for row in outcome.rows]

    return (one.code, one.names, rows(one)) == (other.code, other.names, rows(other))


# ------------------------------------------------------------------ the specification


@pytest.mark.slow
def test_the_specification_on_sail(sail, on, world):
    gaps = check(on(sail), world, [sql for _, sql in QUERIES])
    assert len(gaps) < len(QUERIES) / 4, gaps


@pytest.mark.slow
def test_the_specification_on_a_cluster(spark, on, world):
    """One query of each topic here, four at once; all of them in `make test-deep`."""
    first = dict(reversed(QUERIES))
    assert check(on(spark), world, list(first.values())) == []


@pytest.mark.deep
def test_the_whole_specification_on_a_cluster(spark, on, world):
    check(on(spark), world, [sql for _, sql in QUERIES])


def check(tried, world, queries):
    """Hold an engine against the default one; return what it does not know."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda sql: answers(tried, sql), queries))
    gaps = []
    for sql, outcome in zip(queries, found, strict=True):
        if outcome.code == "engine.gap":
            gaps.append(sql)
        else:
            expected = answers(world, sql)
            assert same(outcome, expected), (sql, outcome, expected)
    return gaps


# ------------------------------------------------------------------ by chance


def agree(gate, engine, folder, data, queries):
    memory = MemoryEngine(locate)
    relation = data.draw(relations(folder))
    types = {c.name: treatments.treated_type(c.type, c.treatment) for c in relation.columns}
    for _ in range(queries):
        sql = Texts(data.draw, types).query()
        known = result(gate, memory, sql, relation)
        if known[0] != "engine.gap":
            found = result(gate, engine, sql, relation)
            if found[0] != "engine.gap":
                assert_same(known, found, sql)


CHANCE = {"suppress_health_check": list(HealthCheck), "deadline": None}


@pytest.mark.slow
@settings(max_examples=60, **CHANCE)
@given(st.data())
def test_sail_and_the_oracle_agree(gate, sail, places, data):
    agree(gate, sail, places, data, 3)


@pytest.mark.slow
@settings(max_examples=6, **CHANCE)
@given(st.data())
def test_spark_and_the_oracle_agree(gate, spark, places, data):
    agree(gate, spark, places, data, 2)


@pytest.mark.deep
@settings(max_examples=3400, **CHANCE)
@given(st.data())
def test_sail_and_the_oracle_agree_ten_thousand_times(gate, sail, places, data):
    agree(gate, sail, places, data, 3)


@pytest.mark.deep
@settings(max_examples=250, **CHANCE)
@given(st.data())
def test_spark_and_the_oracle_agree_five_hundred_times(gate, spark, places, data):
    agree(gate, spark, places, data, 2)


# ------------------------------------------------------------------ the barrier


def probes(engine, on, queries):
    """Send probes at the world with hidden rows and that without: nothing may tell them apart."""
    full, bare = on(engine), on(engine, hidden=False)

    def both(sql):
        return sql, answers(full, sql), answers(bare, sql)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(both, queries))
    known = 0
    for sql, one, other in found:
        assert same(one, other), sql
        for leak in (*CANARIES, "ZQPATH", ".parquet", "/tmp"):
            if leak not in sql:
                assert leak.encode() not in one.seen, sql
        known += one.code != "engine.gap"
    return known


@pytest.mark.slow
def test_probes_learn_nothing_on_sail(sail, on):
    assert probes(sail, on, [sql for _, sql in PROBES]) > 20


FAILING = [
    "SELECT id FROM survey.people WHERE id // (salary - 77317731) > 0",
    "SELECT id FROM survey.people WHERE salary + 9000000000000000000 > 0",
    "SELECT p.id FROM survey.people p JOIN survey.areas a ON a.weight = 100 // (p.salary - 77317731)",
    "SELECT count(*) FROM survey.people WHERE salary * salary > 5",
    "SELECT id FROM (SELECT id, abs(salary) AS s FROM survey.people) WHERE s // s = 1",
    "SELECT id FROM survey.people WHERE lower(name) = 'person 1' AND id // salary = 0",
]


@pytest.mark.slow
def test_probes_learn_nothing_on_a_cluster(spark, on):
    assert probes(spark, on, FAILING) == len(FAILING)


@pytest.mark.deep
def test_all_probes_learn_nothing_on_a_cluster(spark, on):
    assert probes(spark, on, [sql for _, sql in PROBES]) > 20


# ------------------------------------------------------------------ sources


def relation_of(path, types, scope=""):
    parsed = scopes.parse(scope, types) if scope else None
    return GovernedRelation(
        "d",
        "r",
        Source("local", "parquet", str(path)),
        tuple(GovernedColumn(name, kind, KEEP) for name, kind in types.items()),
        parsed,
        tuple((n, types[n]) for n in sorted(scopes.columns(parsed))) if parsed else (),
    )


@pytest.mark.slow
@pytest.mark.parametrize("server", ["spark", "sail"])
def test_partitions_deleted_rows_and_numbers_past_statistics(
    request, gate, engine, tmp_path, server
):
    tried = request.getfixturevalue(server)
    table = pa.table({"c-1": [math.nan, -3.0, 2.0, None], "n": [1, 2, 3, 4]})
    for name in "ab":
        pq.write_table(table, tmp_path / f"{name}.parquet")
    parts = tuple(
        DataFile(
            str(tmp_path / f"{name}.parquet"),
            names=(("x", "c-1"), ("late", "")),
            constants=(("day", day), ("it's", "\\'")),
            deleted=deleted,
        )
        for name, day, deleted in (("a", "2024-01-31", ()), ("b", None, (1,)))
    )
    located = Located(tuple(part.path for part in parts), parts=parts)
    types = {
        "x": LogicalType.NUMBER,
        "n": LogicalType.INTEGER,
        "late": LogicalType.TIMESTAMP,
        "day": LogicalType.DATE,
        "it's": LogicalType.STRING,
    }
    for scope in ("", "x > 0", "NOT (x > 0)", "day = '2024-01-31'", "\"it's\" = '\\'''"):
        relation = relation_of("unused", types, scope)
        found = []
        for one in (engine, tried):
            kept, one._locate = one._locate, lambda _: located
            try:
                found.append(result(gate, one, "SELECT * FROM d.r", relation))
            finally:
                one._locate = kept
        if server == "sail" and found[1][0] == "engine.gap":
            continue
        assert_same(found[0], found[1], scope)
        assert found[1][1] or scope.endswith("'\\'''")


@pytest.mark.parametrize("name", ["a b", "a%20b", "a[1]", "a*", "a{b,c}"])
def test_files_of_odd_names_are_a_declared_gap(gate, name):
    tried = SparkEngine(lambda _: Located((f"/{name}.parquet",)), "sc://127.0.0.1:1", gate.bind)
    with pytest.raises(Unavailable, match="files of such names"):
        tried.run(
            gate.parse("SELECT * FROM d.r"),
            [relation_of("a", {"n": LogicalType.INTEGER})],
            Limits(),
        )


def test_delimited_text_is_a_declared_gap(gate, tmp_path):
    located = Located((str(tmp_path / "a.csv"),), ("n",), ",")
    tried = SparkEngine(lambda _: located, "sc://127.0.0.1:1", gate.bind)
    with pytest.raises(Unavailable, match="does not know delimited text") as caught:
        tried.run(
            gate.parse("SELECT * FROM d.r"),
            [relation_of("a", {"n": LogicalType.INTEGER})],
            Limits(),
        )
    assert caught.value.code == "engine.gap"


def test_text_that_arrow_calls_a_view_is_read_as_text(sail, gate, tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": pa.array(["x", None], pa.string_view())}), path)
    assert pq.read_schema(path).field("n").type == pa.string_view()
    tried = SparkEngine(lambda _: Located((str(path),)), sail._address, gate.bind, server="sail")
    relation = relation_of("a", {"n": LogicalType.STRING})
    query = gate.parse("SELECT * FROM d.r")
    with pa.ipc.open_stream(b"".join(tried.run(query, [relation], PATIENT))) as found:
        assert found.read_all().to_pydict() == {"n": ["x", None]}


# ------------------------------------------------------------------ what can go wrong


def test_without_the_client_it_names_the_line_that_installs_it(on, gate, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql.connect.session", None)
    world = on(SparkEngine(locate, "sc://127.0.0.1:1", gate.bind))
    with pytest.raises(Unavailable) as caught:
        world.table("SELECT id FROM survey.people")
    assert caught.value.remedy == "Install it on the node: pip install 'fairway[spark]'."


@pytest.mark.slow
def test_bounds_and_closing(sail, on):
    world = on(sail)
    for limits, code in (
        (Limits(rows=3), "query.too_many_rows"),
        (Limits(bytes=50), "query.too_many_bytes"),
    ):
        with pytest.raises(BoundExceeded) as caught:
            world.table("SELECT * FROM survey.people", limits)
        assert caught.value.code == code
    query = world.gate.parse("SELECT id FROM survey.people")
    stream = sail.run(query, world.relations, Limits())
    stream.close()
    stream.close()
    assert list(stream) == []


@pytest.mark.slow
def test_a_file_that_has_gone_is_the_sources_fault(sail, gate, tmp_path):
    pq.write_table(pa.table({"n": [1]}), tmp_path / "a.parquet")
    relation = relation_of(tmp_path / "a.parquet", {"n": LogicalType.INTEGER})
    query = gate.parse("SELECT n FROM d.r")
    stream = sail.run(query, [relation], Limits())
    (tmp_path / "a.parquet").unlink()
    with pytest.raises(FairwayError) as caught:
        list(stream)
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(Unavailable) as caught:
        sail.run(query, [relation], Limits())
    assert caught.value.code == "source.unreadable"


@pytest.mark.slow
def test_a_query_past_its_time_is_stopped(spark, on):
    world = on(spark)
    sql = (
        "SELECT count(*) FROM survey.people a, survey.people b, survey.people c, survey.people d,"
        " survey.people e, survey.people f, survey.people g, survey.people h, survey.people i,"
        " survey.people j, survey.people k WHERE a.id + k.id > 10"
    )
    with pytest.raises(BoundExceeded) as caught:
        world.table(sql, Limits(seconds=1))
    assert caught.value.code == "query.too_slow"


def test_a_server_that_does_not_stop_is_hung_up_on(monkeypatch, on, gate):
    """Whoever reads waits no longer than the time and the patience, whatever the server does."""
    from fairway.engines import spark as module

    hung_up = threading.Event()

    class Client:
        close = hung_up.set

    class Deaf:
        """A session of a server that answers nothing until its line is cut."""

        client = Client

        def __getattr__(self, name):
            if name in {"interruptTag", "stop", "addTag"}:
                return lambda *_: None
            assert hung_up.wait(30)
            raise ConnectionError(name)

    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    engine = SparkEngine(locate, "sc://127.0.0.1:1", gate.bind)
    monkeypatch.setattr(engine, "_session", Deaf)
    with pytest.raises(BoundExceeded) as caught:
        on(engine).table("SELECT id FROM survey.people", Limits(seconds=0.2))
    assert caught.value.code == "query.too_slow"
    assert hung_up.is_set()


# ------------------------------------------------------------------ routing


class Named:
    """An engine that says who it is, or that it does not know."""

    def __init__(self, name, knows=True):
        self.name, self.knows = name, knows

    def run(self, query, relations, limits):
        if not self.knows:
            raise Unavailable("engine.gap", "No.")
        return self.name


def test_what_is_large_goes_to_spark(gate, tmp_path):
    pq.write_table(pa.table({"day": [datetime.date(2024, 1, 1)]}), tmp_path / "a.parquet")
    size = (tmp_path / "a.parquet").stat().st_size
    relation = relation_of(tmp_path / "a.parquet", {"day": LogicalType.DATE})
    query = gate.parse("SELECT * FROM d.r")

    def ran(above, knows=True):
        tried = RoutingEngine(Named("default"), Named("spark", knows), locate, above)
        return tried.run(query, [relation], Limits())

    assert (ran(size), ran(size - 1), ran(size - 1, knows=False)) == ("default", "spark", "default")
