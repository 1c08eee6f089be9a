"""Expressions of a query's tree as Spark SQL that means exactly the same, or a refusal.

Every expression becomes a `Phrase`: Spark SQL and its type in the default engine. Spark's own
guesses are left nothing to guess: names are written in full, conversions are written out, and text
is quoted. What is not known here to give the same values in both engines is refused by name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fairway.engines.tree import lower
from fairway.nouns.errors import FairwayError, Unavailable

Node = Mapping[str, Any]

TYPES = {
    "NULL": "INT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "HUGEINT": "DECIMAL(38,0)",
    "DOUBLE": "DOUBLE",
    "VARCHAR": "STRING",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}
"""Spark's type of every type of the default engine that is known here."""

NOT_ASCII = "FAIRWAY.NOT_ASCII"
"""What a query raises on Spark where the engines' notions of upper and lower case may differ."""

AGGREGATES = frozenset({"count_star", "count", "sum", "min", "max", "avg"})
_NUMERIC = ("INTEGER", "BIGINT", "HUGEINT", "DOUBLE")
_BITS = {"INTEGER": 31, "BIGINT": 63}
_SIGNS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
_SPANS = {"to_days": "DAY", "to_months": "MONTH", "to_years": "YEAR", "to_weeks": "WEEK"}
_PARTS = frozenset({"year", "month", "day", "quarter"})
_NAN = "CAST('NaN' AS DOUBLE)"
_INFINITY = "CAST('Infinity' AS DOUBLE)"


def gap(what: str) -> FairwayError:
    """Return the error for what is not known to mean the same on Spark."""
    return Unavailable(
        "engine.gap",
        f"The Spark engine does not know {what}.",
        remedy="Write the query in another way, or ask for the product on the default engine.",
    )


def quoted(text: str) -> str:
    """Quote a text for Spark."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def name(written: str) -> str:
    """Quote a name for Spark."""
    return "`" + written.replace("`", "``") + "`"


@dataclass(frozen=True)
class Phrase:
    """An expression: Spark SQL, its type, and what a constant text or decimal says."""

    sql: str
    type: str
    text: str | None = None
    decimal: Decimal | None = None


@dataclass(frozen=True)
class Known:
    """A column in sight: what the query may call its table, its name, Spark SQL and type."""

    tables: tuple[tuple[str, ...], ...]
    name: str
    sql: str
    type: str


class Expressions:
    """Writes the expressions of one SELECT.

    `columns` are in sight, and `outer` writes those of the query around. `query` writes a query
    that stands inside an expression, and returns its SQL and its columns' types.
    """

    def __init__(
        self,
        columns: Sequence[Known],
        outer: "Expressions | None",
        query: Callable[[Node, "Expressions"], tuple[str, list[str]]],
    ) -> None:
        self.columns = columns
        self._outer = outer
        self._query = query
        self._inside_aggregate = False

    def phrase(self, node: Node) -> Phrase:
        """Write an expression. Raises `Unavailable engine.gap`."""
        kind = str(node.get("class"))
        method = getattr(self, f"_{kind.lower()}", None)
        if method is None:
            raise gap(kind.lower())
        found: Phrase = method(node)
        return found

    def condition(self, node: Node) -> str:
        """Write an expression that has to be a truth."""
        return _as(self.phrase(node), "BOOLEAN").sql

    def _phrases(self, nodes: Sequence[Node]) -> list[Phrase]:
        return [self.phrase(node) for node in nodes]

    # ------------------------------------------------------------- leaves

    def _constant(self, node: Node) -> Phrase:
        literal = node.get("literal", {})
        text = str(literal.get("text", ""))
        match literal.get("kind"):
            case "INTEGER":
                value = int(text)
                kind = next((t for t, b in _BITS.items() if -(1 << b) <= value < 1 << b), "")
                if not kind:
                    raise gap("so large a number")
                return Phrase(
                    f"CAST({value} AS {TYPES[kind]})"
                    if value >= 0
                    else f"CAST('{value}' AS {TYPES[kind]})",
                    kind,
                )
            case "NUMERIC" if "e" in text.lower():
                return Phrase(f"CAST({quoted(text)} AS DOUBLE)", "DOUBLE")
            case "NUMERIC":
                return Phrase("", "DECIMAL", decimal=Decimal(text))
            case "STRING":
                return Phrase(quoted(text), "VARCHAR", text)
            case "BOOLEAN":
                return Phrase(text, "BOOLEAN")
            case "NULL_LITERAL":
                return Phrase("CAST(NULL AS INT)", "NULL")
            case other:
                raise gap(f"the constant {other}")

    def _column_ref(self, node: Node) -> Phrase:
        *path, last = (lower(part) for part in node["column_names"])
        found = [
            column
            for column in self.columns
            if lower(column.name) == last and (not path or tuple(path) in column.tables)
        ]
        if len(found) == 1:
            return Phrase(found[0].sql, found[0].type)
        if not found and self._outer is not None:
            return self._outer.phrase(node)
        raise gap(f"the name {last}")

    # ------------------------------------------------------------- logic

    def _comparison(self, node: Node) -> Phrase:
        left, right = alike(self._phrases([node["left"], node["right"]]))
        if node["type"] in _SIGNS:
            return Phrase(f"({left.sql} {_SIGNS[node['type']]} {right.sql})", "BOOLEAN")
        same = f"({left.sql} <=> {right.sql})"
        return Phrase(
            same if node["type"] == "COMPARE_NOT_DISTINCT_FROM" else f"(NOT {same})", "BOOLEAN"
        )

    def _between(self, node: Node) -> Phrase:
        value, low, high = alike(self._phrases([node["input"], node["lower"], node["upper"]]))
        word = "NOT BETWEEN" if node["type"] == "COMPARE_NOT_BETWEEN" else "BETWEEN"
        return Phrase(f"({value.sql} {word} {low.sql} AND {high.sql})", "BOOLEAN")

    def _conjunction(self, node: Node) -> Phrase:
        word = " AND " if node["type"] == "CONJUNCTION_AND" else " OR "
        return Phrase(f"({word.join(map(self.condition, node['children']))})", "BOOLEAN")

    def _operator(self, node: Node) -> Phrase:
        children = node["children"]
        match node["type"]:
            case "OPERATOR_NOT":
                return Phrase(f"(NOT {self.condition(children[0])})", "BOOLEAN")
            case "OPERATOR_IS_NULL" | "OPERATOR_IS_NOT_NULL" as form:
                word = "NULL" if form == "OPERATOR_IS_NULL" else "NOT NULL"
                one = settled(self.phrase(children[0]))
                return Phrase(f"({one.sql} IS {word})", "BOOLEAN")
            case "OPERATOR_COALESCE":
                parts = alike(self._phrases(children))
                return Phrase(f"coalesce({_listed(parts)})", parts[0].type)
            case "COMPARE_IN" | "COMPARE_NOT_IN" as form:
                value, *others = alike(self._phrases(children))
                word = "IN" if form == "COMPARE_IN" else "NOT IN"
                return Phrase(f"({value.sql} {word} ({_listed(others)}))", "BOOLEAN")
            case "OPERATOR_NULLIF":
                return self._nullif(children)
            case other:
                raise gap(str(other))

    def _nullif(self, nodes: Sequence[Node]) -> Phrase:
        given = self.phrase(nodes[0])
        one, other = alike([given, self.phrase(nodes[1])])
        if one.type != given.type:
            raise gap("NULLIF of different types")
        return Phrase(f"nullif({one.sql}, {other.sql})", one.type)

    def _case(self, node: Node) -> Phrase:
        checks = node["case_checks"]
        nodes = [*(check["then_expr"] for check in checks), node["else_expr"]]
        *results, otherwise = alike(self._phrases(nodes))
        pairs = zip(checks, results, strict=True)
        whens = " ".join(
            f"WHEN {self.condition(check['when_expr'])} THEN {result.sql}"
            for check, result in pairs
        )
        return Phrase(f"CASE {whens} ELSE {otherwise.sql} END", otherwise.type)

    def _cast(self, node: Node) -> Phrase:
        inner, wanted = self.phrase(node["child"]), lower(node["type_expr"]["type_name"])
        if node["type_expr"].get("children") or node.get("try_cast"):
            raise gap("this cast")
        kind = {"string": "VARCHAR", "text": "VARCHAR"}.get(wanted, wanted.upper())
        if kind == "VARCHAR" and inner.type in {"INTEGER", "BIGINT", "BOOLEAN", "DATE", "VARCHAR",
                                                "TIMESTAMP"}:  # fmt: skip
            return Phrase(f"CAST({inner.sql} AS STRING)", "VARCHAR")
        if kind in {"DATE", "TIMESTAMP"} and (inner.text is not None or inner.type == "DATE"):
            return _as(inner, kind)
        if inner.type in {"INTEGER", "BIGINT"} and kind in {"DOUBLE", "BIGINT"}:
            return _as(inner, kind)
        if kind == "DOUBLE" and inner.type in {"HUGEINT", "DECIMAL"}:
            return _as(inner, kind)
        raise gap(f"a cast from {inner.type} to {wanted}")

    def _subquery(self, node: Node) -> Phrase:
        sql, types = self._query(node["subquery"]["node"], self)
        match node["subquery_type"]:
            case "EXISTS":
                return Phrase(f"EXISTS ({sql})", "BOOLEAN")
            case "SCALAR" if len(types) == 1:
                return Phrase(f"({sql})", types[0])
            case "ANY" if len(types) == 1 and node["comparison_type"] == "COMPARE_EQUAL":
                value = self.phrase(node["child"])
                if value.type != types[0]:
                    raise gap("IN over another type")
                return Phrase(f"({value.sql} IN ({sql}))", "BOOLEAN")
            case other:
                raise gap(f"a subquery of {other}")

    # ------------------------------------------------------------- functions

    def _function(self, node: Node) -> Phrase:
        called = str(node["function_name"])
        if called in AGGREGATES:
            return self._aggregate(node)
        if node.get("filter") or node.get("distinct"):
            raise gap("FILTER or DISTINCT here")
        nodes = [argument["expression"] for argument in node.get("arguments", ())]
        if called in {"+", "-"} and len(nodes) == 2 and nodes[1].get("function_name") in _SPANS:
            return self._shifted(called, *nodes)
        if called == "nullif" and len(nodes) == 2:
            return self._nullif(nodes)
        parts = self._phrases(nodes)
        if called in {"+", "-", "*", "/", "//", "%"} and len(parts) == 2:
            return _arithmetic(called, *parts)
        return _known(called, parts)

    def _shifted(self, sign: str, moment: Node, span: Node) -> Phrase:
        """Write a day or time plus or minus an interval of whole days, months or years."""
        start = self.phrase(moment)
        found = re.fullmatch(r"[0-9]{1,6}", _constant_inside(span))
        if start.type not in {"DATE", "TIMESTAMP"} or found is None:
            raise gap("this interval")
        unit = _SPANS[span["function_name"]]
        return Phrase(
            f"({_as(start, 'TIMESTAMP').sql} {sign} INTERVAL '{found[0]}' {unit})", "TIMESTAMP"
        )

    def _aggregate(self, node: Node, over: str = "") -> Phrase:
        called, arguments = node["function_name"], node.get("arguments", ())
        if self._inside_aggregate or len(arguments) > 1:
            raise gap("this aggregate")
        if node.get("order_bys", {}).get("orders"):
            raise gap("an aggregate in an order")
        self._inside_aggregate = True
        try:
            wanted = node.get("filter")
            where = f" FILTER (WHERE {self.condition(wanted)})" if wanted else ""
            part = self.phrase(arguments[0]["expression"]) if arguments else None
        finally:
            self._inside_aggregate = False
        once = "DISTINCT " if node.get("distinct") else ""
        end = where + over

        def call(function: str, of: str) -> str:
            return f"{function}({once}{of}){end}"

        if part is None:
            return Phrase(call("count", "*"), "BIGINT")
        if called == "count":
            return Phrase(call("count", settled(part).sql), "BIGINT")
        if part.type in {"NULL", "DECIMAL"}:
            raise gap(f"{called} of this")
        if called in {"min", "max"}:
            return Phrase(call(called, part.sql), part.type)
        if part.type not in {"INTEGER", "BIGINT", "DOUBLE"}:
            raise gap(f"{called} of {part.type}")
        if part.type == "DOUBLE":
            return Phrase(call(called, part.sql), "DOUBLE")
        exact = call("sum", f"CAST({part.sql} AS DECIMAL(20,0))")
        if called == "sum":
            return Phrase(f"CAST({exact} AS DECIMAL(38,0))", "HUGEINT")
        many = f"nullif({call('count', part.sql)}, 0)"
        return Phrase(f"(CAST({exact} AS DOUBLE) / {many})", "DOUBLE")

    def _window(self, node: Node) -> Phrase:
        frame = (node.get("start"), node.get("end"))
        if frame != ("UNBOUNDED_PRECEDING", "CURRENT_ROW_RANGE") or set(node) & {
            "start_expr", "end_expr", "exclude_clause", "ignore_nulls", "arg_orders", "distinct",
        }:  # fmt: skip
            raise gap("this window")
        parts = [settled(part).sql for part in self._phrases(node.get("partitions", ()))]
        orders = [ordering(o, self.phrase(o["expression"])) for o in node.get("orders", ())]
        words = [f"PARTITION BY {', '.join(parts)}"] if parts else []
        words += [f"ORDER BY {', '.join(orders)}"] if orders else []
        over = f" OVER ({' '.join(words)})"
        called = str(node["function_name"])
        if called in {"row_number", "rank", "dense_rank"} and not node.get("arguments") and orders:
            return Phrase(f"CAST({called}(){over} AS BIGINT)", "BIGINT")
        if called in AGGREGATES and "filter_expr" not in node:
            return self._aggregate({**node, "order_bys": {}}, over)
        raise gap(f"the window function {called}")


def ordering(order: Node, part: Phrase) -> str:
    """Write one term of an ORDER BY; nulls come last unless the query says otherwise."""
    way = "DESC" if order["type"] == "DESCENDING" else "ASC"
    nulls = "FIRST" if order["null_order"] == "NULLS FIRST" else "LAST"
    return f"{settled(part).sql} {way} NULLS {nulls}"


def settled(part: Phrase) -> Phrase:
    """Return a phrase that can stand by itself: a bare decimal number cannot."""
    if part.type == "DECIMAL":
        raise gap("decimal numbers")
    return part


def _listed(parts: Sequence[Phrase]) -> str:
    return ", ".join(part.sql for part in parts)


def _constant_inside(node: Node) -> str:
    """Return the constant that an interval's function is called with, or nothing."""
    found = node
    while found.get("class") in {"FUNCTION", "CAST"}:
        if found.get("class") == "CAST":
            found = found["child"]
        else:
            arguments = found.get("arguments", ())
            if len(arguments) != 1 or found["function_name"] not in {"trunc", *_SPANS}:
                return ""
            found = arguments[0]["expression"]
    return str(found.get("literal", {}).get("text", ""))


def alike(parts: Sequence[Phrase]) -> list[Phrase]:
    """Bring phrases to the one type that they are compared or chosen in."""
    typed = {part.type for part in parts if part.text is None} - {"NULL"}
    typed = typed or {part.type for part in parts} - {"NULL"} or {"INTEGER"}
    if "DECIMAL" in typed:
        if "DOUBLE" not in typed:
            raise gap("decimal numbers")
        typed = typed - {"DECIMAL"}
    if typed <= set(_NUMERIC):
        kind = max(typed, key=_NUMERIC.index)
    elif typed == {"DATE", "TIMESTAMP"}:
        kind = "TIMESTAMP"
    elif len(typed) == 1:
        kind = typed.pop()
    else:
        raise gap(f"{' and '.join(sorted(typed))} together")
    return [_as(part, kind) for part in parts]


def _as(part: Phrase, kind: str) -> Phrase:
    if part.type == kind:
        return part
    if part.type == "NULL":
        return Phrase(f"CAST(NULL AS {TYPES[kind]})", kind)
    if part.decimal is not None and kind == "DOUBLE":
        return Phrase(f"CAST('{part.decimal}' AS DOUBLE)", kind)
    if kind in _NUMERIC and part.type in _NUMERIC:
        return Phrase(f"CAST({part.sql} AS {TYPES[kind]})", kind)
    if kind == "TIMESTAMP" and part.type == "DATE":
        return Phrase(f"CAST({part.sql} AS TIMESTAMP_NTZ)", kind)
    if part.text is not None and kind in {"DATE", "TIMESTAMP"}:
        try:
            value: date = (datetime if kind == "TIMESTAMP" else date).fromisoformat(part.text)
        except ValueError:
            raise gap("this way to write a date") from None
        if isinstance(value, datetime):
            if value.tzinfo is not None:
                raise gap("a time with a zone")
            return Phrase(f"CAST('{value.isoformat(sep=' ')}' AS TIMESTAMP_NTZ)", kind)
        return Phrase(f"CAST('{value.isoformat()}' AS DATE)", kind)
    raise gap(f"{part.type} as {kind}")


def _arithmetic(sign: str, left: Phrase, right: Phrase) -> Phrase:
    if left.decimal is not None and right.decimal is not None and sign in {"+", "-"}:
        total = left.decimal + right.decimal if sign == "+" else left.decimal - right.decimal
        return replace(left, decimal=total)
    left, right = alike([left, right])
    kind = left.type
    if sign == "/" and kind in _NUMERIC:
        a, b = _as(left, "DOUBLE").sql, _as(right, "DOUBLE").sql
        signs = f"(({a} < 0) <> startswith(CAST({b} AS STRING), '-'))"
        infinite = f"CASE WHEN {signs} THEN -{_INFINITY} ELSE {_INFINITY} END"
        none = f"CASE WHEN {a} = 0 OR isnan({a}) THEN {_NAN} ELSE {infinite} END"
        return Phrase(f"CASE WHEN {b} = 0 THEN {none} ELSE {a} / {b} END", "DOUBLE")
    if kind not in {"INTEGER", "BIGINT", "DOUBLE"}:
        raise gap(f"{sign} of {kind}")
    if kind == "DOUBLE":
        if sign == "//":
            raise gap("// of numbers")
        if sign == "%":
            rest = f"{left.sql} % {right.sql}"
            return Phrase(f"CASE WHEN {right.sql} = 0 THEN {_NAN} ELSE {rest} END", kind)
        return Phrase(f"({left.sql} {sign} {right.sql})", kind)
    if sign == "//":  # `div` gives a BIGINT; the one quotient that does not fit has to fail
        return Phrase(f"CAST(({left.sql} div {right.sql}) AS {TYPES[kind]})", kind)
    return Phrase(f"({left.sql} {sign} {right.sql})", kind)


def _known(called: str, parts: Sequence[Phrase]) -> Phrase:  # noqa: PLR0911 - a table of cases
    """Write a call of a function that gives the same values in both engines."""
    sqls = [part.sql for part in parts]
    match called, [part.type for part in parts]:
        case (("-" | "abs"), ["DECIMAL"]) if called == "-" and parts[0].decimal is not None:
            return replace(parts[0], decimal=-parts[0].decimal)
        case (("-" | "abs"), ["INTEGER" | "BIGINT" | "DOUBLE" as kind]):
            return Phrase(f"({'-' if called == '-' else 'abs'}({sqls[0]}))", kind)
        case "||", ["VARCHAR", "VARCHAR"]:
            return Phrase(f"({sqls[0]} || {sqls[1]})", "VARCHAR")
        case "length", ["VARCHAR"]:
            return Phrase(f"CAST(char_length({sqls[0]}) AS BIGINT)", "BIGINT")
        case (("lower" | "upper"), ["VARCHAR"]):
            plain = f"octet_length({sqls[0]}) = char_length({sqls[0]})"
            return Phrase(
                f"CASE WHEN {sqls[0]} IS NULL OR {plain} THEN {called}({sqls[0]})"
                f" ELSE CAST(raise_error('{NOT_ASCII}') AS STRING) END",
                "VARCHAR",
            )
        case (("~~" | "!~~"), ["VARCHAR", "VARCHAR"]) if parts[1].text is not None:
            return Phrase(f"({sqls[0]} {_like(called, parts[1].text)})", "BOOLEAN")
        case (("starts_with" | "contains"), ["VARCHAR", "VARCHAR"]) if parts[1].text is not None:
            function = "startswith" if called == "starts_with" else "contains"
            return Phrase(f"{function}({sqls[0]}, {sqls[1]})", "BOOLEAN")
        case "substring", ["VARCHAR", "INTEGER", "INTEGER"]:
            numbers = [re.fullmatch(r"CAST\(([0-9]+) AS INT\)", sql) for sql in sqls[1:]]
            if not all(numbers) or sqls[1] == "CAST(0 AS INT)":
                raise gap("substring from there")
            return Phrase(f"substring({', '.join(sqls)})", "VARCHAR")
        case part, ["DATE" | "TIMESTAMP"] if part in _PARTS:
            return Phrase(f"CAST({part}({sqls[0]}) AS BIGINT)", "BIGINT")
        case "date_part", ["VARCHAR", ("DATE" | "TIMESTAMP")] if _part(parts[0]) in _PARTS:
            return Phrase(f"CAST({_part(parts[0])}({sqls[1]}) AS BIGINT)", "BIGINT")
        case _:
            types = ", ".join(part.type for part in parts)
            raise gap(f"the function {called} of {types}" if parts else f"the function {called}")


def _part(phrase: Phrase) -> str:
    """Return the part of a date that is asked for: `extract(year FROM ...)` is written `YEAR`."""
    return (phrase.text or "").lower()


def _like(called: str, pattern: str) -> str:
    """Write LIKE with an escape that does not stand in the pattern; the default engine has none."""
    unused = next(c for c in "\x01\x02\x03\x04" if c not in pattern)
    word = "LIKE" if called == "~~" else "NOT LIKE"
    return f"{word} {quoted(pattern)} ESCAPE {quoted(unused)}"
