"""Keys of nodes that change: one's own, a peer's that it announces, a peer's given by hand.

A node that takes a new key tells its peers at once, signed with the key that it had, so that they
know it for the same node. Who was not reached, and everybody where somebody else may hold the old
key, is told by people: they compare the new fingerprint and enter the key by hand. What was signed
with a former key stays verifiable; nothing that is said with it is believed, and it never comes
back.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from fairway.nouns.errors import Conflict, FairwayError, Refused
from fairway.nouns.peers import FormerKey, Heard, Peer
from fairway.nouns.people import Actor
from fairway.rules import peers as rules
from fairway.rules import signatures
from fairway.verbs import peers
from fairway.verbs.acting import Act, acting, verb
from fairway.verbs.peers import Partner, actor_of, fingerprint_of, own_fingerprint, own_key
from fairway.verbs.ports import Platform
from fairway.verbs.told import read, text

ADDRESS = "key"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Renewed:
    """This node's new key, the peers that know it now, and those that do not, with the reason."""

    key: str
    fingerprint: str
    told: tuple[str, ...]
    untold: Mapping[str, str]


@verb("peer.renew_key")
def renew(platform: Platform, actor: Actor, *, announced: bool = True) -> Renewed:
    """Take a new key, and tell every peer that is not blocked, signed with the former one.

    `announced` False tells nobody: where the former key may be somebody else's too, its word is
    worth nothing. Raises `Conflict` while letters wait, which would be signed for another key.
    """
    with acting(platform, actor, "peer.renew_key") as act:
        known = platform.store.peers.all()
        _check_nothing_waits(platform, known)
        before = own_fingerprint(platform)
        _keep(platform, own_key(platform))  # before it is given up: what it signed hangs on it
        act.record("peer.renewing_key", details={"former": before})
    was = platform.identity.renew()
    speaking = replace(platform, identity=was)
    wanted = [peer for peer in known if announced and not peer.blocked]
    with ThreadPoolExecutor(_AT_ONCE, "fairway-key") as pool:
        outcomes = list(pool.map(lambda peer: _tell(platform, speaking, peer), wanted))
    why = dict(zip((peer.id for peer in wanted), outcomes, strict=True))
    not_asked = "It is blocked here." if announced else "It was not told."
    untold = {peer.id: trouble for peer in known if (trouble := why.get(peer.id, not_asked))}
    told = tuple(peer.id for peer in known if peer.id not in untold)
    with acting(platform, actor, "peer.renew_key") as act:
        act.record(
            "peer.renew_key",
            details={
                "former": before,
                "fingerprint": own_fingerprint(platform),
                "told": list(told),
                "untold": untold,
            },
        )
    return Renewed(own_key(platform), own_fingerprint(platform), told, untold)


def _keep(platform: Platform, key: str) -> None:
    former = FormerKey("", key, platform.clock.now())
    platform.store.peers.put_former_key(former, signatures.fingerprint(bytes.fromhex(key)))


def _check_nothing_waits(platform: Platform, known: Sequence[Peer]) -> None:
    waiting = [p.id for p in known if not p.blocked and platform.store.peers.waiting(p.id)]
    if waiting:
        raise Conflict(
            "peer.letters_wait",
            f"Letters wait for {', '.join(waiting)}; what they sign is signed with the key of now.",
            remedy="Wait until they have arrived, or block the node that does not answer.",
        )


def _tell(platform: Platform, speaking: Platform, peer: Peer) -> str:
    """Tell one peer, as the node that it knows; return what went wrong, or nothing."""
    audience = fingerprint_of(peer)
    signed = rules.key_to_sign(own_fingerprint(speaking), own_key(platform), audience)
    said = {"key": own_key(platform), "proof": platform.identity.sign(signed).hex()}
    try:
        peers.ask_json(speaking, peer, ADDRESS, said)
    except FairwayError as error:
        return error.message
    return ""


@verb("peer.hear_key")
def hear(platform: Platform, heard: Heard) -> Mapping[str, Any]:
    """Know a peer by the key that it announces from now on, and by its former one no more.

    The request is signed with the key that is known; the new one proves itself too. Raises
    `BadInput`, `Conflict` for a key that any node has or had, `Refused` for one that it does not
    hold.
    """
    said = read(heard)
    key, proof = text(said, "key", 64), text(said, "proof", 128)
    rules.check_key(key)
    signed = rules.key_to_sign(fingerprint_of(heard.peer), key, own_fingerprint(platform))
    if not _proves(platform, key, signed, proof):
        raise Refused("peer.bad_key_proof", "The new key did not sign that it follows this one.")
    with acting(platform, actor_of(heard), "peer.hear_key", subject=heard.peer.id) as act:
        known = peers.get(platform, heard.peer.id)
        if known.key != heard.peer.key:
            raise Conflict("peer.key_changed", "The key has been changed meanwhile.")
        _rekeyed(act, known, key)
    return {"fingerprint": signatures.fingerprint(bytes.fromhex(key))}


def _proves(platform: Platform, key: str, signed: bytes, proof: str) -> bool:
    try:
        signature = bytes.fromhex(proof)
    except ValueError:
        return False
    return platform.identity.holds(bytes.fromhex(key), signed, signature)


@verb("peer.rekey")
def rekey(platform: Platform, actor: Actor, peer: str, key: str) -> Partner:
    """Know a peer by another key, which two people have compared.

    Raises `BadInput`, and `Conflict` for a key that any node has or had.
    """
    key = key.strip().casefold()
    with acting(platform, actor, "peer.rekey", subject=peer) as act:
        rules.check_key(key)
        changed = _rekeyed(act, peers.get(platform, peer), key)
    return peers.partner(platform, changed)


def _rekeyed(act: Act, known: Peer, key: str) -> Peer:
    """Put a peer's new key in the place of the one that is known, and keep that as a former one."""
    platform, store = act.platform, act.platform.store.peers
    changed = replace(known, key=key)
    fingerprint, before = fingerprint_of(changed), fingerprint_of(known)
    if key == own_key(platform):
        raise Conflict("peer.own_key", "This is this node's own key.", field="key")
    if store.by_fingerprint(fingerprint) is not None:
        raise Conflict("peer.key_taken", "A node is registered with this key.", field="key")
    if store.was_a_key(fingerprint):
        raise Conflict(
            "peer.key_former",
            "This key was given up before; it never comes back.",
            remedy="Have the node take a new one: fairway peer renew-key.",
            field="key",
        )
    store.put_former_key(FormerKey(known.id, known.key, platform.clock.now()), before)
    store.put(changed, fingerprint)
    details = {"former": before, "fingerprint": fingerprint}
    act.record("peer.rekey", subject=known.id, details=details)
    return changed
