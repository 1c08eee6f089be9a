"""Which parts of a query can fail on a row, and so must never be tried on a hidden one.

A row scope is a barrier: a cast, a division or a pattern of the query that fails on a hidden row
would tell that the row is there and what it holds. The engine's optimiser moves conditions towards
the data, past the scope, wherever that is faster. What can never fail may go there; that is
comparisons of columns with constants of their own type, and little else. All the rest stays above.

This module reads the tree only. Where it does not know, it says that something can fail.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairway.engines.compile import identifier, text
from fairway.engines.tree import lower
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.treatments import Kind
from fairway.rules.treatments import treated_type

Node = Mapping[str, Any]

_SIGNS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LONGEST_WHOLE = 18
_PARTS_OF_DAYS = frozenset(
    {"day", "dayofweek", "dayofyear", "isodow", "month", "quarter", "week", "year"}
)
_TOTAL_ON_TEXT = {
    "lower": LogicalType.STRING,
    "upper": LogicalType.STRING,
    "length": LogicalType.INTEGER,
}
_PATTERNS = frozenset({"~~", "!~~", "~~*", "!~~*", "starts_with", "contains"})
"""Tests of a text against a constant one that work on every text; regular expressions do not."""

_TIMES = {"date": LogicalType.DATE, "timestamp": LogicalType.TIMESTAMP}


class Totality:
    """What is harmless in one query over its relations."""

    def __init__(self, tree: Node, relations: Sequence[GovernedRelation]) -> None:
        self._relations = {(lower(r.domain), lower(r.table)): r for r in relations}
        self._selects = list(_selects(tree))
        self._total = self._whole(tree)

    def barrier(self, relation: GovernedRelation) -> bool:
        """Say whether the relation hides rows that the query must not be tried on."""
        return relation.scope is not None and not self._total

    def lowered(self, relation: GovernedRelation) -> str:
        """Return what the query itself demands of the relation's rows and cannot fail, or nothing.

        It may stand below the barrier without changing any answer; the query's own condition
        stays where it is. Read off only where the query uses the relation once.
        """
        if not self.barrier(relation):
            return ""
        uses = [
            (select, table)
            for select in self._selects
            for table in _tables(select.get("from_table", {}))
            if self._relation(table) is relation
        ]
        if len(uses) != 1:
            return ""
        select, table = uses[0]
        if not any(table is kept for kept in _kept(select.get("from_table", {}))):
            return ""
        scope = _Names(self._relations, select)
        parts = []
        for part in _conjuncts(select):
            sql = scope.condition(part)
            if sql is not None and scope.used == [table]:
                parts.append(sql)
            scope.used = []
        return " AND ".join(parts)

    def _relation(self, table: Node) -> GovernedRelation | None:
        key = (lower(table.get("schema_name", "")), lower(table.get("table_name", "")))
        return self._relations.get(key)

    def _whole(self, tree: Node) -> bool:
        """Say whether no expression that an optimiser may move down can fail.

        In one SELECT over products alone, those are its conditions. What is selected, grouped and
        ordered by is worked out on rows that have passed them.
        """
        if tree.get("type") != "SELECT_NODE" or len(self._selects) != 1:
            return False
        if tree.get("cte_map") or tree.get("having") or tree.get("qualify"):
            return False
        source = tree.get("from_table", {})
        if not all(_plain(node) for node in _sources(source)):
            return False
        scope = _Names(self._relations, tree)
        return all(scope.condition(part) is not None for part in _conditions(tree))


class _Names:
    """The columns that a SELECT's conditions can mean, and which conditions are harmless."""

    def __init__(self, relations: Mapping[tuple[str, str], GovernedRelation], select: Node) -> None:
        self._tables: list[tuple[Node, GovernedRelation]] = []
        self._known = True
        self.used: list[Node] = []
        for node in _sources(select.get("from_table", {})):
            if node.get("type") == "JOIN":
                continue
            key = (lower(node.get("schema_name", "")), lower(node.get("table_name", "")))
            relation = relations.get(key)
            if not _plain(node) or relation is None:
                self._known = False  # an unqualified name could be a column of something else
            else:
                self._tables.append((node, relation))

    def condition(self, node: Node) -> str | None:
        """Return a condition as SQL over the governed columns if it cannot fail, else None."""
        kind, form = node.get("class"), str(node.get("type"))
        if kind == "CONJUNCTION" or form == "OPERATOR_NOT":
            parts = [self.condition(child) for child in node["children"]]
            if any(part is None for part in parts):
                return None
            word = {"CONJUNCTION_AND": " AND ", "CONJUNCTION_OR": " OR "}.get(form, "")
            joined = word.join(f"({part})" for part in parts)
            return f"NOT {joined}" if form == "OPERATOR_NOT" else joined
        if kind == "COMPARISON" and form in _SIGNS:
            return self._comparison(node["left"], _SIGNS[form], node["right"])
        if kind == "BETWEEN" and form == "COMPARE_BETWEEN":
            column = self._column(node["input"])
            low, high = _constant(node["lower"], column), _constant(node["upper"], column)
            if column and low and high:
                return f"{column[0]} BETWEEN {low} AND {high}"
        if form == "COMPARE_IN":
            column = self._column(node["children"][0])
            values = [_constant(child, column) for child in node["children"][1:]]
            if column and values and all(values):
                return f"{column[0]} IN ({', '.join(v for v in values if v)})"
        if form in {"OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"}:
            column = self._column(node["children"][0])
            if column:
                return f"{column[0]} IS {'NOT ' if 'NOT' in form else ''}NULL"
        return self._pattern(node) if kind == "FUNCTION" else None

    def _pattern(self, node: Node) -> str | None:
        name = str(node.get("function_name"))
        arguments = _arguments(node)
        if name not in _PATTERNS or arguments is None or len(arguments) != 2:
            return None
        column = self._column(arguments[0])
        constant = _constant(arguments[1], column)
        if not column or column[1] is not LogicalType.STRING or not constant:
            return None
        if name.isalpha() or "_" in name:
            return f"{name}({column[0]}, {constant})"
        return f"{column[0]} {name} {constant}"

    def _comparison(self, left: Node, sign: str, right: Node) -> str | None:
        one, other = self._column(left), self._column(right)
        if one and other:  # two columns compare without a cast when they are of one type
            return f"{one[0]} {sign} {other[0]}" if one[1] is other[1] else None
        if other:
            one, right, sign = other, left, _MIRRORED[sign]
        constant = _constant(right, one)
        return f"{one[0]} {sign} {constant}" if one and constant else None

    def _column(self, node: Node) -> tuple[str, LogicalType] | None:
        """Return the column that a reference means, quoted, with its type after treatment.

        A function of one column that works on every value counts as a column too.
        """
        if node.get("class") == "FUNCTION":
            return self._derived(node)
        if node.get("class") != "COLUMN_REF":
            return None
        *path, name = (lower(part) for part in node["column_names"])
        if not path and not self._known:
            return None
        found = [
            (table, column)
            for table, relation in self._tables
            if _answers(table, path)
            for column in relation.columns
            if lower(column.name) == name and column.treatment.kind is not Kind.DROP
        ]
        if len(found) != 1:
            return None
        table, column = found[0]
        if table not in self.used:
            self.used.append(table)
        return identifier(column.name), treated_type(column.type, column.treatment)

    def _derived(self, node: Node) -> tuple[str, LogicalType] | None:
        name = str(node.get("function_name"))
        arguments = _arguments(node)
        inner = self._column(arguments[0]) if arguments and len(arguments) == 1 else None
        if inner is None:
            return None
        if name in _TOTAL_ON_TEXT and inner[1] is LogicalType.STRING:
            return f"{name}({inner[0]})", _TOTAL_ON_TEXT[name]
        if name in _PARTS_OF_DAYS and inner[1] in {LogicalType.DATE, LogicalType.TIMESTAMP}:
            return f"{name}({inner[0]})", LogicalType.INTEGER
        return None


def _arguments(node: Node) -> list[Node] | None:
    """Return the arguments of a plain call; None for one with FILTER, ORDER BY or DISTINCT."""
    if node.get("filter") or node.get("distinct") or node.get("order_bys", {}).get("orders"):
        return None
    return [argument["expression"] for argument in node.get("arguments", ())]


def _answers(table: Node, path: list[str]) -> bool:
    alias = lower(table.get("alias", ""))
    if not path:
        return True
    if alias:
        return path == [alias]
    own = [lower(table["schema_name"]), lower(table["table_name"])]
    return path in (own, own[1:])


def _constant(node: Node, column: tuple[str, LogicalType] | None) -> str | None:
    """Return a constant as SQL if comparing the column with it takes no cast of the column."""
    if column is None:
        return None
    kind = column[1]
    if node.get("class") == "FUNCTION" and node.get("function_name") == "-":
        arguments = node.get("arguments", ())
        inner = _constant(arguments[0]["expression"], column) if len(arguments) == 1 else None
        return f"-{inner}" if inner and inner[0].isdigit() else None
    if node.get("class") == "CAST":
        name = lower(str(node.get("type_expr", {}).get("type_name")))
        if _TIMES.get(name) is not kind or node["type_expr"].get("children"):
            return None
        node = node["child"]
    if node.get("class") != "CONSTANT":
        return None
    return _literal(node.get("literal", {}), kind)


def _literal(literal: Node, kind: LogicalType) -> str | None:
    written = literal.get("text", "")
    match (literal.get("kind"), kind):
        case ("STRING", LogicalType.STRING):
            return text(written)
        case ("STRING", LogicalType.DATE | LogicalType.TIMESTAMP):
            return f"CAST({text(written)} AS {kind.value.upper()})"
        case ("BOOLEAN", LogicalType.BOOLEAN):
            return "true" if written == "true" else "false"
        case ("INTEGER", LogicalType.INTEGER | LogicalType.NUMBER):
            whole = written.removeprefix("-")
            return written if whole.isdigit() and len(whole) <= _LONGEST_WHOLE else None
        case ("NUMERIC", LogicalType.NUMBER):
            return f"CAST({text(written)} AS DOUBLE)" if _is_decimal(written) else None
        case _:
            return None


def _is_decimal(written: str) -> bool:
    return (
        len(written) <= _LONGEST_WHOLE and written.removeprefix("-").replace(".", "", 1).isdigit()
    )


# -------------------------------------------------------------------- shapes of the tree


def _selects(node: Any) -> Iterator[Node]:
    """Yield every SELECT and every other query node, wherever it stands."""
    if isinstance(node, dict):
        if str(node.get("type")).endswith("_NODE"):
            yield node
        for value in node.values():
            yield from _selects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _selects(value)


def _sources(node: Node) -> Iterator[Node]:
    """Yield what stands after FROM, joins and what they join."""
    yield node
    if node.get("type") == "JOIN":
        yield from _sources(node["left"])
        yield from _sources(node["right"])


def _tables(node: Node) -> Iterator[Node]:
    return (source for source in _sources(node) if source.get("type") == "BASE_TABLE")


def _plain(node: Node) -> bool:
    """Say whether a source is a product under its own column names, or a join of such."""
    if node.get("type") == "JOIN":
        return node.get("ref_type") in {"REGULAR", "CROSS"} and not node.get("using_columns")
    return bool(
        node.get("type") == "BASE_TABLE"
        and node.get("schema_name")
        and not node.get("column_name_alias")
    )


def _kept(node: Node) -> Iterator[Node]:
    """Yield the products whose rows a WHERE above may drop beforehand: no outer join in between."""
    if node.get("type") == "BASE_TABLE":
        yield node
    elif node.get("type") == "JOIN" and node.get("ref_type") in {"REGULAR", "CROSS"}:
        if node.get("join_type") in {"INNER", "LEFT", "SEMI", "ANTI"}:
            yield from _kept(node["left"])
        if node.get("join_type") in {"INNER", "RIGHT"}:
            yield from _kept(node["right"])


def _conditions(select: Node) -> Iterator[Node]:
    if "where_clause" in select:
        yield select["where_clause"]
    for node in _sources(select.get("from_table", {})):
        if "condition" in node:
            yield node["condition"]


def _conjuncts(select: Node) -> Iterator[Node]:
    """Yield the conditions of WHERE that every row has to meet."""
    waiting = [select["where_clause"]] if "where_clause" in select else []
    while waiting:
        node = waiting.pop()
        if node.get("type") == "CONJUNCTION_AND":
            waiting.extend(node["children"])
        else:
            yield node
