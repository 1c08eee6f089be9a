"""Keys that are derived, not stored: a pseudonym key for each agreement, and a key for seals."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fairway.nouns.errors import Unavailable

KEY_BYTES = 32
_NONCE_BYTES = 12


class DerivedKeys:
    """The port `Keys`: HKDF-SHA256 (RFC 5869) from the node's master key, by agreement.

    Two agreements have unrelated keys, so their pseudonyms do not join. The master key never
    appears in a repr.
    """

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) < KEY_BYTES:
            raise ValueError("the master key must have at least 32 bytes")
        self._master_key = master_key

    def __repr__(self) -> str:
        """Return a text without the key."""
        return "DerivedKeys(…)"

    def pseudonym_key(self, agreement: str) -> bytes:
        """Return the 32-byte pseudonym key of an agreement, or of another name that is none."""
        return self._derived(f"fairway/pseudonym/v1/{agreement}")

    def seal_key(self) -> bytes:
        """Return the 32-byte key of what clients carry: file links, page and access tokens."""
        return self._derived("fairway/seal/v1")

    def _derived(self, info: str) -> bytes:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=info.encode())
        return derived.derive(self._master_key)

    def seal(self, secret: str) -> str:
        """Encrypt a secret of somebody else's with AES-256-GCM under a key of its own."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._box().encrypt(nonce, secret.encode(), None)).decode()

    def unseal(self, sealed: str) -> str:
        """Return a secret that was sealed. Raises `Unavailable` where it cannot be opened."""
        try:
            written = urlsafe_b64decode(sealed)
            nonce, rest = written[:_NONCE_BYTES], written[_NONCE_BYTES:]
            return self._box().decrypt(nonce, rest, None).decode()
        except (InvalidTag, ValueError):
            raise Unavailable(
                "keys.not_ours",
                "A secret that is kept here was not sealed by this node.",
                remedy="Give it again: the node's own key has changed since.",
            ) from None

    def _box(self) -> AESGCM:
        return AESGCM(self._derived("fairway/kept-secret/v1"))
