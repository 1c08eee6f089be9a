"""`fairway share`: profiles by which partners' tools read an agreement."""

import os
from pathlib import Path

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import moment, say, table, tell, write_json
from fairway.formats.profiles import text
from fairway.nouns.errors import BadInput


@click.group(cls=Verbs, example="fairway share profile AG-nt918vyv18cw --out partner.share")
def share() -> None:
    """Have partners' tools read an agreement by Delta Sharing: make a profile, list, revoke."""


@share.command("profile", example="fairway share profile AG-nt918vyv18cw --out partner.share")
@click.argument("agreement")
@click.option(
    "--kind",
    type=click.Choice(["bearer", "oauth"]),
    default="bearer",
    help="A bearer token (profile version 1), or OAuth client credentials (version 2).",
)
@click.option("--days", type=click.IntRange(1), help="How long it lives; else as long as may be.")
@click.option("--address", default="", help="Where partners reach the node, if it does not know.")
@click.option("--out", type=click.Path(path_type=Path), help="A new file for it; else it is shown.")
@reaching
def profile(
    door: Door, agreement: str, kind: str, days: int | None, address: str, out: Path | None
) -> None:
    """Make the profile of your own active AGREEMENT. It holds a secret, and is shown this once.

    A profile that was made before stops working. It ends with the agreement at the latest.
    """
    handle = _new_file(out) if out else None
    try:
        with door.open() as node:
            made = node.make_profile(agreement, kind=kind, days=days, address=address)
    except BaseException:
        if out and handle is not None:
            os.close(handle)
            out.unlink()
        raise
    if handle is not None:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text(dict(made.profile)))
    if door.json:
        write_json({k: v for k, v in made.items() if not (out and k == "profile")})
    elif out:
        say(f"The profile of {made.agreement} is in {out}, until {moment(made.expires)}.")
    else:
        tell(f"Profile of {made.agreement}, until {moment(made.expires)}. Shown this once:")
        say(text(dict(made.profile)).rstrip())


def _new_file(path: Path) -> int:
    """Open a new file that only its owner can read. Raises `BadInput` where it cannot be made."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(
            "cli.cannot_write",
            f"The file cannot be made: {(error.strerror or 'unknown').lower()}.",
            remedy="Name a new file in a directory that you may write to.",
            file=str(path),
        ) from None


@share.command("revoke", example="fairway share revoke AG-nt918vyv18cw")
@click.argument("agreement")
@reaching
def revoke(door: Door, agreement: str) -> None:
    """Have the profile of AGREEMENT stop working at once, and the links it was given."""
    with door.open() as node:
        revoked = node.revoke_profile(agreement)
    if door.json:
        write_json({"revoked": revoked})
    else:
        say("The profile is revoked." if revoked else "There was no profile that works.")


@share.command("list", example="fairway share list AG-nt918vyv18cw")
@click.argument("agreement")
@reaching
def list_all(door: Door, agreement: str) -> None:
    """List the profiles that AGREEMENT had, newest first, without their secrets."""
    with door.open() as node:
        found = node.recipients(agreement)
    if door.json:
        write_json(found)
    elif not found:
        say("No profile was made.")
    else:
        table(
            ["Profile", "Kind", "Made", "By", "Until", "Works"],
            [
                [r.id, r.kind, moment(r.created), r.made_by, moment(r.expires), r.usable]
                for r in found
            ],
        )
