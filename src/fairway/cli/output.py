"""What goes to the terminal: JSON, tables, and sentences; never a control character from data."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import category, east_asian_width

import click

WIDEST_CELL = 60


def safe(text: str) -> str:
    """Return a text in which what would steer a terminal is written out as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if category(c) in _STEERS else c for c in text)


_STEERS = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def write_json(value: Any) -> None:
    """Write a value as JSON. It is ASCII, so it holds nothing that steers a terminal."""
    click.echo(json.dumps(value, indent=2, default=str))


def say(sentence: str) -> None:
    """Write lines on standard output."""
    click.echo("\n".join(safe(line) for line in sentence.split("\n")))


def tell(sentence: str) -> None:
    """Write lines on the error stream: progress and remarks, which are no results."""
    click.echo("\n".join(safe(line) for line in sentence.split("\n")), err=True)


def cell(value: Any) -> str:
    """Return a value as one cell of a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping | list | tuple):
        value = ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)
    text = safe(str(value))
    return text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…"


def moment(text: str | None) -> str:
    """Return a moment of the API as a person reads it, in this machine's time."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone().strftime("%d/%m/%Y %H:%M")


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table. A column of numbers stands to the right."""
    given = [list(row) for row in rows]
    numbers = [
        bool(given) and all(isinstance(row[i], int | float | None) for row in given)
        for i in range(len(heads))
    ]
    cells = [[cell(h) for h in heads], *([cell(v) for v in row] for row in given)]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(heads))]
    rule = ["-" * width for width in widths]
    for row in [cells[0], rule, *cells[1:]]:
        padded = [
            _padded(text, width, right)
            for text, width, right in zip(row, widths, numbers, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def facts(pairs: Iterable[tuple[str, Any]]) -> None:
    """Write names and values, a line each; what is empty is left out."""
    shown = [(name, value) for name, value in pairs if value not in (None, "", [], ())]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        lines = text.strip().splitlines() or [""]
        click.echo(f"{name:<{width}}  {safe(lines[0])}")
        for line in lines[1:]:
            click.echo(f"{'':<{width}}  {safe(line)}")


def watched() -> bool:
    """Say whether a person watches the error stream, so that progress is worth showing."""
    return sys.stderr.isatty()
