"""Peers: other nodes that this one knows by their key, and what passes between two nodes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fairway.nouns.queries import ParsedQuery
from fairway.nouns.relations import GovernedRelation


@dataclass(frozen=True, slots=True)
class Peer:
    """Another node, as this one's hub has registered it.

    `id` is what this node calls it. `key` is its Ed25519 public key, 32 bytes in hexadecimal, which
    people compared by another way than the network. `domains` are those that it speaks for: its
    products are `<domain>.<table>`, and no other node's. `blocked` closes the door both ways.
    """

    id: str
    name: str
    address: str
    key: str
    domains: tuple[str, ...]
    added_by: str
    added_at: datetime
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class FormerKey:
    """A public key that a node signed with until it took another one.

    `peer` is empty for a key of this node. What it signed before `until` stays verifiable; nothing
    that it signs is believed any more.
    """

    peer: str
    key: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """How it last went with a peer: when it answered or called, and what was wrong since."""

    heard: datetime | None = None
    trouble: str = ""
    troubled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A request from another node, as it came in: nothing of it is believed yet."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of another node, as it came in: nothing of it is believed yet."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request that a peer has signed, that was meant for this node, and that came once.

    `signature` is the request's own; the answer is bound to it.
    """

    peer: Peer
    path: str
    body: bytes = field(repr=False)
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """What two nodes agreed: the exact text, and the signature of each over it.

    `text` is canonical (`rules.peers.agreement_text`); `hash` is its SHA-256. A signature that has
    not come yet is empty, and then nothing may be used under the agreement.
    """

    agreement: str
    peer: str
    text: bytes
    hash: str
    source_signature: str = ""
    consumer_signature: str = ""


class LetterKind(StrEnum):
    """What a letter between nodes is about."""

    ASK = "ask"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Letter:
    """News for a peer that has to arrive: kept until it has, and delivered in order.

    `id` makes a second delivery harmless. `payload` is what the peer is told, as JSON values.
    """

    id: str
    peer: str
    agreement: str
    kind: LetterKind
    payload: Mapping[str, object] = field(hash=False)
    written: datetime
    delivered: datetime | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query that one peer answers: its SQL, and the fields that must come back.

    `domain` and `table` name the answer in the rest of the query. `products` are those it reads.
    """

    peer: str
    sql: str
    domain: str
    table: str
    products: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The name of the answer in the rest of the query."""
        return f"{self.domain}.{self.table}"


@dataclass(frozen=True, slots=True)
class Split:
    """A query over several nodes: the parts that peers answer, and the rest over the answers.

    Those of `relations` that have an `origin` wait for the content of the part of their name.
    """

    parts: tuple[Part, ...]
    rest: ParsedQuery
    relations: tuple[GovernedRelation, ...]
