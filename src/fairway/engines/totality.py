"""Which parts of a query can fail on a row, and so must never be tried on a hidden one.

A row scope is a barrier: a cast, a division or a pattern of the query that fails on a hidden row
would tell that the row is there and what it holds. The engine's optimiser moves conditions towards
the data, past the scope, wherever that is faster. What can never fail may go there; that is
comparisons without a cast, and what `expressions` lists besides. All the rest stays above.

Conditions are what an optimiser moves: WHERE, ON, HAVING, QUALIFY, IN and EXISTS, at any depth,
with the columns of subqueries traced to what they stand for. What is selected, grouped and ordered
by is worked out on rows that have passed them. This module reads the tree only. Where it does not
know, it says that something can fail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairway.engines import expressions
from fairway.engines.constants import constant
from fairway.engines.expressions import UNKNOWN, Folds, Known
from fairway.engines.tree import lower
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.treatments import Kind

Node = Mapping[str, Any]
Columns = list[tuple[str, Known]]


class Totality:
    """What is harmless in one query over its relations.

    `folds` are the dates in it that have to be worked out before it runs: without that, the engine
    would cast a column for them, and a cast can fail. Where that is not done, nothing is harmless.
    `above` are the conditions that can fail; None for the comparison of a join without a text.
    """

    def __init__(self, tree: Node, relations: Sequence[GovernedRelation]) -> None:
        self.folds: Folds = {}
        self.above: list[Node | None] = []
        self._relations = {(lower(r.domain), lower(r.table)): r for r in relations}
        self._lowered: dict[int, list[str]] = {}
        self._uses: dict[int, int] = {}
        reading = _Reading(self)
        reading.query(tree, {}, None)
        self._total = not self.above

    def barrier(self, relation: GovernedRelation) -> bool:
        """Say whether the relation hides rows that the query must not be tried on."""
        return relation.scope is not None and not self._total

    def lowered(self, relation: GovernedRelation) -> str:
        """Return what the query itself demands of the relation's rows and cannot fail, or nothing.

        It may stand below the barrier without changing any answer; the query's own condition
        stays where it is. Read off only where the query uses the relation once.
        """
        return self.demanded(relation) if self.barrier(relation) else ""

    def demanded(self, relation: GovernedRelation) -> str:
        """Return what the query demands of every row that it takes from a relation, or nothing."""
        if self._uses.get(id(relation)) != 1:
            return ""
        return " AND ".join(self._lowered.get(id(relation), ()))

    def relation(self, table: Node) -> GovernedRelation | None:
        """Return the relation that a table of the query means."""
        key = (lower(table.get("schema_name", "")), lower(table.get("table_name", "")))
        found = self._relations.get(key)
        if found is not None:
            self._uses[id(found)] = self._uses.get(id(found), 0) + 1
        return found

    def lower(self, relation: GovernedRelation, sql: str) -> None:
        """Note a condition that may stand below the relation's barrier."""
        self._lowered.setdefault(id(relation), []).append(sql)


@dataclass
class _Source:
    """What stands after FROM under one name. `columns` is None where they are not known."""

    paths: tuple[list[str], ...]
    columns: Columns | None
    node: Node = field(default_factory=dict)
    relation: GovernedRelation | None = None
    kept: bool = True  # a WHERE above may drop its rows beforehand: no outer join in between


@dataclass
class _Names:
    """The columns that names in one SELECT can mean, and those of the queries around it."""

    sources: list[_Source]
    outer: "_Names | None"
    selected: Callable[[str], Known | None] = lambda _: None  # what SELECT calls by a name
    joined: set[str] = field(default_factory=set)  # columns named by USING
    correlated: bool = False

    def find(self, parts: list[str]) -> Known:
        """Return what is known of a column; nothing where it could be another's."""
        *path, name = (lower(part) for part in parts)
        answering = [s for s in self.sources if not path or path in s.paths]
        if any(source.columns is None for source in answering):
            return UNKNOWN
        found = [known for s in answering for n, known in s.columns or () if lower(n) == name]
        alias = None if path else self.selected(name)
        if alias is not None:  # the engine's clauses differ in which of two such they mean
            return _either([alias, *found])
        if len(found) == 1:
            return found[0]
        if found and not path and name in self.joined:
            return _either(found)
        if found or self.outer is None:
            return UNKNOWN
        if any(source.columns is None for source in self.sources):
            return UNKNOWN
        self.correlated = True
        return expressions.derived(self.outer.find(parts))


class _Reading:
    """One pass over a tree; what it finds is noted with the query."""

    def __init__(self, query: Totality) -> None:
        self._query = query

    # ------------------------------------------------------------- queries

    def query(
        self, node: Node, ctes: Mapping[str, Columns | None], outer: _Names | None
    ) -> Columns | None:
        """Read a query; return its columns where they are known."""
        return self._read(node, ctes, outer)[0]

    def _read(
        self, node: Node, ctes: Mapping[str, Columns | None], outer: _Names | None
    ) -> tuple[Columns | None, bool]:
        """Read a query; return its columns, and whether it uses columns of a query around it."""
        known = dict(ctes)
        for entry in node.get("cte_map", {}).get("map", ()):
            cte = entry["value"]
            columns = self.query(cte["query_node"], known, outer)
            known[lower(entry["key"])] = _renamed(columns, cte.get("aliases", ()))
        if node.get("type") == "SET_OPERATION_NODE":
            read = [self._read(child, known, outer) for child in node.get("children", ())]
            self._modifiers(node, _Names([], outer), known)
            return _united(node, [columns for columns, _ in read]), any(c for _, c in read)
        return self._select(node, known, outer)

    def _select(
        self, node: Node, ctes: Mapping[str, Columns | None], outer: _Names | None
    ) -> tuple[Columns | None, bool]:
        names = _Names([], outer)
        conditions: list[Node] = []
        if "from_table" in node:
            names.sources = self._from(node["from_table"], ctes, outer, names, conditions)
        names.selected = self._aliases(node, names, ctes)
        for condition in conditions:
            self._demand(condition, names, ctes)
        for part in _conjuncts(node.get("where_clause")):
            self._lower(self._demand(part, names, ctes), names)
        for key in ("having", "qualify"):
            for part in _conjuncts(node.get(key)):
                self._demand(part, names, ctes)
        for expression in node.get("group_expressions", ()):
            self.known(expression, names, ctes)
        self._modifiers(node, names, ctes)
        return self._selection(node, names, ctes), names.correlated

    def _aliases(
        self, node: Node, names: _Names, ctes: Mapping[str, Columns | None]
    ) -> Callable[[str], Known | None]:
        """Return what finds an expression of SELECT by its alias. None can mean itself."""
        waiting = {
            lower(one["alias"]): one
            for one in node.get("select_list", ())
            if "alias" in one and not _same_name(one)
        }

        def selected(name: str) -> Known | None:
            one = waiting.pop(name, None)
            if one is None:
                return None
            try:
                return expressions.derived(self.known(one, names, ctes))
            finally:
                waiting[name] = one

        return selected

    def _selection(
        self, node: Node, names: _Names, ctes: Mapping[str, Columns | None]
    ) -> Columns | None:
        columns: Columns = []
        whole = True
        for one in node.get("select_list", ()):
            if one.get("class") != "STAR":
                known = self.known(one, names, ctes)
                columns.append((_name(one), expressions.derived(known)))
                continue
            path = [lower(one["relation_name"])] if "relation_name" in one else []
            meant = [s for s in names.sources if not path or path in s.paths]
            whole = whole and not names.joined and _plain_star(one)
            for source in meant:
                whole = whole and source.columns is not None
                columns += [(n, expressions.derived(k)) for n, k in source.columns or ()]
            for expression in one.get("replace_list", ()):
                self.known(expression["value"], names, ctes)
        return columns if whole else None

    def _modifiers(self, node: Node, names: _Names, ctes: Mapping[str, Columns | None]) -> None:
        for modifier in node.get("modifiers", ()):
            for order in modifier.get("orders", ()):
                self.known(order["expression"], names, ctes)
            for target in modifier.get("distinct_on_targets", ()):
                self.known(target, names, ctes)
            for key in ("limit", "offset"):
                if key in modifier:
                    self.known(modifier[key], names, ctes)

    # ------------------------------------------------------------- FROM

    def _from(
        self,
        node: Node,
        ctes: Mapping[str, Columns | None],
        outer: _Names | None,
        names: _Names,
        conditions: list[Node],
        kept: bool = True,
    ) -> list[_Source]:
        kind, alias = node.get("type"), lower(node.get("alias", ""))
        if kind == "JOIN":
            return self._join(node, ctes, outer, names, conditions, kept)
        if kind == "SUBQUERY":
            columns, correlated = self._read(node["subquery"]["node"], ctes, outer)
            names.correlated = names.correlated or correlated
            columns = _renamed(columns, node.get("column_name_alias", ()))
            return [_Source(([alias],), columns)]
        if kind == "BASE_TABLE":
            return [self._table(node, ctes, alias, kept)]
        if kind == "EMPTY":
            return []
        # Rows from functions and VALUES hide nothing, and their columns are not known.
        for expression in _inside(node):
            self.known(expression, _Names([], None), ctes)
        return [_Source(([alias],), None)]

    def _table(
        self, node: Node, ctes: Mapping[str, Columns | None], alias: str, kept: bool
    ) -> _Source:
        renamed = node.get("column_name_alias", ())
        if "schema_name" not in node:
            name = lower(node["table_name"])
            return _Source(([alias or name],), _renamed(ctes.get(name), renamed))
        relation = self._query.relation(node)
        domain, table = lower(node["schema_name"]), lower(node["table_name"])
        paths = ([alias],) if alias else ([table], [domain, table])
        if relation is None:
            return _Source(paths, None)
        columns = [
            (column.name, expressions.of_column(column, id(node)))
            for column in relation.columns
            if column.treatment.kind is not Kind.DROP
        ]
        return _Source(paths, _renamed(columns, renamed), node, relation, kept and not renamed)

    def _join(
        self,
        node: Node,
        ctes: Mapping[str, Columns | None],
        outer: _Names | None,
        names: _Names,
        conditions: list[Node],
        kept: bool,
    ) -> list[_Source]:
        regular = node.get("ref_type") in {"REGULAR", "CROSS"}
        sort = node.get("join_type", "INNER")
        left = self._from(
            node["left"], ctes, outer, names, conditions,
            kept and regular and sort in {"INNER", "LEFT", "SEMI", "ANTI"},
        )  # fmt: skip
        right = self._from(
            node["right"], ctes, outer, names, conditions,
            kept and regular and sort in {"INNER", "RIGHT"},
        )  # fmt: skip
        if not regular:  # which columns a NATURAL or ASOF join compares does not stand in the tree
            self._query.above.append(None)
        if "condition" in node:
            conditions.append(node["condition"])
        for column in node.get("using_columns", ()):
            names.joined.add(lower(column))
            pair = [_Names(side, None).find([column]) for side in (left, right)]
            if expressions.agreeing(*pair) is None:
                self._query.above.append(None)
        if node.get("using_columns"):
            for source in (*left, *right):
                source.kept = False
        return left + right

    # ------------------------------------------------------------- conditions

    def _demand(self, node: Node, names: _Names, ctes: Mapping[str, Columns | None]) -> Known:
        """Read a condition that rows have to meet."""
        known = self.known(node, names, ctes)
        sound = known.total and known.kind is LogicalType.BOOLEAN
        if not (sound or known.later):
            self._query.above.append(node)
        return known if sound else UNKNOWN

    def _lower(self, known: Known, names: _Names) -> None:
        if not known.sql or len(known.tables) != 1:
            return
        for source in names.sources:
            if source.relation is not None and id(source.node) in known.tables and source.kept:
                self._query.lower(source.relation, known.sql)

    # ------------------------------------------------------------- expressions

    def known(self, node: Node, names: _Names, ctes: Mapping[str, Columns | None]) -> Known:
        """Return what is known of an expression; every subquery in it is read on the way."""
        written = constant(node)
        if written is not None:
            return expressions.of_constant(written)
        kind, form = str(node.get("class")), str(node.get("type"))
        if kind == "COLUMN_REF":
            return names.find(list(node["column_names"]))
        if kind == "SUBQUERY":
            return self._subquery(node, names, ctes)
        if kind == "LAMBDA":
            return UNKNOWN
        nodes = list(_operands(node))
        parts = [self.known(one, names, ctes) for one in nodes]
        for beside in _beside(node):
            aside = self.known(beside, names, ctes)
            filtering = node.get("filter") is beside or node.get("filter_expr") is beside
            if filtering and not aside.total:
                self._query.above.append(beside)
        self._query.folds.update(expressions.folds(form, nodes, parts))
        return _combined(node, kind, form, parts)

    def _subquery(self, node: Node, names: _Names, ctes: Mapping[str, Columns | None]) -> Known:
        child = self.known(node["child"], names, ctes) if "child" in node else UNKNOWN
        columns, correlated = self._read(node["subquery"]["node"], ctes, names)
        if node.get("subquery_type") in {"EXISTS", "NOT_EXISTS"}:
            return Known(LogicalType.BOOLEAN, total=True)
        value = columns[0][1] if columns is not None and len(columns) == 1 else UNKNOWN
        if correlated:  # worked out for rows of the query around it
            value = Known(value.kind, value.total) if value.total else UNKNOWN
        if node.get("subquery_type") == "ANY":
            return expressions.comparison(str(node.get("comparison_type")), child, value)
        return value


def _combined(node: Node, kind: str, form: str, parts: list[Known]) -> Known:
    """Return what is known of an expression from its operands, in the order of `_operands`."""
    match (kind, form):
        case ("CONJUNCTION", _) | (_, "OPERATOR_NOT"):
            found = expressions.junction(form, parts)
        case ("COMPARISON", _):
            found = expressions.comparison(form, *parts)
        case (_, "COMPARE_BETWEEN"):
            found = expressions.between(*parts)
        case (_, "COMPARE_IN"):
            found = expressions.among(parts[0], parts[1:])
        case (_, "OPERATOR_IS_NULL" | "OPERATOR_IS_NOT_NULL"):
            found = expressions.nullness(form, parts[0])
        case (_, "OPERATOR_COALESCE"):
            found = expressions.first_of(parts)
        case ("CAST", _):
            found = expressions.cast(node, parts[0])
        case ("CASE", _):
            checks = len(node.get("case_checks", ()))
            found = expressions.choice(parts[:checks], parts[checks:])
        case ("FUNCTION" | "WINDOW", _):
            found = expressions.call(node, parts)
        case _:
            found = expressions.together(parts, None, total=False)
    return found


def _operands(node: Node) -> Iterator[Node]:
    """Yield what an expression is worked out from."""
    for check in node.get("case_checks", ()):
        yield check["when_expr"]
    for check in node.get("case_checks", ()):
        yield check["then_expr"]
    for key in ("child", "left", "right", "input", "lower", "upper", "else_expr"):
        if key in node:
            yield node[key]
    yield from node.get("children", ())
    for argument in node.get("arguments", ()):
        yield argument["expression"]


def _beside(node: Node) -> Iterator[Node]:
    """Yield the other expressions in a call: its filter, its frame, its order."""
    for key in ("filter", "filter_expr", "start_expr", "end_expr"):
        if key in node:
            yield node[key]
    yield from node.get("partitions", ())
    for orders in (
        node.get("orders", ()),
        node.get("arg_orders", ()),
        node.get("order_bys", {}).get("orders", ()),
    ):
        for order in orders:
            yield order["expression"]


def _inside(node: Node) -> Iterator[Node]:
    """Yield the expressions of VALUES and of a function that gives rows."""
    for row in node.get("values", ()):
        yield from row
    for argument in node.get("function", {}).get("arguments", ()):
        yield argument["expression"]


# -------------------------------------------------------------------- columns


def _name(node: Node) -> str:
    names = node.get("column_names", ())
    return str(node.get("alias") or (names[-1] if names else ""))


def _same_name(node: Node) -> bool:
    """Say whether an alias only repeats the name of a column."""
    names = node.get("column_names", ())
    return bool(names) and lower(names[-1]) == lower(str(node.get("alias")))


def _either(found: list[Known]) -> Known:
    """Return what is known of a name that means one of several."""
    first = found[0]
    alike = all(one.kind is first.kind for one in found)
    if len(found) == 1:
        return first
    sound = alike and all(one.total for one in found)
    return Known(first.kind, total=True) if sound else UNKNOWN


def _plain_star(node: Node) -> bool:
    return set(node) <= {
        "class",
        "type",
        "relation_name",
        "query_location",
        "query_location_length",
    }


def _renamed(columns: Columns | None, aliases: Sequence[str]) -> Columns | None:
    """Give the first columns other names. What is said of a product's bare columns is then lost."""
    if columns is None or not aliases:
        return columns
    if len(aliases) > len(columns):
        return None
    names = [*aliases, *(name for name, _ in columns[len(aliases) :])]
    return [
        (name, expressions.derived(known)) for name, (_, known) in zip(names, columns, strict=True)
    ]


def _united(node: Node, sides: list[Columns | None]) -> Columns | None:
    """Return the columns of a set operation: what is known of both sides alike."""
    if node.get("setop_type") not in {"UNION", "EXCEPT", "INTERSECT"} or not sides:
        return None
    first, *others = sides
    if first is None:
        return None
    united = first
    for side in others:
        if side is None or len(side) != len(first):
            return None
        united = [
            (
                name,
                Known(one.kind, one.total and other.total, one.later and other.later)
                if one.kind is other.kind and one.kind is not None
                else UNKNOWN,
            )
            for (name, one), (_, other) in zip(united, side, strict=True)
        ]
    return united


def _conjuncts(condition: Node | None) -> Iterator[Node]:
    """Yield the conditions that every row has to meet."""
    waiting = [condition] if condition is not None else []
    while waiting:
        node = waiting.pop()
        if node.get("type") == "CONJUNCTION_AND":
            waiting.extend(node["children"])
        else:
            yield node
