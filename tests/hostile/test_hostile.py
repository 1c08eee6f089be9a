"""Every attack is refused, bounded, or gives exactly what the terms allow."""

import time

import pytest
from tests.engines.world import CANARIES
from tests.hostile.attacks import REFUSED
from tests.hostile.probes import BOUNDED, PROBES

from fairway.nouns.errors import BadInput, BoundExceeded, FairwayError, Refused, Unavailable
from fairway.nouns.queries import Limits

LEAKS = [canary.encode() for canary in CANARIES]
TIGHT = Limits(rows=1000, bytes=1_000_000, memory=64 * 1024 * 1024, seconds=1.5)


def numbered(attacks):
    return [
        pytest.param(sql, id=f"{number:03d} {category}")
        for number, (category, sql) in enumerate(attacks, 1)
    ]


def test_there_are_at_least_three_hundred_different_attacks():
    attacks = {sql for _, sql in (*REFUSED, *PROBES)} | set(BOUNDED)
    assert len(attacks) == len(REFUSED) + len(PROBES) + len(BOUNDED)
    assert len(attacks) >= 300


@pytest.mark.parametrize("sql", numbered(REFUSED))
def test_does_not_pass_the_gate(gate, sql):
    with pytest.raises((Refused, BadInput)) as caught:
        gate.parse(sql)
    error = caught.value
    assert error.code.startswith("query.")
    assert error.message.endswith(".")
    assert error.remedy
    assert "/tmp/" not in error.message


@pytest.mark.parametrize("sql", numbered(PROBES))
def test_learns_nothing_of_what_is_hidden(world, bare_world, sql):
    full, bare = world.outcome(sql), bare_world.outcome(sql)
    for leak in (*LEAKS, b"ZQPATH", b".parquet", b"/tmp"):
        if leak.decode() not in sql:
            assert leak not in full.seen
    assert (full.code, full.names, full.rows) == (bare.code, bare.names, bare.rows)
    assert full.code in {"", "query.does_not_bind", "query.failed_on_data"} or "query." in full.code


@pytest.mark.parametrize("sql", [pytest.param(s, id=f"{i:02d}") for i, s in enumerate(BOUNDED, 1)])
def test_is_stopped_at_a_bound(world, sql):
    started = time.monotonic()
    with pytest.raises((BoundExceeded, BadInput, Unavailable)) as caught:
        world.table(sql, TIGHT)
    assert time.monotonic() - started < 10
    assert caught.value.code in {
        "query.too_slow",
        "query.too_much_memory",
        "query.too_many_rows",
        "query.too_many_bytes",
        "query.failed_on_data",
        "query.worker_died",
    }


def test_a_stopped_query_costs_no_other(world):
    with pytest.raises(FairwayError):
        world.table(BOUNDED[0], TIGHT)
    assert world.table("SELECT count(*) AS n FROM survey.people").to_pylist() == [{"n": 12}]


def test_the_world_does_hold_what_the_attacks_look_for(world):
    """The canaries are there: without the terms, a query finds them."""
    import duckdb

    path = world.relations[0].source.location
    sql = f"SELECT count(*) FROM '{path}' WHERE name LIKE 'ZQCANARY%'"
    found = duckdb.execute(sql).fetchone()
    assert found == (4,)
