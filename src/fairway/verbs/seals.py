"""Seals: an agreement between two nodes counts when both have signed the very same text."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.nouns.agreements import Agreement
from fairway.nouns.errors import Refused
from fairway.nouns.peers import Peer, Seal
from fairway.rules import peers as rules
from fairway.rules.signatures import fingerprint
from fairway.verbs.acting import Act
from fairway.verbs.peers import among, counterpart, fingerprint_of, own_fingerprint, own_key
from fairway.verbs.ports import Platform


def text_of(platform: Platform, agreement: Agreement, peer: Peer) -> bytes:
    """Return the text of an agreement with a peer, from this node's own memory."""
    source, consumer = fingerprint_of(peer), own_fingerprint(platform)
    if is_source(agreement):
        source, consumer = consumer, source
    terms = agreement.granted or agreement.asked
    return rules.agreement_text(agreement, terms, source, consumer)


def with_peer(agreement: Agreement, peer: Peer, platform: Platform) -> bool:
    """Say whether an agreement is between this node and a peer."""
    other = counterpart(platform, agreement.product, agreement.asker)
    return other is not None and other.id == peer.id


def is_source(agreement: Agreement) -> bool:
    """Say whether this node is the source: the asker is of the other one."""
    return bool(rules.peer_of(agreement.asker))


def begun(platform: Platform, agreement: Agreement, peer: Peer) -> Seal:
    """Return the seal of an agreement that this node signs first, as its source."""
    text = text_of(platform, agreement, peer)
    signature = platform.identity.sign(rules.to_sign(text)).hex()
    return Seal(agreement.id, peer.id, text, rules.agreement_hash(text), signature)


def countersigned(platform: Platform, agreement: Agreement, peer: Peer, signature: str) -> Seal:
    """Return the seal of an agreement that the source has signed and this node now signs too.

    Raises `Refused` when the source's signature is not of this text.
    """
    text = text_of(platform, agreement, peer)
    seal = Seal(agreement.id, peer.id, text, rules.agreement_hash(text), source_signature=signature)
    if not _holds(platform, peer.key, seal, signature):
        raise Refused(
            "peer.bad_agreement_signature",
            f"The signature of agreement {agreement.id} is not of what was asked and granted.",
        )
    return replace(seal, consumer_signature=platform.identity.sign(rules.to_sign(text)).hex())


def completed(platform: Platform, seal: Seal, peer: Peer, signature: str) -> Seal:
    """Return the seal with the consumer's signature. Raises `Refused` when it does not hold."""
    if not _holds(platform, peer.key, seal, signature):
        raise Refused(
            "peer.bad_agreement_signature",
            f"The node {peer.id} did not sign agreement {seal.agreement} as it was granted.",
        )
    return replace(seal, consumer_signature=signature)


def keep(act: Act, seal: Seal, agreement: Agreement) -> None:
    """Keep a seal that is complete, and put it on the record with the hash both nodes know."""
    act.platform.store.peers.put_seal(seal)
    act.record(
        "agreement.sealed",
        subject=seal.agreement,
        products=(agreement.product,),
        agreements=(seal.agreement,),
        purpose=agreement.purpose,
        details={
            "hash": seal.hash,
            "peer": seal.peer,
            "source_signature": seal.source_signature,
            "consumer_signature": seal.consumer_signature,
        },
    )


def check(platform: Platform, agreements: Sequence[Agreement]) -> Sequence[Seal]:
    """Return the seals of those agreements that are made with other nodes.

    Raises `Refused` unless both nodes have signed exactly what this node would apply.
    """
    peers = platform.store.peers.all()
    seals = {seal.agreement: seal for seal in platform.store.peers.seals(a.id for a in agreements)}
    checked = (
        _checked(platform, a, among(peers, a.product, a.asker), seals.get(a.id)) for a in agreements
    )
    return tuple(seal for seal in checked if seal is not None)


def _checked(
    platform: Platform, agreement: Agreement, peer: Peer | None, seal: Seal | None
) -> Seal | None:
    if peer is None and seal is None and not is_source(agreement):
        return None
    if peer is None or peer.blocked:
        raise Refused("peer.blocked", f"The other node of agreement {agreement.id} is blocked.")
    if seal is None or not seal.source_signature or not seal.consumer_signature:
        raise Refused(
            "peer.agreement_unsigned",
            f"Agreement {agreement.id} is not signed by both nodes yet.",
            remedy=f"Wait until the node {peer.id} has answered.",
        )
    if not _signed_by_both(platform, agreement, peer, seal):
        raise Refused(
            "peer.agreement_differs",
            f"Agreement {agreement.id} is not what both nodes signed.",
            remedy="Ask an administrator to compare it with the record.",
        )
    return seal


def _signed_by_both(platform: Platform, agreement: Agreement, peer: Peer, seal: Seal) -> bool:
    """Say whether both have signed what would be applied, each with a key that is or was its own.

    The text names the keys of the day on which it was signed.
    """
    terms = agreement.granted or agreement.asked
    for own in _keys(platform, "", own_key(platform)):
        for other in _keys(platform, peer.id, peer.key):
            source, consumer = (own, other) if is_source(agreement) else (other, own)
            names = (fingerprint(bytes.fromhex(key)) for key in (source, consumer))
            text = rules.agreement_text(agreement, terms, *names)
            if seal.text == text:
                return (
                    seal.hash == rules.agreement_hash(text)
                    and _holds(platform, source, seal, seal.source_signature)
                    and _holds(platform, consumer, seal, seal.consumer_signature)
                )
    return False


def _keys(platform: Platform, peer: str, current: str) -> tuple[str, ...]:
    return (current, *(former.key for former in platform.store.peers.former_keys(peer)))


def _holds(platform: Platform, key: str, seal: Seal, signature: str) -> bool:
    try:
        written = bytes.fromhex(signature)
    except ValueError:
        return False
    return platform.identity.holds(bytes.fromhex(key), rules.to_sign(seal.text), written)
