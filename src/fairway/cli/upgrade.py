"""`fairway upgrade`: bring a node up to date that an earlier version made."""

from pathlib import Path

import click

from fairway.cli.door import node_named
from fairway.cli.manual import Manual
from fairway.cli.output import say, tell, watched, write_json
from fairway.nouns.errors import BadInput


@click.command(
    cls=Manual,
    short_help="Bring a node up to date that an earlier version made.",
    example="fairway upgrade --node node",
)
@click.option(
    "--node", metavar="DIR", envvar="FAIRWAY_NODE", help="The workspace; else the directory here."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
def upgrade(node: str | None, as_json: bool) -> None:
    """Bring the database of a node up to date with this version of Fairway.

    Stop the node, and back its directory and database up first: there is no way back. A record that
    an earlier version kept as a chain is verified and taken over. A node that is up to date stays
    as it is.
    """
    named = node_named(node)
    if named.startswith(("http://", "https://")):
        raise BadInput(
            "cli.not_a_directory", "Only a workspace directory can be brought up to date."
        )
    if watched():
        tell("Bringing the node up to date …")
    from fairway.wiring import close_node, upgrade_node

    try:
        outcome = upgrade_node(Path(named)).ledger.verify()
    finally:
        close_node()
    if as_json:
        write_json({"node": named, "entries": outcome.entries, "intact": outcome.intact})
    elif outcome.intact:
        say(f"The node in {named} is up to date; its record of {outcome.entries} entries verifies.")
    else:
        say(f"The node in {named} is up to date, but its record was touched: {outcome.reason}")
