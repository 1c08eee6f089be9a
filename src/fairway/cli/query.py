"""`fairway query`: use data in place."""

import itertools
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from fairway.cli import plans
from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, table, tell, watched
from fairway.client.node import Node
from fairway.nouns.errors import BadInput

SHOWN = 200
"""Rows that a table on the terminal shows; the others are counted."""

_EXAMPLE = """\
fairway query "SELECT region, sum(households) FROM dwp.universal_credit_households
    GROUP BY region" --purpose policy-analysis --format csv --output households.csv"""


@click.command(cls=Manual, short_help="Use data in place.", example=_EXAMPLE)
@click.argument("sql", required=False)
@click.option("--file", type=click.Path(path_type=Path), help="Read the query from a file.")
@click.option("--purpose", required=True, metavar="CODE", help="Why, from the hub's list.")
@click.option("--agreement", metavar="ID", help="Use one of your agreements alone.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json", "arrow", "parquet"]),
    help="How to write the result; a table when left out.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option(
    "--as-of",
    multiple=True,
    metavar="[PRODUCT=]VERSION",
    help="Read an earlier state of the data: a version's number or a time.",
)
@click.option("--explain", is_flag=True, help="Show the plan; do not run the query.")
@click.option("--rows", type=click.IntRange(1), help="Stop past this many rows.")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="Stop past this time.")
@reaching
def query(
    door: Door,
    sql: str | None,
    file: Path | None,
    purpose: str,
    agreement: str | None,
    format_: str | None,
    output: Path | None,
    rows: int | None,
    seconds: float | None,
    as_of: tuple[str, ...],
    explain: bool,
) -> None:
    """Run SQL, one SELECT over products named <domain>.<table>, for a purpose.

    Your active agreements for the purpose are found by themselves. The query sees only the agreed
    columns and rows; what was not granted does not exist. SQL may be `-` to read it from the input.

    With --explain nothing runs: it shows the products, terms, files and engine that the query would
    use, and which of its conditions wait until hidden rows are gone. That is on the record too.

    In CSV a text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    text = _text(sql, file)
    if explain:
        with door.open() as node:
            plans.show(
                door,
                node.plan(text, purpose=purpose, agreement=agreement, as_of=_states(as_of)),
            )
        return
    chosen = format_ or ("json" if door.json else _by_name(output))
    bounds = {"rows": rows, "seconds": seconds}
    asked: dict[str, Any] = {
        "purpose": purpose,
        "agreement": agreement,
        "as_of": _states(as_of),
        "limits": {k: v for k, v in bounds.items() if v is not None} or None,
    }
    if watched():
        tell("Asking the node …")
    with door.open() as node:
        if chosen == "table":
            _table(node, text, asked)
        else:
            _bytes(node, text, chosen, output, asked)


def _states(written: tuple[str, ...]) -> dict[str, str] | None:
    """Read `product=version`, or a version for all products; the names have no `=` in them."""
    split = [one.rpartition("=") for one in written]
    return {product or "*": version for product, _, version in split} or None


def _text(sql: str | None, file: Path | None) -> str:
    if (sql is None) == (file is None):
        raise BadInput("cli.no_query", "Give the query, or name its file with --file.", field="SQL")
    try:
        if file is not None:
            return file.read_text("utf-8")
        return sys.stdin.read() if sql == "-" else str(sql)
    except (OSError, UnicodeDecodeError):
        raise BadInput("cli.unreadable", "The query cannot be read.", file=str(file)) from None


_ENDINGS = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".arrow": "arrow",
            ".arrows": "arrow"}  # fmt: skip


def _by_name(output: Path | None) -> str:
    """Return the format that an output's name says."""
    if output is None:
        return "table"
    found = _ENDINGS.get(output.suffix.casefold())
    if found is None:
        raise BadInput(
            "cli.no_format", "Say with --format how to write the file.", field="--format"
        )
    return found


def _bytes(node: Node, sql: str, format_: str, output: Path | None, asked: dict[str, Any]) -> None:
    target: Path | BinaryIO = output or sys.stdout.buffer
    if output is None and format_ in {"arrow", "parquet"} and sys.stdout.isatty():
        raise BadInput("cli.binary", "This format is not for a terminal.", remedy="Name --output.")
    result = node.export(sql, target, format=format_, **asked)
    if output is not None and watched():
        counted = "" if result.rows is None else f"{result.rows} rows, "
        tell(f"Written to {output}: {counted}query {result.id}.")


def _table(node: Node, sql: str, asked: dict[str, Any]) -> None:
    from fairway.formats.json import rows_of  # deferred: PyArrow is heavy

    with node.query(sql, **asked) as result:
        shown: list[list[Any]] = []
        names: list[str] | None = None
        for batch in result.batches():
            names = names or batch.schema.names
            shown.extend(itertools.islice(rows_of(batch), SHOWN - len(shown)))
            if watched() and len(shown) == SHOWN:
                tell("Counting the other rows …")
    if names:
        table(names, shown)
    count = result.rows or 0
    under = f" under {', '.join(result.agreements)}" if result.agreements else ""
    more = f"; the first {len(shown)} are shown" if count > len(shown) else ""
    for product, version in result.versions.items():
        under += f", {product} at version {version}"
    say(f"\n{count} {'row' if count == 1 else 'rows'}{more}. Query {result.id}{under}.")
