"""The oracle: the same port, in plain Python, slow and short enough to be believed.

It reads whole files with PyArrow, applies `rules.scopes` and `rules.treatments` row by row, and
interprets the query's tree. It knows: SELECT with expressions of `evaluate`, WHERE, GROUP BY with
count, sum, min, max and avg (with FILTER and DISTINCT), HAVING, DISTINCT, ORDER BY, LIMIT and
OFFSET, inner, left and cross joins, UNION ALL, WITH, and subqueries in FROM. All else is refused
with `Unavailable engine.gap`. It is not sandboxed and has no bound on time or memory: for tests,
notebooks and small files that one trusts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cmp_to_key
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from fairway.engines import failures
from fairway.engines.compile import SQL_TYPES
from fairway.engines.evaluate import (
    AGGREGATES,
    ColumnOf,
    Expressions,
    Group,
    Node,
    Row,
    Term,
    canonical,
    compare,
    gap,
    order_key,
)
from fairway.engines.tree import lower
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Limits, ParsedQuery
from fairway.nouns.relations import DataFile, GovernedRelation, Located
from fairway.nouns.treatments import Kind
from fairway.rules import pruning, scopes, treatments

_ARROW = {
    "NULL": pa.int32(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "HUGEINT": pa.decimal128(38, 0),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Table:
    """Rows with named, typed columns."""

    columns: tuple[ColumnOf, ...]
    rows: Sequence[Row]

    def under(self, alias: str) -> "Table":
        """Return the same under another table name."""
        return replace(self, columns=tuple(replace(c, table=alias) for c in self.columns))


class MemoryEngine:
    """Implements `verbs.ports.Engine` as the oracle. `locate` tells where a source's bytes lie."""

    def __init__(self, locate: Callable[[Source], Located]) -> None:
        self._locate = locate

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> "MemoryStream":
        tables = {
            (lower(r.domain), lower(r.table)): governed(r, self._locate(r.source))
            for r in relations
        }
        return MemoryStream(_Queries(tables).result(query.tree, {}), limits)


class MemoryStream:
    """Implements `verbs.ports.ResultStream` over a table in memory."""

    engine = "memory"

    def __init__(self, table: Table, limits: Limits) -> None:
        self.rows = 0
        self._table = table
        self._limits = limits
        self._open = True
        self._stopped = False

    def __iter__(self) -> Iterator[bytes]:
        count = len(self._table.rows)
        if count > self._limits.rows:
            raise failures.too_many_rows(self._limits.rows)
        arrays = [
            pa.array([row[i] for row in self._table.rows], _ARROW[column.type])
            for i, column in enumerate(self._table.columns)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, [column.name for column in self._table.columns])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        body = sink.getvalue().to_pybytes()
        if len(body) > self._limits.bytes:
            raise failures.too_many_bytes(self._limits.bytes)
        self.rows = count
        for start in range(0, len(body), _CHUNK):
            if self._stopped:
                raise failures.error("")
            if self._open:
                yield body[start : start + _CHUNK]

    def stop(self) -> None:
        self._stopped = True

    def close(self) -> None:
        self._open = False


def governed(relation: GovernedRelation, located: Located) -> Table:
    """Read what a relation lets be seen: rows where the scope holds, values as treated."""
    types = dict(relation.scope_types) | {c.name: c.type for c in relation.columns}
    columns = [c for c in relation.columns if c.treatment.kind is not Kind.DROP]
    rows = [
        tuple(treatments.apply(row[c.name], c.treatment, c.type, relation.key) for c in columns)
        for row in _read(located, types)
        if relation.scope is None or scopes.holds(relation.scope, row) is True
    ]
    described = tuple(
        ColumnOf(relation.table, c.name, SQL_TYPES[treatments.treated_type(c.type, c.treatment)])
        for c in columns
    )
    return Table(described, rows)


def _read(located: Located, types: Mapping[str, LogicalType]) -> Iterator[dict[str, Any]]:
    """Read every file, whatever its statistics say: the oracle trusts none."""
    for part in located.parts or [DataFile(path) for path in located.files]:
        table = _file(part.path, located)
        deleted = set(part.deleted)
        inside = {name.casefold(): found.casefold() for name, found in part.names}
        constants = {name.casefold(): value for name, value in part.constants}
        places = {name.casefold(): i for i, name in enumerate(table.column_names)}
        wanted: dict[str, list[Any]] = {}
        for name, kind in types.items():
            folded = name.casefold()
            place = places.get(inside.get(folded, folded))
            if folded in constants:
                values = [pruning.constant(constants[folded], kind)] * table.num_rows
            elif inside.get(folded) == "":
                values = [None] * table.num_rows
            elif place is None:
                raise failures.error("source")
            else:
                values = table.column(place).to_pylist()
            wanted[name] = values
        for at, row in enumerate(zip(*wanted.values(), strict=True)):
            if at not in deleted:
                yield {
                    name: _as_logical(value, types[name])
                    for name, value in zip(wanted, row, strict=True)
                }


def _file(path: str, located: Located) -> pa.Table:
    if not located.header:
        return pa.parquet.ParquetFile(path).read()
    return pa.csv.read_csv(
        path,
        parse_options=pa.csv.ParseOptions(delimiter=located.delimiter),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(located.header, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _as_logical(value: Any, kind: LogicalType) -> Any:
    if value is None:
        return None
    if kind is LogicalType.TIMESTAMP:
        moment = datetime.fromisoformat(str(value))
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    if kind is LogicalType.DATE:
        return datetime.fromisoformat(str(value)).date()
    if kind is LogicalType.NUMBER:
        return float(value)
    if kind is LogicalType.INTEGER:
        return int(value)
    if kind is LogicalType.BOOLEAN:
        return value if isinstance(value, bool) else value.lower() == "true"
    return value


class _Queries:
    """Interprets query nodes over named tables."""

    def __init__(self, tables: Mapping[tuple[str, str], Table]) -> None:
        self._tables = tables

    def result(self, node: Node, ctes: Mapping[str, Table]) -> Table:
        """Return what a query gives, under its own column names."""
        known = dict(ctes)
        for entry in node.get("cte_map", {}).get("map", ()):
            found = self.result(entry["value"]["query_node"], known)
            known[lower(entry["key"])] = _renamed(found, entry["value"].get("aliases", ()))
        if node["type"] == "SET_OPERATION_NODE":
            if (
                node["setop_type"] != "UNION"
                or not node.get("setop_all", True)
                or node.get("modifiers")
            ):
                raise gap("this set operation")
            parts = [self.result(child, known) for child in node["children"]]
            if len({tuple(c.type for c in part.columns) for part in parts}) > 1:
                raise gap("a union of different types")
            return Table(parts[0].columns, [row for part in parts for row in part.rows])
        return self._select(node, known)

    def _from(self, node: Node, ctes: Mapping[str, Table]) -> Table:
        match node["type"]:
            case "EMPTY":
                return Table((), [()])
            case "BASE_TABLE":
                name = lower(node["table_name"])
                if "schema_name" not in node:
                    found = ctes[name]
                else:
                    found = self._tables[lower(node["schema_name"]), name]
                found = _renamed(found, node.get("column_name_alias", ()))
                return found.under(node.get("alias") or name)
            case "SUBQUERY":
                found = self.result(node["subquery"]["node"], ctes)
                found = _renamed(found, node.get("column_name_alias", ()))
                return found.under(node.get("alias", ""))
            case "JOIN":
                return self._join(node, ctes)
            case other:
                raise gap(str(other))

    def _join(self, node: Node, ctes: Mapping[str, Table]) -> Table:
        left, right = self._from(node["left"], ctes), self._from(node["right"], ctes)
        if node["ref_type"] not in {"REGULAR", "CROSS"} or node.get("using_columns"):
            raise gap("this join")
        if node["join_type"] not in {"INNER", "LEFT"}:
            raise gap("this join")
        columns = (*left.columns, *right.columns)
        condition = node.get("condition")
        test = Expressions(columns).term(condition) if condition else None
        nothing = (None,) * len(right.columns)
        rows: list[Row] = []
        for one in left.rows:
            pairs = ((*one, *other) for other in right.rows)
            matched = [row for row in pairs if test is None or test.at(row) is True]
            rows += matched or ([(*one, *nothing)] if node["join_type"] == "LEFT" else [])
        return Table(columns, rows)

    def _select(self, node: Node, ctes: Mapping[str, Table]) -> Table:
        if node.get("qualify") or node.get("group_sets", [[]])[1:]:
            raise gap("QUALIFY or grouping sets")
        source = self._from(node["from_table"], ctes)
        rows: Sequence[Any] = source.rows
        if "where_clause" in node:
            where = Expressions(source.columns).term(node["where_clause"])
            rows = [row for row in rows if where.at(row) is True]
        selected = _expanded(node["select_list"], source)
        grouping = _grouping(node, selected)
        expressions = Expressions(source.columns)
        if grouping is not None:
            keys = [expressions.term(key) for key in grouping]
            rows = _groups(rows, keys)
            named = [(canonical(key), term.type) for key, term in zip(grouping, keys, strict=True)]
            expressions = Expressions(source.columns, named)
            if "having" in node:
                having = expressions.term(node["having"])
                rows = [group for group in rows if having.at(group) is True]
        terms = [expressions.term(one) for one in selected]
        columns = tuple(
            ColumnOf("", _title(one, i), term.type)
            for i, (one, term) in enumerate(zip(selected, terms, strict=True))
        )
        pairs = [(tuple(term.at(row) for term in terms), row) for row in rows]
        return Table(columns, self._modified(node, selected, expressions, pairs))

    def _modified(
        self,
        node: Node,
        selected: Sequence[Node],
        expressions: Expressions,
        pairs: list[tuple[Row, Any]],
    ) -> list[Row]:
        """Apply DISTINCT, ORDER BY and LIMIT. A pair is a result row and what it came from."""
        modifiers = {m["type"]: m for m in node.get("modifiers", ())}
        if distinct := modifiers.get("DISTINCT_MODIFIER"):
            if distinct.get("distinct_on_targets"):
                raise gap("DISTINCT ON")
            pairs = list({tuple(map(order_key, pair[0])): pair for pair in pairs}.values())
        for order in reversed(modifiers.get("ORDER_MODIFIER", {}).get("orders", ())):
            place = _place(order["expression"], selected)
            term = None if place is not None else expressions.term(order["expression"])
            down = order["type"] == "DESCENDING"
            nulls_first = order["null_order"] == "NULLS FIRST"

            def key(
                pair: tuple[Row, Any], place: int | None = place, term: Term | None = term
            ) -> Any:
                return pair[0][place] if place is not None else term and term.at(pair[1])

            present = [pair for pair in pairs if key(pair) is not None]
            absent = [pair for pair in pairs if key(pair) is None]
            ordered = cmp_to_key(lambda a, b, key=key: compare(key(a), key(b)))  # type: ignore[misc]  # the checker follows it no further
            present.sort(key=ordered, reverse=down)
            pairs = absent + present if nulls_first else present + absent
        limit = modifiers.get("LIMIT_MODIFIER", {})
        start, stop = (_count(limit.get(name)) for name in ("offset", "limit"))
        rows = [pair[0] for pair in pairs][start or 0 :]
        return rows if stop is None else rows[:stop]


def _count(node: Node | None) -> int | None:
    if node is None or node.get("literal", {}).get("kind") == "NULL_LITERAL":
        return None
    if node.get("literal", {}).get("kind") != "INTEGER":
        raise gap("LIMIT by an expression")
    return int(node["literal"]["text"])


def _place(node: Node, selected: Sequence[Node]) -> int | None:
    """Return which column of the result an ORDER BY or GROUP BY means, by number or by name."""
    literal = node.get("literal", {})
    if literal.get("kind") == "INTEGER":
        return int(literal["text"]) - 1
    names = [lower(one.get("alias", "")) for one in selected]
    if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1:
        name = lower(node["column_names"][0])
        if name in names:
            return names.index(name)
    said = canonical(node)
    return next((i for i, one in enumerate(selected) if canonical(one) == said), None)


def _renamed(table: Table, names: Sequence[str]) -> Table:
    columns = tuple(
        replace(column, name=names[i]) if i < len(names) else column
        for i, column in enumerate(table.columns)
    )
    return replace(table, columns=columns)


def _title(node: Node, place: int) -> str:
    if node.get("alias"):
        return str(node["alias"])
    return str(node["column_names"][-1]) if "column_names" in node else f"column{place}"


def _expanded(nodes: Sequence[Node], source: Table) -> list[Node]:
    """Replace every star by the columns that it means."""
    found: list[Node] = []
    for node in nodes:
        if node.get("class") != "STAR":
            found.append(node)
            continue
        if set(node) - {
            "class",
            "type",
            "query_location",
            "query_location_length",
            "relation_name",
        }:
            raise gap("this star")
        table = lower(node.get("relation_name", ""))
        found += [
            {"class": "COLUMN_REF", "type": "COLUMN_REF", "column_names": [c.table, c.name]}
            for c in source.columns
            if not table or lower(c.table) == table
        ]
    return found


def _grouping(node: Node, selected: Sequence[Node]) -> list[Node] | None:
    """Return what a SELECT groups by; None when it does not aggregate at all."""
    given = node.get("group_expressions", ())
    if given:
        places = [_place(key, selected) for key in given]
        return [key if p is None else selected[p] for key, p in zip(given, places, strict=True)]
    if node.get("aggregate_handling") == "FORCE_AGGREGATES":
        return [one for one in selected if not _aggregates(one)]
    if "having" in node or any(_aggregates(one) for one in selected):
        return []
    return None


def _aggregates(node: Any) -> bool:
    if isinstance(node, dict):
        if node.get("class") == "FUNCTION" and node.get("function_name") in AGGREGATES:
            return True
        return any(_aggregates(value) for value in node.values())
    return isinstance(node, list) and any(_aggregates(value) for value in node)


def _groups(rows: Sequence[Row], keys: Sequence[Term]) -> list[Group]:
    found: dict[tuple[Any, ...], tuple[Row, list[Row]]] = {}
    for row in rows:
        key = tuple(term.at(row) for term in keys)
        found.setdefault(tuple(map(order_key, key)), (key, []))[1].append(row)
    if not keys and not found:
        return [Group((), [])]
    return [Group(key, members) for key, members in found.values()]
