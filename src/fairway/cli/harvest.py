"""`fairway harvest`: take over the records of another catalogue."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, tell, watched, write_json
from fairway.client.answers import Answer

MOST_SHOWN = 20


@click.command(
    cls=Manual,
    short_help="Take over the records of another catalogue.",
    example="fairway harvest https://data.example.gov.uk/data.json --source data.example",
)
@click.argument("catalogue", metavar="FILE|URL")
@click.option("--source", required=True, help="What the catalogue is called, each time the same.")
@click.option(
    "--format",
    "form",
    default="auto",
    show_default=True,
    help="arcgis, ckan, data.json, dcat, dcat-turtle, dcat-xml, govuk, jkan, odps, ukapi or ukgov;"
    " auto looks at the text.",
)
@click.option("--organisation", default="", help="The publisher of records that name none.")
@click.option("--licence", default="", help="The licence of records that name none.")
@click.option("--part", is_flag=True, help="This is a part: withdraw nothing that is not in it.")
@click.option(
    "--allow-local", is_flag=True, help="Fetch from this machine or a private network too."
)
@reaching
def harvest(
    door: Door,
    catalogue: str,
    source: str,
    form: str,
    organisation: str,
    licence: str,
    part: bool,
    allow_local: bool,
) -> None:
    """Take over the records of the catalogue in FILE or at URL.

    New and changed records are kept with where they are from; what did not change is passed over;
    what the catalogue no longer holds is withdrawn. A record that cannot be used is told with its
    reason and stops nothing. A harvest that was stopped goes on when the same catalogue is given
    again. Records of several sources that are one and the same are shown as one.

    You need to be governance manager or administrator.
    """
    from fairway.standards import fetching

    if watched():
        tell(f"Reading {catalogue} …")
    content = fetching.read(catalogue, allow_local=allow_local)
    if watched():
        tell(f"Harvesting {len(content):,} bytes …")
    with door.open() as node:
        done = node.harvest(
            content,
            source=source,
            format=form,
            organisation=organisation,
            licence=licence,
            complete=not part,
        )
    write_json(done) if door.json else _told(done)


def _told(done: Answer) -> None:
    counts = ", ".join(
        f"{done[name]:,} {name}" for name in ("added", "changed", "unchanged", "withdrawn")
    )
    records = "1 record" if done.total == 1 else f"{done.total:,} records"
    say(f"Harvested {done.source} as {done.format}: {records}; {counts}.")
    if done.resumed:
        say(f"It went on after {done.resumed:,} records that were done before.")
    if not done.withdraws:
        say("What is not in it was not withdrawn: it is a part, or has more faults than before.")
    for problem in done.problems[:MOST_SHOWN]:
        place = "" if problem["index"] is None else f"record {problem['index']}: "
        field = f"{problem.field}: " if problem.field else ""
        say(f"  {place}{field}{problem.reason}")
    if len(done.problems) > MOST_SHOWN:
        say(f"  and {len(done.problems) - MOST_SHOWN:,} more; see them all with --json.")
