"""Row scopes as text: a small, bounded language that looks like a WHERE clause and is not SQL.

    region = 'Wales' AND (age BETWEEN 18 AND 64 OR NOT status IN ('x', 'y')) AND day >= '2024-01-31'

A condition is a column, a comparison and a constant of the column's type. There are no functions,
no arithmetic and no comparison of two columns, so a scope can neither fail on a row nor be slow.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fairway.nouns.errors import BadInput
from fairway.nouns.products import LogicalType
from fairway.nouns.scopes import (
    AllOf,
    Among,
    AnyOf,
    Between,
    Comparison,
    Negation,
    Operator,
    Scope,
    Value,
)

LONGEST = 10_000
"""Characters in a scope's text, at the most."""

DEEPEST = 50
"""Parentheses and NOTs inside one another, at the most."""

_KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "BETWEEN", "TRUE", "FALSE", "DATE", "TIMESTAMP"})
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<sign><=|>=|<>|!=|[=<>(),])
    )""",
    re.VERBOSE,
)
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1

_EXPECTED = {
    LogicalType.STRING: "a text in single quotes, such as 'Wales'",
    LogicalType.INTEGER: "a whole number of at most 64 bits, such as 42",
    LogicalType.NUMBER: "a number, such as 1.5",
    LogicalType.BOOLEAN: "TRUE or FALSE",
    LogicalType.DATE: "a date, such as DATE '2024-01-31'",
    LogicalType.TIMESTAMP: "a date and time without zone, such as TIMESTAMP '2024-01-31 09:30:00'",
}


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of the text: its kind, itself, and where it starts (from 1)."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The token as a keyword or sign; empty for what can be neither."""
        return self.text.upper() if self.kind in {"name", "sign"} else ""


def parse(text: str, columns: Mapping[str, LogicalType], field: str = "") -> Scope:
    """Read a scope over columns of known types.

    Names are found without regard to case and come out as the columns are named; constants come
    out as values of the column's type. `field` names the place in a form or file, for errors.
    Raises `BadInput` with the column in the text: `scope.syntax` (also when too long or too deep),
    `scope.unknown_column`, `scope.wrong_type`.
    """
    return _Parser(text, columns, field).whole()


class _Parser:
    """One pass over the tokens by recursive descent; NOT binds before AND, AND before OR."""

    def __init__(self, text: str, columns: Mapping[str, LogicalType], field: str) -> None:
        self._columns = {name.casefold(): name for name in columns} | {n: n for n in columns}
        self._types = columns
        self._field = field
        self._at = 0
        self._depth = 0
        self._end = len(text) + 1
        if len(text) > LONGEST:
            raise self._error("scope.syntax", f"The row scope is longer than {LONGEST:,}.", 1)
        self._tokens = list(self._tokenise(text))

    def _tokenise(self, text: str) -> list[_Token]:
        tokens, at, end = [], 0, len(text.rstrip())
        while at < end:
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                rest = len(text[at:]) - len(text[at:].lstrip())
                raise self._error("scope.syntax", "This is not part of a row scope.", at + rest + 1)
            piece = found.group(found.lastgroup)
            start = found.start(found.lastgroup) + 1
            # No engine takes a zero byte or half a surrogate pair in a text.
            if "\0" in piece or any("\ud800" <= c <= "\udfff" for c in piece):
                raise self._error(
                    "scope.syntax", "This text has a character that cannot be.", start
                )
            tokens.append(_Token(found.lastgroup, piece, start))
            at = found.end()
        tokens.append(_Token("end", "", self._end))
        return tokens

    def whole(self) -> Scope:
        """Read the whole text as one scope."""
        scope = self._any_of()
        if self._here.kind != "end":
            raise self._expected("AND, OR or the end")
        return scope

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _step(self) -> _Token:
        token = self._here
        self._at += 1
        return token

    def _take(self, word: str) -> bool:
        if self._here.word != word:
            return False
        self._at += 1
        return True

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._expected(word)

    def _any_of(self) -> Scope:
        parts = self._series("OR", lambda: self._series_of("AND", self._one))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _series_of(self, word: str, read: Callable[[], Scope]) -> Scope:
        parts = self._series(word, read)
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _series(self, word: str, read: Callable[[], Scope]) -> list[Scope]:
        parts = [read()]
        while self._take(word):
            parts.append(read())
        return parts

    def _one(self) -> Scope:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(
                "scope.syntax",
                f"The row scope is nested deeper than {DEEPEST} levels.",
                self._here.at,
            )
        scope: Scope
        if self._take("NOT"):
            scope = Negation(self._one())
        elif self._take("("):
            scope = self._any_of()
            self._need(")")
        else:
            scope = self._condition()
        self._depth -= 1
        return scope

    def _condition(self) -> Scope:
        name = self._column()
        negated = self._take("NOT")
        scope: Scope
        if self._take("IN"):
            self._need("(")
            values = [self._constant(name)]
            while self._take(","):
                values.append(self._constant(name))
            self._need(")")
            scope = Among(name, tuple(values))
        elif self._take("BETWEEN"):
            low = self._constant(name)
            self._need("AND")
            scope = Between(name, low, self._constant(name))
        elif negated:
            raise self._expected("IN or BETWEEN")
        else:
            scope = Comparison(name, self._operator(), self._constant(name))
        return Negation(scope) if negated else scope

    def _column(self) -> str:
        token = self._here
        if token.kind == "quoted":
            name = token.text[1:-1].replace('""', '"')
        elif token.kind == "name" and token.word not in _KEYWORDS:
            name = token.text
        else:
            raise self._expected("a column's name")
        found = self._columns.get(name) or self._columns.get(name.casefold())
        if found is None:
            known = ", ".join(list(self._types)[:20])
            raise self._error(
                "scope.unknown_column",
                f"There is no column '{name[:60]}'.",
                token.at,
                f"The columns are: {known}.",
            )
        self._at += 1
        return found

    def _operator(self) -> Operator:
        word = self._here.word
        try:
            operator = Operator("<>" if word == "!=" else word)
        except ValueError:
            raise self._expected("=, <>, <, <=, >, >=, IN or BETWEEN") from None
        self._at += 1
        return operator

    def _constant(self, column: str) -> Value:
        first = self._step()
        prefix = first.word if first.word in {"DATE", "TIMESTAMP"} else ""
        token = self._step() if prefix else first
        if token.kind not in {"text", "number"} and token.word not in {"TRUE", "FALSE"}:
            self._at -= 1
            raise self._expected("a constant" if not prefix else "a text in single quotes")
        if prefix and token.kind != "text":
            self._at -= 1
            raise self._expected("a text in single quotes")
        wanted = self._types[column]
        value = _value(token, prefix, wanted)
        if value is None:
            raise self._error(
                "scope.wrong_type",
                f"The column '{column}' holds {wanted} values, and this is none.",
                first.at,
                f"Write {_EXPECTED[wanted]}.",
            )
        return value

    def _expected(self, what: str) -> BadInput:
        token = self._here
        found = f"'{token.text[:40]}'" if token.text else "the end"
        return self._error("scope.syntax", f"Expected {what} but found {found}.", token.at)

    def _error(self, code: str, message: str, at: int, remedy: str = "") -> BadInput:
        remedy = remedy or "Write conditions such as region = 'Wales' AND age BETWEEN 18 AND 64."
        return BadInput(code, message, remedy=remedy, field=self._field, column=at)


def _value(token: _Token, prefix: str, wanted: LogicalType) -> Value | None:
    """Return the constant as a value of the column's type, or None when it is none of it."""
    if token.kind == "number":
        return _number(token.text, wanted)
    if token.kind != "text":
        return token.word == "TRUE" if wanted is LogicalType.BOOLEAN else None
    text = token.text[1:-1].replace("''", "'")
    if wanted is LogicalType.DATE and prefix != "TIMESTAMP":
        return _day(text)
    if wanted is LogicalType.TIMESTAMP:
        return _moment(text)
    return text if wanted is LogicalType.STRING and not prefix else None


def _number(text: str, wanted: LogicalType) -> Value | None:
    if wanted is LogicalType.NUMBER:
        number = float(text)
        return number if math.isfinite(number) else None
    whole = text.removeprefix("+")
    if wanted is not LogicalType.INTEGER or not whole.removeprefix("-").isdigit():
        return None
    if len(whole) > len(str(_INTEGER_MIN)) + 40:  # int() itself refuses texts of some thousands
        return None
    value = int(whole)
    return value if _INTEGER_MIN <= value <= _INTEGER_MAX else None


def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    if not re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?", text
    ):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def to_text(scope: Scope) -> str:
    """Write a scope so that `parse` gives the same scope back."""
    if isinstance(scope, AllOf):
        return " AND ".join(_inside(part, AllOf | AnyOf) for part in scope.parts)
    if isinstance(scope, AnyOf):
        return " OR ".join(_inside(part, AnyOf) for part in scope.parts)
    if isinstance(scope, Negation):
        if isinstance(scope.part, Among | Between):
            return _condition_text(scope.part, "NOT ")
        return "NOT " + _inside(scope.part, AllOf | AnyOf)
    return _condition_text(scope, "")


def _inside(part: Scope, bracketed: type | object) -> str:
    text = to_text(part)
    return f"({text})" if isinstance(part, bracketed) else text  # type: ignore[arg-type]  # what it is bracketed by says the type


def _condition_text(scope: Comparison | Among | Between, negation: str) -> str:
    name = _name_text(scope.column)
    if isinstance(scope, Among):
        return f"{name} {negation}IN ({', '.join(_constant_text(v) for v in scope.values)})"
    if isinstance(scope, Between):
        low, high = _constant_text(scope.low), _constant_text(scope.high)
        return f"{name} {negation}BETWEEN {low} AND {high}"
    return f"{name} {scope.operator} {_constant_text(scope.value)}"


def _name_text(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name) and name.upper() not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def _constant_text(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
