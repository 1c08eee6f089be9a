"""Texts that a client carries and only the node can make: page tokens, access tokens, file links.

A seal is HMAC-SHA256 (RFC 2104) over a use and fields. What was made for one use opens no other,
and a text that was changed in any place is no seal. Nothing secret stands in one.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

Fields = Mapping[str, str | int]

LONGEST = 2000
"""Characters in a sealed text; a longer one is not looked at."""


def signature(key: bytes, use: str, parts: Sequence[str]) -> str:
    """Return the seal of some parts for a use, as 64 hexadecimal digits.

    Every part goes in with its length, so that no two lists of parts read alike.
    """
    read = "".join(f"{len(part)}:{part}" for part in (use, *parts))
    return hmac.new(key, read.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def holds(key: bytes, use: str, parts: Sequence[str], given: str) -> bool:
    """Say whether a seal is that of these parts, in the same time wherever it differs."""
    wanted = signature(key, use, parts)
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogatepass"))


def sealed(key: bytes, use: str, fields: Fields) -> str:
    """Return fields as one URL-safe text with its seal."""
    body = json.dumps(dict(fields), sort_keys=True, separators=(",", ":"))
    packed = base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
    return f"{packed}.{signature(key, use, [packed])}"


def opened(key: bytes, use: str, text: str) -> Fields | None:
    """Return the fields of a sealed text, or None when it is not one of ours for this use."""
    if len(text) > LONGEST:
        return None
    packed, _, seal = text.partition(".")
    if not holds(key, use, [packed], seal):
        return None
    fields: Fields = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return fields  # its seal holds, so it is as `sealed` made it
