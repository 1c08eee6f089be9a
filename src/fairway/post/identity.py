"""The key by which other nodes know this one."""

from collections.abc import Callable
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class NodeIdentity:
    """`verbs.ports.Identity`: Ed25519 (RFC 8032) from a seed of 32 bytes, never shown."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    def __repr__(self) -> str:
        """Return a text without the key."""
        return "NodeIdentity(…)"

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._seed)

    @cached_property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the node's signature of a message."""
        return self._key.sign(message)

    def holds(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether a signature of a message is that of a public key."""
        return holds(public, message, signature)


class KeptIdentity:
    """`verbs.ports.Identity` whose key lies where any process of the node may change it.

    `read` returns the seed as it is now; `renew` has another one put in its place.
    """

    def __init__(self, read: Callable[[], bytes], renew: Callable[[], None]) -> None:
        self._read = read
        self._renew = renew

    def __repr__(self) -> str:
        """Return a text without the key."""
        return "KeptIdentity(…)"

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return NodeIdentity(self._read()).public

    def sign(self, message: bytes) -> bytes:
        """Return the node's signature of a message."""
        return NodeIdentity(self._read()).sign(message)

    def holds(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether a signature of a message is that of a public key."""
        return holds(public, message, signature)

    def renew(self) -> NodeIdentity:
        """Take a new key; return the identity that was until now."""
        former = NodeIdentity(self._read())
        self._renew()
        return former


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature of a message is that of a public key."""
    if public in _SMALL:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


_SMALL = frozenset(
    bytes.fromhex(point)
    for point in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    )
)
"""Points of small order: with one of these as its key, a signature holds for many messages."""
