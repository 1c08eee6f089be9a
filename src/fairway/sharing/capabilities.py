"""What a client says that it understands: the headers `delta-sharing-capabilities`, `fileidhash`.

Keys and values compare without regard to case. Without the header an answer is in parquet format.
"""

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest

from fairway.nouns.errors import BadInput

HEADER = "delta-sharing-capabilities"
FILE_ID_HASH = "fileidhash"
DELTA, PARQUET = "delta", "parquet"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The format to answer in, and whether the answer is to end with an EndStreamAction.

    `said` is false where the client sent no header. `hashed` is how file ids are hashed: by the
    name of the format whose clients expect it, empty for that of the answer.
    """

    format: str = PARQUET
    ends: bool = False
    said: bool = False
    hashed: str = ""

    @property
    def delta(self) -> bool:
        """Whether the answer is in delta format."""
        return self.format == DELTA

    def headers(self, *, ends: bool) -> dict[str, str]:
        """Return what the answer says of itself: nothing where nothing was asked."""
        told = {FILE_ID_HASH: self.hashed} if self.hashed else {}
        if self.said:
            ending = ";includeendstreamaction=true" if self.ends and ends else ""
            told[HEADER] = f"responseformat={self.format}{ending}"
        return told

    def file_id(self, name: str) -> str:
        """Return a file's id: MD5 for clients of the parquet format, SHA-256 for those of delta.

        The name is already a keyed hash, so that neither has a secret to keep.
        """
        if (self.hashed or self.format) == DELTA:
            return hashlib.sha256(name.encode()).hexdigest()
        return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def asked(request: HttpRequest) -> Capabilities:
    """Read the headers of a request. Raises `BadInput` for a format that nobody knows.

    Where several formats are listed, delta is answered: its client needs one request a file, that
    of parquet about ten.
    """
    text = request.headers.get(HEADER, "")
    wanted: dict[str, list[str]] = {}
    for capability in text.casefold().split(";"):
        key, _, values = capability.partition("=")
        wanted[key.strip()] = [value.strip() for value in values.split(",")]
    formats = wanted.get("responseformat", [PARQUET])
    known = [form for form in (DELTA, PARQUET) if form in formats]
    if not known:
        raise BadInput(
            "share.unknown_format",
            "The response format has to be delta or parquet.",
            field=HEADER,
        )
    return Capabilities(
        known[0],
        wanted.get("includeendstreamaction", [""])[0] == "true",
        bool(text.strip()),
        _hash(request.headers.get(FILE_ID_HASH, "")),
    )


def _hash(text: str) -> str:
    wanted = text.strip().casefold()
    if wanted not in {"", DELTA, PARQUET}:
        raise BadInput(
            "share.unknown_hash", "File ids are hashed for delta or parquet.", field=FILE_ID_HASH
        )
    return wanted
