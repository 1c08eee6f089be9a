"""The hostile queries on the other engines: what passes the gate, and what would if it failed.

The gate refuses most of them, so no engine ever sees them. Here they are put to the engines all the
same, as if the gate were not there: nothing may come of them that the terms do not allow.
"""

import json
import random
import re

import duckdb
import pytest
from tests.engines.test_spark import PATIENT, pytestmark, same
from tests.engines.world import CANARIES, locate
from tests.hostile.attacks import REFUSED
from tests.hostile.generated import GENERATED_PROBES, GENERATED_REFUSED
from tests.hostile.generated import probes as drawn
from tests.hostile.probes import PROBES

from fairway.engines.memory import MemoryEngine
from fairway.engines.spark import SparkEngine
from fairway.engines.tree import SERIALISE
from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.queries import Limits, ParsedQuery, TableName

__all__ = ["pytestmark"]

LEAKS = (*CANARIES, "ZQPATH", ".parquet", "/tmp")
HUGE = 2_000
"""Characters: what is refused for its size alone is after the parser, and not after the data."""

TABLES = (TableName("survey", "people"), TableName("survey", "areas"))


def read(connection, sql):
    """Return a refused query as the gate would have passed it on, None for what is no query."""
    try:
        row = connection.execute(SERIALISE, [sql]).fetchone()
        statements = json.loads(row[0]).get("statements", [])
    except (duckdb.Error, RecursionError):
        return None
    if len(statements) != 1:
        return None
    return ParsedQuery(sql, TABLES, frozenset(), stars=True, tree=statements[0]["node"])


@pytest.fixture(scope="module")
def past_the_gate():
    with duckdb.connect() as connection:
        asked = (read(connection, sql) for _, sql in (*REFUSED, *GENERATED_REFUSED))
        found = [query for query in asked if query]
    assert len(found) > 700
    return found


def outcome(engine, query, world):
    """Return what comes of a query: rows as text, or the name of what went wrong."""
    import io

    import pyarrow as pa

    try:
        data = b"".join(engine.run(query, world.relations, Limits(seconds=10)))
    except FairwayError as error:
        return f"{error.code} {error} {error.remedy}"
    except (LookupError, RecursionError) as error:  # nothing of that name: nothing was run
        return type(error).__name__
    return repr(sorted(map(repr, pa.ipc.open_stream(io.BytesIO(data)).read_all().to_pylist())))


def tells_nothing(engine, queries, worlds):
    """Hold two worlds against each other; return how many queries gave rows."""
    ran = 0
    for query in queries:
        full, bare = (outcome(engine, query, world) for world in worlds)
        assert full.replace("-0.0", "0.0") == bare.replace("-0.0", "0.0"), query.sql
        for leak in LEAKS:
            assert leak in query.sql or leak not in full, query.sql
        ran += full.startswith("[")
    return ran


def test_on_the_oracle_what_the_gate_refuses_tells_nothing(past_the_gate, world, bare_world):
    assert tells_nothing(MemoryEngine(locate), past_the_gate, (world, bare_world)) < 50


def translated(engine, queries, world):
    """Return those of the queries that the engine would translate; the others never start."""
    found = []
    for query in queries:
        try:
            engine.plan(query, world.relations)
        except (FairwayError, LookupError, RecursionError):
            continue
        if len(query.sql) < HUGE:
            found.append(query)
    return found


@pytest.mark.slow
def test_on_spark_what_the_gate_refuses_is_not_translated_or_tells_nothing(
    past_the_gate, sail, world, bare_world
):
    some = translated(sail, past_the_gate, world)
    assert len(some) < 50
    assert tells_nothing(sail, some, (world, bare_world)) > 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM survey.people TABLESAMPLE 10%",
        "SELECT id FROM survey.people USING SAMPLE 5",
        "SELECT id FROM (SELECT id FROM survey.people) AS p TABLESAMPLE 10%",
        "WITH p AS (SELECT id FROM survey.people USING SAMPLE 10%) SELECT id FROM p",
        "SELECT 1 AS n WHERE EXISTS (SELECT id FROM survey.people LIMIT 10%)",
        "SELECT id FROM survey.people LIMIT 10%",
        "SELECT id FROM survey.people UNION ALL SELECT id FROM survey.people LIMIT 10%",
    ],
)
def test_samples_and_shares_of_rows_are_not_translated_even_past_the_gate(sql, gate, world):
    """Without its sample or its sign the same text is translated: it is refused for that alone."""
    with duckdb.connect() as connection:
        asked = read(connection, sql)
        plain = re.sub(r" (TABLESAMPLE|USING SAMPLE) \d+%?|(?<=10)%", "", sql)
    engine = SparkEngine(locate, "sc://127.0.0.1:1", gate.bind)
    with pytest.raises(Unavailable, match="TABLESAMPLE, USING SAMPLE or LIMIT with") as caught:
        engine.plan(asked, world.relations)
    assert caught.value.code == "engine.gap"
    assert engine.plan(gate.parse(plain), world.relations).engine == "spark"


# ------------------------------------------------------------------ what passes


def held(engine, on, queries):
    full, bare = on(engine), on(engine, hidden=False)
    known = 0
    for sql in queries:
        one, other = full.outcome(sql, PATIENT), bare.outcome(sql, PATIENT)
        assert same(one, other), sql
        for leak in LEAKS:
            assert leak in sql or leak.encode() not in one.seen, sql
        known += one.code != "engine.gap"
    return known


ALL = [sql for _, sql in (*PROBES, *GENERATED_PROBES)]
DRAWN = [sql for _, sql in GENERATED_PROBES]


@pytest.mark.slow
def test_drawn_probes_learn_nothing_on_sail(sail, on):
    assert held(sail, on, DRAWN) > 10


@pytest.mark.slow
def test_drawn_probes_learn_nothing_on_a_cluster(spark, on, gate, world):
    known = [sql for sql in DRAWN if translated(spark, [gate.parse(sql)], world)]
    assert held(spark, on, random.Random(4).sample(known, 4)) > 2


@pytest.mark.deep
@pytest.mark.parametrize("server", ["spark", "sail"])
def test_every_probe_learns_nothing_on_spark(request, on, server):
    more = [sql for seed in range(2) for _, sql in drawn(seed, 200)] if server == "sail" else []
    assert held(request.getfixturevalue(server), on, [*ALL, *more]) > 30
