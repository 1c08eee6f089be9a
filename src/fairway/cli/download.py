"""`fairway download`: a product's files as they are stored."""

from pathlib import Path

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, write_json

_EXAMPLE = """\
fairway download ons.local_authorities --purpose policy-analysis --output ons"""


@click.command(cls=Manual, short_help="Take a product's files as they are.", example=_EXAMPLE)
@click.argument("product")
@click.option("--purpose", required=True, metavar="CODE", help="Why, from the hub's list.")
@click.option("--agreement", metavar="ID", help="Use one of your agreements alone.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The directory to write to; the current one when left out.",
)
@reaching
def download(door: Door, product: str, purpose: str, agreement: str | None, output: Path) -> None:
    """Write the files of PRODUCT as they are stored, without a query.

    That is the fastest way to the whole of a product, and possible where every column and every row
    is granted as it is.
    """
    with door.open() as node:
        written = node.download(product, output, purpose=purpose, agreement=agreement)
    if door.json:
        write_json({"files": [str(path) for path in written]})
    else:
        for path in written:
            say(f"{path}  {path.stat().st_size:,} bytes")
