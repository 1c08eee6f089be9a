"""`fairway export`: the catalogue in a standard's format."""

from pathlib import Path

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, tell, watched
from fairway.nouns.errors import BadInput


@click.command(
    cls=Manual,
    short_help="Write the catalogue in a standard's format.",
    example="fairway export --format dcat-turtle --to catalogue.ttl",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["dcat", "dcat-turtle", "dcat-xml", "data.json", "ukgov", "odps", "ckan"]),
    default="dcat",
    show_default=True,
    help="DCAT-AP as JSON-LD, Turtle or RDF/XML; data.json; the UK model; ODPS; CKAN.",
)
@click.option("--source", default="", help="From this source alone.")
@click.option("--to", type=click.Path(path_type=Path), help="The file to write; else the screen.")
@reaching
def export(door: Door, form: str, source: str, to: Path | None) -> None:
    """Write every entry that you may know of, governed products first.

    It can be harvested again: `fairway harvest` reads every one of these formats.
    """
    from fairway.standards.joining import joined

    pages: list[str] = []
    with door.open() as node:
        for page in node.export_catalogue(form, source=source):
            pages.append(page)
            if watched():
                tell(f"Page {len(pages)} …")
    text = joined(form, pages)
    if to is None:
        say(text.rstrip("\n"))
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            "export.unwritable", f"The file cannot be written: {error.strerror}.", file=str(to)
        ) from None
    tell(f"Wrote {to}, {len(text.encode()):,} bytes.")
