"""Every engine that serves tells what it would do, before and without doing it."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engines.world import World, locate

from fairway.engines.fetching import FetchingEngine
from fairway.engines.routing import RoutingEngine
from fairway.engines.spark import SparkEngine
from fairway.nouns.errors import Unavailable
from fairway.nouns.products import Source
from fairway.nouns.relations import DataFile, Located

SUMS = "SELECT id FROM survey.people WHERE id > 3 AND id + 9000000000000000000 > 3"
CASTS = "SELECT id FROM survey.people WHERE id > 3 AND CAST(code AS INTEGER) > 101"


@pytest.fixture
def spark(gate):
    """Spark without a server: what it would do is known without one."""
    return SparkEngine(locate, "sc://127.0.0.1:1", gate.bind)


def planned(world, engine, sql=CASTS, relations=None):
    query = world.gate.parse(sql)
    named = {str(table) for table in query.tables}
    relations = relations or world.relations
    return engine.plan(query, [r for r in relations if f"{r.domain}.{r.table}" in named])


def test_a_condition_that_can_fail_waits_and_the_others_go_below(world, engine):
    plan = planned(world, engine)
    (people,) = plan.relations
    assert (people.columns, people.barrier, people.below) == (("id", "code"), True, '"id" > 3')
    assert people.files is None  # the scope tests what lies in the file
    assert [world.gate.phrase(one) for one in plan.above] == ["(CAST(code AS INTEGER) > 101)"]


def test_what_the_plan_says_is_what_the_worker_gets(world, engine):
    """The plan's barrier and lowered conditions are those of the view that is run."""
    from fairway.engines.duckdb import _statements

    for sql in (CASTS, CASTS.replace("CAST(code AS INTEGER) > 101", "code = '101'")):
        query = world.gate.parse(sql)
        relation = world.relations[0]
        (told,) = engine.plan(query, [relation]).relations
        view = _statements(query, [(relation, locate(relation.source))], [])["views"][-1]
        assert told.barrier == ("LIMIT 9223372036854775807" in view)
        assert not told.below or told.below in view


def test_a_day_that_cannot_be_folded_makes_everything_wait(world, engine):
    sql = "SELECT id FROM survey.people WHERE born > DATE '1985-01-01' + INTERVAL 1 MONTH"
    assert not planned(world, engine, sql).relations[0].barrier
    query = world.gate.parse(sql)
    moved = replace(query, sql=sql[:40])
    (told,) = engine.plan(moved, world.relations[:1]).relations
    assert told.barrier


def test_what_a_peer_answers_is_not_read_here(world, engine):
    answered = replace(world.relations[0], content=b"")
    assert planned(world, engine, "SELECT id FROM survey.people", [answered]).relations == ()


def test_spark_plans_without_a_server_and_declares_its_gaps(world, spark):
    plan = planned(world, spark, SUMS)
    assert (plan.engine, plan.relations[0].barrier, plan.relations[0].below) == ("spark", True, "")
    cautious = planned(world, spark, "SELECT id FROM survey.people WHERE upper(name) = 'X'")
    assert cautious.relations[0].barrier
    with pytest.raises(Unavailable) as caught:
        planned(world, spark, CASTS)
    assert caught.value.code == "engine.gap"


def test_the_plan_says_which_engine_and_why(world, engine, spark):
    small = RoutingEngine(engine, spark, locate, above=10**9)
    large = RoutingEngine(engine, spark, locate, above=1)
    told = planned(world, small)
    assert (told.engine, "no larger than 1,000,000,000 bytes" in told.why) == ("duckdb", True)
    told = planned(world, large, SUMS)
    assert (told.engine, told.why) == (
        "spark",
        "What is read is larger than 1 bytes (spark.above).",
    )
    told = planned(world, large, CASTS)
    assert (told.engine, "larger than 1 bytes (spark.above), but: " in told.why) == ("duckdb", True)


def test_another_failure_than_a_gap_is_no_reason_to_go_elsewhere(world, engine):
    class Down:
        def plan(self, query, relations):
            raise Unavailable("source.unreadable", "No.")

    with pytest.raises(Unavailable) as caught:
        planned(world, RoutingEngine(engine, Down(), locate, above=1))
    assert caught.value.code == "source.unreadable"


def test_what_a_database_is_asked_is_told_and_nothing_is_fetched(world, engine, spark):
    def fetch(source, wanted):
        raise AssertionError("fetched")

    there = replace(world.relations[0], source=Source("postgres", "table", "a.b"))
    kinds = frozenset({"postgres"})
    for inner in (engine, RoutingEngine(engine, spark, locate, above=1)):
        plan = planned(world, FetchingEngine(inner, kinds, fetch), CASTS, [there])
        (people,) = plan.relations
        assert (people.fetched, people.files, people.below) == (True, None, "id > 3")
    both = "SELECT p.id FROM survey.people p JOIN survey.areas a USING (region)"
    relations = [there, world.relations[1]]
    plan = planned(world, FetchingEngine(engine, kinds, fetch), both, relations)
    assert [(one.fetched, one.files) for one in plan.relations] == [(True, None), (False, 1)]


def test_partitions_that_the_scope_excludes_are_not_in_the_plan(gate, engine, tmp_path):
    """The hidden partition's file does not even exist: it is never looked at."""
    from fairway.engines.duckdb import DuckDBEngine

    pq.write_table(pa.table({"id": [1]}), tmp_path / "north.parquet")
    world = World(tmp_path / "w", gate, engine)
    parts = tuple(
        DataFile(str(tmp_path / f"{name}.parquet"), constants=(("region", name), ("name", None),
                 ("secret", None)))
        for name in ("north", "ZQCANARY")
    )  # fmt: skip
    parted = Located(tuple(p.path for p in parts), parts=parts)
    plan = planned(world, DuckDBEngine(lambda _: parted), "SELECT id FROM survey.people")
    (people,) = plan.relations
    assert (people.files, people.partitions) == (1, ("region = north, name = None",))
    assert "ZQCANARY" not in repr(plan)
