"""`fairway find`: look for data products."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, table, write_json


@click.command(
    cls=Manual, short_help="Look for data products.", example="fairway find universal credit"
)
@click.argument("words", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 100), default=20, help="The most to list.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to pass over.")
@reaching
def find(door: Door, words: tuple[str, ...], limit: int, offset: int) -> None:
    """Find data products by WORDS in their title, description, columns, domain or owner.

    Those that match any of the words are listed, best first; without words, all of them.
    """
    with door.open() as node:
        found = node.find(" ".join(words), limit=limit, offset=offset)
    if door.json:
        write_json({"total": found.total, "items": found})
        return
    if not found:
        say("No data product matches." if words else "Nothing is published yet.")
        return
    table(["Product", "Title", "Access"], [[h.id, h.title, h.access] for h in found])
    last = offset + len(found)
    if found.total is not None and last < found.total:
        say(f"\n{last} of {found.total}; see more with --offset {last}.")
