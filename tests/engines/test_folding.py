"""Days that are worked out beforehand: right, and nothing else in the query is touched."""

import datetime

import duckdb
import pytest

from fairway.engines.constants import constant
from fairway.engines.folding import folded, unplaced
from fairway.engines.totality import Totality
from fairway.engines.worker import _choose, parsed

MOVED = [
    "DATE '1994-01-01' + INTERVAL '1' YEAR",
    "DATE '1998-12-01' - INTERVAL '90' DAY",
    "DATE '1996-02-29' + INTERVAL 1 YEAR",
    "DATE '1996-02-29' - INTERVAL 1 YEAR",
    "DATE '1995-01-31' + INTERVAL 1 MONTH",
    "DATE '1995-03-31' - INTERVAL 1 MONTH",
    "DATE '1995-01-31' + INTERVAL 13 MONTHS",
    "DATE '1995-05-31' - INTERVAL 1 QUARTER",
    "DATE '1999-12-31' + INTERVAL 2 WEEKS",
    "DATE '2000-01-01' + INTERVAL (-1) DAY",
    "DATE '0001-01-02' - INTERVAL 1 DAY",
    "'1994-01-01'::DATE + INTERVAL 1 MONTH",
]


def condition(world, written):
    tree = world.gate.parse(f"SELECT 1 FROM survey.people WHERE born < {written}").tree
    return tree["where_clause"]["right"]


@pytest.mark.parametrize("written", MOVED)
def test_a_day_is_moved_as_the_engine_moves_it(world, written):
    found = constant(condition(world, written))
    ((wanted,),) = duckdb.execute(f"SELECT {written}").fetchall()
    if found is not None:  # what is not sure is left alone
        assert found.kind == "MIDNIGHT"
        assert datetime.datetime.fromisoformat(found.text) == wanted
    assert found is not None or "(-1)" in written


@pytest.mark.parametrize(
    "written",
    [
        "DATE '9999-12-31' + INTERVAL 1 DAY",
        "DATE '0001-01-01' - INTERVAL 1 YEAR",
        "DATE '1994-13-01' + INTERVAL 1 YEAR",
        "DATE '1994-01-01' + INTERVAL 999999 DAY",
        "DATE '1994-01-01' + INTERVAL 1 HOUR",
        "DATE '1994-01-01' * 2",
        "DATE '1994-01-01' + 5",
    ],
)
def test_what_is_not_sure_is_left_alone(world, written):
    assert constant(condition(world, written)) is None


def test_the_folded_text_reads_as_the_checked_tree_with_the_days_in_it(world):
    sql = (
        "SELECT 'é', count(*) FROM survey.people WHERE name <> 'ß' AND born >= DATE '1993-07-01'"
        " AND born < DATE '1993-07-01' + INTERVAL '3' MONTH AND id > 0"
    )
    query = world.gate.parse(sql)
    totality = Totality(query.tree, world.relations)
    text, tree = folded(sql, query.tree, totality.folds)
    assert "INTERVAL" not in text
    assert "< DATE '1993-10-01'" in " ".join(text.split())
    with duckdb.connect() as connection:
        assert unplaced(parsed(connection, text)) == tree
    rows = world.table(sql).to_pylist()
    assert rows == world.table(sql.replace("born < DATE", "id < 99 AND born < DATE")).to_pylist()


def test_a_text_that_reads_as_another_query_is_not_run(world):
    sql = "SELECT 1 FROM survey.people WHERE born < DATE '1994-01-01' + INTERVAL 1 YEAR"
    query = world.gate.parse(sql)
    text, tree = folded(sql, query.tree, Totality(query.tree, world.relations).folds)
    with duckdb.connect() as connection:
        for other in (
            text.replace("born", "seen"),
            f"{text} OR true",
            f"{text}; SELECT 2",
            "(",
            sql,
        ):
            job = {"sql": sql, "views": ["behind"]}
            job["folded"] = {"sql": other, "tree": tree, "views": ["open"]}
            _choose(connection, job)
            assert (job["sql"], job["views"]) == (sql, ["behind"])
        job["folded"] = {"sql": text, "tree": tree, "views": ["open"]}
        _choose(connection, job)
        assert (job["sql"], job["views"]) == (text, ["open"])


def test_places_that_do_not_fit_the_text_are_not_used(world):
    sql = "SELECT 1 FROM survey.people WHERE born < DATE '1994-01-01' + INTERVAL 1 YEAR"
    query = world.gate.parse(sql)
    folds = Totality(query.tree, world.relations).folds
    assert folded(sql[:40], query.tree, folds) is None
