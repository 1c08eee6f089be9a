"""`fairway withdraw`: offer a data product no more."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, write_json


@click.command(
    cls=Manual,
    short_help="Offer a data product no more.",
    example="fairway withdraw dwp.jobcentres --reason 'Replaced by dwp.offices.'",
)
@click.argument("product")
@click.option("--reason", required=True, help="Why, in a sentence. It goes on the record.")
@reaching
def withdraw(door: Door, product: str, reason: str) -> None:
    """Withdraw PRODUCT: it is found, asked for and used no more, here and at nodes that follow.

    Agreements and the record stay. Publishing a new version of its contract brings it back.

    You need to be data owner in its domain, or governance manager.
    """
    with door.open() as node:
        done = node.withdraw(product, reason)
    if door.json:
        write_json(done)
        return
    say(f"Withdrew {done.id}.")
    if done.stopped:
        say(f"Nothing is served under these agreements now: {', '.join(done.stopped)}.")
