"""Peers: register other nodes by their keys, speak to them, and believe only what they signed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fairway.nouns.errors import (
    Conflict,
    FairwayError,
    NotFound,
    NotSignedIn,
    Refused,
    Unavailable,
)
from fairway.nouns.peers import Contact, Heard, Message, Peer, Reply
from fairway.nouns.people import Actor, Domain, Organisation, Person, Via
from fairway.nouns.products import DataProduct
from fairway.rules import peers as rules
from fairway.rules import signatures
from fairway.verbs.acting import SYSTEM, Act, acting, event, looking, verb
from fairway.verbs.cancelling import Attach, nobody_cancels
from fairway.verbs.ports import Platform

ROOT = "/peers/v1/"
"""Where a node answers other nodes. Every address below it takes a signed POST, nothing else."""

JSON = "application/json"
ARROW = "application/vnd.apache.arrow.stream"

SECONDS = 5.0
"""How long a node may take to answer anything but a query."""
LARGEST = 8 * 1024 * 1024
"""Bytes of an answer to anything but a query."""
_CODE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Partner:
    """A peer with what its page shows: its key as read aloud, how it goes, and what is shared."""

    peer: Peer
    fingerprint: str
    contact: Contact
    products: tuple[str, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Partners:
    """This node as others register it, and the peers that are registered here."""

    name: str
    key: str
    fingerprint: str
    partners: tuple[Partner, ...]


# ------------------------------------------------------------------ one's own key


def own_key(platform: Platform) -> str:
    """Return this node's public key in hexadecimal. Not a verb: it is told to everyone."""
    return platform.identity.public.hex()


def own_fingerprint(platform: Platform) -> str:
    """Return the fingerprint of this node's key."""
    return signatures.fingerprint(platform.identity.public)


def fingerprint_of(peer: Peer) -> str:
    """Return the fingerprint of a peer's key."""
    return signatures.fingerprint(bytes.fromhex(peer.key))


# ------------------------------------------------------------------ registering


@verb("peer.add")
def add(
    platform: Platform,
    actor: Actor,
    peer: str,
    *,
    name: str,
    address: str,
    key: str,
    domains: Sequence[str],
) -> Partner:
    """Register another node by its public key, which two people have compared.

    From now on it may ask, and this node may ask it. It speaks for `domains`, and for no other.
    Raises `BadInput`, and `Conflict` for a name, key or domain that is taken.
    """
    made = Peer(
        id=peer,
        name=name.strip()[:200] or peer,
        address=address.strip().rstrip("/"),
        key=key.strip().casefold(),
        domains=tuple(dict.fromkeys(d.strip() for d in domains)),
        added_by=actor.person,
        added_at=platform.clock.now(),
    )
    rules.check_peer(made)
    with acting(platform, actor, "peer.add", subject=peer) as act:
        _check_free(platform, made)
        platform.store.peers.put(made, fingerprint_of(made))
        known = {o.id for o in platform.store.people.organisations()}
        if made.id not in known:
            platform.store.people.add_organisation(Organisation(made.id, made.name))
        for domain in made.domains:
            platform.store.people.add_domain(Domain(domain, made.name, made.id))
        act.record(
            "peer.add",
            subject=made.id,
            details={
                "fingerprint": fingerprint_of(made),
                "address": made.address,
                "domains": list(made.domains),
            },
        )
    return partner(platform, made)


def _check_free(platform: Platform, made: Peer) -> None:
    if platform.store.peers.get(made.id) is not None:
        raise Conflict("peer.exists", f"There is a node called {made.id} already.", field="id")
    if made.key == own_key(platform):
        raise Conflict("peer.own_key", "This is this node's own key.", field="key")
    if platform.store.peers.by_fingerprint(fingerprint_of(made)) is not None:
        raise Conflict("peer.key_taken", "Another node is registered with this key.", field="key")
    if platform.store.peers.was_a_key(fingerprint_of(made)):
        raise Conflict("peer.key_former", "This key was given up by a node.", field="key")
    for domain in made.domains:
        if platform.store.people.domain(domain) is not None:
            raise Conflict(
                "peer.domain_taken",
                f"The domain {domain} is of this node, or of another one.",
                remedy="A node can speak only for domains that nobody else has here.",
                field="domains",
            )


@verb("peer.block")
def block(platform: Platform, actor: Actor, peer: str, *, blocked: bool = True) -> Partner:
    """Close the door to a peer, both ways and at once; or open it again."""
    with acting(platform, actor, "peer.block", subject=peer) as act:
        found = get(platform, peer)
        changed = replace(found, blocked=blocked)
        platform.store.peers.put(changed, fingerprint_of(found))
        act.record("peer.block" if blocked else "peer.unblock", subject=peer)
    return partner(platform, changed)


@verb("peer.list")
def list_all(platform: Platform, actor: Actor) -> Partners:
    """Return this node's own key, and every peer with how it last went."""
    with looking(platform, actor, "peer.list"):
        return Partners(
            str(platform.settings["name"]),
            own_key(platform),
            own_fingerprint(platform),
            tuple(partner(platform, p) for p in platform.store.peers.all()),
        )


def get(platform: Platform, peer: str) -> Peer:
    """Return a peer or raise `NotFound`. Not a verb: a step of verbs."""
    found = platform.store.peers.get(peer)
    if found is None:
        raise NotFound(
            "peer.not_found",
            f"There is no node '{peer[:40]}' here.",
            remedy="See those that are registered with: fairway peer list.",
        )
    return found


def partner(platform: Platform, peer: Peer) -> Partner:
    """Return a peer with what its page shows. Not a verb: a step of verbs."""
    store = platform.store
    products = [
        p.id for d in peer.domains for p in store.products.all(domain=d) if lies_elsewhere(p)
    ]
    return Partner(
        peer,
        fingerprint_of(peer),
        store.peers.contact(peer.id),
        tuple(products),
        len(store.peers.waiting(peer.id)),
    )


def lies_elsewhere(product: DataProduct) -> bool:
    """Say whether a product lies at another node. Not a verb: a question of verbs."""
    return product.source.kind == rules.KIND


def counterpart(platform: Platform, product: str, asker: str) -> Peer | None:
    """Return the other node that an agreement is made with, None within this one."""
    return among(platform.store.peers.all(), product, asker)


def among(peers: Iterable[Peer], product: str, asker: str) -> Peer | None:
    """Return which of some nodes an agreement is made with, None within this one."""
    named, domain = rules.peer_of(asker), product.partition(".")[0]
    return next((p for p in peers if (p.id == named if named else domain in p.domains)), None)


def known_person(platform: Platform, person: str) -> Person | None:
    """Return somebody with an account, or somebody of a peer as far as it vouches: by name.

    Not a verb: a step of verbs.
    """
    if rules.peer_of(person):
        return Person(person, rules.own_name(person), "")
    return platform.store.people.get(person)


# ------------------------------------------------------------------ speaking


def ask(
    platform: Platform,
    peer: Peer,
    path: str,
    said: Mapping[str, Any],
    *,
    seconds: float = SECONDS,
    largest: int = LARGEST,
    content_type: str = JSON,
    attach: Attach = nobody_cancels,
) -> bytes:
    """Ask a peer something, signed, and return its answer's body if the answer is its own.

    Raises `Refused` (`peer.refused`) with the peer's own words, `Unavailable` for whatever is wrong
    with the way or the answer; each names the peer. Not a verb: a step of verbs.
    """
    if peer.blocked:
        raise Refused("peer.blocked", f"The node {peer.id} is blocked here.")
    body = json.dumps(said, ensure_ascii=True, allow_nan=False).encode()
    made = _made(platform)
    audience = fingerprint_of(peer)
    signature = platform.identity.sign(
        signatures.request_base("POST", ROOT + path, "", JSON, body, audience, made)
    )
    headers = {
        "Content-Type": JSON,
        "Accept": content_type,
        **_signed(signatures.REQUEST_COMPONENTS, signatures.REQUEST_TAG, made, signature, body),
        "Fairway-Audience": audience,
    }
    reply = platform.courier.carry(
        peer, ROOT + path, headers, body, seconds=seconds, largest=largest, attach=attach
    )
    _believe(platform, peer, reply, signatures.signature_field(signature))
    if reply.status != 200:
        raise _their_refusal(peer, reply)
    if reply.headers.get("content-type") != content_type:
        raise bad_answer(peer, "peer.bad_answer", "is not of the kind that was asked for")
    return reply.body


def ask_json(platform: Platform, peer: Peer, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Ask a peer something and return its answer, an object of JSON."""
    try:
        told = json.loads(ask(platform, peer, path, said))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise bad_answer(peer, "peer.bad_answer", "cannot be read")
    return told


def _made(platform: Platform) -> signatures.Made:
    now = int(platform.clock.now().timestamp())
    return signatures.Made(
        now, now + signatures.LIFETIME, platform.ids.secret(), own_fingerprint(platform)
    )


def _signed(
    components: Sequence[str], tag: str, made: signatures.Made, signature: bytes, body: bytes
) -> dict[str, str]:
    return {
        "Content-Digest": signatures.content_digest(body),
        "Signature-Input": signatures.signature_input(components, made, tag),
        "Signature": signatures.signature_field(signature),
    }


def _believe(platform: Platform, peer: Peer, reply: Reply, asked: str) -> None:
    """Raise `Unavailable` unless a reply is the peer's own answer to this very request."""
    told = reply.headers
    if not told.get("signature") or not told.get("signature-input"):
        raise bad_answer(
            peer, "peer.unsigned_answer", f"has no signature (it came with status {reply.status})"
        )
    made = signatures.read_input(
        told["signature-input"], signatures.ANSWER_COMPONENTS, signatures.ANSWER_TAG
    )
    signature = signatures.read_signature(told["signature"])
    if made is None or signature is None:
        raise bad_answer(peer, "peer.bad_answer_signature", "is not signed as it has to be")
    if made.key != fingerprint_of(peer):
        raise bad_answer(peer, "peer.wrong_key", "is signed with another key than its own")
    if told.get("content-digest") != signatures.content_digest(reply.body):
        raise bad_answer(peer, "peer.wrong_digest", "has another content than it says")
    signed = signatures.answer_base(
        reply.status,
        told.get("content-type", ""),
        reply.body,
        own_fingerprint(platform),
        asked.removeprefix(f"{signatures.LABEL}=:").removesuffix(":"),
        made,
    )
    if told.get(signatures.AUDIENCE) != own_fingerprint(platform) or not platform.identity.holds(
        bytes.fromhex(peer.key), signed, signature
    ):
        raise bad_answer(
            peer,
            "peer.bad_answer_signature",
            "was changed on the way, or answers another question",
        )
    untimely = signatures.untimely(made, platform.clock.now())
    if untimely:
        raise bad_answer(peer, "peer.untimely_answer", f"does not hold: {untimely}")


def bad_answer(peer: Peer, code: str, what: str) -> Unavailable:
    """Return the error for an answer that cannot be believed or used. Not a verb."""
    return Unavailable(
        code,
        f"The answer of the node {peer.id} {what}.",
        remedy="Nothing of it was used. Ask its administrator to look at the node.",
    )


def _their_refusal(peer: Peer, reply: Reply) -> FairwayError:
    """Return what a peer refused, in its own words; they are signed, so they are its own."""
    try:
        told = json.loads(reply.body)
        code, detail = str(told["code"])[:_CODE_LENGTH], str(told["detail"])[:500]
        remedy = str(told.get("remedy", ""))[:300]
    except (ValueError, KeyError, TypeError, RecursionError):
        code, detail, remedy = "unknown", "It did not say why.", ""
    if reply.status >= 500:
        return Unavailable(
            "peer.failed", f"The node {peer.id} could not: {detail} ({code})", remedy=remedy
        )
    return Refused("peer.refused", f"The node {peer.id} refuses: {detail} ({code})", remedy=remedy)


# ------------------------------------------------------------------ hearing


def hear(platform: Platform, message: Message) -> Heard:
    """Return a request as its sender's own, or raise `NotSignedIn` and record that.

    Not a verb: it establishes who acts, as a session does. In this order: written as the profile
    says, meant for this node, from a peer that is not blocked, whole, signed, timely, and for the
    first time.
    """
    try:
        return _heard(platform, message)
    except NotSignedIn as error:
        platform.ledger.append(
            event(
                platform,
                Actor("", Via.PEER),
                "peer.not_believed",
                "denied",
                subject=message.path[:200],
                reason=error.message,
                details={"code": error.code},
            )
        )
        raise


def _heard(platform: Platform, message: Message) -> Heard:
    told = message.headers
    made = signatures.read_input(
        told.get("signature-input", ""), signatures.REQUEST_COMPONENTS, signatures.REQUEST_TAG
    )
    signature = signatures.read_signature(told.get("signature", ""))
    if made is None or signature is None:
        raise _not_believed("peer.not_signed", "The request is not signed as it has to be.")
    if told.get(signatures.AUDIENCE) != own_fingerprint(platform):
        raise _not_believed("peer.wrong_audience", "The request is meant for another node.")
    peer = platform.store.peers.by_fingerprint(made.key)
    if peer is None or peer.blocked:
        raise _not_believed("peer.unknown", "The request is signed with a key not known here.")
    if told.get("content-digest") != signatures.content_digest(message.body):
        raise _not_believed("peer.request_digest", "The request has another content than it says.")
    signed = signatures.request_base(
        message.method,
        message.path,
        message.query,
        told.get("content-type", ""),
        message.body,
        own_fingerprint(platform),
        made,
    )
    if not platform.identity.holds(bytes.fromhex(peer.key), signed, signature):
        raise _not_believed("peer.bad_signature", "The signature of the request does not hold.")
    now = platform.clock.now()
    untimely = signatures.untimely(made, now)
    if untimely:
        raise _not_believed("peer.untimely", f"The signature does not hold: {untimely}.")
    until = datetime.fromtimestamp(made.expires, UTC) + timedelta(seconds=signatures.SKEW)
    with platform.store.transaction():
        first = platform.store.peers.first_use(made.key, made.nonce, until, now)
        if first:
            platform.store.peers.note(peer.id, now)
    if not first:
        raise _not_believed("peer.replayed", "The request came before; it is heard once.")
    return Heard(peer, message.path, message.body, told["signature"])


def _not_believed(code: str, sentence: str) -> NotSignedIn:
    return NotSignedIn(
        code, sentence, remedy="Compare the keys and the clocks of the two nodes, and ask again."
    )


def answer(
    platform: Platform, heard: Heard, status: int, content_type: str, body: bytes
) -> Mapping[str, str]:
    """Return the headers that make an answer this node's own, bound to what was asked."""
    made = _made(platform)
    audience = fingerprint_of(heard.peer)
    asked = heard.signature.removeprefix(f"{signatures.LABEL}=:").removesuffix(":")
    signature = platform.identity.sign(
        signatures.answer_base(status, content_type, body, audience, asked, made)
    )
    return {
        **_signed(signatures.ANSWER_COMPONENTS, signatures.ANSWER_TAG, made, signature, body),
        "Fairway-Audience": audience,
    }


def actor_of(heard: Heard, person: str = "") -> Actor:
    """Return who acts when a peer asks: the peer, or a person whom it vouches for."""
    rules.check_told(person=person)
    return Actor(rules.person_at(person, heard.peer.id), Via.PEER)


# ------------------------------------------------------------------ greeting


@verb("peer.check")
def check(platform: Platform, actor: Actor, peer: str) -> Partner:
    """Ask a peer whether it is there and knows this node; note how it went."""
    with looking(platform, actor, "peer.check"):
        found = get(platform, peer)
    said: dict[str, Any] = {}
    trouble = ""
    try:
        said = ask_json(platform, found, "greeting", {})
    except FairwayError as error:
        trouble = error.message
    with acting(platform, actor, "peer.check", subject=peer) as act:
        platform.store.peers.note(peer, platform.clock.now(), trouble)
        outcome = "failed" if trouble else "done"
        act.record("peer.check", outcome, subject=peer, reason=trouble or str(said.get("name", "")))
    return partner(platform, found)


def troubled(platform: Platform, peer: Peer, trouble: str) -> None:
    """Note what is wrong with a peer, for its page; once for each change. Not a verb."""
    if platform.store.peers.contact(peer.id).trouble == trouble:
        return
    with platform.store.transaction():
        platform.store.peers.note(peer.id, platform.clock.now(), trouble)
        act = Act(None, (), platform.clock.now().date(), platform=platform, actor=SYSTEM)
        act.record("peer.troubled", "failed", subject=peer.id, reason=trouble)


@verb("peer.greet")
def greet(platform: Platform, actor: Actor) -> Mapping[str, Any]:
    """Tell a peer that this node is there, what it is called, and by which key it witnesses."""
    with looking(platform, actor, "peer.greet"):
        return {
            "name": platform.settings["name"],
            "fingerprint": own_fingerprint(platform),
            "witness": str(platform.ledger.keys[1]),
        }
