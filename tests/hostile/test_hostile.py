"""Every attack is refused, bounded, or gives exactly what the terms allow."""

import time

import pytest
from tests.engines.world import CANARIES
from tests.hostile.attacks import REFUSED
from tests.hostile.generated import GENERATED_PROBES, GENERATED_REFUSED, probes, refused
from tests.hostile.probes import BOUNDED, PROBES

from fairway.nouns.errors import BadInput, BoundExceeded, FairwayError, Refused, Unavailable
from fairway.nouns.queries import Limits

LEAKS = [canary.encode() for canary in CANARIES]
ALL_REFUSED = [*REFUSED, *GENERATED_REFUSED]
ALL_PROBES = [*PROBES, *GENERATED_PROBES]
TIGHT = Limits(rows=1000, bytes=1_000_000, memory=64 * 1024 * 1024, seconds=1.5)


def numbered(attacks):
    return [
        pytest.param(sql, id=f"{number:03d} {category}")
        for number, (category, sql) in enumerate(attacks, 1)
    ]


def test_there_are_at_least_a_thousand_different_attacks():
    attacks = {sql for _, sql in (*ALL_REFUSED, *ALL_PROBES)} | set(BOUNDED)
    assert len(attacks) == len(ALL_REFUSED) + len(ALL_PROBES) + len(BOUNDED)
    assert len(attacks) >= 1000


def is_refused(gate, sql):
    with pytest.raises((Refused, BadInput)) as caught:
        gate.parse(sql)
    error = caught.value
    assert error.code.startswith("query.")
    assert error.message.endswith(".")
    assert error.remedy
    assert "/tmp/" not in error.message
    return error.code


@pytest.mark.parametrize("sql", numbered(ALL_REFUSED))
def test_does_not_pass_the_gate(gate, sql):
    is_refused(gate, sql)


def test_what_is_generated_is_refused_for_what_it_asks_and_not_for_how_it_is_written(gate):
    codes = [is_refused(gate, sql) for category, sql in GENERATED_REFUSED if "place" in category]
    assert "query.syntax" not in codes


def learns_nothing(worlds, sql):
    """Hold the two worlds against each other; return the error's code, empty where it ran."""
    full, bare = (world.outcome(sql) for world in worlds)
    for leak in (*LEAKS, b"ZQPATH", b".parquet", b"/tmp"):
        if leak.decode() not in sql:
            assert leak not in full.seen, sql
    assert (full.code, full.names, full.rows) == (bare.code, bare.names, bare.rows), sql
    assert full.code in {"", "engine.gap"} or full.code.startswith("query."), sql
    return full.code


@pytest.mark.parametrize("sql", numbered(ALL_PROBES))
def test_learns_nothing_of_what_is_hidden(worlds, sql):
    learns_nothing(worlds, sql)


def test_the_probes_do_run(duckdb_worlds):
    """Most of them give rows: an engine that refuses everything would learn nothing too."""
    some = GENERATED_PROBES[::8]
    ran = [sql for _, sql in some if learns_nothing(duckdb_worlds, sql) == ""]
    assert len(ran) > len(some) / 2


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(5))
def test_other_seeds_learn_nothing_either(gate, duckdb_worlds, seed):
    for _, sql in refused(seed, 400, 300, 100):
        is_refused(gate, sql)
    for _, sql in probes(seed, 400):
        learns_nothing(duckdb_worlds, sql)


@pytest.mark.parametrize("sql", [pytest.param(s, id=f"{i:02d}") for i, s in enumerate(BOUNDED, 1)])
def test_is_stopped_at_a_bound(world, sql):
    started = time.monotonic()
    with pytest.raises((BoundExceeded, BadInput, Unavailable)) as caught:
        world.table(sql, TIGHT)
    assert time.monotonic() - started < 60  # not when it would have ended by itself, if ever
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
    assert duckdb.execute(sql).fetchall() == [(4,)]
