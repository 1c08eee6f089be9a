"""How a command reaches its node: the options that every command takes, and the connection."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairway.cli import saved
from fairway.nouns.errors import BadInput

if TYPE_CHECKING:
    from fairway.client.node import Node


@dataclass(frozen=True, slots=True)
class Door:
    """The node that was named, the token, and whether JSON is wanted."""

    address: str
    token: str | None
    json: bool

    @contextmanager
    def open(self, *, signed_in: bool = True) -> Iterator["Node"]:
        """Connect. Raises `Unavailable` when there is no node."""
        import fairway

        token = (self.token or saved.read(self.address)) if signed_in else None
        with fairway.connect(self.address, token, surface="cli") as node:
            yield node


def reaching(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options --node, --token and --json, and hand it a `Door`."""

    @click.option(
        "--node",
        metavar="DIR|URL",
        envvar="FAIRWAY_NODE",
        help="The node: a workspace directory or an address. Also FAIRWAY_NODE; else the current"
        " directory, if it is a workspace.",
    )
    @click.option(
        "--token",
        metavar="SECRET",
        envvar="FAIRWAY_TOKEN",
        help="A bearer token. Better in FAIRWAY_TOKEN, or saved by `fairway token --save`: a"
        " command line is seen by others on the machine.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
    @wraps(command)
    def reached(*args: Any, node: str | None, token: str | None, as_json: bool, **kw: Any) -> Any:
        return command(Door(node_named(node), token or None, as_json), *args, **kw)

    return reached


def node_named(given: str | None) -> str:
    """Return the node that is meant. Raises `BadInput` when none is named and none is here."""
    if given:
        return given
    if (Path.cwd() / "fairway.toml").exists():
        return str(Path.cwd())
    raise BadInput(
        "cli.no_node",
        "No node is named, and the current directory is not one.",
        remedy="Say --node DIR or --node URL, or set FAIRWAY_NODE; make one with: fairway init DIR",
    )


def password(prompt: str, *, confirm: bool = False) -> str:
    """Ask for a password: without showing it on a terminal, else as the first line of the input.

    The environment's FAIRWAY_PASSWORD is taken instead when it is set.
    """
    return _secret("FAIRWAY_PASSWORD", prompt, confirm)


def own_password() -> str:
    """Ask for a password of one's own: on a terminal twice, else as the next line of the input.

    The environment's FAIRWAY_NEW_PASSWORD is taken instead when it is set.
    """
    return _secret("FAIRWAY_NEW_PASSWORD", "A password of your own", confirm=True)


def _secret(variable: str, prompt: str, confirm: bool) -> str:
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True))


def code(prompt: str) -> str:
    """Ask for a code of a second factor: on a terminal, else as the next line of the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(click.prompt(prompt, err=True)).strip()


def columns_given(written: tuple[str, ...]) -> dict[str, str]:
    """Read `--column NAME` and `--column NAME=TREATMENT`. Raises `BadInput` for one named twice."""
    read: dict[str, str] = {}
    for text in written:
        name, _, treatment = text.partition("=")
        if name in read:
            raise BadInput("cli.column_twice", f"Column '{name}' is named twice.", field="--column")
        read[name] = treatment or "keep"
    return read
