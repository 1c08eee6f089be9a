"""How nodes sign what they say to each other: a profile of HTTP Message Signatures.

RFC 9421 with Ed25519 (3.3.6), Content-Digest of RFC 9530 with SHA-256, and structured fields of RFC
8941. The profile fixes everything that the standard leaves open: one signature, one label, one list
of components in one order, one algorithm. What is not written exactly so is refused, so there is
nothing to negotiate and nothing to downgrade.

A request covers its method, path, query, body, content type, and the key of the node it is meant
for. An answer covers its status, body, content type, reader, and the signature of the request that
it answers: an answer to another question does not hold.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

LABEL = "fairway"
ALGORITHM = "ed25519"
REQUEST_TAG = "fairway-peer-request-1"
ANSWER_TAG = "fairway-peer-answer-1"
AUDIENCE = "fairway-audience"

LIFETIME = 60
"""Seconds from the making of a signature until it expires."""

SKEW = 30
"""Seconds by which the clock of another node may be ahead."""

REQUEST_COMPONENTS = (
    '"@method"',
    '"@path"',
    '"@query"',
    '"content-type"',
    '"content-digest"',
    f'"{AUDIENCE}"',
)
ANSWER_COMPONENTS = (
    '"@status"',
    '"content-type"',
    '"content-digest"',
    f'"{AUDIENCE}"',
    f'"signature";req;key="{LABEL}"',
)

_NONCE = r"[A-Za-z0-9_-]{22,64}"
_KEY = r"[0-9a-f]{64}"
_BASE64 = r"[A-Za-z0-9+/]{86}=="


@dataclass(frozen=True, slots=True)
class Made:
    """The parameters of a signature: when it was made and expires, its nonce, and by which key."""

    created: int
    expires: int
    nonce: str
    key: str


def fingerprint(public: bytes) -> str:
    """Return the name of a public key: its SHA-256 in hexadecimal, by which nodes know nodes."""
    return hashlib.sha256(public).hexdigest()


def readable(key: str) -> str:
    """Return a fingerprint in groups of four, as two people read it to each other."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


def content_digest(body: bytes) -> str:
    """Return the value of Content-Digest for a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def parameters(components: Sequence[str], made: Made, tag: str) -> str:
    """Return the signature's parameters, as they stand in Signature-Input and are signed."""
    return (
        f"({' '.join(components)});created={made.created};expires={made.expires}"
        f';nonce="{made.nonce}";alg="{ALGORITHM}";keyid="{made.key}";tag="{tag}"'
    )


def base(lines: Mapping[str, str], signed: str) -> bytes:
    """Return the bytes that are signed (RFC 9421, 2.5): a line per component, parameters last."""
    written = [f"{component}: {value}" for component, value in lines.items()]
    return "\n".join([*written, f'"@signature-params": {signed}']).encode()


def request_base(
    method: str, path: str, query: str, content_type: str, body: bytes, audience: str, made: Made
) -> bytes:
    """Return what a request's signature covers."""
    values = (method, path, f"?{query}", content_type, content_digest(body), audience)
    lines = dict(zip(REQUEST_COMPONENTS, values, strict=True))
    return base(lines, parameters(REQUEST_COMPONENTS, made, REQUEST_TAG))


def answer_base(
    status: int, content_type: str, body: bytes, audience: str, asked: str, made: Made
) -> bytes:
    """Return what an answer's signature covers; `asked` is the request's signature, base64."""
    values = (str(status), content_type, content_digest(body), audience, f":{asked}:")
    lines = dict(zip(ANSWER_COMPONENTS, values, strict=True))
    return base(lines, parameters(ANSWER_COMPONENTS, made, ANSWER_TAG))


def signature_input(components: Sequence[str], made: Made, tag: str) -> str:
    """Return the value of Signature-Input."""
    return f"{LABEL}={parameters(components, made, tag)}"


def signature_field(signature: bytes) -> str:
    """Return the value of Signature."""
    return f"{LABEL}=:{base64.b64encode(signature).decode()}:"


def read_input(written: str, components: Sequence[str], tag: str) -> Made | None:
    """Return the parameters in a Signature-Input, None unless it is written as the profile says."""
    pattern = (
        re.escape(f"{LABEL}=({' '.join(components)})")
        + rf';created=([1-9][0-9]{{0,11}});expires=([1-9][0-9]{{0,11}});nonce="({_NONCE})"'
        + rf';alg="{ALGORITHM}";keyid="({_KEY})";tag="{re.escape(tag)}"'
    )
    found = re.fullmatch(pattern, written, re.ASCII)
    if found is None:
        return None
    return Made(int(found[1]), int(found[2]), found[3], found[4])


def read_signature(written: str) -> bytes | None:
    """Return the 64 bytes in a Signature, None unless it is written in the one way it can be."""
    found = re.fullmatch(rf"{LABEL}=:({_BASE64}):", written, re.ASCII)
    if found is None:
        return None
    signature = base64.b64decode(found[1])
    # The last characters leave bits over: only one way of writing them is the signature's own.
    return signature if signature_field(signature) == written else None


def untimely(made: Made, now: datetime) -> str:
    """Say what is wrong with the time of a signature, or nothing."""
    seconds = now.timestamp()
    if not 0 < made.expires - made.created <= LIFETIME:
        return "it is valid for longer than it may be"
    if made.created > seconds + SKEW:
        return "it was made in the future; the clocks of the two nodes differ"
    if made.expires < seconds:
        return "it has expired"
    return ""
