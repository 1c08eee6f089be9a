"""Row scopes: reading, writing, truth in three values, and the same answers as the engine."""

import math
import string
from datetime import UTC, date, datetime

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairway.nouns.errors import BadInput
from fairway.nouns.products import LogicalType
from fairway.nouns.scopes import AllOf, Among, AnyOf, Between, Comparison, Negation, Operator
from fairway.rules import scopes

COLUMNS = {
    "Region": LogicalType.STRING,
    "age": LogicalType.INTEGER,
    "pay": LogicalType.NUMBER,
    "flag": LogicalType.BOOLEAN,
    "day": LogicalType.DATE,
    "seen": LogicalType.TIMESTAMP,
    'odd "name"': LogicalType.STRING,
    "not": LogicalType.INTEGER,
    "größe": LogicalType.INTEGER,
}
SQL_TYPES = {
    LogicalType.STRING: "VARCHAR",
    LogicalType.INTEGER: "BIGINT",
    LogicalType.NUMBER: "DOUBLE",
    LogicalType.BOOLEAN: "BOOLEAN",
    LogicalType.DATE: "DATE",
    LogicalType.TIMESTAMP: "TIMESTAMP",
}

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
VALUES = {
    LogicalType.STRING: texts | st.sampled_from(["a", "b", "é", "e\u0301", "\U0001f600", "\uffff"]),
    LogicalType.INTEGER: st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1),
    LogicalType.NUMBER: st.sampled_from([0.0, -0.0, 0.1, 1.0, 1e22])
    | st.floats(allow_nan=False, allow_infinity=False),
    LogicalType.BOOLEAN: st.booleans(),
    LogicalType.DATE: st.dates(),
    LogicalType.TIMESTAMP: st.datetimes(),
}
CELLS = VALUES | {
    LogicalType.NUMBER: VALUES[LogicalType.NUMBER]
    | st.sampled_from([math.nan, math.inf, -math.inf])
}


@st.composite
def conditions(draw, columns=None):
    types = columns or COLUMNS
    name = draw(st.sampled_from(sorted(types)))
    values = VALUES[types[name]]
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return Comparison(name, draw(st.sampled_from(Operator)), draw(values))
    if kind == 1:
        return Among(name, tuple(draw(st.lists(values, min_size=1, max_size=3))))
    return Between(name, draw(values), draw(values))


def trees(leaves):
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(Negation, inner)
            | st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
            | st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
        ),
        max_leaves=6,
    )


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@given(trees(conditions()))
def test_parse_reads_what_to_text_writes(scope):
    assert scopes.parse(scopes.to_text(scope), COLUMNS) == scope


@given(trees(conditions()), st.data())
@example(Comparison("pay", Operator.EQUAL, 0.0), None)
def test_truth_is_the_engine_s(connection, scope, data):
    row = {
        name: None if data is None else data.draw(st.none() | CELLS[kind], label=name)
        for name, kind in COLUMNS.items()
    }
    names = {name: f"c{i}" for i, name in enumerate(COLUMNS)}
    select = ", ".join(f"CAST(? AS {SQL_TYPES[t]}) AS {names[n]}" for n, t in COLUMNS.items())
    sql = f"SELECT {_sql(scope, names)} FROM (SELECT {select})"
    answer = connection.execute(sql, list(row.values())).fetchone()[0]
    assert scopes.holds(scope, row) is answer


def _sql(scope, names):
    """Write a scope as SQL for this test, by another way than any engine adapter."""
    match scope:
        case AllOf(parts):
            return "(" + " AND ".join(_sql(p, names) for p in parts) + ")"
        case AnyOf(parts):
            return "(" + " OR ".join(_sql(p, names) for p in parts) + ")"
        case Negation(part):
            return f"(NOT {_sql(part, names)})"
        case Among(column, values):
            return f"({names[column]} IN ({', '.join(_literal(v) for v in values)}))"
        case Between(column, low, high):
            return f"({names[column]} BETWEEN {_literal(low)} AND {_literal(high)})"
        case Comparison(column, operator, value):
            return f"({names[column]} {operator} {_literal(value)})"


def _literal(value):
    text = str(value).replace("'", "''")
    names = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR", date: "DATE"}
    return f"CAST('{text}' AS {names.get(type(value), 'TIMESTAMP')})"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("region = 'Wales'", Comparison("Region", Operator.EQUAL, "Wales")),
        ('"odd ""name""" <> \'it\'\'s\'', Comparison('odd "name"', Operator.NOT_EQUAL, "it's")),
        ("age != 3", Comparison("age", Operator.NOT_EQUAL, 3)),
        ("AGE >= +3", Comparison("age", Operator.GREATER_OR_EQUAL, 3)),
        ("pay < 2", Comparison("pay", Operator.LESS, 2.0)),
        ("flag = true", Comparison("flag", Operator.EQUAL, True)),
        ("day = '2024-01-31'", Comparison("day", Operator.EQUAL, date(2024, 1, 31))),
        ("day = DATE '2024-01-31'", Comparison("day", Operator.EQUAL, date(2024, 1, 31))),
        ("seen > '2024-01-31'", Comparison("seen", Operator.GREATER, datetime(2024, 1, 31))),
        (
            "seen > TIMESTAMP '2024-01-31 09:30'",
            Comparison("seen", Operator.GREATER, datetime(2024, 1, 31, 9, 30)),
        ),
        ("age NOT IN (1, 2)", Negation(Among("age", (1, 2)))),
        ("age not between 1 and 2", Negation(Between("age", 1, 2))),
        (
            "age = 1 OR age = 2 AND NOT age = 3",
            AnyOf(
                (
                    Comparison("age", Operator.EQUAL, 1),
                    AllOf(
                        (
                            Comparison("age", Operator.EQUAL, 2),
                            Negation(Comparison("age", Operator.EQUAL, 3)),
                        )
                    ),
                )
            ),
        ),
        ("größe = 1", Comparison("größe", Operator.EQUAL, 1)),
        ('"not" = 1', Comparison("not", Operator.EQUAL, 1)),
        ("((age = 1))", Comparison("age", Operator.EQUAL, 1)),
    ],
)
def test_reads(text, scope):
    assert scopes.parse(text, COLUMNS) == scope


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("", "scope.syntax", 1),
        ("   ", "scope.syntax", 4),
        ("region", "scope.syntax", 7),
        ("region = ", "scope.syntax", 10),
        ("region = 'x", "scope.syntax", 10),
        ("region = 'x' region", "scope.syntax", 14),
        ("region = 'x' AND", "scope.syntax", 17),
        ("region NOT = 'x'", "scope.syntax", 12),
        ("region LIKE 'x'", "scope.syntax", 8),
        ("region = age", "scope.syntax", 10),
        ("region = 'x'; DROP TABLE x", "scope.syntax", 13),
        ("region = 'x' -- more", "scope.syntax", 14),
        ("1 = 1", "scope.syntax", 1),
        ("= 1", "scope.syntax", 1),
        ("not = 1", "scope.syntax", 5),
        ("(age = 1", "scope.syntax", 9),
        ("age IN ()", "scope.syntax", 9),
        ("age IN (1, 2", "scope.syntax", 13),
        ("age BETWEEN 1 OR 2", "scope.syntax", 15),
        ("day = DATE 5", "scope.syntax", 12),
        ("day = DATE day", "scope.syntax", 12),
        ("day = DATE", "scope.syntax", 11),
        ("region = 'a\0b'", "scope.syntax", 10),
        ("region = '\ud800'", "scope.syntax", 10),
        ("lower(region) = 'x'", "scope.unknown_column", 1),
        ("age = 1 AND pey = 1", "scope.unknown_column", 13),
        ('"Region " = 1', "scope.unknown_column", 1),
        ("region = 5", "scope.wrong_type", 10),
        ("region = DATE '2024-01-31'", "scope.wrong_type", 10),
        ("region = TRUE", "scope.wrong_type", 10),
        ("age = 'x'", "scope.wrong_type", 7),
        ("age = 1.5", "scope.wrong_type", 7),
        ("age = 9223372036854775808", "scope.wrong_type", 7),
        ("age = " + "9" * 9000, "scope.wrong_type", 7),
        ("pay = 1e999", "scope.wrong_type", 7),
        ("pay = 'nan'", "scope.wrong_type", 7),
        ("flag = 1", "scope.wrong_type", 8),
        ("day = '2024-02-30'", "scope.wrong_type", 7),
        ("day = '20240230'", "scope.wrong_type", 7),
        ("day = TIMESTAMP '2024-01-31'", "scope.wrong_type", 7),
        ("seen = '2024-01-31 25:00'", "scope.wrong_type", 8),
        ("seen = 'yesterday'", "scope.wrong_type", 8),
        ("age = 1 AND " * 1000 + "age = 1", "scope.syntax", 1),
        ("(" * 51 + "age = 1" + ")" * 51, "scope.syntax", 51),
        ("NOT " * 51 + "age = 1", "scope.syntax", 201),
    ],
)
def test_refuses_with_place_and_way_out(text, code, column):
    with pytest.raises(BadInput) as caught:
        scopes.parse(text, COLUMNS, field="scope")
    error = caught.value
    assert (error.code, error.column, error.field) == (code, column, "scope")
    assert error.remedy
    assert error.message.endswith(".")


@given(st.text(string.printable, max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        scope = scopes.parse(text, COLUMNS)
    except BadInput:
        return
    assert scopes.parse(scopes.to_text(scope), COLUMNS) == scope


def test_columns_names_every_tested_column():
    scope = scopes.parse("age = 1 OR NOT (pay < 2 AND day > '2024-01-01')", COLUMNS)
    assert scopes.columns(scope) == {"age", "pay", "day"}


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (None, None, None),
        ("age = 1", None, "age = 1"),
        (None, "age = 1", "age = 1"),
        ("age = 1", "age = 1", "age = 1"),
        ("age = 1", "pay < 2", "age = 1 AND pay < 2"),
        ("age = 1 AND pay < 2", "pay < 2", "age = 1 AND pay < 2"),
        ("age = 1 OR pay < 2", "day > '2024-01-01'", "(age = 1 OR pay < 2) AND day > '2024-01-01'"),
    ],
)
def test_narrow_joins_both(first, second, both):
    def read(text):
        return None if text is None else scopes.parse(text, COLUMNS)

    assert scopes.narrow(read(first), read(second)) == read(both)


def test_narrow_of_one_condition_said_twice_is_that_condition():
    one = Comparison("age", Operator.EQUAL, 1)
    assert scopes.narrow(AllOf((one, one)), one) == one


@given(trees(conditions()), trees(conditions()), st.data())
def test_narrowing_never_shows_more(scope, further, data):
    row = {n: data.draw(st.none() | CELLS[t], label=n) for n, t in COLUMNS.items()}
    both = scopes.narrow(scope, further)
    assert both is not None
    shown = scopes.holds(both, row) is True
    assert shown == (scopes.holds(scope, row) is True and scopes.holds(further, row) is True)


@pytest.mark.parametrize(
    ("text", "row", "truth"),
    [
        ("age = 1", {}, None),
        ("age = 1 OR pay = 1", {"age": 1}, True),
        ("age = 1 AND pay = 1", {"age": 2}, False),
        ("NOT age = 1", {"age": None}, None),
        ("age NOT IN (1, 2)", {"age": 3}, True),
        ("pay > 1", {"pay": math.nan}, True),
        ("seen = '2024-01-31'", {"seen": date(2024, 1, 31)}, True),
        ("seen = '2024-01-31'", {"seen": datetime(2024, 1, 31, tzinfo=UTC)}, True),
    ],
)
def test_holds(text, row, truth):
    assert scopes.holds(scopes.parse(text, COLUMNS), row) is truth


def test_a_whole_constant_on_numbers_counts_nan_as_largest():
    assert scopes.holds(Comparison("pay", Operator.GREATER, 1), {"pay": math.nan}) is True


def test_a_scope_is_written_as_its_dialect_quotes():
    scope = AllOf(
        (
            AnyOf((Comparison("a", Operator.NOT_EQUAL, 1), Among("b", ("x", "y")))),
            Negation(Between("c", 1, 2)),
        )
    )
    said = scopes.written(scope, lambda name: f"[{name}]", lambda name, value: f"{name}:{value}")
    assert said == "((([a] <> a:1) OR ([b] IN (b:x, b:y))) AND (NOT ([c] BETWEEN c:1 AND c:2)))"
