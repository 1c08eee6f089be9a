"""Files that no row of a scope can be in are left out, and no other file ever is."""

import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.errors import Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.relations import ColumnRange, DataFile, GovernedColumn, GovernedRelation, Located
from fairway.nouns.scopes import AllOf, Among, AnyOf, Between, Comparison, Negation, Operator
from fairway.nouns.treatments import KEEP
from fairway.rules import scopes
from fairway.rules.pruning import constant, pruned, tells_nothing, values

TYPES = {
    "i": LogicalType.INTEGER,
    "x": LogicalType.NUMBER,
    "s": LogicalType.STRING,
    "d": LogicalType.DATE,
    "t": LogicalType.TIMESTAMP,
    "b": LogicalType.BOOLEAN,
}
CELLS = {
    "i": st.integers(-5, 5),
    "x": st.integers(-5, 5).map(float) | st.sampled_from([math.nan, math.inf, -math.inf]),
    "s": st.sampled_from(["", "a", "ab", "b", "é"]),
    "d": st.dates(date(2024, 1, 1), date(2024, 1, 6)),
    "t": st.datetimes(datetime(2024, 1, 1), datetime(2024, 1, 2)),
    "b": st.booleans(),
}
NUMBERED = {**CELLS, "x": st.integers(-5, 5).map(float)}


@st.composite
def conditions(draw):
    name = draw(st.sampled_from(sorted(TYPES)))
    values = NUMBERED[name]
    match draw(st.integers(0, 2)):
        case 0:
            return Comparison(name, draw(st.sampled_from(Operator)), draw(values))
        case 1:
            return Among(name, tuple(draw(st.lists(values, min_size=1, max_size=3))))
        case _:
            return Between(name, draw(values), draw(values))


trees = st.recursive(
    conditions(),
    lambda inner: (
        st.builds(Negation, inner)
        | st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


def text(value):
    return None if value is None else str(value)


@st.composite
def files(draw):
    """A file as a writer describes it, and its rows. Some columns are constant, some absent."""
    count = draw(st.integers(1, 4))
    rows = [{} for _ in range(count)]
    constants, names, ranges = [], [], []
    for name, cells in CELLS.items():
        kind = draw(st.sampled_from(["constant", "absent", "known", "known", "half", "unknown"]))
        values = draw(st.lists(st.none() | cells, min_size=count, max_size=count))
        if kind == "constant":
            values = [values[0]] * count
            constants.append((name.upper(), text(values[0])))
        elif kind == "absent":
            values = [None] * count
            names.append((name, ""))
        present = [
            v for v in values if v is not None and not (isinstance(v, float) and math.isnan(v))
        ]
        if kind in {"known", "half"}:
            low, high = (min(present), max(present)) if present else (None, None)
            if kind == "half":
                low = None
            ranges.append(ColumnRange(name, low, high, nulls=None in values))
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return DataFile("f", tuple(names), tuple(constants), ranges=tuple(ranges)), rows


def relation(scope, columns=TYPES):
    return GovernedRelation(
        "d",
        "r",
        Source("local", "delta", "x"),
        tuple(GovernedColumn(n, TYPES[n], KEEP) for n in columns),
        scope,
        tuple((n, TYPES[n]) for n in sorted(scopes.columns(scope))) if scope else (),
    )


def kept(scope, part):
    return bool(pruned(relation(scope), Located(("f",), parts=(part,))).parts)


@given(trees, files())
def test_no_row_of_the_scope_is_lost(scope, file):
    part, rows = file
    if not kept(scope, part):
        assert not any(scopes.holds(scope, row) for row in rows)


def among(column, *values):
    return Among(column, values)


@pytest.mark.parametrize(
    ("scope", "part", "read"),
    [
        (None, DataFile("f"), True),
        (among("s", "a"), DataFile("f", constants=(("s", "a"),)), True),
        (among("s", "a"), DataFile("f", constants=(("s", "b"),)), False),
        (Negation(among("s", "a")), DataFile("f", constants=(("s", None),)), False),
        (among("i", 3), DataFile("f", ranges=(ColumnRange("i", 4, 9),)), False),
        (among("i", 3), DataFile("f", ranges=(ColumnRange("I", 1, 9),)), True),
        (Between("i", 10, 20), DataFile("f", ranges=(ColumnRange("i", 1, 9),)), False),
        (Comparison("i", Operator.LESS, 2),
         DataFile("f", ranges=(ColumnRange("i", 2, 9),)), False),
        (Comparison("i", Operator.LESS_OR_EQUAL, 2),
         DataFile("f", ranges=(ColumnRange("i", 2, 9),)), True),
        (Comparison("i", Operator.GREATER, 9),
         DataFile("f", ranges=(ColumnRange("i", 2, 9),)), False),
        (Comparison("i", Operator.NOT_EQUAL, 3), DataFile("f", ranges=(ColumnRange("i", 3, 4),)),
         True),
        (Comparison("i", Operator.NOT_EQUAL, 3), DataFile("f", ranges=(ColumnRange("i", 3, 3),)),
         False),
        (among("x", math.nan), DataFile("f", ranges=(ColumnRange("x", 1.0, 2.0),)), True),
        (among("x", 0.5, math.nan), DataFile("f", ranges=(ColumnRange("x", 1.0, 2.0),)), True),
        (Comparison("x", Operator.GREATER, 9.0),
         DataFile("f", ranges=(ColumnRange("x", 1.0, 2.0),)), True),  # of NaN
        (Comparison("x", Operator.LESS, 1.0), DataFile("f", ranges=(ColumnRange("x", 1.5, 2.0),)),
         False),
        (Comparison("x", Operator.LESS, 1.0), DataFile("f", ranges=(ColumnRange("x", math.nan),)),
         True),
        (Negation(Comparison("i", Operator.LESS, 5)),
         DataFile("f", ranges=(ColumnRange("i", 1, 4, nulls=True),)), True),
        (AllOf((among("i", 1), among("s", "a"))), DataFile("f", constants=(("s", "b"),)), False),
        (AnyOf((among("i", 1), among("s", "a"))), DataFile("f", constants=(("s", "b"),)), True),
        (among("s", "a"), DataFile("f", names=(("s", ""),)), False),
        (Comparison("t", Operator.LESS_OR_EQUAL, datetime(2024, 1, 1)),
         DataFile("f", ranges=(ColumnRange("t", datetime(2024, 1, 1, tzinfo=UTC), None),)), True),
        (Comparison("t", Operator.LESS, date(2024, 1, 1)),
         DataFile("f", ranges=(ColumnRange("t", datetime(2024, 1, 2), None),)), False),
    ],
)  # fmt: skip
def test_what_is_read(scope, part, read):
    assert kept(scope, part) is read


def test_what_is_not_described_is_read():
    located = Located(("a", "b"))
    assert pruned(relation(among("i", 1)), located) is located


def test_the_files_are_in_step_with_what_describes_them():
    parts = tuple(DataFile(name, constants=(("s", name),)) for name in "abc")
    found = pruned(relation(among("s", "b", "c")), Located(("a", "b", "c"), parts=parts))
    assert found.files == ("b", "c")
    assert [part.path for part in found.parts] == ["b", "c"]


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        (None, LogicalType.DATE, None),
        ("a", LogicalType.STRING, "a"),
        ("-7", LogicalType.INTEGER, -7),
        ("1.5", LogicalType.NUMBER, 1.5),
        ("TRUE", LogicalType.BOOLEAN, True),
        ("2024-01-31", LogicalType.DATE, date(2024, 1, 31)),
        ("2024-01-31 09:30:00", LogicalType.TIMESTAMP, datetime(2024, 1, 31, 9, 30)),
        ("2024-01-31T09:30:00+01:00", LogicalType.TIMESTAMP, datetime(2024, 1, 31, 8, 30)),
    ],
)
def test_values_of_partitions(written, kind, value):
    assert constant(written, kind) == value


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("x", LogicalType.INTEGER),
        (str(2**63), LogicalType.INTEGER),
        ("yes", LogicalType.BOOLEAN),
        ("soon", LogicalType.TIMESTAMP),
    ],
)
def test_values_that_are_none_of_their_type(written, kind):
    with pytest.raises(Unavailable) as caught:
        constant(written, kind)
    assert caught.value.code == "source.bad_partition"
    assert written not in str(caught.value)


def test_how_many_files_are_read_is_told_only_where_it_tells_nothing():
    def told(scope, *parts):
        source = Source("local", "parquet", "x")
        column = GovernedColumn("i", LogicalType.INTEGER, KEEP)
        relation = GovernedRelation("d", "r", source, (column,), scope, tuple(TYPES.items()))
        located = Located(tuple(p.path for p in parts), parts=parts)
        return tells_nothing(relation, located), values(relation, located)

    one = DataFile("a", constants=(("I", "1"), ("s", "x")))
    two = DataFile("b", constants=(("I", "2"), ("s", "y")))
    assert told(None) == (True, ())
    assert told(None, one, two) == (True, ("I = 1", "I = 2"))
    assert told(Comparison("i", Operator.GREATER, 0), one, two)[0]
    assert not told(Comparison("x", Operator.GREATER, 0), one, two)[0]
    assert not told(Comparison("i", Operator.GREATER, 0))[0]
    mixed = AnyOf((Comparison("i", Operator.EQUAL, 1), Comparison("x", Operator.EQUAL, 1.0)))
    assert not told(mixed, one)[0]
    assert told(None, DataFile("c", constants=(("s", "x"),))) == (True, ())
