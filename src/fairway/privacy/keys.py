"""Keys that are derived, not stored: one pseudonym key for each agreement."""

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
        info = f"fairway/pseudonym/v1/{agreement}".encode()
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(self._master_key)
