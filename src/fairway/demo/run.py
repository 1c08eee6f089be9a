"""`fairway demo`: make a node, load real data, and serve it with a question and its answer."""

import secrets
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fairway.demo import load, question, stage
from fairway.demo.cast import ACCOUNTS, ADMINISTRATOR
from fairway.demo.catalogues import CATALOGUES
from fairway.demo.served import Served, make, served
from fairway.demo.stage import Stage

NAME = "Fairway demonstration"


def run(workspace: Path | None, port: int, *, as_json: bool = False) -> None:
    """Build the demo and serve it until Ctrl-C. `workspace` stays; a temporary one goes away."""
    password = secrets.token_urlsafe(12)
    with in_directory(workspace) as directory:
        make(directory, NAME, password)
        tell("Tidying the official files:")
        contracts = load.write(directory / "data", lambda line: tell(f"  {line}"))
        with served(directory, port) as node:
            asked, answer = _play(Stage(node.address, password), contracts)
            if as_json:
                _as_json(node, password, answer)
            else:
                _announce(node, password, asked, answer)
            _until_stopped(node)


@contextmanager
def in_directory(workspace: Path | None) -> Iterator[Path]:
    """Give the directory that was named, or a temporary one that goes away."""
    if workspace is not None:
        yield workspace
        return
    with tempfile.TemporaryDirectory(prefix="fairway-demo-") as made:
        yield Path(made)


def _play(on: Stage, contracts: list[Path]) -> tuple[str, list[list[Any]]]:
    """Have every role do its part; return the question's query id, and the rows, names first."""
    tell(f"Appointed: {stage.appoint(on)}.")
    for contract in contracts:
        published = stage.publish(on, contract)
        tell(f"Published: {published.id} {published.version}.")
    for catalogue in CATALOGUES:
        done = stage.harvest(on, catalogue)
        tell(f"Harvested: {done.total:,} records from {done.source}.")
    for product in stage.restricted(on):
        agreement = stage.agree(on, product)
        tell(f"Agreed: {agreement.id} on {product}.")
    _leave_waiting(on)
    result = on.as_(stage.ASKER).query(question.SQL, purpose=stage.PURPOSE)
    asked, table = result.id, result.to_arrow()
    on.close()
    return asked, [
        table.schema.names,
        *([row[n] for n in table.schema.names] for row in table.to_pylist()),
    ]


def _leave_waiting(on: Stage) -> None:
    """Leave one request undecided and one in question, so that the owners' inboxes show both."""
    waiting = stage.ask(
        on,
        "hmrc.payrolled_employees",
        ["month", "region", "payrolled_employees"],
        person="dfe-analyst",
        necessity="To set apprenticeships against jobs in each region.",
    )
    questioned = stage.ask(
        on,
        "beis.redundancy_notices",
        ["month", "breakdown", "region", "potential_redundancies"],
        person="dfe-analyst",
        necessity="To see where training places may be needed next.",
    )
    on.as_("beis-owner").decide(
        questioned.id, "question", "Which months do you need, and would totals for a year do?"
    )
    tell(f"Left for their owners to decide: {waiting.id}, {questioned.id}.")


def _announce(node: Served, password: str, asked: str, answer: list[list[Any]]) -> None:
    lines = [
        "",
        question.TITLE,
        "",
        *aligned(answer),
        "",
        question.ANSWERS,
        "",
        f"Fairway is open at {node.address}",
        f"The question, to run again and draw as {stage.ASKER}: {node.address}/query?again={asked}",
        f"Queries: {node.sandbox}",
        "",
        "Accounts:",
        *(f"  {a.id:<24} {a.name}" for a in ACCOUNTS),
        f"  {ADMINISTRATOR:<24} Administrator",
        "",
        f"Password of all of them, made for this run alone: {password}",
        "",
        "Stop with Ctrl-C.",
    ]
    print("\n".join(lines), flush=True)


def aligned(rows: list[list[Any]]) -> list[str]:
    """Return a table's lines; long names stand in several lines, numbers to the right."""
    heads = [textwrap.wrap(name.replace("_", " "), 16) for name in rows[0]]
    deep = max(map(len, heads))
    tops = [[""] * (deep - len(head)) + head for head in heads]
    lines = [list(line) for line in zip(*tops, strict=True)]
    lines += [["" if v is None else str(v) for v in row] for row in rows[1:]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return [
        "  ".join(
            text.rjust(width) if column else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]


def _as_json(node: Served, password: str, answer: list[list[Any]]) -> None:
    import json

    told = {
        "address": node.address,
        "password": password,
        "accounts": [ADMINISTRATOR, *(a.id for a in ACCOUNTS)],
        "question": question.TITLE,
        "fields": answer[0],
        "rows": answer[1:],
    }
    print(json.dumps(told, default=float), flush=True)


def _until_stopped(node: Served) -> None:
    """Wait until the server ends, or somebody stops it."""
    try:
        node.process.wait()
    except KeyboardInterrupt:
        tell("\nStopping.")


def tell(line: str) -> None:
    """Say what is being done, on the error stream."""
    print(line, file=sys.stderr, flush=True)
