"""What the verbs need in order to deal with other nodes, as Protocols; `ports` has the rest."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from fairway.nouns.peers import Contact, FormerKey, Letter, Peer, Reply, Seal
from fairway.verbs.cancelling import Attach


class Peers(Protocol):
    """Other nodes, what waits to be told to them, and what was agreed with them."""

    def get(self, peer: str) -> Peer | None: ...
    def by_fingerprint(self, fingerprint: str) -> Peer | None: ...
    def of_domain(self, domain: str) -> Peer | None:
        """Return the peer that speaks for a domain."""

    def all(self) -> Sequence[Peer]: ...
    def put(self, peer: Peer, fingerprint: str) -> None:
        """Insert, or replace the one of that id."""

    def former_keys(self, peer: str) -> Sequence[FormerKey]:
        """Return the keys that a peer signed with before, or this node, whose name is empty."""

    def was_a_key(self, fingerprint: str) -> bool:
        """Say whether any node has signed with a key before, this one included."""

    def put_former_key(self, former: FormerKey, fingerprint: str) -> None: ...

    def contact(self, peer: str) -> Contact: ...
    def note(self, peer: str, at: datetime, trouble: str = "") -> None:
        """Note that a peer was heard, or what was wrong with it."""

    def first_use(self, fingerprint: str, nonce: str, until: datetime, now: datetime) -> bool:
        """Note a nonce until a moment; say whether it was used for the first time."""

    def seal(self, agreement: str) -> Seal | None: ...
    def seals(self, agreements: Iterable[str]) -> Sequence[Seal]: ...
    def put_seal(self, seal: Seal) -> None: ...
    def post(self, letter: Letter) -> None:
        """Keep a letter until it is delivered."""

    def waiting(self, peer: str) -> Sequence[Letter]:
        """Return the letters that wait for a peer, in the order in which they were written."""

    def letters(self, agreement: str) -> Sequence[Letter]: ...
    def delivered(self, letter: str, at: datetime, refused: str = "") -> bool:
        """Note that a letter arrived, and why it was refused if it was; False when it had."""

    def heard(self, peer: str, letter: str, at: datetime) -> bool:
        """Note that a peer delivered a letter; say whether for the first time."""


class Identity(Protocol):
    """The node's own key, by which other nodes know it, and the checking of theirs (Ed25519)."""

    public: bytes

    def sign(self, message: bytes) -> bytes: ...
    def holds(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether a signature of a message is that of a public key."""

    def renew(self) -> "Identity":
        """Take a new key, kept from now on; return the identity that was until now."""


class Courier(Protocol):
    """The way to other nodes."""

    def carry(
        self,
        peer: Peer,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        seconds: float,
        largest: int,
        attach: Attach,
    ) -> Reply:
        """Send a POST, once, and return the whole answer, of which nothing is believed yet.

        `attach` is told how the request is broken off, from any thread, while it is under way.
        Raises `Unavailable` for a peer that is down, slow, or says too much; `Refused` for an
        address that this node may not go to.
        """
