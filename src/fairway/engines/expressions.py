"""What is known of an expression: its type, whether it can fail, and when it is worked out.

Only what is on the lists here counts as unable to fail, whatever value of its type it is given.
Each line of them is tried on the extremes of its type by the tests.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fairway.engines.compile import identifier
from fairway.engines.constants import Constant
from fairway.engines.functions import AGGREGATES
from fairway.engines.tree import lower
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import GovernedColumn
from fairway.rules.treatments import treated_type

Node = Mapping[str, Any]

_NUMBERS = frozenset({LogicalType.INTEGER, LogicalType.NUMBER})
_SIGNS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_DISTINCT_FROM": "IS DISTINCT FROM",
    "COMPARE_NOT_DISTINCT_FROM": "IS NOT DISTINCT FROM",
}
_PARTS_OF_DAYS = frozenset(
    {"day", "dayofweek", "dayofyear", "isodow", "month", "quarter", "week", "year"}
)
_ON_TEXT = {
    "lower": LogicalType.STRING,
    "upper": LogicalType.STRING,
    "length": LogicalType.INTEGER,
    "trim": LogicalType.STRING,
    "ltrim": LogicalType.STRING,
    "rtrim": LogicalType.STRING,
}
_PIECES = {"substring": (2, 3), "substr": (2, 3), "left": (2, 2), "right": (2, 2)}
"""Pieces of a text by constant positions: the function; its arguments at least, and at most."""

_PATTERNS = frozenset({"~~", "!~~", "~~*", "!~~*"})
_PLAIN_TESTS = frozenset({"starts_with", "contains", "prefix", "suffix", "ends_with"})
_CAST_TYPES = {
    "varchar": LogicalType.STRING,
    "text": LogicalType.STRING,
    "string": LogicalType.STRING,
    "bigint": LogicalType.INTEGER,
    "int8": LogicalType.INTEGER,
    "long": LogicalType.INTEGER,
    "double": LogicalType.NUMBER,
    "float8": LogicalType.NUMBER,
    "boolean": LogicalType.BOOLEAN,
    "bool": LogicalType.BOOLEAN,
    "date": LogicalType.DATE,
    "timestamp": LogicalType.TIMESTAMP,
}
_CASTS = frozenset(
    {
        (LogicalType.INTEGER, LogicalType.NUMBER),
        (LogicalType.TIMESTAMP, LogicalType.DATE),
        *((kind, LogicalType.STRING) for kind in LogicalType),
        *((kind, kind) for kind in LogicalType),
    }
)
"""From, to: casts between types that work on every value."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an expression.

    `total`: it cannot fail. `later`: it is made of results of aggregates and windows alone, so
    there are no rows of products below on which it could be tried. `sql`, where not empty, says the
    same over the bare columns of `tables`.
    """

    kind: LogicalType | None = None
    total: bool = False
    later: bool = False
    sql: str = ""
    tables: frozenset[int] = frozenset()
    constant: Constant | None = None


UNKNOWN = Known()
Folds = dict[int, Constant]
"""Nodes that are better replaced by the day they come to, by their identity."""


def together(parts: Iterable[Known], kind: LogicalType | None, total: bool, sql: str = "") -> Known:
    """Return what is known of an expression from what is known of its parts."""
    given = list(parts)
    varying = [part for part in given if part.constant is None]
    return Known(
        kind if total else None,
        total and all(part.total or part.constant is not None for part in given),
        bool(varying) and all(part.later for part in varying),
        sql if all(part.sql or part.constant is not None for part in given) else "",
        frozenset().union(*(part.tables for part in given)),
    )


def agreeing(one: Known, other: Known) -> tuple[str, str] | None:
    """Return both as SQL if they compare without a cast that can fail; else None."""
    if one.constant is not None and other.constant is not None:
        kinds = {one.constant.kind, other.constant.kind}
        same = len(kinds) == 1 or kinds == {"INTEGER", "NUMERIC"}
        return (one.sql, other.sql) if same else None
    if other.constant is not None:
        fitted = other.constant.fits(one.kind) if one.kind else None
        return None if fitted is None else (one.sql, fitted)
    if one.constant is not None:
        found = agreeing(other, one)
        return None if found is None else (found[1], found[0])
    if one.kind is None or other.kind is None:
        return None
    alike = one.kind is other.kind or {one.kind, other.kind} == _NUMBERS
    return (one.sql, other.sql) if alike else None


def comparison(form: str, one: Known, other: Known) -> Known:
    """Return what is known of a comparison."""
    pair = agreeing(one, other)
    if form not in _SIGNS or pair is None:
        return together((one, other), None, False)
    return together((one, other), LogicalType.BOOLEAN, True, f"{pair[0]} {_SIGNS[form]} {pair[1]}")


def between(value: Known, low: Known, high: Known) -> Known:
    """Return what is known of a BETWEEN."""
    first, last = agreeing(value, low), agreeing(value, high)
    if first is None or last is None:
        return together((value, low, high), None, False)
    sql = f"{first[0]} BETWEEN {first[1]} AND {last[1]}"
    return together((value, low, high), LogicalType.BOOLEAN, True, sql)


def among(value: Known, choices: list[Known]) -> Known:
    """Return what is known of an IN with a list."""
    pairs = [agreeing(value, choice) for choice in choices]
    found = [pair[1] for pair in pairs if pair is not None]
    if len(found) != len(choices):
        return together((value, *choices), None, False)
    sql = f"{value.sql} IN ({', '.join(found)})"
    return together((value, *choices), LogicalType.BOOLEAN, True, sql)


def junction(form: str, parts: list[Known]) -> Known:
    """Return what is known of AND, OR and NOT."""
    sound = all(part.kind is LogicalType.BOOLEAN for part in parts)
    word = " AND " if form == "CONJUNCTION_AND" else " OR "
    joined = word.join(f"({part.sql})" for part in parts)
    sql = f"NOT {joined}" if form == "OPERATOR_NOT" else joined
    return together(parts, LogicalType.BOOLEAN, sound, sql)


def nullness(form: str, value: Known) -> Known:
    """Return what is known of IS NULL and IS NOT NULL."""
    sql = f"{value.sql} IS {'NOT ' if 'NOT' in form else ''}NULL"
    return together((value,), LogicalType.BOOLEAN, value.total, sql)


def first_of(parts: list[Known]) -> Known:
    """Return what is known of a value that is one of several: COALESCE, CASE."""
    kinds = {part.kind for part in parts if part.constant is None}
    kind = next(iter(kinds), None) if len(kinds) == 1 else None
    if not kinds:  # constants alone
        written = {part.constant.kind for part in parts if part.constant is not None}
        kind = parts[0].kind if len(written) == 1 else None
    sound = kind is not None and all(
        part.constant is None or part.constant.fits(kind) is not None for part in parts
    )
    return together(parts, kind, sound)


def choice(conditions: list[Known], values: list[Known]) -> Known:
    """Return what is known of a CASE."""
    value = first_of(values)
    sound = value.total and all(one.kind is LogicalType.BOOLEAN for one in conditions)
    return together([*conditions, *values], value.kind, sound)


def cast(node: Node, value: Known) -> Known:
    """Return what is known of a CAST."""
    given = node.get("type_expr", {})
    wanted = _CAST_TYPES.get(lower(str(given.get("type_name"))))
    plain = not node.get("try_cast") and not given.get("children") and value.constant is None
    sound = plain and value.kind is not None and (value.kind, wanted) in _CASTS
    return together((value,), wanted, sound)


def call(node: Node, arguments: list[Known]) -> Known:
    """Return what is known of a function's result."""
    name = lower(str(node.get("function_name")))
    if name in AGGREGATES or node.get("class") == "WINDOW":
        return Known(_aggregated(name, arguments), total=True, later=True)
    if node.get("filter") or node.get("distinct") or node.get("order_bys", {}).get("orders"):
        return together(arguments, None, False)
    if node.get("is_operator") and name in {"+", "-", "*"}:
        return _arithmetic(arguments)
    if name in _PATTERNS | _PLAIN_TESTS and len(arguments) == 2:
        return _pattern(name, *arguments)
    if name in _PIECES and _PIECES[name][0] <= len(arguments) <= _PIECES[name][1]:
        return _piece(name, arguments)
    if name == "date_part" and len(arguments) == 2 and arguments[0].constant is not None:
        name, arguments = lower(arguments[0].constant.text), arguments[1:]
    if len(arguments) == 1:
        return _of_one(name, arguments[0])
    return together(arguments, None, False)


def _of_one(name: str, value: Known) -> Known:
    if name in _ON_TEXT and value.kind is LogicalType.STRING:
        kind: LogicalType | None = _ON_TEXT[name]
    elif name in _PARTS_OF_DAYS and value.kind in {LogicalType.DATE, LogicalType.TIMESTAMP}:
        kind = LogicalType.INTEGER
    elif name == "abs" and value.kind is LogicalType.NUMBER:
        kind = LogicalType.NUMBER
    else:
        kind = None
    return together((value,), kind, kind is not None, f"{name}({value.sql})")


def _aggregated(name: str, arguments: list[Known]) -> LogicalType | None:
    first = arguments[0].kind if arguments else None
    if name.startswith("count") or name in {"row_number", "rank", "dense_rank", "ntile"}:
        return LogicalType.INTEGER
    if name == "sum":
        return LogicalType.NUMBER if first is LogicalType.NUMBER else None
    if name in {"avg", "mean", "stddev", "variance"}:
        return LogicalType.NUMBER if first in _NUMBERS else None
    return first if name in {"min", "max", "first", "last", "any_value"} else None


def _arithmetic(arguments: list[Known]) -> Known:
    """On DOUBLE these give infinity instead of failing; on whole numbers they overflow."""
    sound = any(a.kind is LogicalType.NUMBER and a.constant is None for a in arguments) and all(
        a.constant.fits(LogicalType.NUMBER) is not None
        if a.constant is not None
        else a.kind in _NUMBERS
        for a in arguments
    )
    return together(arguments, LogicalType.NUMBER, sound)


def _pattern(name: str, value: Known, pattern: Known) -> Known:
    wanted = pattern.constant.fits(LogicalType.STRING) if pattern.constant is not None else None
    sound = (
        wanted is not None
        and pattern.constant is not None
        and value.kind is LogicalType.STRING
        and (name in _PLAIN_TESTS or _quick(name, pattern.constant.text))
    )
    sql = (
        f"{name}({value.sql}, {wanted})" if name in _PLAIN_TESTS else f"{value.sql} {name} {wanted}"
    )
    return together((value, pattern), LogicalType.BOOLEAN, sound, sql)


def _quick(name: str, pattern: str) -> bool:
    """Say whether a pattern is tried in time that grows with the text alone.

    With several wildcards the engine may try their every combination, and whoever watches the clock
    would learn what a hidden text looks like. LIKE without `_` is matched piece by piece.
    """
    inside = pattern.strip("%")
    if "*" not in name and "_" not in pattern:
        return True
    return "%" not in inside


def _piece(name: str, arguments: list[Known]) -> Known:
    text, *numbers = arguments
    written = [n.constant.text for n in numbers if n.constant and n.constant.kind == "INTEGER"]
    sound = (
        text.kind is LogicalType.STRING
        and len(written) == len(numbers)
        and all(len(number) <= 6 for number in written)
    )
    return together(
        arguments, LogicalType.STRING, sound, f"{name}({', '.join([text.sql, *written])})"
    )


def of_constant(found: Constant) -> Known:
    """Return what is known of a constant."""
    kinds = {
        "STRING": LogicalType.STRING,
        "BOOLEAN": LogicalType.BOOLEAN,
        "INTEGER": LogicalType.INTEGER,
        "DATE": LogicalType.DATE,
        "TIMESTAMP": LogicalType.TIMESTAMP,
        "MIDNIGHT": LogicalType.TIMESTAMP,
    }
    kind = kinds.get(found.kind)
    sql = (found.fits(kind) or "") if kind else found.text
    return Known(kind, total=True, sql=sql, constant=found)


def of_column(column: GovernedColumn, table: int) -> Known:
    """Return what is known of a column of a product.

    What is harmless on a type that a peer's engine made is not known here.
    """
    if column.native:
        return UNKNOWN
    kind = treated_type(column.type, column.treatment)
    return Known(kind, total=True, sql=identifier(column.name), tables=frozenset({table}))


def derived(known: Known) -> Known:
    """Return what is known of a column of a subquery: the same, under a name of its own."""
    return replace(known, sql="", tables=frozenset(), constant=None)


def folds(form: str, nodes: list[Node], parts: list[Known]) -> Iterator[tuple[int, Constant]]:
    """Yield the operands of a comparison of days that the engine would take for timestamps."""
    days = any(p.kind is LogicalType.DATE and p.constant is None for p in parts)
    if days and (form in _SIGNS or form in {"COMPARE_BETWEEN", "COMPARE_IN"}):
        for node, part in zip(nodes, parts, strict=True):
            if part.constant is not None and part.constant.kind == "MIDNIGHT":
                yield id(node), part.constant
