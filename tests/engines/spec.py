"""What every engine is asked, by topic, over the small world of `tests.engines.world`.

An engine gives the same answer as the default one, or refuses with `engine.gap`. Which it refuses is
written in the reference, which is generated from this list.
"""

# ruff: noqa: E501 - queries stand as they are sent

SPEC = {
    "Selecting": (
        "SELECT * FROM survey.people",
        "SELECT id, name AS called FROM survey.people WHERE region = 'north'",
        "SELECT p.* FROM survey.people p WHERE p.active",
        "SELECT DISTINCT active, region FROM survey.people",
        "SELECT id FROM survey.people ORDER BY salary DESC, id LIMIT 3 OFFSET 2",
        "SELECT id, salary FROM survey.people ORDER BY 2 NULLS FIRST LIMIT 5",
    ),
    "Conditions": (
        "SELECT id FROM survey.people WHERE salary BETWEEN 21000 AND 25000 OR name LIKE '%1'",
        "SELECT id FROM survey.people WHERE born >= DATE '1985-01-01' AND seen < TIMESTAMP '2024-01-08'",
        "SELECT id FROM survey.people WHERE code IN ('101', '105') AND NOT active",
        "SELECT id FROM survey.people WHERE score IS DISTINCT FROM 0.5",
        "SELECT id FROM survey.people WHERE starts_with(name, 'person 1')",
    ),
    "Expressions": (
        "SELECT id + 1, id * 2 - 3, -id, id // 4, id % 4, abs(id - 6) FROM survey.people",
        "SELECT id, salary / id, score / 0, score * 2 FROM survey.people",
        "SELECT CASE WHEN age < 30 THEN 'young' ELSE name END FROM survey.people",
        "SELECT coalesce(NULL, name), nullif(id, 3), length(name), name || '!' FROM survey.people",
        "SELECT CAST(id AS VARCHAR), CAST(born AS VARCHAR), CAST(seen AS VARCHAR) FROM survey.people",
        "SELECT year(born), month(born), day(seen), date_part('year', seen) FROM survey.people",
        "SELECT extract(year FROM born), extract(MONTH FROM seen), date_part('Quarter', born) FROM survey.people",
        "SELECT born + INTERVAL 3 MONTH, seen - INTERVAL 2 DAY FROM survey.people",
        "SELECT lower(name), upper(region), substring(name, 1, 3) FROM survey.people",
        "SELECT CAST(code AS BIGINT) FROM survey.people",
        "SELECT strftime(seen, '%d %B') FROM survey.people",
        "SELECT regexp_replace(name, '[0-9]', '#') FROM survey.people",
        "SELECT 1.5 + 2.25, 0.1 * 3 FROM survey.people",
    ),
    "Aggregates": (
        "SELECT count(*), count(score), sum(salary), avg(salary), min(born), max(name) FROM survey.people",
        "SELECT active, count(DISTINCT nhs) FROM survey.people GROUP BY active",
        "SELECT age, sum(score) FILTER (WHERE active) FROM survey.people GROUP BY 1 HAVING count(*) > 1",
        "SELECT visited AS y, count(*) AS n FROM survey.people GROUP BY ALL ORDER BY n DESC, y",
        "SELECT avg(salary) FROM survey.people WHERE id < 0",
        "SELECT median(salary) FROM survey.people",
        "SELECT string_agg(name, ',' ORDER BY id) FROM survey.people",
        "SELECT region, active, count(*) FROM survey.people GROUP BY ROLLUP (region, active)",
    ),
    "Joins": (
        "SELECT p.id, a.weight FROM survey.people p JOIN survey.areas a ON p.region = a.region",
        "SELECT a.region, p.id FROM survey.areas a LEFT JOIN survey.people p ON p.region = a.region AND p.id < 2",
        "SELECT a.region, p.id FROM survey.people p RIGHT JOIN survey.areas a ON p.region = a.region AND p.id < 2",
        "SELECT a.region, p.id FROM survey.areas a FULL JOIN survey.people p ON p.id = a.weight",
        "SELECT count(*) FROM survey.people, survey.areas",
        "SELECT region FROM survey.areas a SEMI JOIN survey.people p ON a.weight = p.id",
        "SELECT id FROM survey.people JOIN survey.areas USING (region)",
    ),
    "Queries inside queries": (
        "WITH young AS (SELECT id, age FROM survey.people WHERE age < 30) SELECT count(*) FROM young y JOIN young z ON y.id = z.id",
        "SELECT avg(n) FROM (SELECT visited, count(*) AS n FROM survey.people GROUP BY visited) AS counted",
        "SELECT id FROM survey.people WHERE id IN (SELECT weight FROM survey.areas)",
        "SELECT region FROM survey.areas a WHERE EXISTS (SELECT 1 FROM survey.people p WHERE p.region = a.region)",
        "SELECT id FROM survey.people WHERE salary > (SELECT avg(salary) FROM survey.people)",
        "SELECT region FROM survey.areas a WHERE weight < (SELECT count(*) FROM survey.people p WHERE p.region = a.region)",
        "SELECT id FROM survey.people UNION ALL SELECT weight FROM survey.areas",
        "SELECT region FROM survey.people INTERSECT SELECT region FROM survey.areas",
        "SELECT weight FROM survey.areas EXCEPT SELECT id FROM survey.people ORDER BY 1 LIMIT 3",
    ),
    "Windows": (
        "SELECT id, row_number() OVER (PARTITION BY active ORDER BY salary DESC) FROM survey.people",
        "SELECT id, sum(salary) OVER (ORDER BY id), rank() OVER (ORDER BY visited) FROM survey.people",
        "SELECT id, lag(salary) OVER (ORDER BY id) FROM survey.people",
    ),
}
QUERIES = [(topic, sql) for topic, asked in SPEC.items() for sql in asked]
