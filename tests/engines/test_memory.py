"""The oracle and DuckDB agree, on generated relations, scopes, treatments and queries.

And the promises, on the same: with a column less, a narrower scope or a stronger treatment, nothing
more is ever shown.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.engines.generated import (
    ARROW,
    TREATMENTS,
    TYPES,
    Texts,
    assert_same,
    near,
    relations,
    result,
    scope_trees,
)
from tests.engines.world import locate

from fairway.engines.memory import MemoryEngine
from fairway.nouns.errors import BoundExceeded, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Limits
from fairway.nouns.relations import GovernedColumn, GovernedRelation
from fairway.nouns.treatments import KEEP
from fairway.rules import scopes, treatments


@pytest.fixture(scope="module")
def memory():
    return MemoryEngine(locate)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("relations")


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_engines_agree(gate, engine, memory, folder, data):
    relation = data.draw(relations(folder))
    types = {c.name: treatments.treated_type(c.type, c.treatment) for c in relation.columns}
    for _ in range(3):
        sql = Texts(data.draw, types).query()
        mine = result(gate, memory, sql, relation)
        if mine[0] == "engine.gap":
            gate.bind(gate.parse("SELECT 1"), [relation])
            continue
        assert_same(mine, result(gate, engine, sql, relation), sql)


def test_gaps_are_rare(gate, memory, folder):
    """Else the agreement would say little: nearly all that is generated is known to the oracle."""
    seen = []

    @settings(  # the same examples each time: a share of random ones would differ by chance
        max_examples=200, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def generate(data):
        relation = data.draw(relations(folder))
        types = {c.name: treatments.treated_type(c.type, c.treatment) for c in relation.columns}
        sql = Texts(data.draw, types).query()
        seen.append(result(gate, memory, sql, relation)[0])

    generate()
    gaps = sum(code == "engine.gap" for code in seen)
    assert gaps < len(seen) / 5, f"{gaps} of {len(seen)}"


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=40)
@given(st.data())
def test_less_in_the_terms_never_shows_more(gate, engine, folder, data):
    """On DuckDB: each row under the lesser terms follows from a row under the wider ones."""
    relation = data.draw(relations(folder))
    further = data.draw(scope_trees)
    scope = scopes.narrow(relation.scope, further)
    narrowed = replace(
        relation,
        scope=scope,
        scope_types=tuple((n, TYPES[n]) for n in sorted(scopes.columns(scope))),
    )
    wide = result(gate, engine, "SELECT * FROM d.r", relation)
    narrow = result(gate, engine, "SELECT * FROM d.r", narrowed)
    left = [near(row) for row in wide[1]]
    for row in narrow[1]:
        assert near(row) in left
        left.remove(near(row))

    fewer = replace(relation, columns=relation.columns[1:])
    without = result(gate, engine, "SELECT * FROM d.r", fewer)
    assert sorted(map(near, without[1])) == sorted(near(row[1:]) for row in wide[1])

    place = data.draw(st.integers(0, len(relation.columns) - 1))
    column = relation.columns[place]
    stronger = data.draw(st.sampled_from(TREATMENTS[column.type]))
    assume(treatments.at_least_as_strong(stronger, column.treatment))
    changed = list(relation.columns)
    changed[place] = replace(column, treatment=stronger)
    strong = result(gate, engine, "SELECT * FROM d.r", replace(relation, columns=tuple(changed)))
    assert len(strong[1]) == len(wide[1])
    rest = sorted(near(r[:place] + r[place + 1 :]) for r in wide[1])
    assert sorted(near(r[:place] + r[place + 1 :]) for r in strong[1]) == rest
    assert len({near((r[place],)) for r in strong[1]}) <= len({near((r[place],)) for r in wide[1]})


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT row_number() OVER () FROM d.r",
        "SELECT median(i) FROM d.r",
        "SELECT i FROM d.r QUALIFY true",
        "SELECT i FROM d.r WHERE i IN (SELECT 1)",
        "SELECT i FROM d.r GROUP BY ROLLUP (i)",
        "SELECT * FROM d.r FULL JOIN d.r q ON true",
        "SELECT i FROM d.r EXCEPT SELECT 1",
        "SELECT 1.5 * i FROM d.r",
        "SELECT DISTINCT ON (i) k FROM d.r",
        "SELECT * EXCLUDE (i) FROM d.r",
        "SELECT CAST(x AS BIGINT) FROM d.r",
        "SELECT * FROM range(3)",
        "SELECT i FROM d.r LIMIT 1 + 1",
        "SELECT i < s FROM d.r",
    ],
)
def test_what_the_oracle_does_not_know_it_refuses(gate, memory, folder, sql):
    pq.write_table(
        pa.table({n: pa.array([], ARROW[k]) for n, k in TYPES.items()}), folder / "e.parquet"
    )
    relation = GovernedRelation(
        "d",
        "r",
        Source("local", "parquet", str(folder / "e.parquet")),
        tuple(GovernedColumn(n, k, KEEP) for n, k in TYPES.items()),
    )
    with pytest.raises(Unavailable) as caught:
        memory.run(gate.parse(sql), [relation], Limits())
    assert caught.value.code == "engine.gap"


def test_its_stream_is_bounded_and_closes(gate, memory):
    query = gate.parse("SELECT 1 AS x UNION ALL SELECT 2")
    for limits, code in (
        (Limits(rows=1), "query.too_many_rows"),
        (Limits(bytes=10), "query.too_many_bytes"),
    ):
        with pytest.raises(BoundExceeded) as caught:
            list(memory.run(query, [], limits))
        assert caught.value.code == code
    stream = memory.run(query, [], Limits())
    stream.close()
    assert list(stream) == []
    stream = memory.run(query, [], Limits())
    assert list(stream)
    assert stream.rows == 2


def test_csv_gives_the_same(gate, memory, tmp_path):
    from fairway.engines.duckdb import DuckDBEngine
    from fairway.sources.files import FileSources

    (tmp_path / "a.csv").write_text(
        'code;n;x;flag;day;at;name\n'
        '001;1;1.5;true;2024-01-31;2024-01-31 09:30:00.5;"a;b"\n'
        '002;;nan;FALSE;;2024-01-31T09:30:00;"q""q"\n;;;;;;\n',
        "utf-8",
    )  # fmt: skip
    sources = FileSources([tmp_path])
    source = sources.resolve(Source("local", "csv", "a.csv"), "")
    kinds = {
        "code": LogicalType.STRING,
        "n": LogicalType.INTEGER,
        "x": LogicalType.NUMBER,
        "flag": LogicalType.BOOLEAN,
        "day": LogicalType.DATE,
        "at": LogicalType.TIMESTAMP,
        "name": LogicalType.STRING,
    }
    relation = GovernedRelation(
        "d", "r", source, tuple(GovernedColumn(n, k, KEEP) for n, k in kinds.items())
    )
    duck = DuckDBEngine(sources.locate)
    one = result(gate, MemoryEngine(sources.locate), "SELECT * FROM d.r", relation)
    other = result(gate, duck, "SELECT * FROM d.r", relation)
    duck.close()
    assert len(one[1]) == 3
    assert_same(one, other, "csv")
