"""The barrier taken away: then a probe does find what is hidden, so that the probes can fail.

The engine itself keeps what it knows to fail above a filter. What it believes to be safe it tries
first, in the scan, on every row: there a text that grows with a hidden value uses up the memory of
the query's process, and whether it does is an answer.
"""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engines.world import SCHEMA, World, rows

from fairway.engines.totality import Totality
from fairway.nouns.queries import Limits

GROWN = "concat(" + ", ".join(["{0}"] * 40) + ")"
PROBE = f"SELECT id FROM survey.people WHERE bit_length({GROWN.format(GROWN.format('name'))}) > 3"


@pytest.fixture
def worlds(tmp_path, gate, engine):
    """Two worlds that differ in one hidden name, of a million letters."""
    found = []
    for folder, letters in (("long", 1_000_000), ("short", 1)):
        world = World(tmp_path / folder, gate, engine)
        table = rows(hidden=True)
        table[0]["name"] = "Q" * letters
        pq.write_table(pa.Table.from_pylist(table, SCHEMA), tmp_path / folder / "people.parquet")
        found.append(world)
    return found


def outcomes(worlds):
    return [world.outcome(PROBE, Limits(memory=50_000_000)) for world in worlds]


def test_the_size_of_a_hidden_value_does_not_show_and_without_the_barrier_it_does(
    worlds, monkeypatch
):
    one, other = outcomes(worlds)
    assert one == other
    assert len(one.rows) == 12
    monkeypatch.setattr(Totality, "barrier", lambda self, relation: False)
    one, other = outcomes(worlds)
    assert one != other
    assert one.code
    assert not other.code
