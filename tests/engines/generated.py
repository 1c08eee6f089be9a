"""Relations, scopes, treatments and queries by chance, and how results of engines are compared.

Every engine is held against the oracle on these.
"""

# ruff: noqa: E501 - queries stand as they are sent

import io
import math

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from tests.engines.world import KEY

from fairway.nouns.errors import FairwayError
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Limits
from fairway.nouns.relations import GovernedColumn, GovernedRelation
from fairway.nouns.scopes import AllOf, Among, AnyOf, Between, Comparison, Negation, Operator
from fairway.nouns.treatments import KEEP, NULL, PSEUDONYM, YEAR, Kind, Treatment
from fairway.rules import scopes

TYPES = {
    "i": LogicalType.INTEGER,
    "k": LogicalType.INTEGER,
    "x": LogicalType.NUMBER,
    "s": LogicalType.STRING,
    "b": LogicalType.BOOLEAN,
    "d": LogicalType.DATE,
    "t": LogicalType.TIMESTAMP,
}
ARROW = {
    LogicalType.INTEGER: pa.int64(),
    LogicalType.NUMBER: pa.float64(),
    LogicalType.STRING: pa.string(),
    LogicalType.BOOLEAN: pa.bool_(),
    LogicalType.DATE: pa.date32(),
    LogicalType.TIMESTAMP: pa.timestamp("us"),
}
words = st.sampled_from(["", "a", "b", "ab", "É", "e\u0301", "\U0001f600", "%", "a'b", "Z", "ß"])
CELLS = {
    "i": st.integers(-9, 9),
    "k": st.integers(-3, 3) | st.sampled_from([2**63 - 1, -(2**63), 2**31]),
    "x": st.integers(-12, 12).map(lambda n: n / 4)
    | st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 1e15, 2.0**53]),
    "s": words,
    "b": st.booleans(),
    "d": st.dates(),
    "t": st.datetimes(),
}
CONSTANTS = CELLS | {"x": st.integers(-12, 12).map(lambda n: n / 4)}
TREATMENTS = {
    LogicalType.INTEGER: [KEEP, KEEP, NULL, PSEUDONYM, Treatment(Kind.BAND, 3), Treatment(Kind.ROUND, 4)],
    LogicalType.NUMBER: [KEEP, KEEP, NULL, PSEUDONYM, Treatment(Kind.BAND, 2), Treatment(Kind.ROUND, 3)],
    LogicalType.STRING: [KEEP, KEEP, NULL, PSEUDONYM, Treatment(Kind.PREFIX, 1)],
    LogicalType.BOOLEAN: [KEEP, KEEP, NULL, PSEUDONYM],
    LogicalType.DATE: [KEEP, KEEP, NULL, PSEUDONYM, YEAR],
    LogicalType.TIMESTAMP: [KEEP, KEEP, NULL, PSEUDONYM, YEAR],
}  # fmt: skip


@st.composite
def conditions(draw):
    name = draw(st.sampled_from(sorted(TYPES)))
    values = CONSTANTS[name]
    match draw(st.integers(0, 2)):
        case 0:
            return Comparison(name, draw(st.sampled_from(Operator)), draw(values))
        case 1:
            return Among(name, tuple(draw(st.lists(values, min_size=1, max_size=3))))
        case _:
            return Between(name, draw(values), draw(values))


scope_trees = st.recursive(
    conditions(),
    lambda inner: (
        st.builds(Negation, inner)
        | st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=4,
)


@st.composite
def relations(draw, folder):
    count = draw(st.integers(0, 8))
    columns = {
        name: draw(st.lists(st.none() | cells, min_size=count, max_size=count))
        for name, cells in CELLS.items()
    }
    path = folder / "r.parquet"
    table = pa.table({n: pa.array(v, ARROW[TYPES[n]]) for n, v in columns.items()})
    pq.write_table(table, path, row_group_size=3)
    scope = draw(st.none() | scope_trees)
    return GovernedRelation(
        "d",
        "r",
        Source("local", "parquet", str(path)),
        tuple(
            GovernedColumn(name, kind, draw(st.sampled_from(TREATMENTS[kind])))
            for name, kind in TYPES.items()
        ),
        scope,
        tuple((n, TYPES[n]) for n in sorted(scopes.columns(scope))) if scope else (),
        KEY,
    )


class Texts:
    """Writes random SQL over columns of known types."""

    def __init__(self, draw, types):
        self.draw = draw
        self.types = types

    def column(self, *kinds):
        names = [n for n, kind in self.types.items() if not kinds or kind in kinds]
        return self.draw(st.sampled_from(names)) if names else None

    def constant(self, kind):
        match kind:
            case LogicalType.INTEGER:
                return str(self.draw(st.integers(-9, 9)))
            case LogicalType.NUMBER:
                return self.draw(st.sampled_from(["0.5", "-1.25", "2", "1e0", "0"]))
            case LogicalType.STRING:
                return "'" + self.draw(words).replace("'", "''") + "'"
            case LogicalType.BOOLEAN:
                return self.draw(st.sampled_from(["TRUE", "FALSE"]))
            case LogicalType.DATE:
                return f"DATE '{self.draw(st.dates())}'"
            case LogicalType.TIMESTAMP:
                return f"TIMESTAMP '{self.draw(st.datetimes())}'"

    def condition(self, depth=2):
        kind = self.draw(st.integers(0, 9 if depth else 6))
        name = self.column()
        other = self.constant(self.types[name])
        match kind:
            case 0 | 1:
                sign = self.draw(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]))
                return f"{name} {sign} {other}"
            case 2:
                return f"{name} IS {self.draw(st.sampled_from(['', 'NOT ']))}NULL"
            case 3:
                return f"{name} IN ({other}, {self.constant(self.types[name])})"
            case 4:
                return f"{name} NOT BETWEEN {other} AND {self.constant(self.types[name])}"
            case 5:
                text = self.column(LogicalType.STRING)
                return (
                    f"{text} LIKE '{self.draw(st.sampled_from(['a%', '_', '%b', '%']))}'"
                    if text
                    else "TRUE"
                )
            case 6:
                return f"{name} IS DISTINCT FROM {other}"
            case 7:
                return f"NOT ({self.condition(depth - 1)})"
            case _:
                word = self.draw(st.sampled_from([" AND ", " OR "]))
                return f"({self.condition(depth - 1)}{word}{self.condition(depth - 1)})"

    def value(self):
        whole = [n for n in ("i",) if self.types.get(n) is LogicalType.INTEGER]
        number = self.column(LogicalType.NUMBER)
        text = self.column(LogicalType.STRING)
        moment = self.column(LogicalType.DATE, LogicalType.TIMESTAMP)
        any_column = self.column()
        choices = [any_column, f"CASE WHEN {self.condition(1)} THEN {any_column} END"]
        choices.append(f"coalesce({any_column}, {any_column})")
        choices.append(f"{self.condition(1)}")
        if self.types[any_column] is not LogicalType.NUMBER:
            choices.append(f"CAST({any_column} AS VARCHAR)")
        if whole:
            choices += ["i + 3", "i * i - 2", "-i", "i // 4", "i % 4", "abs(i)", "i / 4"]
        if number:
            choices += [f"{number} * 2", f"{number} + {number}", f"-{number}", f"{number} / 3"]
            choices += [f"{number} % 2", f"abs({number})"]
            if whole:
                choices += [f"i * {number}", f"i + {number} > 2"]
        if text:
            choices += [f"{text} || 'x'", f"length({text})"]
        if moment:
            choices += [f"year({moment})", f"month({moment})", f"day({moment})"]
        return self.draw(st.sampled_from(choices))

    def aggregate(self):
        name = self.column()
        choices = ["count(*)", f"count({name})", f"count(DISTINCT {name})", f"min({name})"]
        choices += [f"max({name})", f"count(*) FILTER ({self.condition(1)})"]
        numeric = self.column(LogicalType.INTEGER, LogicalType.NUMBER)
        if numeric:
            choices += [f"sum({numeric})", f"avg({numeric})", f"sum(DISTINCT {numeric})"]
        return self.draw(st.sampled_from(choices))

    def query(self):
        where = f" WHERE {self.condition()}" if self.draw(st.booleans()) else ""
        match self.draw(st.integers(0, 7)):
            case 0:
                return f"SELECT * FROM d.r{where}"
            case 1:
                values = [self.value() for _ in range(self.draw(st.integers(1, 4)))]
                distinct = self.draw(st.sampled_from(["", "DISTINCT "]))
                return f"SELECT {distinct}{', '.join(values)} FROM d.r{where}"
            case 2:
                values = [self.column() for _ in range(2)]
                order = self.draw(
                    st.sampled_from(["", " DESC", " NULLS FIRST", " DESC NULLS FIRST"])
                )
                limit = (
                    f" LIMIT {self.draw(st.integers(0, 5))} OFFSET {self.draw(st.integers(0, 2))}"
                )
                return f"SELECT {', '.join(values)} FROM d.r{where} ORDER BY 1{order}, 2{limit}"
            case 3:
                return f"SELECT {self.aggregate()}, {self.aggregate()} FROM d.r{where}"
            case 4:
                key = self.column()
                having = self.draw(st.sampled_from(["", " HAVING count(*) > 1"]))
                return f"SELECT {key}, {self.aggregate()} FROM d.r{where} GROUP BY {key}{having}"
            case 5:
                join = self.draw(st.sampled_from(["JOIN", "LEFT JOIN"]))
                name, other = self.column(), self.column()
                return (
                    f"SELECT p.{other}, q.{name}, q.{other} FROM d.r p {join} d.r q"
                    f" ON p.{name} = q.{name}{' WHERE p.' + other + ' IS NOT NULL' if where else ''}"
                )
            case 6:
                return (
                    f"WITH c AS (SELECT {self.value()} AS v, {self.column()} AS w FROM d.r{where})"
                    " SELECT w, count(v) AS n, max(v) FROM c GROUP BY w"
                )
            case _:
                return (
                    f"SELECT v, count(*) FROM (SELECT {self.value()} AS v FROM d.r{where})"
                    " GROUP BY ALL UNION ALL SELECT v, 0 FROM"
                    f" (SELECT {self.value()} AS v FROM d.r)"
                )


def result(gate, engine, sql, relation):
    """Run and return the types and the sorted rows, or the code of what went wrong."""
    query = gate.parse(sql)
    try:
        data = b"".join(engine.run(query, [relation], Limits()))
    except FairwayError as error:
        return error.code, []
    table = pa.ipc.open_stream(io.BytesIO(data)).read_all()
    columns = [column.to_pylist() for column in table.columns]
    rows = list(zip(*columns, strict=True))
    return [str(kind) for kind in table.schema.types], sorted(rows, key=near)


def near(row):
    """A key by which rows sort alike even if a float differs in its last digits."""
    return repr([f"{v + 0.0:.6e}" if isinstance(v, float) else v for v in row])


def alike(left, right):
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9) or (
            left != left and right != right
        )
    return type(left) is type(right) and left == right


def assert_same(one, other, sql):
    assert one[0] == other[0], sql
    assert len(one[1]) == len(other[1]), (sql, one[1], other[1])
    for left, right in zip(one[1], other[1], strict=True):
        assert all(map(alike, left, right)), (sql, left, right)
