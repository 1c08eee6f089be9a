"""`fairway reindex`: make the search index anew."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, tell, watched, write_json


@click.command(
    cls=Manual, short_help="Make the search index anew.", example="fairway reindex --node node"
)
@reaching
def reindex(door: Door) -> None:
    """Make the search index anew from what the node keeps.

    For an index that was damaged, or that an earlier version of Fairway made. Searches go on and
    find what was there until it is done; who changes something waits for that long, about half a
    minute for 100,000 entries.

    You need to be administrator.
    """
    if watched():
        tell("Making the search index anew …")
    with door.open() as node:
        done = node.reindex()
    if door.json:
        write_json(done)
        return
    say(f"The search index holds {done.products:,} products and {done.entries:,} other entries.")
