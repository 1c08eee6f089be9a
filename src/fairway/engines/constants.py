"""Constants of a query: what they are, and how they compare with a column without a cast of it.

A constant that is no value of its type (`DATE '1994-13-01'`) fails too, and only where a row comes
by; so it has to be valid before it counts as harmless.
"""

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fairway.engines.compile import text
from fairway.engines.tree import lower
from fairway.nouns.products import LogicalType

Node = Mapping[str, Any]

LONGEST_NUMBER = 18
"""Digits of a number that every type of the engine it may be given can hold."""

_EXACT = 15  # digits up to which sums and products of two constants stay in the engine's types
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_NUMBER = re.compile(r"-?\d+(\.\d*)?|-?\.\d+")
_STEPS = {"to_years": 12, "to_quarters": 3, "to_months": 1}
_DAYS = {"to_days": 1, "to_weeks": 7}


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the query. `kind` is the parser's word, or DATE, TIMESTAMP or MIDNIGHT.

    MIDNIGHT is a date plus or minus an interval: to the engine a timestamp, to us the day `text`,
    which stands in the query from byte `start` to byte `end`.
    """

    kind: str
    text: str
    start: int = -1
    end: int = -1

    def fits(self, kind: LogicalType) -> str | None:
        """Return the constant as SQL if comparing a column of a type with it cannot fail."""
        match (self.kind, kind):
            case ("STRING", LogicalType.STRING):
                return text(self.text)
            case ("STRING" | "DATE", LogicalType.DATE) if is_day(self.text):
                return f"CAST({text(self.text)} AS DATE)"
            case ("MIDNIGHT", LogicalType.DATE):
                return f"CAST({text(self.text)} AS DATE)"
            case ("STRING" | "DATE" | "TIMESTAMP" | "MIDNIGHT", LogicalType.TIMESTAMP) if is_moment(
                self.text
            ):
                return f"CAST({text(self.text)} AS TIMESTAMP)"
            case ("BOOLEAN", LogicalType.BOOLEAN):
                return self.text
            case ("INTEGER", LogicalType.INTEGER):
                return self.text
            case ("INTEGER" | "NUMERIC", LogicalType.NUMBER):
                return f"CAST({text(self.text)} AS DOUBLE)"
            case _:
                return None


def constant(node: Node) -> Constant | None:
    """Return the constant that a node is, or that it comes to; None for all else."""
    match node.get("class"):
        case "CONSTANT":
            return _written(node.get("literal", {}))
        case "CAST" if not node.get("try_cast"):
            return _cast(node)
        case "FUNCTION" if node.get("is_operator"):
            return _worked_out(node)
        case _:
            return None


def is_day(written: str) -> bool:
    """Say whether a text is a day of the calendar, in the one form that cannot be misread."""
    return bool(_DAY.fullmatch(written)) and _reads(datetime.date, written)


def is_moment(written: str) -> bool:
    """Say whether a text is a day, or a day and a time on it."""
    if _DAY.fullmatch(written):
        return is_day(written)
    return bool(_MOMENT.fullmatch(written)) and _reads(datetime.datetime, written)


def _reads(kind: type[datetime.date], written: str) -> bool:
    try:
        kind.fromisoformat(written)
    except ValueError:
        return False
    return True


def _written(literal: Node) -> Constant | None:
    kind, written = str(literal.get("kind")), str(literal.get("text", ""))
    match kind:
        case "STRING":
            return Constant(kind, written)
        case "BOOLEAN":
            return Constant(kind, "true" if written == "true" else "false")
        case "INTEGER" | "NUMERIC":
            known = _NUMBER.fullmatch(written) and len(written) <= LONGEST_NUMBER
            return Constant(kind, written) if known else None
        case _:
            return None


def _cast(node: Node) -> Constant | None:
    kind = lower(str(node.get("type_expr", {}).get("type_name"))).upper()
    inner = constant(node["child"])
    if inner is None or inner.kind != "STRING" or node["type_expr"].get("children"):
        return None
    if (kind == "DATE" and is_day(inner.text)) or (kind == "TIMESTAMP" and is_moment(inner.text)):
        return Constant(kind, inner.text)
    return None


def _worked_out(node: Node) -> Constant | None:
    """Return what an operator gives on constants: numbers, or a day and an interval."""
    parts = [argument["expression"] for argument in node.get("arguments", ())]
    sign = str(node.get("function_name"))
    first = constant(parts[0]) if parts else None
    if first is None or sign not in {"+", "-", "*"}:
        return None
    if len(parts) == 1:
        negated = first.kind in {"INTEGER", "NUMERIC"} and sign == "-"
        return Constant(first.kind, _shown(-Decimal(first.text))) if negated else None
    if first.kind == "DATE" and sign != "*":
        return _moved(first, sign, *parts)
    other = constant(parts[1])
    if other is None or {first.kind, other.kind} - {"INTEGER", "NUMERIC"}:
        return None
    one, two = Decimal(first.text), Decimal(other.text)
    value = one + two if sign == "+" else one - two if sign == "-" else one * two
    if max(len(_shown(number)) for number in (one, two, value)) > _EXACT:
        return None
    kind = "INTEGER" if first.kind == other.kind == "INTEGER" else "NUMERIC"
    return Constant(kind, _shown(value))


def _shown(value: Decimal) -> str:
    return f"{value:f}"


def _moved(day: Constant, sign: str, first: Node, second: Node) -> Constant | None:
    """Return a day that is moved by whole days, months or years."""
    name, amount = str(second.get("function_name")), _amount(second)
    if amount is None:
        return None
    amount = -amount if sign == "-" else amount
    start = datetime.date.fromisoformat(day.text)
    if name in _STEPS:
        months = start.year * 12 + start.month - 1 + amount * _STEPS[name]
        year, month = months // 12, months % 12 + 1
        if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
            return None
        moved = start.replace(
            year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1])
        )
    elif name in _DAYS:
        try:
            moved = start + datetime.timedelta(days=amount * _DAYS[name])
        except OverflowError:
            return None
    else:
        return None
    return Constant(
        "MIDNIGHT",
        moved.isoformat(),
        int(first.get("query_location", -1)),
        int(second.get("query_location", -1)) + int(second.get("query_location_length", 0)),
    )


def _amount(call: Node) -> int | None:
    """Return the number of an INTERVAL; the parser writes `to_days(int(trunc(double(3))))`."""
    arguments = call.get("arguments", ())
    if call.get("class") != "FUNCTION" or len(arguments) != 1:
        return None
    node = arguments[0]["expression"]
    while node.get("class") != "CONSTANT":
        if node.get("class") == "CAST" and not node.get("try_cast"):
            node = node["child"]
        elif node.get("function_name") == "trunc" and len(node.get("arguments", ())) == 1:
            node = node["arguments"][0]["expression"]
        else:
            return None
    written = str(node.get("literal", {}).get("text", ""))
    return int(written) if re.fullmatch(r"-?\d{1,5}", written) else None
