"""What may be tried on hidden rows: comparisons that cannot fail, and nothing else."""

# ruff: noqa: E501, ISC004 - queries stand as they are sent

import json

import duckdb
import pytest
from tests.engines.world import locate
from tests.hostile.probes import CONDITIONS

from fairway.engines import compile as compiled
from fairway.engines.totality import Totality

TOTAL = [
    "id = 5",
    "5 < id",
    "id = -5",
    "salary >= 1 AND salary < 7 OR NOT active = TRUE",
    "score < 1.5",
    "score < 2",
    "name = 'x'",
    "people.name <> 'x'",
    "survey.people.name <> 'x'",
    "id IN (1, 2, -3)",
    "id NOT IN (1, 2)",
    "born BETWEEN DATE '2000-01-01' AND '2001-01-01'",
    "seen > TIMESTAMP '2000-01-01 10:00'",
    "name IS NULL OR id IS NOT NULL",
    "id = salary",
    "visited = 2020",
    "nhs = 'abc'",
    "name LIKE 'p%' AND name NOT ILIKE '%x'",
    "starts_with(name, 'p') AND contains(name, 'x')",
    "lower(name) = 'x' AND year(born) = 1990 AND length(name) < 5",
]
NOT_TOTAL = [
    "id = '5'",
    "id < 1.5",
    "id = 99999999999999999999",
    "name = 5",
    "id + 1 = 5",
    "born = seen",
    "born = TIMESTAMP '2000-01-01'",
    "visited = DATE '2020-01-01'",
    "nhs = 5",
    "name LIKE region",
    "id IN (1, '2')",
    "nonesuch = 5",
    "lower(name) = 5",
    "year(born) = '2020'",
    "regexp_matches(name, 'x')",
    "CASE WHEN id = 1 THEN true END",
]


def judged(world, sql):
    return Totality(world.gate.parse(sql).tree, world.relations)


@pytest.mark.parametrize("condition", TOTAL)
def test_what_cannot_fail_needs_no_barrier(world, condition):
    people, areas = world.relations
    totality = judged(world, f"SELECT id::INTEGER FROM survey.people WHERE {condition}")
    assert not totality.barrier(people)
    assert not totality.barrier(areas)


@pytest.mark.parametrize("condition", [*NOT_TOTAL, *CONDITIONS])
def test_what_can_fail_needs_one(world, condition):
    people, areas = world.relations
    totality = judged(world, f"SELECT 1 FROM survey.people WHERE {condition} AND id < 5")
    assert totality.barrier(people)
    assert not totality.barrier(areas)  # it hides no rows


@pytest.mark.parametrize("condition", TOTAL)
def test_conditions_that_cannot_fail_go_below_and_change_nothing(world, condition):
    people = world.relations[0]
    sql = f"SELECT id FROM survey.people WHERE salary // 2 > 0 AND ({condition})"
    lowered = judged(world, sql).lowered(people)
    assert lowered
    assert "//" not in lowered
    plain = world.table(f"SELECT id FROM survey.people WHERE {condition} ORDER BY id")
    assert world.table(f"{sql} ORDER BY id").equals(plain)


@pytest.mark.parametrize(
    ("sql", "lowered"),
    [
        ("FROM survey.people p WHERE p.id = 1 AND 1 // p.id = 1", '"id" = 1'),
        (
            "FROM survey.people p JOIN survey.areas a ON p.region = a.region"
            " WHERE id = 1 AND weight = 2 AND 1 // id = 1",
            '"id" = 1',
        ),
        ("FROM survey.areas LEFT JOIN survey.people p ON 1 // id = 1 WHERE id IS NULL", ""),
        (
            "FROM survey.people p LEFT JOIN survey.areas a ON 1 // id = 1 WHERE id IS NULL",
            '"id" IS NULL',
        ),
        ("FROM survey.people p, survey.people q WHERE p.id = 1 AND 1 // q.id = 1", ""),
        ("FROM survey.people WHERE id = 1 OR 1 // id = 1", ""),
        ("FROM (FROM survey.people WHERE id = 1) WHERE 1 // id = 1", '"id" = 1'),
        ("WITH x AS (FROM survey.people WHERE id = 1) FROM x WHERE 1 // id = 1", '"id" = 1'),
        ("FROM survey.people p JOIN (SELECT 1 AS id) q USING (id) WHERE id = 1 AND 1 // p.id = 1", ""),
        ("FROM survey.people t(id, name) WHERE id = 'x' AND 1 // name = 1", ""),
        ("FROM survey.people p, range(3) r(id) WHERE id = 1 AND 1 // p.id = 1", ""),
        ("FROM survey.people GROUP BY ALL HAVING id = 1", ""),
        ("FROM survey.people FULL JOIN survey.areas ON 1 // id = 1 WHERE id = 1", ""),
    ],
)  # fmt: skip
def test_only_what_surely_holds_of_every_row_goes_below(world, sql, lowered):
    assert judged(world, sql).lowered(world.relations[0]) == lowered


def test_the_barrier_stands_in_the_engine_s_plan(world):
    """Whatever its optimiser thinks of, the query's condition is above and the scope below."""
    query = world.gate.parse("SELECT name FROM survey.people WHERE 1 // salary = 0 AND id < 5")
    totality = Totality(query.tree, world.relations)
    with duckdb.connect() as connection:
        located = [(r, locate(r.source)) for r in world.relations]
        for view in compiled.views(located, [], totality.barrier, totality.lowered):
            connection.execute(view)
        plan = connection.execute(f"EXPLAIN (FORMAT json) {query.sql}").fetchall()[0][1]
    text = []

    def down(node, depth):
        text.append(json.dumps([node["name"], node["extra_info"]]))
        for child in node["children"]:
            down(child, depth + 1)

    down(json.loads(plan)[0], 0)
    (limit,) = [i for i, line in enumerate(text) if "LIMIT" in line.upper()]
    (failing,) = [i for i, line in enumerate(text) if "//" in line]
    (scope,) = [i for i, line in enumerate(text) if "nobody at all" in line]
    assert failing < limit < scope
    assert any("id < 5" in line for line in text[limit:])
