"""`fairway person`: accounts, for administrators."""

from datetime import datetime

import click

from fairway.cli.door import Door, password, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import moment, say, table, write_json
from fairway.cli.request import DAY
from fairway.client.answers import Answer


@click.group(cls=Verbs, default="list", example="fairway person list")
def person() -> None:
    """Add, list or close accounts. Without a command: list."""


@person.command("add", example='fairway person add dwp-analyst --name "Analyst, DWP" --domain dwp')
@click.argument("identifier", metavar="PERSON")
@click.option("--name", required=True, help="The name to show.")
@click.option("--domain", required=True, help="Where they work.")
@click.option("--ask-password", is_flag=True, help="Ask for a password instead of making one.")
@reaching
def add(door: Door, identifier: str, name: str, domain: str, ask_password: bool) -> None:
    """Add an account for PERSON. A password is made and shown this once.

    With it PERSON chooses their own. Use --ask-password only where they type their own.
    """
    chosen = password("Password", confirm=True) if ask_password else None
    with door.open() as node:
        made = node.add_person(identifier, name, domain, chosen)
        given = None if ask_password else node.give_password(identifier)
    if door.json:
        write_json({**made, "password": given.password} if given else made)
        return
    say(f"Added {made.id}.")
    if given:
        _show(given)


def _show(given: Answer) -> None:
    say(f"Password, shown this once: {given.password}")
    say(f"It opens once, until {moment(given.until)}, to choose one's own.")


@person.command("password", example="fairway person password dwp-analyst")
@click.argument("identifier", metavar="PERSON")
@reaching
def give_password(door: Door, identifier: str) -> None:
    """Make a password for PERSON, who forgot theirs. It is shown this once.

    They choose their own with it; a second factor is asked for as before. Their sessions end.
    """
    with door.open() as node:
        given = node.give_password(identifier)
    if door.json:
        write_json(given)
    else:
        _show(given)


@person.command("list", example="fairway person list --json")
@reaching
def list_people(door: Door) -> None:
    """List the accounts with their current appointments."""
    with door.open() as node:
        found = node.people()
    if door.json:
        write_json({"total": found.total, "items": found})
        return
    table(
        ["Person", "Name", "Domain", "Active", "Appointments"],
        [
            [
                p.id,
                p.name,
                p.domain,
                p.active,
                [_appointment(a.role, a.domain) for a in p.appointments],
            ]
            for p in found
        ],
    )


def _appointment(role: str, domain: str | None) -> str:
    return f"{role} in {domain}" if domain else role


@person.command("leaving", example="fairway person leaving dwp-analyst --on 2026-12-31")
@click.argument("identifier", metavar="PERSON")
@click.option("--on", "day", type=DAY, help="The last day; without, it is taken away.")
@reaching
def leaving(door: Door, identifier: str, day: datetime | None) -> None:
    """Set the last day of PERSON, after which the account is closed by itself."""
    with door.open() as node:
        node.leaving(identifier, day and day.date())
    if door.json:
        write_json({"person": identifier, "leaves": day.date().isoformat() if day else None})
    elif day:
        say(f"The last day of {identifier} is {day:%d/%m/%Y}.")
    else:
        say(f"{identifier} stays.")


@person.command("close", example="fairway person close dwp-analyst")
@click.argument("identifier", metavar="PERSON")
@reaching
def close(door: Door, identifier: str) -> None:
    """Close the account of PERSON: its tokens and sessions stop working at once."""
    with door.open() as node:
        node.deactivate(identifier)
    write_json({"closed": identifier}) if door.json else say(f"The account {identifier} is closed.")
