"""`fairway peer`: the other nodes that this one trusts."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import facts, moment, say, table, write_json
from fairway.client.answers import Answer


@click.group(cls=Verbs, default="list", example="fairway peer list")
def peer() -> None:
    """Register, check, follow and block other nodes. Without a command: list."""


@peer.command("key", example="fairway peer key")
@reaching
def key(door: Door) -> None:
    """Show this node's public key, and the fingerprint to compare by telephone."""
    with door.open() as node:
        own = node.peers().own
    if door.json:
        write_json(own)
        return
    facts([("Node", own.name), ("Key", own.key), ("Fingerprint", own.fingerprint)])


@peer.command(
    "add",
    example="fairway peer add dwp --address https://data.dwp.example.gov.uk --domain dwp \\\n"
    "    --key d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
)
@click.argument("identifier", metavar="PEER")
@click.option("--address", required=True, metavar="URL", help="Where the node is.")
@click.option("--key", "public", required=True, metavar="HEX", help="Its public key.")
@click.option("--domain", "domains", required=True, multiple=True, help="A domain it speaks for.")
@click.option("--name", default="", help="The name to show.")
@reaching
def add(
    door: Door, identifier: str, address: str, public: str, domains: tuple[str, ...], name: str
) -> None:
    """Register another node as PEER.

    Before, have somebody there read you the fingerprint of its key (`fairway peer key`) by another
    way than the network, and compare it with the one that this prints.
    """
    with door.open() as node:
        made = node.add_peer(identifier, address=address, key=public, domains=domains, name=name)
    if door.json:
        write_json(made)
        return
    say(f"Registered {made.id}. The fingerprint of its key is:\n  {made.fingerprint}")


@peer.command("list", example="fairway peer list")
@reaching
def list_peers(door: Door) -> None:
    """List the other nodes, and how it last went with each."""
    with door.open() as node:
        found = node.peers()
    if door.json:
        write_json(found["items"])
        return
    if not found["items"]:
        say("No other node is registered here.")
        return
    table(
        ["Node", "Speaks for", "Address", "Products", "Last heard", "Waiting", "Trouble"],
        [
            [
                p.id,
                p.domains,
                p.address,
                len(p.products),
                moment(p.heard),
                p.waiting,
                "blocked" if p.blocked else p.trouble,
            ]
            for p in found["items"]
        ],
    )


@peer.command("check", example="fairway peer check dwp")
@click.argument("identifier", metavar="PEER")
@reaching
def check(door: Door, identifier: str) -> None:
    """Ask PEER whether it is there, is who it should be, and knows this node."""
    with door.open() as node:
        found = node.check_peer(identifier)
    if door.json:
        write_json(found)
    else:
        say(found.trouble or f"{found.id} is there, and knows this node.")
    if found.trouble:
        raise click.exceptions.Exit(5)


@peer.command("follow", example="fairway peer follow dwp")
@click.argument("identifier", metavar="PEER")
@reaching
def follow(door: Door, identifier: str) -> None:
    """Take over the catalogue of PEER: its products can be found and asked for here.

    What it offers no more is withdrawn here. `fairway follow` is for nodes that are no peers: what
    they show is found here, and asked for there.
    """
    with door.open() as node:
        found = node.follow(identifier)
    if door.json:
        write_json(found)
        return
    facts(
        [
            ("Added", found.added),
            ("Changed", found.changed),
            ("Unchanged", found.unchanged),
            ("Refused", found.refused),
            ("Withdrawn", found.withdrawn),
        ]
    )


@peer.command("renew-key", example="fairway peer renew-key")
@click.option("--quietly", is_flag=True, help="Tell nobody: where the old key is in other hands.")
@reaching
def renew_key(door: Door, quietly: bool) -> None:
    """Take a new key for other nodes, and tell them, signed with the old one.

    The old key ends at once. Nodes that were not told have to be given the new key by people:
    fairway peer rekey, there.
    """
    with door.open() as node:
        made = node.renew_key(announced=not quietly)
    if door.json:
        write_json(made)
        return
    facts([("Key", made.key), ("Fingerprint", made.fingerprint)])
    for name in made.told:
        say(f"{name} knows it.")
    for name, trouble in made["untold"].items():
        say(f"{name} does not know it: {trouble}")


@peer.command(
    "rekey",
    example="fairway peer rekey dwp \\\n"
    "    --key d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
)
@click.argument("identifier", metavar="PEER")
@click.option("--key", "public", required=True, metavar="HEX", help="Its new public key.")
@reaching
def rekey(door: Door, identifier: str, public: str) -> None:
    """Know PEER by a new key, once you have compared its fingerprint by telephone."""
    with door.open() as node:
        made = node.rekey_peer(identifier, public)
    if door.json:
        write_json(made)
        return
    say(f"{made.id} is known by a new key. Its fingerprint is:\n  {made.fingerprint}")


@peer.command("block", example="fairway peer block dwp")
@click.argument("identifier", metavar="PEER")
@reaching
def block(door: Door, identifier: str) -> None:
    """Close the door to PEER, both ways and at once."""
    with door.open() as node:
        _told(door, node.block_peer(identifier), "is blocked")


@peer.command("unblock", example="fairway peer unblock dwp")
@click.argument("identifier", metavar="PEER")
@reaching
def unblock(door: Door, identifier: str) -> None:
    """Open the door to PEER again."""
    with door.open() as node:
        _told(door, node.unblock_peer(identifier), "is no longer blocked")


def _told(door: Door, found: Answer, what: str) -> None:
    write_json(found) if door.json else say(f"{found.id} {what}.")
