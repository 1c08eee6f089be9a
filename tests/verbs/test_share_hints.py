"""Predicates leave out files of a share, and hidden rows have no part in which."""

import json

import pytest
from tests.rules.test_hints import column, literal, of
from tests.scene import ROWS
from tests.verbs.test_shares import Partner, small_files, write

__all__ = ["small_files"]
COUNT = 3_000


def rows(hidden):
    """Return three files' worth of shared rows, each with others between that a scope hides."""
    shown = {k: [v[0]] * COUNT for k, v in ROWS.items()} | {"weeks": list(range(COUNT))}
    scotland = {k: [v[2]] * len(hidden) for k, v in ROWS.items()} | {"weeks": hidden}
    return {k: scotland[k][:2] + shown[k] + scotland[k][2:] for k in ROWS}


def hint(op, value):
    return json.dumps(of(op, column("weeks"), literal(value)))


@pytest.fixture
def share(scene, small_files):
    def made(hidden):
        write(scene, **rows(hidden))
        scene.publish()
        return Partner(scene)

    return made


def numbers(partner, **asked):
    return [link.file.number for link in partner.query(**asked).links]


@pytest.mark.parametrize("hidden", [[], [1 << 40, -(1 << 40), 5_000_000, 0]])
def test_a_predicate_leaves_out_files_whatever_is_hidden(share, hidden):
    partner = share(hidden)
    assert numbers(partner) == [0, 1, 2]
    assert numbers(partner, predicate=hint("lessThan", 1024)) == [0]
    assert numbers(partner, predicate=hint("greaterThanOrEqual", 1024)) == [1, 2]
    assert numbers(partner, predicate=hint("equal", 2_999)) == [2]
    for beyond in (1 << 40, 5_000_000):  # only hidden rows reach as far
        assert numbers(partner, predicate=hint("greaterThanOrEqual", beyond)) == []
    assert numbers(partner, predicate="what nobody understands") == [0, 1, 2]


def test_a_limit_leaves_out_nothing_where_a_predicate_goes_with_it(share):
    partner = share([])
    assert numbers(partner, limit=1) == [0]
    assert numbers(partner, limit=1, filtered=True) == [0, 1, 2]
    assert numbers(partner, limit=1, predicate=hint("greaterThan", 1_500)) == [1, 2]


def test_pages_go_on_at_the_same_file_whatever_the_predicate(share):
    partner = share([])
    first = partner.query(max_files=1, predicate=hint("greaterThan", 1_500))
    assert [link.file.number for link in first.links] == [1]
    assert numbers(partner, page=first.page, predicate=hint("greaterThan", 1_500)) == [2]
    assert numbers(partner, page=first.page) == [2]
    assert partner.query(max_files=2, predicate=hint("greaterThan", 1_500)).page == ""
