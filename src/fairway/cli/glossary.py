"""`fairway glossary`: the hub's list of other names that searches also look for."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import say, table, write_json


@click.group(cls=Verbs, default="list", example="fairway glossary")
def glossary() -> None:
    """See or change what searches also look for: the hub's list. Without a command: list."""


@glossary.command("list", example="fairway glossary list")
@reaching
def listing(door: Door) -> None:
    """List every term with its other names, and who last changed it."""
    with door.open() as node:
        found = node.glossary()
    if door.json:
        write_json(found)
        return
    table(
        ["Term", "Other names", "Changed by"],
        [[t.term, ", ".join(t.names), t.changed_by or "comes with Fairway"] for t in found],
    )


@glossary.command("set", example="fairway glossary set WTC 'Working Tax Credit'")
@click.argument("term")
@click.argument("names", nargs=-1, required=True)
@reaching
def put(door: Door, term: str, names: tuple[str, ...]) -> None:
    """Let searches for TERM look for NAMES too, and the other way round.

    A term in the same words is replaced. You need to be governance manager.
    """
    with door.open() as node:
        made = node.set_glossary_term(term, names)
    if door.json:
        write_json(made)
        return
    say(f"Searches for {made.term} look for {', '.join(made.names)} too.")


@glossary.command("remove", example="fairway glossary remove WTC")
@click.argument("term")
@reaching
def remove(door: Door, term: str) -> None:
    """Take TERM out of the glossary. You need to be governance manager."""
    with door.open() as node:
        node.remove_glossary_term(term)
    say(f"{term} is out of the glossary.")
