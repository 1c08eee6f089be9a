"""Signed notes, checkpoints and cosignatures as texts, after C2SP signed-note, tlog-checkpoint and
tlog-cosignature. Nothing is signed or verified here: what is to be signed is said, and read.
"""

import base64
import binascii
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

ED25519 = 1
"""The type of a key whose signature is over the note's text."""

COSIGNATURE = 4
"""The type of a key whose signature is over a time and the note's text."""

_DASH = "\u2014 "


class Key(NamedTuple):
    """A verifier's key: whose, of which type, and the 32 bytes of the public key."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """Return the key as it is written down: name, id and material."""
        material = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"


class Signature(NamedTuple):
    """A line below a note: whose, the id of the key, and the signature's bytes."""

    name: str
    id: bytes
    content: bytes

    def __str__(self) -> str:
        """Return the line, with its end."""
        return f"{_DASH}{self.name} {base64.b64encode(self.id + self.content).decode()}\n"


class Note(NamedTuple):
    """A text, whose last line ends, and the signatures below it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """Return the note as it is passed on."""
        return self.text + "\n" + "".join(str(signature) for signature in self.signatures)


class Head(NamedTuple):
    """What a checkpoint says: which log, how many entries, under which root."""

    origin: str
    size: int
    root: bytes


def read_key(written: str) -> Key:
    """Return the key that was written down. Raises `ValueError` when it is not one."""
    try:
        name, identity, material = written.strip().split("+", 2)
        content = base64.b64decode(material, validate=True)
        key = Key(name, content[0], content[1:])
    except (ValueError, IndexError, binascii.Error):
        raise ValueError("this is not a verifier's key") from None
    if not _is_name(name) or key.id.hex() != identity or len(key.public) != 32:
        raise ValueError("this is not a verifier's key, or one that was mistyped")
    if key.type not in (ED25519, COSIGNATURE):
        raise ValueError("this is a key of a type that is not known here")
    return key


def _is_name(name: str) -> bool:
    return bool(name) and not any(c.isspace() or c == "+" or ord(c) < 32 for c in name)


def read_note(given: str) -> Note:
    """Return a note from its text. Raises `ValueError` when it is not a signed note."""
    text, gap, lines = given.rpartition("\n\n")
    if not gap or not text or not lines.endswith("\n"):
        raise ValueError("this is not a signed note")
    if any(ord(c) < 32 and c != "\n" for c in given):
        raise ValueError("a signed note has no control characters")
    return Note(text + "\n", read_signatures(lines))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Return the signatures in lines of them. Raises `ValueError` for any other line."""
    return tuple(_signature(line) for line in lines.splitlines())


def _signature(line: str) -> Signature:
    name, gap, written = line.removeprefix(_DASH).partition(" ")
    try:
        content = base64.b64decode(written, validate=True)
    except binascii.Error:
        content = b""
    if not (line.startswith(_DASH) and gap and _is_name(name) and len(content) > 4):
        raise ValueError("this is not the signature of a note")
    return Signature(name, content[:4], content[4:])


def signatures_of(key: Key, signatures: Sequence[Signature]) -> list[Signature]:
    """Return the signatures that claim to be by a key."""
    return [s for s in signatures if (s.name, s.id) == (key.name, key.id)]


# ------------------------------------------------------------------ checkpoints


def checkpoint_text(head: Head) -> str:
    """Return the text of a checkpoint: origin, size, and root in base64."""
    return f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"


def read_head(text: str) -> Head:
    """Return what a checkpoint says. Further lines are allowed, and say nothing here.

    Raises `ValueError` when the text is not a checkpoint's.
    """
    try:
        origin, size, written, *_ = text.split("\n")
        found = Head(origin, int(size), base64.b64decode(written, validate=True))
    except (ValueError, binascii.Error):
        raise ValueError("this is not a checkpoint") from None
    canonical = (size, written) == (str(found.size), base64.b64encode(found.root).decode())
    if not (origin and canonical and found.size >= 0 and len(found.root) == 32):
        raise ValueError("this is not a checkpoint")
    return found


def cosigned_message(seconds: int, text: str) -> bytes:
    """Return what a cosigner signs: the time, in seconds since 1970, and a checkpoint's text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosigned_at(signature: Signature) -> int:
    """Return when a cosignature was made. Raises `ValueError` when it is not one."""
    if len(signature.content) != 8 + 64:
        raise ValueError("this is not a cosignature")
    return int.from_bytes(signature.content[:8], "big")


# ------------------------------------------------------------------ asking a witness


class Submission(NamedTuple):
    """What a log asks a witness: the size it knows of, the proof from there, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        """Return the body of the request, after C2SP tlog-witness."""
        proof = "".join(f"{base64.b64encode(step).decode()}\n" for step in self.proof)
        return f"old {self.old}\n{proof}\n{self.note}"


def read_submission(body: str) -> Submission:
    """Return what a log asks. Raises `ValueError` for anything else."""
    head, gap, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, old = first.partition(" ")
    try:
        size = int(old)
        proof = tuple(base64.b64decode(line, validate=True) for line in lines)
    except (ValueError, binascii.Error):
        raise ValueError("this is not a request for a cosignature") from None
    in_bounds = len(proof) <= 63 and all(len(step) == 32 for step in proof)
    if not (gap and word == "old" and str(size) == old and size >= 0 and in_bounds):
        raise ValueError("this is not a request for a cosignature")
    return Submission(size, proof, note)
