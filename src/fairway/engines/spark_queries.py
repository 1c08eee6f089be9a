"""A query's tree as one Spark SQL statement over governed relations.

Everything that stands after FROM becomes a subquery under a name of ours, its columns `c0`, `c1`
and so on, so that a name can mean one thing only. Common table expressions are written where they
are used. What Spark would read in another way is refused; see `spark_expressions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fairway.engines.compile import SQL_TYPES
from fairway.engines.spark_expressions import (
    AGGREGATES,
    Expressions,
    Known,
    Node,
    Phrase,
    gap,
    name,
    ordering,
    settled,
)
from fairway.engines.tree import lower
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.treatments import Kind
from fairway.rules.treatments import treated_type

_JOINS = {
    "INNER": "INNER JOIN",
    "LEFT": "LEFT JOIN",
    "RIGHT": "RIGHT JOIN",
    "OUTER": "FULL JOIN",
    "FULL": "FULL JOIN",
    "SEMI": "LEFT SEMI JOIN",
    "ANTI": "LEFT ANTI JOIN",
}
_SETS = {"UNION": "UNION", "EXCEPT": "EXCEPT", "INTERSECT": "INTERSECT"}


@dataclass(frozen=True)
class Written:
    """A query: its SQL, and its columns' names and types. Spark calls them `c0`, `c1`, ..."""

    sql: str
    columns: tuple[tuple[str, str], ...]

    def renamed(self, names: Sequence[str]) -> "Written":
        """Return the same with other names for its first columns."""
        kept = self.columns[len(names) :]
        given = zip(names, (kind for _, kind in self.columns), strict=False)
        return replace(self, columns=(*given, *kept))


class Statement:
    """Writes one query. `relations` maps each relation to its governed SELECT."""

    def __init__(self, relations: Sequence[tuple[GovernedRelation, str]]) -> None:
        self._relations = {(lower(r.domain), lower(r.table)): (r, sql) for r, sql in relations}
        self._tables = 0

    def written(self, tree: Node) -> Written:
        """Write a whole query. Raises `Unavailable engine.gap`."""
        if _by_chance(tree):
            raise gap("TABLESAMPLE, USING SAMPLE or LIMIT with a percentage")
        return self.query(tree, {}, None)

    def query(self, node: Node, ctes: Mapping[str, Written], outer: Expressions | None) -> Written:
        """Write a query that stands inside another one; `outer` writes the one around."""
        known = dict(ctes)
        for entry in node.get("cte_map", {}).get("map", ()):
            found = self.query(entry["value"]["query_node"], known, None)
            known[lower(entry["key"])] = found.renamed(entry["value"].get("aliases", ()))
        if node["type"] == "SET_OPERATION_NODE":
            return self._set(node, known, outer)
        return _Select(self, node, known, outer).written()

    def _set(self, node: Node, ctes: Mapping[str, Written], outer: Expressions | None) -> Written:
        word = _SETS.get(node["setop_type"])
        parts = [self.query(child, ctes, outer) for child in node["children"]]
        if word is None or len({tuple(kind for _, kind in part.columns) for part in parts}) > 1:
            raise gap("this set operation, or one of different types")
        word += " ALL" if node.get("setop_all", True) else ""
        sql = f" {word} ".join(f"({part.sql})" for part in parts)
        columns = parts[0].columns
        if not node.get("modifiers"):
            return Written(sql, columns)
        names = [name for name, _ in columns]
        return Written(f"SELECT * FROM ({sql}) AS {self.table()}{_tail(node, names)}", columns)  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound

    def table(self) -> str:
        """Return a new name for a table."""
        self._tables += 1
        return f"t{self._tables}"

    def relation(self, node: Node) -> tuple[GovernedRelation, str]:
        """Return the relation that a table of the query means, and its governed SELECT."""
        return self._relations[lower(node["schema_name"]), lower(node["table_name"])]


class _Select:
    """Writes one SELECT."""

    def __init__(
        self,
        statement: Statement,
        node: Node,
        ctes: Mapping[str, Written],
        outer: Expressions | None,
    ) -> None:
        self._statement = statement
        self._node = node
        self._ctes = ctes
        self._outer = outer

    def written(self) -> Written:
        node = self._node
        if node.get("qualify") or node.get("group_sets", [[]])[1:]:
            raise gap("QUALIFY or grouping sets")
        source, columns = self._from(node["from_table"])
        expressions = Expressions(columns, self._outer, self._inner)
        where = node.get("where_clause")
        filtered = f" WHERE {expressions.condition(where)}" if where else ""
        selected = _expanded(node["select_list"], columns)
        phrases = [settled(expressions.phrase(one)) for one in selected]
        grouped = self._grouping(selected, expressions)
        having = node.get("having")
        grouped += f" HAVING {expressions.condition(having)}" if having else ""
        listed = ", ".join(f"{phrase.sql} AS c{i}" for i, phrase in enumerate(phrases))
        once, after = self._modified(selected, phrases, expressions)
        return Written(
            f"SELECT {once}{listed}{source}{filtered}{grouped}{after}",
            tuple(
                (_title(one), phrase.type) for one, phrase in zip(selected, phrases, strict=True)
            ),
        )

    def _inner(self, node: Node, around: Expressions) -> tuple[str, list[str]]:
        found = self._statement.query(node, self._ctes, around)
        return found.sql, [kind for _, kind in found.columns]

    # ------------------------------------------------------------- FROM

    def _from(self, node: Node) -> tuple[str, list[Known]]:
        if node["type"] == "EMPTY":
            return "", []
        sql, columns = self._table(node)
        return f" FROM {sql}", columns

    def _table(self, node: Node) -> tuple[str, list[Known]]:
        alias = node.get("alias", "")
        match node["type"]:
            case "BASE_TABLE" if "schema_name" in node:
                relation, sql = self._statement.relation(node)
                own = (lower(relation.table),)
                names = ((lower(alias),),) if alias else (own, (lower(relation.domain), *own))
                served = [c for c in relation.columns if c.treatment.kind is not Kind.DROP]
                columns = [
                    (c.name, SQL_TYPES[treated_type(c.type, c.treatment)], name(c.name))
                    for c in served
                ]
                return self._named(sql, columns, names, node)
            case "BASE_TABLE":
                found = self._ctes[lower(node["table_name"])]
                names = ((lower(alias or node["table_name"]),),)
            case "SUBQUERY":
                found = self._statement.query(node["subquery"]["node"], self._ctes, None)
                names = ((lower(alias),),)
            case "JOIN":
                return self._join(node)
            case other:
                raise gap(str(other))
        columns = [(title, kind, f"c{i}") for i, (title, kind) in enumerate(found.columns)]
        return self._named(found.sql, columns, names, node)

    def _named(
        self,
        sql: str,
        columns: Sequence[tuple[str, str, str]],
        names: tuple[tuple[str, ...], ...],
        node: Node,
    ) -> tuple[str, list[Known]]:
        table = self._statement.table()
        given = node.get("column_name_alias", ())
        known = [
            Known(names, given[i] if i < len(given) else title, f"{table}.{spark}", kind)
            for i, (title, kind, spark) in enumerate(columns)
        ]
        return f"({sql}) AS {table}", known

    def _join(self, node: Node) -> tuple[str, list[Known]]:
        kind = _JOINS.get(node["join_type"])
        if node["ref_type"] not in {"REGULAR", "CROSS"} or node.get("using_columns") or not kind:
            raise gap("this join")
        left, ours = self._table(node["left"])
        right, theirs = self._table(node["right"])
        columns = [*ours, *theirs]
        if "condition" not in node:
            return f"{left} CROSS JOIN {_nested(right, node['right'])}", columns
        test = Expressions(columns, self._outer, self._inner).condition(node["condition"])
        shown = ours if node["join_type"] in {"SEMI", "ANTI"} else columns
        return f"{left} {kind} {_nested(right, node['right'])} ON {test}", shown

    # ------------------------------------------------------------- after WHERE

    def _grouping(self, selected: Sequence[Node], expressions: Expressions) -> str:
        given = self._node.get("group_expressions", ())
        if not given and self._node.get("aggregate_handling") == "FORCE_AGGREGATES":
            given = [one for one in selected if not _aggregates(one)]
        places = [_place(key, selected) for key in given]
        keys = [
            settled(expressions.phrase(key if p is None else selected[p])).sql
            for key, p in zip(given, places, strict=True)
        ]
        return f" GROUP BY {', '.join(keys)}" if keys else ""

    def _modified(
        self, selected: Sequence[Node], phrases: Sequence[Phrase], expressions: Expressions
    ) -> tuple[str, str]:
        """Write DISTINCT, and what stands at the end: ORDER BY and LIMIT."""
        modifiers = {m["type"]: m for m in self._node.get("modifiers", ())}
        distinct = modifiers.get("DISTINCT_MODIFIER")
        if distinct and distinct.get("distinct_on_targets"):
            raise gap("DISTINCT ON")
        orders = []
        for order in modifiers.get("ORDER_MODIFIER", {}).get("orders", ()):
            place = _place(order["expression"], selected)
            if place is not None:
                part = Phrase(f"c{place}", phrases[place].type)
            else:
                part = expressions.phrase(order["expression"])
            orders.append(ordering(order, part))
        after = f" ORDER BY {', '.join(orders)}" if orders else ""
        return "DISTINCT " if distinct else "", after + _limit(modifiers.get("LIMIT_MODIFIER", {}))


def _nested(sql: str, node: Node) -> str:
    return f"({sql})" if node["type"] == "JOIN" else sql


def _tail(node: Node, names: Sequence[str]) -> str:
    """Write ORDER BY and LIMIT of a set operation, which know its columns alone."""
    modifiers = {m["type"]: m for m in node["modifiers"]}
    if "DISTINCT_MODIFIER" in modifiers:
        raise gap("DISTINCT here")
    orders = []
    for order in modifiers.get("ORDER_MODIFIER", {}).get("orders", ()):
        said = [{"class": "COLUMN_REF", "column_names": [name], "alias": name} for name in names]
        place = _place(order["expression"], said)
        if place is None:
            raise gap("this order")
        orders.append(ordering(order, Phrase(f"c{place}", "VARCHAR")))
    after = f" ORDER BY {', '.join(orders)}" if orders else ""
    return after + _limit(modifiers.get("LIMIT_MODIFIER", {}))


def _limit(node: Node) -> str:
    words = ""
    for key in ("limit", "offset"):
        literal = node.get(key, {}).get("literal", {})
        if key not in node or literal.get("kind") == "NULL_LITERAL":
            continue
        if literal.get("kind") != "INTEGER" or int(literal["text"]) >= 1 << 31:
            raise gap("LIMIT by an expression")
        words += f" {key.upper()} {int(literal['text'])}"
    return words


def _place(node: Node, selected: Sequence[Node]) -> int | None:
    """Return which column of the result an ORDER BY or GROUP BY means, by number or by name."""
    literal = node.get("literal", {})
    if literal.get("kind") == "INTEGER":
        place = int(literal["text"]) - 1
        if not 0 <= place < len(selected):
            raise gap("a place outside the result")
        return place
    names = [lower(one.get("alias", "")) for one in selected]
    if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1:
        wanted = lower(node["column_names"][0])
        if names.count(wanted) == 1:
            return names.index(wanted)
    return None


def _title(node: Node) -> str:
    if node.get("alias"):
        return str(node["alias"])
    return str(node["column_names"][-1]) if "column_names" in node else ""


def _expanded(nodes: Sequence[Node], columns: Sequence[Known]) -> list[Node]:
    """Replace every star by the columns that it means."""
    found: list[Node] = []
    for node in nodes:
        if node.get("class") != "STAR":
            found.append(node)
            continue
        if set(node) - {"class", "type", "query_location", "query_location_length",
                        "relation_name"}:  # fmt: skip
            raise gap("this star")
        table = lower(node.get("relation_name", ""))
        found += [
            {"class": "COLUMN_REF", "type": "COLUMN_REF", "column_names": [*c.tables[0], c.name]}
            for c in columns
            if not table or (table,) in c.tables
        ]
    return found


def _by_chance(node: Any) -> bool:
    """Say whether a query asks for a share or a sample of rows, which the gate refuses as well.

    Left out without a word, the answer would be another one, with more rows than were asked for.
    """
    if isinstance(node, dict):
        if node.get("sample") or node.get("limit_type", "ROW_COUNT") != "ROW_COUNT":
            return True
        return any(map(_by_chance, node.values()))
    return isinstance(node, list) and any(map(_by_chance, node))


def _aggregates(node: Any) -> bool:
    if isinstance(node, dict):
        if node.get("class") == "FUNCTION" and node.get("function_name") in AGGREGATES:
            return True
        return any(_aggregates(v) for key, v in node.items() if key != "subquery")
    return isinstance(node, list) and any(_aggregates(value) for value in node)
