"""`fairway audit`: list the record, and verify it."""

import sys
from datetime import datetime
from typing import Any

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import moment, say, table, tell, watched, write_json

TAMPERED = 1
_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.group(cls=Verbs, default="list", example="fairway audit --action query.denied")
def audit() -> None:
    """List the record, or verify it. Without a command: list."""


@audit.command("list", example="fairway audit list --product dwp.jobcentres --since 2026-01-01")
@click.option("--actor", default="", help="By whom.")
@click.option("--action", default="", help="What, as in query.granted.")
@click.option("--product", default="", help="On which product.")
@click.option("--agreement", default="", help="Under which agreement.")
@click.option("--purpose", default="", help="For which purpose.")
@click.option(
    "--outcome", type=click.Choice(["done", "granted", "denied", "failed"]), help="How it ended."
)
@click.option("--subject", default="", help="About what: an agreement, a query, a person.")
@click.option("--since", type=_MOMENT, help="From this moment on.")
@click.option("--until", type=_MOMENT, help="Up to this moment.")
@click.option("--before", type=click.IntRange(0), help="Only entries before this number.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, help="The most to list.")
@reaching
def list_entries(door: Door, since: datetime | None, until: datetime | None, **wanted: Any) -> None:
    """List what happened, newest first. That you looked is on the record too."""
    with door.open() as node:
        found = node.audit(since=_aware(since), until=_aware(until), **wanted)
    if door.json:
        write_json({"items": found, "next": found.next})
        return
    table(
        ["No.", "When", "Who", "Action", "Outcome", "Subject", "Purpose", "Rows", "Reason"],
        [
            [e.sequence, moment(e.at), e.actor, e.action, e.outcome, e.subject, e.purpose, e.rows,
             e.reason]
            for e in found
        ],
    )  # fmt: skip
    if found.next:
        say(f"\nThere are more: --before {found[-1].sequence}")


def _aware(moment: datetime | None) -> datetime | None:
    """Return a moment as one of this machine's time zone."""
    return moment.astimezone() if moment else None


@audit.command("verify", example="fairway audit verify")
@reaching
def verify(door: Door) -> None:
    """Re-compute the whole record and name the first entry that does not verify.

    Exit code 1 when the record was touched.
    """
    if watched():
        tell("Re-computing the record …")
    with door.open() as node:
        outcome = node.verify()
    if door.json:
        write_json(outcome)
    elif outcome.intact:
        say(f"The record is intact: {outcome.entries} entries, head {outcome.head}.")
    else:
        say(f"The record was touched at entry {outcome.first_bad}: {outcome.reason}")
    if not outcome.intact:
        sys.stdout.flush()
        raise click.exceptions.Exit(TAMPERED)
