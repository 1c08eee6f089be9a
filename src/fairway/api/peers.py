"""Peers: the other nodes that this one trusts, and how it goes with them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.rules.signatures import readable
from fairway.verbs import following, peer_keys, peers
from fairway.verbs.peers import Partner
from fairway.wiring import current

router = Router(tags=["Other nodes"])


class NewPeer(Schema):
    """Another node to register. Compare the fingerprint of its key by another way, first."""

    id: str = Field(max_length=31, description="What this node calls it.")
    name: str = Field("", max_length=200)
    address: str = Field(max_length=300, description="https://data.example.gov.uk")
    key: str = Field(max_length=64, description="Its Ed25519 public key, hexadecimal.")
    domains: list[str] = Field(max_length=100, description="The domains that it speaks for.")


class PeerOut(Schema):
    """A node that is registered here. `trouble` is what was wrong when it last went wrong."""

    id: str
    name: str
    address: str
    key: str
    fingerprint: str
    domains: list[str]
    blocked: bool
    heard: datetime | None
    trouble: str
    troubled_at: datetime | None
    products: list[str]
    waiting: int = Field(description="Letters that have not arrived yet.")


class OwnOut(Schema):
    """This node's own public key, to be given to another node's administrator."""

    name: str
    key: str
    fingerprint: str


class NewKey(Schema):
    """A node's new public key. Compare its fingerprint by another way, first."""

    key: str = Field(max_length=64, description="Its Ed25519 public key, hexadecimal.")


class RenewIn(Schema):
    """Whether the other nodes are told, which the former key vouches for."""

    announced: bool = True


class RenewedOut(Schema):
    """This node's new key; which nodes know it, and which do not, with the reason."""

    key: str
    fingerprint: str
    told: list[str]
    untold: dict[str, str]


class PeersOut(Schema):
    """This node, and every other one that is registered here."""

    own: OwnOut
    items: list[PeerOut]


class FollowedOut(Schema):
    """What following a node brought, by product; and what was refused, and why."""

    peer: str
    added: list[str]
    changed: list[str]
    unchanged: list[str]
    refused: list[str]
    withdrawn: list[str]


def _peer(partner: Partner) -> dict[str, Any]:
    peer, contact = partner.peer, partner.contact
    return {
        "id": peer.id,
        "name": peer.name,
        "address": peer.address,
        "key": peer.key,
        "fingerprint": readable(partner.fingerprint),
        "domains": list(peer.domains),
        "blocked": peer.blocked,
        "heard": contact.heard,
        "trouble": contact.trouble,
        "troubled_at": contact.troubled_at,
        "products": list(partner.products),
        "waiting": partner.waiting,
    }


@router.get("/peers", response=PeersOut, summary="List the other nodes")
def list_all(request: HttpRequest) -> dict[str, Any]:
    """Each with how it goes; and this node's own key, by which others register it."""
    found = peers.list_all(current(), actor(request))
    own = {"name": found.name, "key": found.key, "fingerprint": readable(found.fingerprint)}
    return {"own": own, "items": [_peer(p) for p in found.partners]}


@router.post("/peers", response={201: PeerOut}, summary="Register another node")
def add(request: HttpRequest, given: NewPeer) -> dict[str, Any]:
    """From now on the two nodes may ask each other, if the other one registers this one too."""
    made = peers.add(
        current(),
        actor(request),
        given.id,
        name=given.name,
        address=given.address,
        key=given.key,
        domains=given.domains,
    )
    return _peer(made)


@router.post("/peers/renew-key", response=RenewedOut, summary="Take a new key for other nodes")
def renew_key(request: HttpRequest, given: RenewIn) -> dict[str, Any]:
    """Signed with the former key, the other nodes are told at once; that key ends with it."""
    made = peer_keys.renew(current(), actor(request), announced=given.announced)
    return {
        "key": made.key,
        "fingerprint": readable(made.fingerprint),
        "told": list(made.told),
        "untold": dict(made.untold),
    }


@router.post("/peers/{peer}/key", response=PeerOut, summary="Give another node's new key")
def rekey(request: HttpRequest, peer: str, given: NewKey) -> dict[str, Any]:
    """From now on the node is known by it; what the former key signed stays verifiable."""
    return _peer(peer_keys.rekey(current(), actor(request), peer, given.key))


@router.post("/peers/{peer}/check", response=PeerOut, summary="Ask whether a node is there")
def check(request: HttpRequest, peer: str) -> dict[str, Any]:
    """Whether it answers, is who it should be, and knows this node."""
    return _peer(peers.check(current(), actor(request), peer))


@router.post("/peers/{peer}/follow", response=FollowedOut, summary="Take over a node's catalogue")
def follow(request: HttpRequest, peer: str) -> dict[str, Any]:
    """Its products can be found and asked for here; its data stays where it is."""
    found = following.follow(current(), actor(request), peer)
    return {
        "peer": found.peer,
        "added": list(found.added),
        "changed": list(found.changed),
        "unchanged": list(found.unchanged),
        "refused": list(found.refused),
        "withdrawn": list(found.withdrawn),
    }


@router.post("/peers/{peer}/block", response=PeerOut, summary="Close the door to a node")
def block(request: HttpRequest, peer: str) -> dict[str, Any]:
    """Both ways, at once: nothing it asks is answered, and nothing is asked of it."""
    return _peer(peers.block(current(), actor(request), peer))


@router.post("/peers/{peer}/unblock", response=PeerOut, summary="Open the door again")
def unblock(request: HttpRequest, peer: str) -> dict[str, Any]:
    """Deliver what waited for it."""
    return _peer(peers.block(current(), actor(request), peer, blocked=False))
