"""Hostile queries by the hundred: what is forbidden, in every place and under every disguise.

Each is a payload in a place. Which go together is drawn with a fixed seed, so that every run tries
the same ones; `generated(seed, ...)` draws others, and the deep tests do.
"""

# ruff: noqa: E501 - attacks stand as they are sent

import random
from collections.abc import Iterator

from tests.hostile.attacks import (
    CATALOGUE,
    CATALOGUE_VIEWS,
    FILE_FUNCTIONS,
    FILES,
    REFUSED,
    SCALARS,
    STATEMENTS,
)
from tests.hostile.probes import CONDITIONS, PROBES, P

SEED = 20261125

PLACES = [
    "SELECT {x} FROM survey.people",
    "SELECT 1 FROM survey.people WHERE {x} IS NOT NULL",
    "SELECT 1 FROM survey.people WHERE id IN ({x})",
    "SELECT 1 FROM survey.people WHERE id BETWEEN 1 AND {x}",
    "SELECT 1 FROM survey.people WHERE NOT ({x} = {x})",
    "SELECT count(*) FROM survey.people GROUP BY {x}",
    "SELECT count(*) FROM survey.people GROUP BY GROUPING SETS ((region), ({x}))",
    "SELECT region FROM survey.people GROUP BY region HAVING max(id) > 0 OR {x} IS NULL",
    "SELECT id FROM survey.people QUALIFY row_number() OVER (ORDER BY {x}) = 1",
    "SELECT id FROM survey.people ORDER BY {x}",
    "SELECT id FROM survey.people ORDER BY id LIMIT (SELECT {x})",
    "SELECT id FROM survey.people LIMIT 1 OFFSET (SELECT {x})",
    "SELECT DISTINCT ON ({x}) id FROM survey.people",
    "SELECT CASE WHEN id > 5 THEN {x} END FROM survey.people",
    "SELECT CASE {x} WHEN NULL THEN 1 END FROM survey.people",
    "SELECT coalesce(NULL, {x}) FROM survey.people",
    "SELECT TRY_CAST({x} AS VARCHAR) FROM survey.people",
    "SELECT TRY({x}) FROM survey.people",
    "SELECT max({x}) FROM survey.people",
    "SELECT sum(id) FILTER (WHERE {x} IS NULL) FROM survey.people",
    "SELECT list(id ORDER BY {x}) FROM survey.people",
    "SELECT lag(id, 1, {x}) OVER () FROM survey.people",
    "SELECT sum(id) OVER (PARTITION BY {x}) FROM survey.people",
    "SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN {x} PRECEDING AND CURRENT ROW) FROM survey.people",
    "SELECT list_transform([1], lambda q: {x}) FROM survey.people",
    "SELECT list_filter([1], lambda q: {x} IS NULL) FROM survey.people",
    "SELECT [{x} for q in [1, 2]] FROM survey.people",
    "SELECT {{'a': {x}}} FROM survey.people",
    "SELECT struct_pack(a := {x}) FROM survey.people",
    "SELECT MAP {{'a': {x}}} FROM survey.people",
    "SELECT [1, 2][{x}] FROM survey.people",
    "SELECT (SELECT {x}) FROM survey.people",
    "SELECT 1 WHERE EXISTS (SELECT {x} FROM survey.people)",
    "SELECT 1 FROM survey.people p WHERE p.id = ANY (SELECT {x})",
    "SELECT 1 FROM survey.people p WHERE p.id > ALL (SELECT {x} FROM survey.areas)",
    "WITH c AS (SELECT {x} FROM survey.people) SELECT * FROM c",
    "WITH c AS MATERIALIZED (SELECT 1), d AS (SELECT {x} FROM c, survey.people) FROM d",
    "SELECT * FROM survey.areas a JOIN survey.people p ON a.region = p.region AND {x} IS NULL",
    "SELECT * FROM survey.areas a LEFT JOIN survey.people ON {x} IS NULL",
    "SELECT * FROM survey.people, LATERAL (SELECT {x}) l",
    "SELECT * FROM survey.people, (VALUES ({x})) v(a)",
    "SELECT unnest([{x}]) FROM survey.people",
    "SELECT * FROM survey.people, unnest([{x}]) u",
    "SELECT * FROM survey.people UNION ALL BY NAME SELECT {x} AS extra FROM survey.people",
    "SELECT id FROM survey.people EXCEPT SELECT {x} FROM survey.people",
    "SELECT id FROM survey.people INTERSECT ALL SELECT {x} FROM survey.people",
    "SELECT * REPLACE ({x} AS name) FROM survey.people",
    "SELECT id AS a, {x} AS b FROM survey.people ORDER BY b",
    "FROM survey.people SELECT {x}",
    "FROM (SELECT {x} FROM (FROM (FROM survey.people)))",
]
"""Where an expression may stand."""

TABLE_PLACES = [
    "SELECT * FROM {t}",
    "FROM {t}",
    "SELECT * FROM survey.people, {t}",
    "SELECT * FROM survey.people JOIN {t} ON true",
    "SELECT * FROM survey.people LEFT JOIN {t} ON true",
    "SELECT * FROM survey.people NATURAL JOIN {t}",
    "SELECT * FROM survey.people ASOF JOIN {t} z ON survey.people.id >= z.id",
    "SELECT * FROM survey.people WHERE id IN (SELECT 1 FROM {t})",
    "SELECT * FROM survey.people WHERE EXISTS (FROM {t})",
    "SELECT (SELECT count(*) FROM {t}) FROM survey.people",
    "WITH c AS (SELECT * FROM {t}) SELECT * FROM c",
    "WITH c AS NOT MATERIALIZED (FROM {t}), d AS (FROM c) FROM d",
    "SELECT * FROM survey.people UNION ALL SELECT * FROM {t}",
    "SELECT id FROM survey.people EXCEPT SELECT 1 FROM {t}",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM {t}))",
    "SELECT * FROM survey.people p, LATERAL (SELECT * FROM {t} LIMIT 1) l",
    "SELECT list((SELECT max(x) FROM (SELECT 1 AS x FROM {t}))) FROM survey.people",
    "SELECT id FROM survey.people ORDER BY (SELECT 1 FROM {t} LIMIT 1)",
    "SELECT id FROM survey.people LIMIT (SELECT count(*) FROM {t})",
    "SELECT list_transform([1], lambda q: (SELECT count(*) FROM {t})) FROM survey.people",
]
"""Where a source of rows may stand."""

STATEMENT_DISGUISES = [
    "/* SELECT */ {s}",
    "-- SELECT 1\n{s}",
    "SELECT 1; {s}",
    "{s}; SELECT 1",
    "\ufeff{s}",
    "\t\n\r\f{s}",
    "({s})",
    "WITH x AS ({s}) SELECT * FROM x",
    "SELECT * FROM ({s})",
    "SELECT ({s})",
    "EXPLAIN {s}",
    "EXPLAIN ANALYZE {s}",
    "PREPARE q AS {s}",
    "SELECT 1 WHERE EXISTS ({s})",
    "SELECT 1 UNION ALL ({s})",
    "CREATE VIEW v AS {s}",
    "COPY ({s}) TO '/dev/stdout'",
    "DESCRIBE {s}",
    "SUMMARIZE {s}",
]

SHAPES = [
    "SELECT id, name FROM survey.people WHERE {c}",
    "SELECT count(*) FROM survey.people WHERE {c}",
    "SELECT id FROM survey.people WHERE region = 'south' AND ({c})",
    "SELECT id FROM survey.people WHERE region IS NULL AND ({c})",
    "SELECT id FROM survey.people WHERE id > 77000000 AND ({c})",
    "SELECT id FROM survey.people WHERE name LIKE 'ZQ%' AND ({c})",
    "SELECT id FROM survey.people WHERE ({c}) OR id = 3",
    "SELECT id FROM survey.people WHERE NOT ({c})",
    "SELECT id FROM survey.people WHERE ({c}) IS NULL",
    "SELECT id FROM survey.people WHERE CASE WHEN region <> 'north' THEN ({c}) ELSE true END",
    "SELECT id, ({c}) AS c FROM survey.people ORDER BY c, id",
    "SELECT id FROM survey.people ORDER BY ({c}), id LIMIT 3",
    "SELECT ({c}) AS c, count(*) FROM survey.people GROUP BY c",
    "SELECT ({c}) AS c, count(*) FROM survey.people GROUP BY ALL HAVING ({c})",
    "SELECT count(*) FILTER (WHERE {c}) FROM survey.people",
    "SELECT bool_or({c}), count(({c})) FROM survey.people",
    "SELECT id, row_number() OVER (PARTITION BY ({c}) ORDER BY id) FROM survey.people",
    "SELECT id FROM survey.people QUALIFY rank() OVER (PARTITION BY ({c}) ORDER BY id) = 1",
    "SELECT DISTINCT ON (({c})) id FROM survey.people ORDER BY ({c}), id",
    "WITH c AS (SELECT *, ({c}) AS ok FROM survey.people) SELECT id FROM c WHERE ok",
    "WITH c AS MATERIALIZED (SELECT *, ({c}) AS ok FROM survey.people) SELECT id FROM c WHERE ok",
    "WITH c AS (SELECT id, ({c}) AS ok FROM survey.people) SELECT x.id FROM c x JOIN c y ON x.id = y.id WHERE y.ok",
    "SELECT id FROM (SELECT *, ({c}) AS ok FROM survey.people ORDER BY id LIMIT 5) WHERE ok",
    "SELECT id FROM (SELECT DISTINCT id, ({c}) AS ok FROM survey.people) WHERE ok",
    "SELECT id FROM (SELECT id, ({c}) AS ok FROM survey.people UNION ALL SELECT id, ({c}) FROM survey.people) WHERE ok",
    "SELECT id FROM survey.people WHERE ({c}) INTERSECT SELECT id FROM survey.people",
    "SELECT id FROM survey.people EXCEPT SELECT id FROM survey.people WHERE ({c})",
    "SELECT id FROM survey.people p WHERE EXISTS (SELECT 1 FROM survey.areas a WHERE a.region = p.region AND ({c}))",
    "SELECT weight FROM survey.areas a WHERE EXISTS (SELECT 1 FROM survey.people p WHERE p.region = a.region AND ({c}))",
    "SELECT weight FROM survey.areas a WHERE a.weight NOT IN (SELECT id FROM survey.people WHERE ({c}))",
    "SELECT weight, (SELECT count(*) FROM survey.people WHERE ({c})) FROM survey.areas",
    "SELECT p.id, a.weight FROM survey.people p JOIN survey.areas a ON p.region = a.region WHERE ({c}) OR a.weight = 2",
    "SELECT p.id, a.weight FROM survey.areas a LEFT JOIN survey.people p ON p.region = a.region AND (NOT ({c}))",
    "SELECT count(*) FROM survey.areas a FULL JOIN survey.people p ON p.id = a.weight WHERE ({c})",
    "SELECT a.weight FROM survey.areas a SEMI JOIN (SELECT * FROM survey.people WHERE ({c})) p USING (region)",
    "SELECT a.weight FROM survey.areas a ANTI JOIN (SELECT * FROM survey.people WHERE ({c})) p USING (region)",
    "SELECT a.weight, l.n FROM survey.areas a, LATERAL (SELECT count(*) AS n FROM survey.people WHERE ({c})) l",
    "SELECT list(id ORDER BY ({c}), id) FROM survey.people",
    "SELECT list_filter([id], lambda q: ({c})) FROM survey.people",
    "SELECT id FROM survey.people WHERE coalesce(({c}), false) AND id < 100 AND salary > 0",
    "SELECT max(id) FROM survey.people WHERE (({c}) AND id >= 0) OR (({c}) AND id < 0)",
    "SELECT id FROM survey.people WHERE ({c}) UNION BY NAME SELECT weight AS id FROM survey.areas",
]
"""Where a condition that tells something may stand."""

ORACLES = [
    "1 // (id - 77317731) IS NOT NULL",
    "CASE WHEN name LIKE 'ZQ%' THEN CAST('x' AS INTEGER) ELSE 1 END = 1",
    "CASE WHEN region <> 'north' THEN 9223372036854775807 + id ELSE 1 END > 0",
    "CAST(name || '1' AS DATE) IS NULL",
    "CAST(left(name, 2) AS INTEGER) > 0",
    "make_timestamp(CAST(id AS BIGINT), 1, 1, 1, 1, 1.0) IS NOT NULL",
    "repeat(name, CAST(id AS INTEGER)) IS NOT NULL",
    "list_extract([1, 2], CAST(salary AS INTEGER)) IS NULL",
    "array_slice([1, 2], id, salary) IS NOT NULL",
    "regexp_extract(name, '(' || code || '[') = ''",
    "regexp_matches(name, '(Z|ZQ|ZQC)*(A|AN)*$')",
    "name LIKE '%_%_%_%_%_%Q%'",
    "name ILIKE '%z%q%c%a%n%'",
    "CAST(strftime(seen, '%Y') AS TINYINT) > 0",
    "date_diff('microsecond', seen, born) > 0",
    "date_add(born, to_years(CAST(salary AS INTEGER))) IS NOT NULL",
    "CAST(salary * salary AS INTEGER) > 0",
    "gcd(salary, id) > 0",
    "lcm(salary, id) > 0",
    "factorial(CAST(id AS INTEGER)) > 0",
    "salary ** salary > 0",
    "chr(CAST(salary AS INTEGER)) <> ''",
    "unicode(name) // (id - 77317732) < 9",
    "string_split(name, ' ')[2]::INTEGER > 0",
    "array_to_string(list_transform(string_split(name, ' '), lambda w: w::INTEGER), '') <> ''",
    "struct_extract({'a': code::INTEGER}, 'a') > 0",
    "(SELECT 1 // (p2.id - 77317731) FROM survey.people p2 ORDER BY 1 LIMIT 1) > 0",
    "born < DATE '1994-01-01' + INTERVAL 1 YEAR",
    "born < DATE '9999-01-01' + INTERVAL 999 YEAR",
    "seen > TIMESTAMP '0001-01-01' - INTERVAL 3 DAY",
    "born = CAST('not a date' AS DATE)",
    "score = CAST('inf' AS DOUBLE) AND 1 // id = 1",
    "CAST(score AS DECIMAL(4, 2)) > 0",
    "CAST(id AS UTINYINT) > 0",
    "salary - 9223372036854775807 < -9223372036854775807 + 1",
    "md5(name) > 'f' AND code::INTEGER > 0",
    "hex(id)::INTEGER > 0",
    "translate(name, 'ZQ', '12')::INTEGER > 0",
    "nfc_normalize(name)::DATE IS NULL",
    "greatest(code::INTEGER, 1) > 0",
    "least(id, 1 // (id - 77317731)) IS NULL",
    "nullif(code::INTEGER, 100) IS NULL",
    "if(region = 'north', 1, name::INTEGER) = 1",
    "concat_ws('-', name, code)::DATE IS NULL",
    "date_trunc(name, born) IS NOT NULL",
    "time_bucket(to_days(CAST(id - 77317731 AS INTEGER)), born) IS NOT NULL",
]
"""Conditions beside those of `probes`: errors, overflows, slow patterns, shapes of folded dates."""


def _named(function: str, rng: random.Random) -> str:
    """Write a function's name in one of the ways a parser may take."""
    ways = [
        function,
        function.upper(),
        f'"{function}"',
        f"main.{function}",
        f"system.main.{function}",
        f'"{function.capitalize()}"',
        f"{function} /* ; */ ",
        f"{function}\n\t",
        "".join(c.upper() if i % 2 else c for i, c in enumerate(function)),
    ]
    return rng.choice(ways)


def _tables(rng: random.Random) -> Iterator[str]:
    while True:
        function, file = rng.choice(FILE_FUNCTIONS), rng.choice(FILES)
        yield f"{_named(function, rng)}('{file}')"
        yield f"{_named(function, rng)}(['{file}', '{rng.choice(FILES)}'], union_by_name = true)"
        yield f"{_named(rng.choice(CATALOGUE), rng)}()"
        yield rng.choice(CATALOGUE_VIEWS)
        quote = rng.choice("'\"")
        yield f"{quote}{file}{quote}"
        yield f"query('FROM {P}')"
        yield f"query_table({quote if quote == chr(39) else chr(39)}{P}')"
        yield rng.choice(
            [
                "survey.main.people",
                "memory.survey.people",
                '"survey.people"',
                "people",
            ]
        )


def refused(seed: int, expressions: int, tables: int, statements: int) -> list[tuple[str, str]]:
    """Return attacks that must not pass the gate."""
    rng = random.Random(seed)
    found: dict[str, str] = {}

    def draw(category: str, count: int, one: Iterator[str]) -> None:
        wanted = len(found) + count
        while len(found) < wanted:
            found.setdefault(next(one), category)

    def expression() -> Iterator[str]:
        while True:
            yield rng.choice(PLACES).format(x=rng.choice(SCALARS))

    def table() -> Iterator[str]:
        for one in _tables(rng):
            yield rng.choice(TABLE_PLACES).format(t=one)

    def statement() -> Iterator[str]:
        while True:
            disguise, hidden = rng.choice(STATEMENT_DISGUISES), rng.choice(STATEMENTS)
            if disguise != "SELECT ({s})" or " " in hidden:  # one word there is a column's name
                yield disguise.format(s=hidden)

    draw("forbidden expression in any place", expressions, expression())
    draw("forbidden source in any place", tables, table())
    draw("statement in disguise", statements, statement())
    return [(category, sql) for sql, category in found.items()]


def probes(seed: int, count: int) -> list[tuple[str, str]]:
    """Return queries that may pass, and must learn nothing."""
    rng = random.Random(seed)
    conditions = [*ORACLES, *CONDITIONS]
    found: dict[str, str] = {}
    for oracle in ORACLES:  # each at least once
        found[rng.choice(SHAPES).replace("{c}", oracle)] = "oracle in any place"
    while len(found) < count:
        found[rng.choice(SHAPES).replace("{c}", rng.choice(conditions))] = "oracle in any place"
    return [(category, sql) for sql, category in found.items()]


_WRITTEN = {sql for _, sql in (*REFUSED, *PROBES)}
GENERATED_REFUSED = [one for one in refused(SEED, 260, 200, 80) if one[1] not in _WRITTEN]
GENERATED_PROBES = [one for one in probes(SEED, 160) if one[1] not in _WRITTEN]
