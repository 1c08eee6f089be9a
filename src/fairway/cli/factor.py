"""`fairway factor`: one's own second factor, and a reset of somebody else's."""

import click

from fairway.cli.door import Door, code, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import say, tell, write_json


@click.group(cls=Verbs, default="show", example="fairway factor show")
def factor() -> None:
    """Set up, remove or reset a second factor. Without a command: show whether you have one."""


@factor.command("show", example="fairway factor show")
@reaching
def show(door: Door) -> None:
    """Show whether signing in with your password asks for a code too."""
    with door.open() as node:
        found = node.factor()
    if door.json:
        write_json(found)
    else:
        say("You have a second factor." if found.enrolled else "You have no second factor.")


@factor.command("enrol", example="fairway factor enrol")
@reaching
def enrol(door: Door) -> None:
    """Show a new secret for your authenticator app, and take the first code that it shows."""
    with door.open() as node:
        begun = node.begin_factor()
        tell("Add this to your authenticator app. It is shown this once:")
        tell(f"  {begun.secret}")
        tell(f"  {begun.address}")
        done = node.complete_factor(code("The code that the app shows now"))
    if door.json:
        write_json(done)
        return
    say("Your second factor is set up. Each of these recovery codes signs you in once:")
    for one in done.recovery_codes:
        say(f"  {one}")


@factor.command("remove", example="fairway factor remove")
@reaching
def remove(door: Door) -> None:
    """Remove your second factor, with a code of it or a recovery code."""
    with door.open() as node:
        node.remove_factor(code("A code, or a recovery code"))
    write_json({"enrolled": False}) if door.json else say("Your second factor is removed.")


@factor.command("reset", example="fairway factor reset dwp-owner")
@click.argument("person", metavar="PERSON")
@reaching
def reset(door: Door, person: str) -> None:
    """Remove the second factor of PERSON, who has lost it. For administrators."""
    with door.open() as node:
        node.reset_factor(person)
    if door.json:
        write_json({"reset": person})
    else:
        say(f"{person} has no second factor any more, and is signed out everywhere.")
