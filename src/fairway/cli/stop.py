"""`fairway stop`: deny now, whatever any agreement says."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import moment, say, table, write_json


@click.group(cls=Verbs, default="list", example="fairway stop list")
def stop() -> None:
    """Stop a person, a product or an agreement at once; list and lift stops."""


@stop.command(
    "make", example='fairway stop make person dwp-analyst --reason "Account may be stolen."'
)
@click.argument("kind", type=click.Choice(["person", "product", "agreement"]))
@click.argument("subject")
@click.option("--reason", required=True, metavar="TEXT", help="Why; who is stopped reads it.")
@reaching
def make(door: Door, kind: str, subject: str, reason: str) -> None:
    """Deny all use by, of or under SUBJECT from this moment on, in every process."""
    with door.open() as node:
        made = node.stop(kind, subject, reason)
    if door.json:
        write_json(made)
    else:
        say(f"Stopped {kind} {made.subject}. Lift it with: fairway stop lift {made.id}")


@stop.command("list", example="fairway stop list --json")
@reaching
def list_stops(door: Door) -> None:
    """List the stops in force."""
    with door.open() as node:
        found = node.stops()
    if door.json:
        write_json(found)
    elif not found:
        say("Nothing is stopped.")
    else:
        rows = [[s.id, s.kind, s.subject, s.reason, s.made_by, moment(s.made_at)] for s in found]
        table(["Stop", "Kind", "Subject", "Reason", "By", "Since"], rows)


@stop.command("lift", example="fairway stop lift S-7k2mz9q4x1bc")
@click.argument("identifier", metavar="STOP")
@reaching
def lift(door: Door, identifier: str) -> None:
    """Lift STOP. What agreements grant can be used again at once."""
    with door.open() as node:
        node.lift(identifier)
    write_json({"lifted": identifier}) if door.json else say(f"Lifted {identifier}.")
