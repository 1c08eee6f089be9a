"""Expressions of a query's tree, worked out in plain Python: the oracle's half of the meaning.

Each expression becomes a `Term`: its SQL type, and a function of a row (a tuple) or of a group.
Null is None. What is not known here is refused by name, never guessed.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fairway.engines import failures
from fairway.engines.tree import lower
from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.products import LogicalType
from fairway.rules.treatments import canonical_text

Node = Mapping[str, Any]
Row = tuple[Any, ...]

_RANGES = {"INTEGER": 31, "BIGINT": 63, "HUGEINT": 127}
_NUMERIC = ("INTEGER", "BIGINT", "HUGEINT", "DOUBLE")
_LOGICAL = {
    "VARCHAR": LogicalType.STRING,
    "INTEGER": LogicalType.INTEGER,
    "BIGINT": LogicalType.INTEGER,
    "HUGEINT": LogicalType.INTEGER,
    "DOUBLE": LogicalType.NUMBER,
    "BOOLEAN": LogicalType.BOOLEAN,
    "DATE": LogicalType.DATE,
    "TIMESTAMP": LogicalType.TIMESTAMP,
}
_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "COMPARE_EQUAL": lambda order: order == 0,
    "COMPARE_NOTEQUAL": lambda order: order != 0,
    "COMPARE_LESSTHAN": lambda order: order < 0,
    "COMPARE_LESSTHANOREQUALTO": lambda order: order <= 0,
    "COMPARE_GREATERTHAN": lambda order: order > 0,
    "COMPARE_GREATERTHANOREQUALTO": lambda order: order >= 0,
}
AGGREGATES = frozenset({"count_star", "count", "sum", "min", "max", "avg"})


@dataclass(frozen=True)
class ColumnOf:
    """A column in scope: the table's alias, its name, its SQL type."""

    table: str
    name: str
    type: str


@dataclass(frozen=True)
class Term:
    """An expression: its SQL type and its value at a row or group. `text` is a literal's."""

    type: str
    at: Callable[[Any], Any]
    text: str | None = None


@dataclass(frozen=True)
class Group:
    """Rows that have one key."""

    key: Row
    rows: Sequence[Row]


def gap(what: str) -> FairwayError:
    """Return the error for something that this engine does not know."""
    return Unavailable(
        "engine.gap",
        f"The in-memory engine does not know {what}.",
        remedy="Use the default engine.",
    )


def canonical(node: Any) -> str:
    """Return a text that two expressions share when they say the same."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            skipped = {"query_location", "query_location_length", "alias", "qualified_name"}
            return {k: bare(v) for k, v in value.items() if k not in skipped}
        if isinstance(value, list):
            return [bare(v) for v in value]
        return value

    return lower(json.dumps(bare(node), sort_keys=True))


def order_key(value: Any) -> tuple[int, Any]:
    """Make a value comparable and hashable as SQL has it: NaN is one value, above all others."""
    if isinstance(value, float):
        return (1, 0.0) if math.isnan(value) else (0, value + 0.0)
    return (0, value)


def compare(left: Any, right: Any) -> int:
    """Order two values of one type as -1, 0, 1."""
    one, other = order_key(left), order_key(right)
    return (one > other) - (one < other)


class Expressions:
    """Makes terms of nodes, over columns, or over groups when `keys` are given."""

    def __init__(
        self, columns: Sequence[ColumnOf], keys: Sequence[tuple[str, str]] | None = None
    ) -> None:
        self._columns = columns
        self._keys = keys

    def term(self, node: Node) -> Term:
        """Return the term of an expression. Raises `Unavailable engine.gap`."""
        if self._keys is not None:
            said = canonical(node)
            for i, (key, kind) in enumerate(self._keys):
                if key == said:
                    return Term(kind, _part_of_key(i))
            if node.get("function_name") in AGGREGATES and node.get("class") == "FUNCTION":
                return self._aggregate(node)
        kind = str(node.get("class"))
        method = getattr(self, f"_{kind.lower()}", None)
        if method is None:
            raise gap(kind.lower())
        found: Term = method(node)
        return found

    def _terms(self, nodes: Sequence[Node]) -> list[Term]:
        return [self.term(node) for node in nodes]

    # ------------------------------------------------------------- leaves

    def _constant(self, node: Node) -> Term:
        literal = node.get("literal", {})
        text = literal.get("text", "")
        match literal.get("kind"):
            case "INTEGER":
                value = int(text)
                fits = next(
                    (t for t, bits in _RANGES.items() if -(1 << bits) <= value < 1 << bits), ""
                )
                if not fits:
                    raise gap("so large a number")
                return Term(fits, lambda _: value)
            case "NUMERIC":
                number = float(text)
                return Term("DOUBLE" if "e" in text.lower() else "DECIMAL", lambda _: number)
            case "STRING":
                return Term("VARCHAR", lambda _: text, text)
            case "BOOLEAN":
                truth = text == "true"
                return Term("BOOLEAN", lambda _: truth)
            case "NULL_LITERAL":
                return Term("NULL", lambda _: None)
            case other:
                raise gap(f"the constant {other}")

    def _column_ref(self, node: Node) -> Term:
        if self._keys is not None:
            raise gap("a column outside GROUP BY")
        *path, name = (lower(part) for part in node["column_names"])
        found = [
            i
            for i, column in enumerate(self._columns)
            if lower(column.name) == name and (not path or lower(column.table) == path[-1])
        ]
        if len(found) != 1:
            raise gap(f"the name {name}")
        place = found[0]
        return Term(self._columns[place].type, lambda row: row[place])

    # ------------------------------------------------------------- logic

    def _comparison(self, node: Node) -> Term:
        left, right = _alike([self.term(node["left"]), self.term(node["right"])])
        holds = _COMPARISONS.get(node["type"])
        if holds is not None:
            return Term("BOOLEAN", _strict(lambda a, b: holds(compare(a, b)), left, right))
        equal = node["type"] == "COMPARE_NOT_DISTINCT_FROM"

        def same(row: Any) -> bool:
            a, b = left.at(row), right.at(row)
            if a is None or b is None:
                return (a is b) is equal
            return (compare(a, b) == 0) is equal

        return Term("BOOLEAN", same)

    def _between(self, node: Node) -> Term:
        value, low, high = _alike(self._terms([node["input"], node["lower"], node["upper"]]))
        above = _strict(lambda a, b: compare(a, b) >= 0, value, low)
        below = _strict(lambda a, b: compare(a, b) <= 0, value, high)
        return Term("BOOLEAN", lambda row: conjunction([above(row), below(row)]))

    def _conjunction(self, node: Node) -> Term:
        parts = self._terms(node["children"])
        if node["type"] == "CONJUNCTION_AND":
            return Term("BOOLEAN", lambda row: conjunction([part.at(row) for part in parts]))
        return Term(
            "BOOLEAN",
            lambda row: negation(conjunction([negation(part.at(row)) for part in parts])),
        )

    def _operator(self, node: Node) -> Term:
        terms = self._terms(node["children"])
        match node["type"]:
            case "OPERATOR_NOT":
                return Term("BOOLEAN", lambda row: negation(terms[0].at(row)))
            case "OPERATOR_IS_NULL":
                return Term("BOOLEAN", lambda row: terms[0].at(row) is None)
            case "OPERATOR_IS_NOT_NULL":
                return Term("BOOLEAN", lambda row: terms[0].at(row) is not None)
            case "OPERATOR_COALESCE":
                return _first(_alike(terms))
            case "COMPARE_IN":
                value, *others = _alike(terms)
                equals = [_strict(lambda a, b: compare(a, b) == 0, value, one) for one in others]
                return Term(
                    "BOOLEAN",
                    lambda row: negation(conjunction([negation(e(row)) for e in equals])),
                )
            case other:
                raise gap(str(other))

    def _case(self, node: Node) -> Term:
        checks = [self.term(check["when_expr"]) for check in node["case_checks"]]
        nodes = [*(check["then_expr"] for check in node["case_checks"]), node["else_expr"]]
        *results, otherwise = _alike(self._terms(nodes))

        def choose(row: Any) -> Any:
            for check, result in zip(checks, results, strict=True):
                if check.at(row) is True:
                    return result.at(row)
            return otherwise.at(row)

        return Term(otherwise.type, choose)

    def _cast(self, node: Node) -> Term:
        inner, wanted = self.term(node["child"]), lower(node["type_expr"]["type_name"])
        if node["type_expr"].get("children"):
            raise gap("this cast")
        if wanted == "varchar" and inner.type in _LOGICAL:
            kind = _LOGICAL[inner.type]
            return Term("VARCHAR", _strict(lambda a: canonical_text(a, kind), inner))
        if wanted in {"date", "timestamp"} and inner.text is not None:
            return _as(inner, wanted.upper())
        if inner.type in {"INTEGER", "BIGINT"} and wanted in {"double", "bigint"}:
            return _as(inner, wanted.upper())
        raise gap(f"a cast from {inner.type} to {wanted}")

    # ------------------------------------------------------------- functions

    def _function(self, node: Node) -> Term:
        if node.get("filter") or node.get("distinct"):
            raise gap("FILTER or DISTINCT here")
        name = str(node["function_name"])
        terms = self._terms([argument["expression"] for argument in node.get("arguments", ())])
        if name in {"+", "-", "*", "/", "//", "%"} and len(terms) == 2:
            return _arithmetic(name, *terms)
        types = [term.type for term in terms]
        match name, types:
            case "-", ["INTEGER" | "BIGINT" | "DOUBLE" as kind]:
                return Term(kind, _strict(lambda a: _in_range(-a, kind), terms[0]))
            case "abs", ["INTEGER" | "BIGINT" | "DOUBLE" as kind]:
                return Term(kind, _strict(lambda a: _in_range(abs(a), kind), terms[0]))
            case "||", ["VARCHAR", "VARCHAR"]:
                return Term("VARCHAR", _strict(lambda a, b: a + b, *terms))
            case "length", ["VARCHAR"]:
                return Term("BIGINT", _strict(len, terms[0]))
            case (("lower" | "upper"), ["VARCHAR"]):
                return Term("VARCHAR", _strict(lambda a: _folded(a, name), terms[0]))
            case (("~~" | "!~~"), ["VARCHAR", "VARCHAR"]) if terms[1].text is not None:
                pattern = _like(terms[1].text)
                wanted = name == "~~"
                return Term(
                    "BOOLEAN", _strict(lambda a: bool(pattern.fullmatch(a)) == wanted, terms[0])
                )
            case (("year" | "month" | "day"), [("DATE" | "TIMESTAMP")]):
                return Term("BIGINT", _strict(lambda a: getattr(a, name), terms[0]))
            case _:
                raise gap(f"the function {name} of {', '.join(types)}")

    def _aggregate(self, node: Node) -> Term:
        inner = Expressions(self._columns)
        name, arguments = node["function_name"], node.get("arguments", ())
        wanted = inner.term(node["filter"]) if "filter" in node else None
        term = inner.term(arguments[0]["expression"]) if arguments else None
        if len(arguments) > 1 or node.get("order_bys", {}).get("orders"):
            raise gap("this aggregate")

        def values(group: Group) -> list[Any]:
            rows = [r for r in group.rows if wanted is None or wanted.at(r) is True]
            if term is None:
                return [True for _ in rows]
            found = [v for v in (term.at(r) for r in rows) if v is not None]
            return (
                list({order_key(v): v for v in found}.values()) if node.get("distinct") else found
            )

        if name in {"count", "count_star"}:
            return Term("BIGINT", lambda group: len(values(group)))
        if term is None or term.type in {"DECIMAL", "NULL"}:
            raise gap(f"{name} of this")
        if name in {"min", "max"}:
            pick = min if name == "min" else max
            return Term(term.type, lambda group: pick(values(group), key=order_key, default=None))
        if term.type not in _NUMERIC:
            raise gap(f"{name} of {term.type}")
        if name == "sum":
            kind = "DOUBLE" if term.type == "DOUBLE" else "HUGEINT"
            return Term(
                kind, lambda group: _in_range(sum(v), kind) if (v := values(group)) else None
            )
        return Term(
            "DOUBLE", lambda group: float(sum(v)) / len(v) if (v := values(group)) else None
        )


def _part_of_key(place: int) -> Callable[[Group], Any]:
    return lambda group: group.key[place]


def conjunction(truths: Sequence[bool | None]) -> bool | None:
    """Return AND over truths of three values."""
    if False in truths:
        return False
    return None if None in truths else True


def negation(truth: bool | None) -> bool | None:
    """Return NOT of a truth of three values."""
    return None if truth is None else not truth


def _strict(work: Callable[..., Any], *terms: Term) -> Callable[[Any], Any]:
    """Make a function that gives null where any argument is null."""

    def at(row: Any) -> Any:
        values = [term.at(row) for term in terms]
        return None if any(v is None for v in values) else work(*values)

    return at


def _first(terms: Sequence[Term]) -> Term:
    return Term(
        terms[0].type,
        lambda row: next((v for v in (term.at(row) for term in terms) if v is not None), None),
    )


def _alike(terms: Sequence[Term]) -> list[Term]:
    """Bring terms to the one type that they are compared or chosen in."""
    typed = {term.type for term in terms if term.text is None} - {"NULL"}
    typed = typed or {term.type for term in terms} - {"NULL"} or {"INTEGER"}
    if "DECIMAL" in typed:
        if "DOUBLE" not in typed:
            raise gap("decimal numbers")
        typed = (typed - {"DECIMAL"}) | {"DOUBLE"}
    if typed <= set(_NUMERIC):
        kind = max(typed, key=_NUMERIC.index)
    elif typed == {"DATE", "TIMESTAMP"}:
        kind = "TIMESTAMP"
    elif len(typed) == 1:
        kind = typed.pop()
    else:
        raise gap(f"{' and '.join(sorted(typed))} together")
    return [_as(term, kind) for term in terms]


def _as(term: Term, kind: str) -> Term:
    if term.type == kind:
        return term
    if term.type == "NULL":
        return Term(kind, term.at)
    if kind == "DOUBLE" and term.type in {*_NUMERIC, "DECIMAL"}:
        return Term(kind, _strict(float, term))
    if kind in _NUMERIC and term.type in _NUMERIC:
        return Term(kind, term.at)
    if kind == "TIMESTAMP" and term.type == "DATE":
        return Term(kind, _strict(lambda d: datetime(d.year, d.month, d.day), term))  # noqa: DTZ001 - of a day, without a zone
    if term.text is not None and kind in {"DATE", "TIMESTAMP"}:
        try:
            value: date = (datetime if kind == "TIMESTAMP" else date).fromisoformat(term.text)
        except ValueError:
            raise gap("this way to write a date") from None
        return Term(kind, lambda _: value)
    raise gap(f"{term.type} as {kind}")


def _in_range(value: Any, kind: str) -> Any:
    bits = _RANGES.get(kind)
    if bits is not None and not -(1 << bits) <= value < 1 << bits:
        raise failures.error("range")
    return Decimal(value) if kind == "HUGEINT" else value


def _arithmetic(sign: str, left: Term, right: Term) -> Term:
    left, right = _alike([left, right])
    if left.type not in {"INTEGER", "BIGINT", "DOUBLE"}:
        raise gap(f"{sign} of {left.type}")
    kind = left.type
    if sign == "/":
        return Term("DOUBLE", _strict(lambda a, b: _divided(float(a), float(b)), left, right))
    if kind == "DOUBLE":
        if sign == "//":
            raise gap("// of numbers")
        return Term(kind, _strict(lambda a, b: _on_numbers(sign, a, b), left, right))
    return Term(kind, _strict(lambda a, b: _in_range(_on_integers(sign, a, b), kind), left, right))


def _on_integers(sign: str, a: int, b: int) -> int:
    if sign in {"//", "%"}:
        if b == 0:
            raise failures.error("value")
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return quotient if sign == "//" else a - quotient * b
    return {"+": a + b, "-": a - b, "*": a * b}[sign]


def _on_numbers(sign: str, a: float, b: float) -> float:
    if sign == "%":
        return math.nan if b == 0 or not math.isfinite(a) else math.fmod(a, b)
    return {"+": a + b, "-": a - b, "*": a * b}[sign]


def _divided(a: float, b: float) -> float:
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1, b)


def _folded(value: str, name: str) -> str:
    if not value.isascii():
        raise gap("upper and lower case beyond ASCII")
    return value.lower() if name == "lower" else value.upper()


def _like(pattern: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(c) or re.escape(c) for c in pattern), re.DOTALL)
