"""`fairway demo --trust`: four departments' nodes, and the question asked over all of them."""

from pathlib import Path
from typing import Any

from fairway.demo import question
from fairway.demo.cast import ADMINISTRATOR
from fairway.demo.run import aligned, in_directory, tell
from fairway.demo.stage import PURPOSE
from fairway.demo.trust import ASKER, CONSUMER, HOLDINGS, Trust, accounts_of


def run(workspace: Path | None, port: int, *, as_json: bool = False) -> None:
    """Build the trust and serve it until Ctrl-C: at `port` and the three after it."""
    ports = {d: port + n if port else 0 for n, d in enumerate(HOLDINGS)}
    with in_directory(workspace) as directory:
        trust = Trust(directory)
        tell(f"Made: {trust.make()}.")
        tell("Tidying the official files:")
        trust.lay_down(lambda line: tell(f"  {line}"))
        with trust.serve(ports):
            tell(f"Published: {trust.settle()}.")
            tell(f"Followed: {trust.introduce()}.")
            for product in trust.restricted():
                made = trust.agree(product)
                signed = f", SHA-256 {made.seal.hash}, signed by both" if made.seal else ""
                tell(f"Agreed: {made.id} on {product}{signed}.")
            result = trust.consumer.as_(ASKER).query(question.SQL, purpose=PURPOSE)
            table = result.to_arrow()
            names = table.schema.names
            rows = [names, *([row[n] for n in names] for row in table.to_pylist())]
            (_as_json if as_json else _announce)(trust, rows, result.id)
            _until_stopped(trust)


def _announce(trust: Trust, answer: list[list[Any]], asked: str) -> None:
    lines = ["", question.TITLE, "", *aligned(answer), ""]
    for department in HOLDINGS:
        lines.append(f"{department.upper()} is open at {trust.running[department].address}")
        lines.append(f"  {'products':<20} {', '.join(HOLDINGS[department])}")
        lines += [f"  {person:<20} {name}" for person, name, *_ in accounts_of(department)]
        lines += [f"  {ADMINISTRATOR:<20} Administrator", ""]
    again = f"{trust.running[CONSUMER].address}/query?again={asked}"
    lines += [
        f"The question, to run again as {ASKER}: {again}",
        f"Password of all accounts, made for this run alone: {trust.password}",
        "",
        "Stop with Ctrl-C.",
    ]
    print("\n".join(lines), flush=True)


def _as_json(trust: Trust, answer: list[list[Any]], asked: str) -> None:
    import json

    told = {
        "addresses": {d: node.address for d, node in trust.running.items()},
        "accounts": {d: [ADMINISTRATOR, *(a[0] for a in accounts_of(d))] for d in HOLDINGS},
        "password": trust.password,
        "agreements": trust.agreements,
        "question": question.TITLE,
        "query": asked,
        "fields": answer[0],
        "rows": answer[1:],
    }
    print(json.dumps(told, default=float), flush=True)


def _until_stopped(trust: Trust) -> None:
    try:
        for node in trust.running.values():
            node.process.wait()
    except KeyboardInterrupt:
        tell("\nStopping.")
