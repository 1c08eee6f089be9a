"""The gate: what passes, what it finds in a query, and where it says an error is."""

# ruff: noqa: E501, ISC004 - queries stand as they are sent

import os
import signal
import threading

import pytest

from fairway.engines.gate import DuckDBGate
from fairway.nouns.errors import BadInput, Refused, Unavailable
from fairway.nouns.queries import Field, TableName

PASSING = [
    "SELECT 1",
    "VALUES (1, 'a'), (2, 'b')",
    "FROM survey.people",
    "TABLE survey.people",
    "SELECT * FROM Survey.PEOPLE;",
    "SELECT region, count(*), avg(salary) FROM survey.people GROUP BY region ORDER BY 2 DESC LIMIT 5",
    "SELECT region, count(*) FROM survey.people GROUP BY ALL HAVING count(*) > 3 ORDER BY ALL",
    "SELECT DISTINCT ON (region) region, name FROM survey.people ORDER BY salary DESC NULLS LAST",
    "SELECT p.name, a.weight FROM survey.people p LEFT JOIN survey.areas a USING (region)",
    "SELECT * FROM survey.people p JOIN survey.areas a ON p.region = a.region AND a.weight > 1",
    "WITH n AS (SELECT * FROM survey.people), m(x) AS (SELECT max(id) FROM n) SELECT * FROM m, n",
    "WITH a AS (SELECT 1 AS x) SELECT * FROM a WHERE x IN (WITH a AS (SELECT 2 AS x) SELECT x FROM a)",
    "SELECT CASE WHEN salary > 10 THEN 'a' ELSE 'b' END, CASE id WHEN 1 THEN 2 END FROM survey.people",
    "SELECT CAST(id AS VARCHAR), id::DOUBLE, TRY_CAST(name AS DECIMAL(10, 2)) FROM survey.people",
    "SELECT date_trunc('month', born), extract(year FROM born), born + INTERVAL 1 MONTH,"
    " strftime(born, '%Y') FROM survey.people",
    "SELECT born + INTERVAL '3 days', DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00' FROM survey.people",
    "SELECT sum(salary) OVER (PARTITION BY region ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW),"
    " lag(id, 1, 0) OVER (ORDER BY id), row_number() OVER w FROM survey.people WINDOW w AS (ORDER BY id)",
    "SELECT id FROM survey.people QUALIFY row_number() OVER (PARTITION BY region ORDER BY id) = 1",
    "SELECT count(*) FILTER (active), count(DISTINCT name), string_agg(name, ', ' ORDER BY id),"
    " quantile_cont(salary, 0.5), arg_max(name, salary) FROM survey.people",
    "SELECT name FROM survey.people WHERE name ILIKE 'p%' AND name NOT LIKE '%x' AND name ~ '^p'"
    " AND salary BETWEEN 1 AND 5 OR name IN ('a', 'b') AND NOT active AND born IS NOT NULL",
    "SELECT (SELECT max(id) FROM survey.people), EXISTS (SELECT 1), 1 IN (SELECT 1), 1 > ALL (SELECT 0)",
    "SELECT a.region, s.n FROM survey.areas a, LATERAL (SELECT count(*) AS n FROM survey.people p"
    " WHERE p.region = a.region) s",
    "SELECT id FROM survey.people UNION ALL SELECT weight FROM survey.areas EXCEPT SELECT 3",
    "SELECT * EXCLUDE (name) REPLACE (id + 1 AS id) RENAME (age AS years) FROM survey.people",
    "SELECT list_transform([1, 2], lambda x: x + 1), [x * 2 FOR x IN [1, 2] IF x > 1], [1, 2][1],"
    " {'a': 1}.a, unnest([1, 2])",
    "SELECT region, active, count(*), grouping(region) FROM survey.people"
    " GROUP BY GROUPING SETS ((region), (region, active), ())",
    "SELECT m.range, count(p.id) FROM range(1, 13) m LEFT JOIN survey.people p ON month(p.born) = m.range"
    " GROUP BY 1",
    "SELECT * FROM generate_series(5, -5, -1)",
    "SELECT coalesce(name, 'x'), nullif(id, 0), greatest(1, 2), round(salary / 3.0, 1), -id, id // 2,"
    " id % 2, 2 ** 3, name || 'x', trim(name), substring(name FROM 1 FOR 2) FROM survey.people",
    'SELECT "id" AS "order" FROM "survey"."people" AS "p" -- a comment',
    "SELECT current_date, now() - INTERVAL 1 YEAR",
    "SELECT * FROM survey.people LIMIT (SELECT 3) OFFSET 1",
]  # fmt: skip


@pytest.mark.parametrize("sql", PASSING)
def test_usual_queries_pass_and_bind(world, sql):
    query = world.gate.parse(sql)
    assert query.sql == sql
    assert world.gate.bind(query, world.relations)


def test_finds_tables_and_names(gate):
    query = gate.parse(
        "WITH c AS (SELECT Id, t.Name FROM survey.people t WHERE lower(code) = 'x')"
        " SELECT c.id FROM c JOIN SURVEY.Areas USING (region) WHERE c.nAme > '' ORDER BY weight"
    )
    assert query.tables == (TableName("survey", "people"), TableName("survey", "areas"))
    assert {"id", "name", "code", "region", "weight"} <= query.names
    assert not query.stars


@pytest.mark.parametrize(
    ("sql", "stars"),
    [
        ("SELECT id FROM survey.people", False),
        ("SELECT count(*) FROM survey.people", False),
        ("SELECT id FROM survey.people ORDER BY ALL", False),
        ("SELECT * FROM survey.people", True),
        ("SELECT p.* FROM survey.people p", True),
        ("SELECT p FROM survey.people p", True),
        ("SELECT people FROM survey.people", True),
        ("SELECT survey.people FROM survey.people", True),
        ("FROM survey.people", True),
        ("SELECT x FROM survey.people t(x)", True),
        ("SELECT id FROM survey.people NATURAL JOIN survey.areas", True),
        ("SELECT 1 WHERE EXISTS (FROM survey.people)", True),
    ],
)
def test_says_whether_every_column_is_asked_for(gate, sql, stars):
    assert gate.parse(sql).stars is stars


@pytest.mark.parametrize(
    ("sql", "kind", "code", "place"),
    [
        ("SELECT\n  x y z", BadInput, "query.syntax", (2, 7)),
        ("SELECT 'é' x y", BadInput, "query.syntax", (1, 14)),
        ("", BadInput, "query.empty", (None, None)),
        ("DROP TABLE x", Refused, "query.not_a_select", (None, None)),
        ("SELECT 1; SELECT 2", Refused, "query.several_statements", (None, None)),
        ("SELECT 1,\n getenv('x')", Refused, "query.function_not_allowed", (2, 2)),
        ("SELECT * FROM people", Refused, "query.unqualified_table", (1, 15)),
        ("SELECT * FROM a.b.c", Refused, "query.table_not_allowed", (1, 15)),
        ("SELECT * FROM pg_catalog.x", Refused, "query.table_not_allowed", (1, 15)),
        ("SELECT 1::JSON", Refused, "query.type_not_allowed", (None, None)),
        ("SHOW TABLES", Refused, "query.construct_not_allowed", (None, None)),
        ("SELECT * FROM range(9999999)", Refused, "query.unbounded", (1, 15)),
        ("SELECT " + "(" * 200 + "1" + ")" * 200, None, "", None),
        ("SELECT " + "1 + " * 500 + "1", Refused, "query.too_large", None),
        ("SELECT '" + "x" * 30_000 + "'", Refused, "query.too_large", (None, None)),
    ],
)
def test_errors_say_what_and_where(gate, sql, kind, code, place):
    if kind is None:
        assert gate.parse(sql)
        return
    with pytest.raises(kind) as caught:
        gate.parse(sql)
    error = caught.value
    assert error.code == code
    assert error.remedy
    if code != "query.type_not_allowed" and place is not None:
        assert (error.line, error.column) == place


def test_binding_gives_the_columns_of_the_result(world):
    query = world.gate.parse(
        "SELECT id, nhs, visited, sum(score) AS s FROM survey.people GROUP BY ALL"
    )
    assert world.gate.bind(query, world.relations) == (
        Field("id", "BIGINT"),
        Field("nhs", "VARCHAR"),
        Field("visited", "BIGINT"),
        Field("s", "DOUBLE"),
    )


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT nonesuch FROM survey.people", "nonesuch"),
        ("SELECT dropped FROM survey.people", "dropped"),
        ("SELECT secret FROM survey.people", "secret"),
        ("SELECT rowid FROM survey.people", "rowid"),
        ("SELECT id FROM survey.nonesuch", "nonesuch"),
        ("SELECT name + 1 FROM survey.people", "VARCHAR"),
        ("SELECT id, count(*) FROM survey.people", "GROUP BY"),
    ],
)
def test_binding_passes_on_the_engine_s_own_words(world, sql, word):
    with pytest.raises(BadInput) as caught:
        world.gate.bind(world.gate.parse(sql), world.relations)
    assert caught.value.code == "query.does_not_bind"
    assert word in caught.value.message
    assert "Candidate functions" not in caught.value.message


def test_nothing_stays_behind_from_one_binding_to_the_next(world):
    query = world.gate.parse("SELECT id FROM survey.people")
    world.gate.bind(query, world.relations)
    with pytest.raises(BadInput):
        world.gate.bind(query, [])


def test_a_gatekeeper_that_is_killed_is_replaced(tmp_path):
    gate = DuckDBGate(processes=1)
    gate.parse("SELECT 1")
    keeper = gate._free.get()
    gate._free.put(keeper)
    os.kill(keeper._child.pid, signal.SIGKILL)
    with pytest.raises(Refused):
        gate.parse("SELECT 1")
    assert gate.parse("SELECT 1")
    gate.close()
    assert gate.parse("SELECT 1")
    gate.close()


def test_a_parse_that_takes_too_long_is_stopped():
    gate = DuckDBGate(seconds=0.2, processes=1)
    gate.parse("SELECT 1")
    keeper = gate._free.get()
    gate._free.put(keeper)
    os.kill(keeper._child.pid, signal.SIGSTOP)
    with pytest.raises(Refused) as caught:
        gate.parse("SELECT 1")
    assert caught.value.code == "query.too_large"
    assert gate.parse("SELECT 1")
    gate.close()


def test_many_at_once(gate):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(gate.parse("SELECT a FROM b.c").tables))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(TableName("b", "c"),)] * 16


def test_without_a_sandbox_nothing_is_parsed(monkeypatch):
    monkeypatch.setattr("fairway.engines.sandbox.available", lambda: False)
    with pytest.raises(Unavailable) as caught:
        DuckDBGate().parse("SELECT 1")
    assert caught.value.code == "engine.no_sandbox"
    allowed = DuckDBGate(unsandboxed=True)
    assert allowed.parse("SELECT 1")
    allowed.close()
