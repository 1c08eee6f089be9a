"""Keys that are derived, not stored: a pseudonym key for each agreement, and a key for seals."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


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
        """Return the 32-byte pseudonym key of an agreement."""
        return self._derived(f"fairway/pseudonym/v1/{agreement}")

    def seal_key(self) -> bytes:
        """Return the 32-byte key of what clients carry: file links, page and access tokens."""
        return self._derived("fairway/seal/v1")

    def _derived(self, info: str) -> bytes:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=info.encode())
        return derived.derive(self._master_key)
