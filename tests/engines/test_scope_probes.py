"""A row scope is a barrier: nine ways to ask after hidden rows, by name, on each engine.

Each is put to two worlds that differ only in what is hidden. Whether a row was tried shows in an
error, in other rows or in another plan, never in a clock: so the tests hold on a busy machine.

On the default engine the errors show nothing even without the barrier, as of DuckDB's present
version: it keeps above a filter what it knows to fail. That a probe finds something once the
barrier is gone is shown in `test_scope_barrier_off.py`.
"""

import pytest
from tests.engines.test_spark import PATIENT, pytestmark, same
from tests.engines.world import CANARIES, World, locate

from fairway.engines.memory import MemoryEngine

__all__ = ["pytestmark"]

PROBES = {
    "cast": ("SELECT id FROM survey.people WHERE CAST(salary AS SMALLINT) > 0", ""),
    "overflow": ("SELECT id FROM survey.people WHERE salary * salary > 5", ""),
    "division": ("SELECT id FROM survey.people WHERE id // (salary - 77317731) < 1", ""),
    "regex": (
        (
            "SELECT id FROM survey.people"
            " WHERE regexp_matches(name, CASE WHEN id > 77000000 THEN '(' ELSE 'n 1' END)"
        ),
        "",
    ),
    "error()": (
        "SELECT id FROM survey.people WHERE CASE WHEN id > 77000000 THEN error(name) ELSE true END",
        "query.function_not_allowed",
    ),
    "LIMIT": ("SELECT id FROM survey.people WHERE salary * salary > 5 LIMIT 20", ""),
    "LIMIT %": ("SELECT id FROM survey.people LIMIT 50%", "query.construct_not_allowed"),
    "TABLESAMPLE": ("SELECT id FROM survey.people TABLESAMPLE 100%", "query.construct_not_allowed"),
    "EXPLAIN": ("EXPLAIN ANALYZE SELECT id FROM survey.people", "query.not_a_select"),
    "row-group statistics": (
        (
            "SELECT count(*) AS n, min(salary) AS least, max(salary) AS most, max(seen) AS last"
            " FROM survey.people WHERE salary < 77317731 AND born > DATE '0001-01-01'"
        ),
        "",
    ),
}
GAPS = {"memory": {"cast", "regex"}, "spark": {"cast", "regex"}}
"""What an engine declares that it does not know: nothing is run there."""


def learns_nothing(full, bare, name, gaps=()):
    """Hold both worlds against each other, and the code against what it ought to be."""
    sql, code = PROBES[name]
    one, other = full.outcome(sql, PATIENT), bare.outcome(sql, PATIENT)
    assert same(one, other), (one, other)
    assert not any(canary.encode() in one.seen for canary in CANARIES if canary not in sql)
    assert one.code == ("engine.gap" if name in gaps else code), one
    assert one.code or one.rows


@pytest.mark.parametrize("name", PROBES)
def test_learns_nothing_on_the_default_engine(world, bare_world, name):
    learns_nothing(world, bare_world, name)


@pytest.mark.parametrize("name", PROBES)
def test_learns_nothing_on_the_oracle(tmp_path, gate, name):
    oracle = MemoryEngine(locate)
    full = World(tmp_path / "full", gate, oracle)
    learns_nothing(full, World(tmp_path / "bare", gate, oracle, hidden=False), name, GAPS["memory"])


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("server", ["spark", "sail"])
def test_learns_nothing_on_spark(request, on, server, name):
    engine = request.getfixturevalue(server)
    learns_nothing(on(engine), on(engine, hidden=False), name, GAPS["spark"])


@pytest.mark.parametrize("name", [name for name, (_, code) in PROBES.items() if not code])
def test_a_plan_is_the_same_whatever_is_hidden(world, bare_world, name):
    """What EXPLAIN would tell of both worlds, from the node's own plan: it tells of no row."""
    query = world.gate.parse(PROBES[name][0])
    one, other = (w.engine.plan(query, w.relations[:1]) for w in (world, bare_world))
    assert one == other
    assert one.relations[0].barrier is (name != "row-group statistics")
