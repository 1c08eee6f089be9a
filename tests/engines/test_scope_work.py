"""How much a query does above the barrier hangs on no hidden row: what a clock could tell of it.

A clock is no test on a busy machine. The engine counts instead how many rows each of its operators
took in, in two worlds that differ only in what is hidden, with what a worker runs.
"""

import json

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engines.test_scope_barrier_off import PROBE
from tests.engines.test_scope_probes import PROBES
from tests.engines.world import SCHEMA, World, locate, rows

from fairway.engines.duckdb import _statements
from fairway.engines.totality import Totality

WORK = {name: sql for name, (sql, code) in PROBES.items() if not code} | {
    "growing": PROBE,
    "grouping": "SELECT bit_length(name || name) AS n, count(*) AS m FROM survey.people GROUP BY 1",
    "ordering": "SELECT id FROM survey.people ORDER BY salary * salary, id",
    "joining": (
        "SELECT a.id FROM survey.people a JOIN survey.people b ON a.salary + b.id = b.salary + a.id"
    ),
}


@pytest.fixture
def worlds(tmp_path, gate, engine):
    """Two worlds with the same rows to see: one hides a few, the other fifty times as many."""
    found = []
    for times in (1, 50):
        world = World(tmp_path / str(times), gate, engine)
        seen, every = rows(hidden=False), rows(hidden=True)
        buried = [row for row in every if row["region"] != "north"]
        table = pa.Table.from_pylist(seen[:6] + buried * times + seen[6:], SCHEMA)
        pq.write_table(table, tmp_path / str(times) / "people.parquet", row_group_size=100_000)
        found.append(world)
    return found


def plan(world, sql):
    """Return the engine's plan of a query as it was run, with the rows of each operator."""
    query = world.gate.parse(sql)
    relation = world.relations[0]
    statements = _statements(query, [(relation, locate(relation.source))], [])
    with duckdb.connect(config={"threads": 1}) as connection:
        for view in statements["views"]:
            connection.execute(view)
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) {statements['sql']}").fetchone()
    (root,) = json.loads(row[1])["operator"]
    return root


def work(plan):
    """Return each operator down to the barrier or the filter of the scope, with its rows."""
    name, rows = plan["type"], plan["intermediate_rows"]
    if name == "STREAMING_LIMIT" or "nobody at all" in str(plan.get("extra_info")):
        return [(name, rows)]
    return [(name, rows), *(done for child in plan.get("children", ()) for done in work(child))]


def tried(plan):
    """Return on how many rows a scan tried conditions itself."""
    here = plan.get("rows_scanned", 0) if "Filters" in plan.get("extra_info", {}) else 0
    return here + sum(map(tried, plan.get("children", ())))


@pytest.mark.parametrize("name", WORK)
def test_hidden_rows_make_no_work_above_the_barrier(worlds, name):
    one, other = (plan(world, WORK[name]) for world in worlds)
    assert work(one) == work(other)
    assert len(work(one)) > 1
    assert "TABLE_SCAN" not in dict(work(one))
    if name != "row-group statistics":  # which has only comparisons that cannot fail
        assert tried(one) == tried(other) == 0


def test_without_the_barrier_they_do(worlds, monkeypatch):
    monkeypatch.setattr(Totality, "barrier", lambda self, relation: False)
    one, other = (tried(plan(world, PROBE)) for world in worlds)
    assert other > one > 12
