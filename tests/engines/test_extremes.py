"""What counts as unable to fail is tried on every extreme value there is, on the engine itself.

Whenever `totality` lets a condition go without a barrier, the engine must get through it on rows
that hold the extremes of every type. Conditions are made of all that a query may be made of.
"""

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.test_totality import TOTAL
from tests.hostile.generated import ORACLES
from tests.hostile.probes import CONDITIONS

from fairway.engines.folding import folded
from fairway.engines.totality import Totality
from fairway.nouns.errors import FairwayError

EXTREMES = {
    "id BIGINT": "-9223372036854775808, 9223372036854775807, 0, -1, NULL",
    "salary BIGINT": "9223372036854775807, -9223372036854775808, NULL, 1, 0",
    "score DOUBLE": "'inf', '-inf', 'nan', 1.7976931348623157e308, -4.9e-324",
    "name VARCHAR": "'', 'é\u0301\U0001f600', repeat('a%_',2000), NULL, chr(1)",
    "region VARCHAR": "'north', '%', '\\', '_', NULL",
    "code VARCHAR": "'x', '1e999', '', NULL, '-'",
    "nhs VARCHAR": "'a', NULL, '', 'b', 'c'",
    "postcode VARCHAR": "'S1', '', NULL, 'é', '\U0001f600'",
    "born DATE": "'5877642-06-25 (BC)', '5881580-07-10', 'infinity', '-infinity', NULL",
    "seen TIMESTAMP": "'290309-12-22 (BC) 00:00:00', '294247-01-10 04:00:54.775806', 'infinity',"
    " '-infinity', NULL",
    "active BOOLEAN": "true, false, NULL, true, NULL",
    "age BIGINT": "-9223372036854775808, 9223372036854775807, NULL, 0, 1",
    "visited BIGINT": "-290308, 294247, NULL, 0, 2020",
}
"""Five values of every column; each meets each of every other."""


def _values(kind, values):
    return [f"CAST({value} AS {kind})" for value in values.split(", ")]


@pytest.fixture(scope="module")
def extremes():
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("CREATE SCHEMA survey")
        columns = [
            f"unnest([{', '.join(_values(kind, values))}]) AS {name}"
            for (name, kind), values in ((c.split(), v) for c, v in EXTREMES.items())
        ]
        connection.execute(f"CREATE TABLE survey.people AS SELECT {', '.join(columns)}")
        connection.execute(
            "CREATE TABLE survey.areas AS SELECT 'north' AS region, 9223372036854775807 AS weight"
        )
        # The extremes of each pair of neighbours are crossed by turning one column against another.
        for name in ("salary", "score", "seen"):
            connection.execute(
                f"INSERT INTO survey.people SELECT p.* REPLACE (q.{name} AS {name})"
                f" FROM survey.people p, (SELECT DISTINCT {name} FROM survey.people) q"
            )
        yield connection


def fails(connection, sql):
    try:
        connection.execute(sql).fetchall()
    except duckdb.Error as error:
        return type(error).__name__
    return ""


def harmless(world, sql):
    """Return a query as it runs without a barrier; None where it needs one."""
    query = world.gate.parse(sql)
    totality = Totality(query.tree, world.relations)
    if totality.barrier(world.relations[0]):
        return None
    done = folded(sql, query.tree, totality.folds)
    return done[0] if totality.folds and done else sql


@pytest.mark.parametrize("condition", TOTAL)
def test_what_cannot_fail_does_not_fail_on_any_extreme(world, extremes, condition):
    sql = harmless(world, f"SELECT count(*) FROM survey.people WHERE {condition}")
    assert sql is not None
    assert fails(extremes, sql) == ""


def test_the_extremes_do_make_conditions_fail(extremes):
    failing = [c for c in CONDITIONS if fails(extremes, f"SELECT 1 FROM survey.people WHERE {c}")]
    assert len(failing) > len(CONDITIONS) / 2


def test_a_day_that_is_worked_out_would_fail_if_it_were_not_folded(world, extremes):
    sql = "SELECT count(*) FROM survey.people WHERE born < DATE '1994-01-01' + INTERVAL 1 YEAR"
    assert "DATE '1995-01-01'" in harmless(world, sql)
    extremes.execute("SET disabled_optimizers = 'expression_rewriter'")
    try:
        assert fails(extremes, sql) == "ConversionException"
        assert fails(extremes, harmless(world, sql)) == ""
    finally:
        extremes.execute("SET disabled_optimizers = ''")


@pytest.mark.parametrize("condition", [*CONDITIONS, *ORACLES])
def test_what_fails_on_an_extreme_has_a_barrier(world, extremes, condition):
    sql = f"SELECT count(*) FROM survey.people WHERE {condition}"
    done = harmless(world, sql)
    assert done is None or fails(extremes, done) == ""


# ------------------------------------------------------------------ conditions by chance

NUMBERS = st.sampled_from(
    [
        "id",
        "salary",
        "age",
        "visited",
        "score",
        "0",
        "1",
        "-7",
        "1.5",
        "9223372036854775807",
        "score * 2",
    ]
)
TEXTS = st.sampled_from(
    ["name", "region", "code", "nhs", "postcode", "'x'", "'1'", "'%a%_%'", "''", "lower(name)",
     "substring(name, 1, 2)", "trim(code)", "left(name, 3)", "CAST(id AS VARCHAR)"]
)  # fmt: skip
DAYS = st.sampled_from(
    ["born", "seen", "DATE '1994-01-01'", "'1994-01-01'", "'1994-13-01'", "CAST(seen AS DATE)",
     "DATE '1994-01-31' + INTERVAL 1 MONTH", "DATE '9999-12-31' + INTERVAL 1 DAY",
     "TIMESTAMP '1994-01-01 10:00:00'", "CAST(born AS TIMESTAMP)"]
)  # fmt: skip
COMPARED = st.sampled_from(["=", "<>", "<", ">=", "IS DISTINCT FROM"])
ARITHMETIC = st.sampled_from(["+", "-", "*", "/", "//", "%"])


def pairs(values):
    return st.builds(lambda a, op, b: f"{a} {op} {b}", values, COMPARED, values)


NUMERIC = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, ARITHMETIC, inner),
        st.builds(lambda a: f"abs({a})", inner),
        st.builds(lambda a: f"CAST({a} AS DOUBLE)", inner),
        st.builds(lambda a, b: f"coalesce({a}, {b})", inner, inner),
        st.builds(lambda a, b: f"CASE WHEN active THEN {a} ELSE {b} END", inner, inner),
        st.builds(lambda a: f"year({a})", DAYS),
        st.builds(lambda a: f"length({a})", TEXTS),
    ),
    max_leaves=4,
)
ATOMS = st.one_of(
    pairs(NUMERIC),
    pairs(TEXTS),
    pairs(DAYS),
    st.builds(lambda a, op, b: f"{a} {op} {b}", NUMBERS, COMPARED, TEXTS),
    st.builds(lambda a, op, b: f"{a} {op} {b}", TEXTS, COMPARED, DAYS),
    st.builds(lambda a, b, c: f"{a} BETWEEN {b} AND {c}", NUMERIC, NUMBERS, NUMBERS),
    st.builds(lambda a, b, c: f"{a} BETWEEN {b} AND {c}", DAYS, DAYS, DAYS),
    st.builds(lambda a, b, c: f"{a} IN ({b}, {c})", NUMERIC, NUMBERS, NUMBERS),
    st.builds(lambda a, b: f"{a} LIKE {b}", TEXTS, TEXTS),
    st.builds(lambda a, b: f"starts_with({a}, {b})", TEXTS, TEXTS),
    st.builds(lambda a: f"{a} IS NULL", st.one_of(NUMERIC, TEXTS, DAYS)),
    st.builds(lambda a: f"id IN (SELECT {a} FROM survey.people)", NUMERIC),
    st.builds(lambda a: f"EXISTS (SELECT 1 FROM survey.areas WHERE {a} > weight)", NUMERIC),
    st.builds(lambda a: f"id > (SELECT max({a}) FROM survey.people)", NUMERIC),
    st.just("active"),
)
CHANCE = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"({a} AND {b})", inner, inner),
        st.builds(lambda a, b: f"({a} OR {b})", inner, inner),
        st.builds(lambda a: f"(NOT {a})", inner),
    ),
    max_leaves=3,
)
AROUND = st.sampled_from(
    [
        "SELECT count(*) FROM survey.people WHERE {c}",
        "SELECT count(*) FROM (SELECT *, ({c}) AS ok FROM survey.people) WHERE ok",
        (
            "WITH q AS (SELECT ({c}) AS ok, id FROM survey.people)"
            " SELECT count(*) FROM q WHERE ok AND id > 0"
        ),
        "SELECT count(*) FROM survey.areas a JOIN survey.people p ON p.region = a.region AND ({c})",
    ]
)
TRIED = {"harmless": 0, "barrier": 0}


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(condition=CHANCE, around=AROUND)
def test_no_condition_by_chance_fails_without_a_barrier(world, extremes, condition, around):
    sql = around.replace("{c}", condition)
    try:
        done = harmless(world, sql)
    except FairwayError:
        return
    TRIED["barrier" if done is None else "harmless"] += 1
    if done is None:
        return
    assert fails(extremes, done) in {"", "BinderException"}, done
    # The same holds when the engine's rewriting of expressions is left out.
    extremes.execute("SET disabled_optimizers = 'expression_rewriter,statistics_propagation'")
    try:
        assert fails(extremes, done) in {"", "BinderException"}, done
    finally:
        extremes.execute("SET disabled_optimizers = ''")


def test_both_verdicts_were_tried():
    assert min(TRIED.values()) > 10
