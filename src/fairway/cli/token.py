"""`fairway token`: get, list and revoke bearer tokens."""

from collections.abc import Callable
from functools import partial

import click

from fairway.cli import saved
from fairway.cli.door import Door, code, own_password, password, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import moment, say, table, tell, write_json
from fairway.client.answers import Answer
from fairway.nouns.errors import NotSignedIn
from fairway.nouns.rights import Right

_ASKED: dict[str, tuple[str, Callable[[], str]]] = {
    "access.code_needed": ("code", partial(code, "Code of your second factor")),
    "access.new_password_needed": ("new_password", own_password),
}
"""What is asked for besides the password, by the code of the error that says so."""


@click.group(cls=Verbs, default="create", example="fairway token --person dwp-analyst --save")
def token() -> None:
    """Get a token, list yours, or revoke one. Without a command: get one."""


@token.command("create", example="fairway token create --person dwp-analyst --days 30 --save")
@click.option("--person", prompt=True, help="Your account.")
@click.option("--label", default="", help="What the token is for.")
@click.option("--days", type=click.IntRange(1), help="How long it lives; else as long as may be.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([right.value for right in Right]),
    help="What it is limited to, as often as needed; else all that you may do.",
)
@click.option("--save", is_flag=True, help="Keep it for later commands, in a file of yours alone.")
@reaching
def create(
    door: Door, person: str, label: str, days: int | None, only: tuple[str, ...], save: bool
) -> None:
    """Exchange your name and password for a token. Its secret is shown this once.

    The password is asked for; without a terminal it is read from the input, or from
    FAIRWAY_PASSWORD. With a password that was made for you, you choose your own here
    (FAIRWAY_NEW_PASSWORD).
    """
    with door.open(signed_in=False) as node:
        secret = password("Password")
        asked: dict[str, str] = {}
        made = None
        while made is None:
            try:
                made = node.create_token(
                    person, secret, label=label, days=days, only=only or None, **asked
                )
            except NotSignedIn as error:
                name, ask = _ASKED.get(error.code, ("", None))
                if ask is None or name in asked:
                    raise
                asked[name] = ask()
    file = saved.write(door.address, made.secret) if save else None
    if door.json:
        write_json({k: v for k, v in made.items() if not (save and k == "secret")})
    elif file:
        say(f"Token {made.id} of {made.person} is saved in {file} until {moment(made.expires)}.")
    else:
        tell(f"Token {made.id} of {made.person}, until {moment(made.expires)}. Shown this once:")
        say(made.secret)


@token.command("list", example="fairway token list")
@reaching
def list_own(door: Door) -> None:
    """List your tokens, without their secrets, which the node does not keep."""
    with door.open() as node:
        found = node.tokens()
    if door.json:
        write_json(found)
        return
    table(
        ["Token", "Label", "Only", "Created", "Expires", "Revoked"],
        [
            [t.id, t.label, _only(t), moment(t.created), moment(t.expires), moment(t.revoked)]
            for t in found
        ],
    )


def _only(token: Answer) -> str:
    return "all" if token.only is None else ", ".join(token.only)


@token.command("revoke", example="fairway token revoke T-7k2mz9q4x1bc")
@click.argument("identifier", metavar="TOKEN")
@reaching
def revoke(door: Door, identifier: str) -> None:
    """Revoke TOKEN, named by its id: it stops working at once."""
    with door.open() as node:
        node.revoke_token(identifier)
    write_json({"revoked": identifier}) if door.json else say(f"Token {identifier} is revoked.")
