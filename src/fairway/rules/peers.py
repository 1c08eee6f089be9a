"""What holds between nodes: how a peer is named, what two nodes sign, and who may move what.

A person of another node is written `person@peer`, with the name that this node gave the peer. No
account of one's own can have such a name, so nobody here can be taken for somebody there.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from fairway.nouns.agreements import Agreement, Move, Party, State, Terms
from fairway.nouns.errors import BadInput
from fairway.nouns.peers import Peer
from fairway.rules.people import check_id
from fairway.rules.scopes import to_text

AT = "@"
KIND = "peer"
"""The kind of source of a product that lies at another node."""

_PEER = re.compile(r"[a-z][a-z0-9-]{0,30}")
_PERSON = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_KEY = re.compile(r"[0-9a-f]{64}")
_QUERY = re.compile(r"Q-[0-9a-z]{12}")
_AGREEMENT = re.compile(r"AG-[0-9a-z]{12}")
_ADDRESS = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?/?"
)


# ------------------------------------------------------------------ names


def check_peer(peer: Peer) -> None:
    """Raise `BadInput` unless a peer can be registered as it is written."""
    if not _PEER.fullmatch(peer.id):
        raise BadInput(
            "peer.bad_id",
            f"'{peer.id[:40]}' cannot name a node.",
            remedy="Begin with a small letter, then use small letters, digits and hyphens.",
            field="id",
        )
    check_key(peer.key)
    if not is_address(peer.address):
        raise BadInput(
            "peer.bad_address",
            "This is not the address of a node.",
            remedy="Write it as https://data.example.gov.uk, without a path.",
            field="address",
        )
    if not peer.domains:
        raise BadInput(
            "peer.no_domain",
            "The node speaks for no domain.",
            remedy="Name the domains whose products it may offer.",
            field="domains",
        )
    for domain in peer.domains:
        check_id(domain, "domain")


def check_key(key: str) -> None:
    """Raise `BadInput` unless this is written as the public key of a node."""
    if not _KEY.fullmatch(key):
        raise BadInput(
            "peer.bad_key",
            "This is not the public key of a node: 64 hexadecimal digits.",
            remedy="Ask its administrator for what `fairway peer key` prints there.",
            field="key",
        )


def is_address(address: str) -> bool:
    """Say whether an address names a scheme, a host and perhaps a port, and nothing else."""
    found = _ADDRESS.fullmatch(address)
    return found is not None and (found[1] is None or 0 < int(found[1]) < 1 << 16)


def person_at(person: str, peer: str) -> str:
    """Return the name that a person of a peer has on this node."""
    return f"{person}{AT}{peer}"


def peer_of(person: str) -> str:
    """Return the peer in a person's name, empty for somebody of this node."""
    return person.partition(AT)[2]


def own_name(person: str) -> str:
    """Return a person's name as their own node writes it."""
    return person.partition(AT)[0]


def check_told(*, person: str = "", query: str = "", agreement: str = "") -> None:
    """Raise `BadInput` where a name that a peer told cannot be one."""
    for text, pattern, field in (
        (person, _PERSON, "person"),
        (query, _QUERY, "query"),
        (agreement, _AGREEMENT, "agreement"),
    ):
        if text and not pattern.fullmatch(text):
            raise BadInput("peer.bad_name", f"This is not the name of a {field}.", field=field)


# ------------------------------------------------------------------ what is signed


def agreement_text(agreement: Agreement, terms: Terms, source: str, consumer: str) -> bytes:
    """Return what two nodes sign: canonical JSON, so that each can write it from its own memory.

    `source` and `consumer` are the fingerprints of the nodes' keys. Persons are written as their
    own node writes them.
    """
    said = {
        "fairway": "agreement 1",
        "agreement": agreement.id,
        "source": source,
        "consumer": consumer,
        "product": agreement.product,
        "asker": own_name(agreement.asker),
        "purpose": agreement.purpose,
        "legal_basis": agreement.legal_basis,
        "necessity": agreement.necessity,
        "columns": [[c.name, str(c.treatment)] for c in terms.columns],
        "rows": to_text(terms.scope) if terms.scope else "",
        "starts": terms.starts.isoformat(),
        "ends": terms.ends.isoformat(),
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def agreement_hash(text: bytes) -> str:
    """Return the SHA-256 of an agreement's text, in hexadecimal."""
    return hashlib.sha256(text).hexdigest()


def to_sign(text: bytes) -> bytes:
    """Return the bytes that are signed for an agreement; nothing else that is signed begins so."""
    return b"fairway agreement 1\n" + text


def key_to_sign(former: str, key: str, audience: str) -> bytes:
    """Return what a new key signs, so that nobody announces one that they do not hold.

    `former` is the fingerprint of the key that it follows, `audience` that of the node that is
    told. Nothing else that is signed begins so.
    """
    said = {"former": former, "key": key, "audience": audience}
    return b"fairway key 1\n" + json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


# ------------------------------------------------------------------ who may move what

FROM_CONSUMER: Mapping[Move, Party] = MappingProxyType(
    {
        Move.ANSWER: Party.ASKER,
        Move.WITHDRAW: Party.ASKER,
        Move.TERMINATE: Party.HUB,
        Move.SUSPEND: Party.HUB,
        Move.RESUME: Party.HUB,
    }
)
"""The moves that the asker's node may tell the owner's, and the party that makes them."""

FROM_SOURCE: Mapping[Move, Party] = MappingProxyType(
    {
        Move.QUESTION: Party.OWNER,
        Move.APPROVE: Party.OWNER,
        Move.CONFIRM: Party.OWNER,
        Move.REFUSE: Party.OWNER,
        Move.SUSPEND: Party.OWNER,
        Move.RESUME: Party.OWNER,
        Move.TERMINATE: Party.OWNER,
    }
)
"""The moves that the owner's node may tell the asker's."""


def worth_telling(agreement: Agreement, move: Move) -> bool:
    """Say whether this node tells the other one of a move; what is no business of theirs stays."""
    if move is Move.SUBMIT:
        return True
    return move in (FROM_SOURCE if peer_of(agreement.asker) else FROM_CONSUMER)


def told_by(agreement: Agreement, peer: str) -> Mapping[Move, Party]:
    """Return the moves that a peer may tell of an agreement: as its consumer, or as its source."""
    return FROM_CONSUMER if peer_of(agreement.asker) == peer else FROM_SOURCE


def may_resume(agreement: Agreement, peer: str = "") -> bool:
    """Say whether a side may lift a suspension: only the one that made it. Empty is this node."""
    persons = [s.person for s in agreement.history if s.move is Move.SUSPEND]
    side = peer_of(persons[-1]) if persons else ""
    return agreement.state is State.SUSPENDED and side == peer
