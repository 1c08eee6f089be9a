"""`fairway publish`: offer a data product by its contract."""

from pathlib import Path

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, tell, watched, write_json


@click.command(
    cls=Manual,
    short_help="Offer a data product by its contract.",
    example="fairway publish jobcentres.odcs.yaml",
)
@click.argument("contract", type=click.Path(path_type=Path))
@reaching
def publish(door: Door, contract: Path) -> None:
    """Publish the data product that CONTRACT offers.

    CONTRACT is an Open Data Contract Standard 3.2 file. The data stays where it lies; its actual
    schema is read and compared with the contract, and every difference is named with file and
    field. Nothing is half published. Publishing again makes a new version.

    You need to be data owner or data steward in the contract's domain.
    """
    if watched():
        tell(f"Comparing {contract.name} with its data …")
    with door.open() as node:
        done = node.publish(contract, file=str(contract))
    if door.json:
        write_json(done)
        return
    before = f" (before: {done.previous})" if done.previous else ""
    say(f"Published {done.id} version {done.version}{before}.")
    if done.breaks:
        say(f"This breaks: {done.breaks}")
