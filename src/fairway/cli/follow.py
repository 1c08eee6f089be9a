"""`fairway follow`: find here what other nodes show their partners."""

import os

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import moment, say, table, tell, watched, write_json


@click.group(cls=Verbs, default="list", example="fairway follow list")
def follow() -> None:
    """Follow the catalogues of other nodes. Without a command: list those that are followed."""


@follow.command(
    "add", example="fairway follow add https://fairway.example.gov.uk --source 'Example department'"
)
@click.argument("address")
@click.option("--source", required=True, help="What the other catalogue is called here.")
@reaching
def add(door: Door, address: str, source: str) -> None:
    """Follow the catalogue of the node at ADDRESS.

    What it shows its partners is found here within seconds while this node serves, and is gone
    within seconds when it is withdrawn there. A token of the other node is taken from
    FAIRWAY_PEER_TOKEN; it is kept encrypted. Addresses of private networks are refused unless
    `follow.local` is set in fairway.toml.

    You need to be governance manager or administrator.
    """
    if watched():
        tell(f"Reading the catalogue of {address} …")
    with door.open() as node:
        made = node.follow_catalogue(
            address, source=source, token=os.environ.get("FAIRWAY_PEER_TOKEN", "")
        )
    write_json(made) if door.json else say(f"Following {made.source} at {made.address}.")


@follow.command("list", example="fairway follow list")
@reaching
def listing(door: Door) -> None:
    """List the catalogues that are followed, and how that goes."""
    with door.open() as node:
        found = node.followed_catalogues()
    if door.json:
        write_json(found)
        return
    if not found:
        say("No catalogue is followed.")
        return
    table(
        ["Source", "Address", "Since", "Last change", "Fault"],
        [
            [f["source"], f["address"], moment(f["since"]), moment(f["changed"]), f["fault"]]
            for f in found
        ],
    )


@follow.command("stop", example="fairway follow stop 'Example department'")
@click.argument("source")
@reaching
def stop(door: Door, source: str) -> None:
    """Follow SOURCE no more. Its entries are withdrawn here."""
    with door.open() as node:
        done = node.unfollow_catalogue(source)
    write_json(done) if door.json else say(
        f"{source} is followed no more; {done.withdrawn:,} entries withdrawn."
    )
