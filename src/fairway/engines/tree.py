"""The gate's walk over a syntax tree: every node, at any depth, against the allow-list.

A node type, class or key that is not in `grammar`, or a function that is not in `functions`, is
refused.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fairway.engines import functions, grammar
from fairway.nouns.errors import FairwayError, Refused
from fairway.nouns.queries import TableName

DEEPEST = 120
"""Levels of nodes in a query, at the most."""

MOST_NODES = 5_000
"""Nodes in a query, at the most."""

SERIALISE = (
    "SELECT json_serialize_sql(?, skip_null := true, skip_empty := true, skip_default := true)"
)
"""The engine's own parser: a text to its tree, without what has its default value."""

Node = Mapping[str, Any]


def lower(name: str) -> str:
    """Fold a name as the engine does: ASCII letters only.

    Unicode folding takes a long s for an s, and would see a CTE where the engine sees none.
    """
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)


class Walk:
    """One pass over a tree; afterwards `tables`, `names` and `stars` say what the query names.

    Raises `Refused` at the first node that is not allowed. `position` turns an offset in bytes
    into line and column.
    """

    def __init__(self, position: Callable[[int], tuple[int, int]]) -> None:
        self._position = position
        self._nodes = 0
        self._aliases: set[str] = set()
        self._ends: set[str] = set()
        self.tables: dict[TableName, None] = {}
        self.names: set[str] = set()
        self.stars = False

    def statement(self, node: Node) -> None:
        """Walk the query of a statement."""
        self._query(node, frozenset(), 0)
        # `SELECT t FROM domain.t` asks for whole rows.
        self.stars = self.stars or bool(self._ends & self._aliases)

    # ------------------------------------------------------------- refusals

    def _refuse(self, node: Node, code: str, message: str, remedy: str) -> FairwayError:
        line = column = None
        offset = node.get("query_location")
        if isinstance(offset, int) and offset < 2**31:
            line, column = self._position(offset)
        return Refused(code, message, remedy=remedy, line=line, column=column)

    def _construct(self, node: Node, what: str) -> FairwayError:
        return self._refuse(
            node,
            "query.construct_not_allowed",
            f"{what} is not allowed in a query.",
            "Write a plain SELECT over tables named <domain>.<table>.",
        )

    def _enter(self, node: Any, depth: int) -> Node:
        if not isinstance(node, dict):
            raise self._construct({}, "This construct")
        self._nodes += 1
        if depth > DEEPEST or self._nodes > MOST_NODES:
            raise self._refuse(
                node,
                "query.too_large",
                f"The query has more than {MOST_NODES:,} parts, or is nested deeper than"
                f" {DEEPEST} levels.",
                "Break it up, or write it more simply.",
            )
        return node

    def _keys(self, node: Node, allowed: frozenset[str] | None, what: str) -> None:
        if allowed is None:
            raise self._construct(node, what)
        for key in node:
            if key not in allowed:
                raise self._construct(node, grammar.NAMED.get(key, f"The part '{key}'"))

    # ------------------------------------------------------------- queries

    def _query(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        node = self._enter(given, depth)
        kind = str(node.get("type"))
        self._keys(
            node, grammar.QUERY_KEYS.get(kind), grammar.NAMED.get(kind, f"The statement '{kind}'")
        )
        inner = ctes
        for entry in node.get("cte_map", {}).get("map", ()):
            cte = entry["value"]
            self._keys(cte, frozenset({"aliases", "materialized", "query_node"}), "This WITH")
            # A CTE sees those before it, not itself: inside its own body the name is another's.
            self._query(cte["query_node"], inner, depth + 1)
            inner = inner | {lower(entry["key"])}
        for modifier in node.get("modifiers", ()):
            self._modifier(modifier, inner, depth + 1)
        if kind == "SET_OPERATION_NODE":
            if node.get("setop_type") not in grammar.SET_OPERATIONS:
                raise self._construct(node, "This set operation")
            for child in node.get("children", ()):
                self._query(child, inner, depth + 1)
            return
        if node.get("aggregate_handling", "STANDARD_HANDLING") not in {
            "STANDARD_HANDLING",
            "FORCE_AGGREGATES",
        }:
            raise self._construct(node, "This grouping")
        if "from_table" in node:
            self._from(node["from_table"], inner, depth + 1)
        for key in ("select_list", "group_expressions"):
            self._expressions(node.get(key, ()), inner, depth + 1)
        for key in ("where_clause", "having", "qualify"):
            if key in node:
                self._expression(node[key], inner, depth + 1)

    def _modifier(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        node = self._enter(given, depth)
        self._keys(node, grammar.MODIFIER_KEYS.get(str(node.get("type"))), "This clause")
        self._orders(node.get("orders", ()), ctes, depth)
        self._expressions(node.get("distinct_on_targets", ()), ctes, depth + 1)
        for key in ("limit", "offset"):
            if key in node:
                self._expression(node[key], ctes, depth + 1)

    def _orders(self, orders: Any, ctes: frozenset[str], depth: int) -> None:
        for order in orders:
            self._keys(order, frozenset({"type", "null_order", "expression"}), "This order")
            expression = order["expression"]
            if expression.get("class") == "STAR" and set(expression) <= grammar.COMMON | {
                "columns"
            }:
                continue  # ORDER BY ALL: the columns that the result has anyway
            self._expression(expression, ctes, depth + 1)

    # ------------------------------------------------------------- FROM

    def _from(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        node = self._enter(given, depth)
        kind = str(node.get("type"))
        if "catalog_name" in node:
            raise self._not_a_product(node)
        self._keys(
            node, grammar.FROM_KEYS.get(kind), grammar.NAMED.get(kind, f"'{kind}' after FROM")
        )
        if "alias" in node:
            self._aliases.add(lower(node["alias"]))
        if kind == "BASE_TABLE":
            self._table(node, ctes)
        elif kind == "JOIN":
            self._join(node, ctes, depth)
        elif kind == "SUBQUERY":
            self._subselect(node["subquery"], ctes, depth)
        elif kind == "EXPRESSION_LIST":
            for row in node.get("values", ()):
                self._expressions(row, ctes, depth + 1)
        elif kind == "TABLE_FUNCTION":
            call = node["function"]
            self._table_function({**call, **_placed(node)}, ctes, depth + 1)

    def _table(self, node: Node, ctes: frozenset[str]) -> None:
        path = node.get("qualified_name", {}).get("path") or [
            part for part in (node.get("schema_name"), node.get("table_name")) if part
        ]
        if len(path) == 1 and "schema_name" not in node:
            if lower(path[0]) in ctes:
                return
            raise self._refuse(
                node,
                "query.unqualified_table",
                f"There is no table '{path[0][:60]}' here.",
                "Write the product as <domain>.<table>.",
            )
        if len(path) != 2 or [node.get("schema_name"), node.get("table_name")] != path:
            raise self._not_a_product(node)
        table = TableName(lower(path[0]), lower(path[1]))
        if table.domain in grammar.SYSTEM_SCHEMAS:
            raise self._refuse(
                node,
                "query.table_not_allowed",
                f"The schema '{table.domain}' is not a domain.",
                "Write the product as <domain>.<table>.",
            )
        self.tables[table] = None
        self._aliases.add(table.table)
        if node.get("column_name_alias"):
            self.stars = True  # columns get other names by position

    def _not_a_product(self, node: Node) -> FairwayError:
        return self._refuse(
            node,
            "query.table_not_allowed",
            "A table is named by its domain and its own name, and by nothing more.",
            "Write the product as <domain>.<table>.",
        )

    def _join(self, node: Node, ctes: frozenset[str], depth: int) -> None:
        if node.get("join_type") not in grammar.JOINS:
            raise self._construct(node, "This join")
        if node.get("ref_type") not in {"REGULAR", "CROSS", "NATURAL", "ASOF"}:
            raise self._construct(node, f"A {str(node.get('ref_type')).lower()} join")
        self.stars = self.stars or node.get("ref_type") == "NATURAL"
        self.names.update(name.casefold() for name in node.get("using_columns", ()))
        self._from(node["left"], ctes, depth + 1)
        self._from(node["right"], ctes, depth + 1)
        if "condition" in node:
            self._expression(node["condition"], ctes, depth + 1)

    def _subselect(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        self._keys(given, frozenset({"node", "named_param_map"}), "This subquery")
        if given.get("named_param_map"):
            raise self._construct(given, "A parameter")
        self._query(given["node"], ctes, depth + 1)

    def _table_function(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        node = self._enter(given, depth)
        if node.get("class") != "FUNCTION":
            raise self._construct(node, "This source of rows")
        name = self._function_name(node, functions.TABLE_FUNCTIONS)
        self._keys(
            node,
            grammar.COMMON | {"function_name", "arguments", "order_bys", "qualified_name"},
            "This source of rows",
        )
        arguments = self._arguments(node, ctes, depth)
        if name != "unnest":
            self._bounded(node, arguments)

    def _bounded(self, node: Node, arguments: list[Any]) -> None:
        numbers = [_whole_number(argument) for argument in arguments]
        known = [n for n in numbers if n is not None]
        start, stop, step = 0, 0, 1
        if len(known) == len(arguments) == 1:
            stop = known[0]
        elif len(known) == len(arguments) == 2:
            start, stop = known
        elif len(known) == len(arguments) == 3 and known[2]:
            start, stop, step = known
        else:
            raise self._refuse(
                node,
                "query.unbounded",
                "The bounds of range and generate_series must be written as whole numbers.",
                "Write, for example, range(12).",
            )
        if abs(stop - start) // abs(step) > functions.MOST_GENERATED:
            raise self._refuse(
                node,
                "query.unbounded",
                f"This makes more than {functions.MOST_GENERATED:,} rows.",
                "Ask for fewer.",
            )

    # ------------------------------------------------------------- expressions

    def _expressions(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        for one in given:
            self._expression(one, ctes, depth)

    def _expression(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        node = self._enter(given, depth)
        kind = str(node.get("class"))
        self._keys(node, grammar.EXPRESSION_KEYS.get(kind), grammar.NAMED.get(kind, f"'{kind}'"))
        if node.get("type") not in grammar.EXPRESSION_TYPES[kind]:
            raise self._construct(node, f"'{node.get('type')}'")
        if kind == "COLUMN_REF":
            self._column(node)
        elif kind in {"FUNCTION", "WINDOW"}:
            self._call(node, ctes, depth)
        elif kind == "SUBQUERY":
            self._subselect(node["subquery"], ctes, depth)
        elif kind == "LAMBDA":
            raise self._construct(node, "'->' or a lambda outside a list function")
        elif kind == "STAR":
            self._star(node, ctes, depth)
        elif kind == "CAST":
            self._type(node["type_expr"], depth + 1)
        elif kind == "CASE":
            for check in node.get("case_checks", ()):
                self._keys(check, frozenset({"when_expr", "then_expr"}), "This CASE")
                self._expressions(check.values(), ctes, depth + 1)
        for key in ("child", "left", "right", "input", "lower", "upper", "else_expr"):
            if key in node:
                self._expression(node[key], ctes, depth + 1)
        self._expressions(node.get("children", ()), ctes, depth + 1)

    def _column(self, node: Node) -> None:
        parts = node["column_names"]
        if len(parts) == 1 and lower(parts[0]) in functions.SESSION_NAMES:
            raise self._refuse(
                node,
                "query.function_not_allowed",
                f"The name '{parts[0]}' means the session, which a query may not ask about.",
                "For a column of this name write <table>.<column>.",
            )
        self.names.update(part.casefold() for part in parts)
        self._ends.add(lower(parts[-1]))

    def _star(self, node: Node, ctes: frozenset[str], depth: int) -> None:
        self.stars = True
        for entry in node.get("replace_list", ()):
            self._expression(entry["value"], ctes, depth + 1)

    def _function_name(self, node: Node, allowed: frozenset[str]) -> str:
        name = lower(str(node.get("function_name")))
        path = node.get("qualified_name", {}).get("path", [node.get("function_name")])
        if "schema" in node or "catalog" in node or path != [node.get("function_name")]:
            raise self._refuse(
                node,
                "query.function_not_allowed",
                f"The function '{'.'.join(map(str, path))[:80]}' may not be named by its schema.",
                "Write the function's own name, and what it works on in the parentheses.",
            )
        if name not in allowed:
            raise self._refuse(
                node,
                "query.function_not_allowed",
                f"The function '{name[:60]}' is not allowed in a query.",
                "Use the usual aggregate, text, number, date and list functions.",
            )
        return name

    def _call(self, node: Node, ctes: frozenset[str], depth: int) -> None:
        operator = node.get("is_operator") is True
        allowed = functions.OPERATORS | functions.FUNCTIONS if operator else functions.FUNCTIONS
        name = self._function_name(node, allowed)
        for argument in self._arguments(node, ctes, depth, name):
            del argument
        for key in ("filter", "filter_expr", "start_expr", "end_expr"):
            if key in node:
                self._expression(node[key], ctes, depth + 1)
        self._expressions(node.get("partitions", ()), ctes, depth + 1)
        for orders in (
            node.get("orders", ()),
            node.get("arg_orders", ()),
            node.get("order_bys", {}).get("orders", ()),
        ):
            self._orders(orders, ctes, depth)

    def _arguments(self, node: Node, ctes: frozenset[str], depth: int, name: str = "") -> list[Any]:
        arguments = []
        for argument in node.get("arguments", ()):
            self._keys(argument, frozenset({"name", "expression"}), "This argument")
            if argument.get("name") and name != "struct_pack":
                raise self._construct(node, "A named argument")
            expression = argument["expression"]
            arguments.append(expression)
            if name in functions.LAMBDAS and expression.get("class") == "LAMBDA":
                self._lambda(expression, ctes, depth + 1)
            else:
                self._expression(expression, ctes, depth + 1)
        return arguments

    def _lambda(self, given: Any, ctes: frozenset[str], depth: int) -> None:
        node = self._enter(given, depth)
        self._keys(node, grammar.EXPRESSION_KEYS["LAMBDA"], "This lambda")
        if node.get("syntax_type") != "LAMBDA_KEYWORD":
            raise self._refuse(
                node,
                "query.construct_not_allowed",
                "The arrow '->' is not allowed in a query.",
                "Write lambda x: ... in a list function.",
            )
        self._expression(node["lhs"], ctes, depth + 1)
        self._expression(node["expr"], ctes, depth + 1)

    def _type(self, given: Any, depth: int) -> None:
        node = self._enter(given, depth)
        self._keys(node, grammar.COMMON | {"type_name", "children", "qualified_name"}, "This type")
        name = lower(str(node.get("type_name")))
        path = node.get("qualified_name", {}).get("path", [node.get("type_name")])
        if node.get("class") != "TYPE" or name not in functions.TYPES or len(path) != 1:
            raise self._refuse(
                node,
                "query.type_not_allowed",
                f"The type '{name[:60]}' is not allowed in a query.",
                "Use VARCHAR, BIGINT, DOUBLE, DECIMAL, BOOLEAN, DATE, TIMESTAMP or INTERVAL.",
            )
        for child in node.get("children", ()):
            if child.get("class") == "TYPE":
                self._type(child, depth + 1)
            elif _whole_number(child) is None:
                raise self._construct(node, "This type")


def _placed(node: Node) -> Node:
    return {key: node[key] for key in grammar.PLACE if key in node}


def _whole_number(node: Any) -> int | None:
    """Return the value of a whole number as it is written, with its sign; None for all else."""
    if node.get("class") == "FUNCTION" and node.get("function_name") == "-":
        arguments = node.get("arguments", ())
        inner = _whole_number(arguments[0]["expression"]) if len(arguments) == 1 else None
        return None if inner is None else -inner
    literal = node.get("literal", {})
    text = literal.get("text", "")
    if node.get("class") != "CONSTANT" or literal.get("kind") != "INTEGER" or len(text) > 18:
        return None
    return int(text) if text.isascii() and text.removeprefix("-").isdigit() else None
