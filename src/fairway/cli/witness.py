"""`fairway witness`: departments that hold each other's records to what they said before."""

import sys

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import say, table, write_json

ALARM = 1


@click.group(cls=Verbs, default="list", example="fairway witness ask")
def witness() -> None:
    """Witness another node's record, and have yours witnessed. Without a command: list."""


@witness.command("list", example="fairway witness list")
@reaching
def list_witnesses(door: Door) -> None:
    """List who cosigns this node's record, and whose records it cosigns."""
    with door.open() as node:
        found = node.log_state()
    if door.json:
        write_json({"witnesses": found.witnesses, "watched": found.watched})
        return
    rows = [[w.name, w.peer, w.size, w.fault] for w in found.witnesses]
    table(["Cosigned by", "Node", "Up to", "Fault"], rows)
    say("")
    table(["Watches", "Node", "Up to"], [[w.origin, w.peer, w.size] for w in found.watched])


@witness.command("add", example="fairway witness add KEY https://node.example/api/v1/log/witness")
@click.argument("key")
@click.argument("address")
@reaching
def add(door: Door, key: str, address: str) -> None:
    """Take a witness: its KEY, and the ADDRESS below which it takes checkpoints.

    `fairway audit key` on the witness's node shows the key; its people have to `watch` yours.
    """
    with door.open() as node:
        made = node.add_witness(key, address)
    if door.json:
        write_json(made)
    else:
        say(f"{made.name} is asked from now on.")


@witness.command("remove", example="fairway witness remove fairway/0123456789abcdef/witness")
@click.argument("name")
@reaching
def remove(door: Door, name: str) -> None:
    """Ask the witness NAME no more."""
    with door.open() as node:
        node.remove_witness(name)
    if not door.json:
        say(f"{name} is asked no more.")


@witness.command("watch", example="fairway witness watch KEY")
@click.argument("key")
@reaching
def watch(door: Door, key: str) -> None:
    """Cosign the record with this KEY from now on, as long as it only grows."""
    with door.open() as node:
        made = node.watch(key)
    if door.json:
        write_json(made)
    else:
        say(f"{made.origin} is watched from now on.")


@witness.command("ask", example="fairway witness ask")
@reaching
def ask(door: Door) -> None:
    """Have the newest checkpoint cosigned by every witness and every peer.

    A node that is served does so by itself, every minute in which something happened.
    Exit code 1 when a witness knows of another history: call your security team.
    """
    with door.open() as node:
        found = node.ask_witnesses()
    if door.json:
        write_json(found)
    else:
        table(["Witness", "Cosigned", "Fault"], [[a.name, a.size, a.fault] for a in found])
    if any(a.alarm for a in found):
        sys.stdout.flush()
        raise click.exceptions.Exit(ALARM)
