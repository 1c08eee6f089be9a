"""Signed heads of the record: in the database with every commit, and in a file after it.

A head is a checkpoint after C2SP tlog-checkpoint, signed with the node's Ed25519 key. The file is
written only after the commit, so a crash can leave it behind the database and never ahead. It is
overwritten in place, in one write of one block, under a lock between processes: a kill leaves the
old block or the new one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fairway.rules.notes import (
    COSIGNATURE,
    ED25519,
    Head,
    Key,
    Note,
    Signature,
    checkpoint_text,
    cosigned_at,
    cosigned_message,
    read_head,
    read_note,
    signatures_of,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BLOCK = 512


class Signer:
    """Signs the heads of the node's own record, and those of others that it has seen.

    The log's key is the node's seed; the witness's is derived from it, since a key never serves
    two ends. Both are named by the log's public key, so that they say whose they are.
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    @cached_property
    def _log(self) -> "Ed25519PrivateKey":
        return _private(self._seed)

    @cached_property
    def _witness(self) -> "Ed25519PrivateKey":
        return _private(sha256(b"fairway/witness/1\n" + self._seed).digest())

    @cached_property
    def key(self) -> Key:
        """The key that verifies this record's heads; its name is the record's origin."""
        public = self._log.public_key().public_bytes_raw()
        return Key(f"fairway/{sha256(public).hexdigest()[:16]}", ED25519, public)

    @cached_property
    def witness_key(self) -> Key:
        """The key that verifies this node's cosignatures on the heads of others."""
        public = self._witness.public_key().public_bytes_raw()
        return Key(f"{self.key.name}/witness", COSIGNATURE, public)

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed head of so many entries."""
        text = checkpoint_text(Head(self.key.name, size, root))
        signature = Signature(self.key.name, self.key.id, self._log.sign(text.encode()))
        return str(Note(text, (signature,)))

    def read(self, note: str) -> Head | None:
        """Return what a head says if this node signed it, to the letter; else None."""
        try:
            read = read_note(note)
            head = read_head(read.text)
        except ValueError:
            return None
        if str(read) != note or head.origin != self.key.name:
            return None
        return head if verifies(self.key, read) else None

    def cosign(self, text: str, seconds: int) -> Signature:
        """Return a cosignature on a checkpoint that was found consistent."""
        signed = self._witness.sign(cosigned_message(seconds, text))
        key = self.witness_key
        return Signature(key.name, key.id, seconds.to_bytes(8, "big") + signed)


def _private(seed: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


def verifies(key: Key, note: Note) -> bool:
    """Say whether one of a note's signatures is by a key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public = Ed25519PublicKey.from_public_bytes(key.public)
    for signature in signatures_of(key, note.signatures):
        try:
            if key.type == COSIGNATURE:
                message = cosigned_message(cosigned_at(signature), note.text)
                public.verify(signature.content[8:], message)
            else:
                public.verify(signature.content, note.text.encode())
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


class Mirror:
    """The file beside the database that holds the last head this node has seen."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> str | None:
        """Return the head in the file, None when there is none or it is damaged.

        Its signature has still to be checked.
        """
        try:
            with self._open(os.O_RDONLY, fcntl.LOCK_SH) as handle:
                return _note(os.pread(handle, BLOCK + 1, 0))
        except OSError:
            return None

    def advance(self, note: str) -> None:
        """Write a head that is newer than the one in the file. Raises `OSError`."""
        with self._open(os.O_RDWR, fcntl.LOCK_EX) as handle:
            held = _note(os.pread(handle, BLOCK + 1, 0))
            if held is not None and read_head(held).size < read_head(note).size:
                os.pwrite(handle, _block(note), 0)

    def create(self, note: str) -> None:
        """Make the file, on disk when this returns. Raises `OSError`."""
        draft = self.file.with_suffix(".new")
        with self._open_at(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as handle:
            os.write(handle, _block(note))
            os.fsync(handle)
        draft.replace(self.file)

    @contextmanager
    def _open(self, flags: int, lock: int) -> Iterator[int]:
        with self._open_at(self.file, flags) as handle:
            fcntl.flock(handle, lock)
            yield handle

    @contextmanager
    def _open_at(self, file: Path, flags: int) -> Iterator[int]:
        handle = os.open(file, flags | os.O_CLOEXEC, 0o600)
        try:
            yield handle
        finally:
            os.close(handle)


def _block(note: str) -> bytes:
    return note.encode().ljust(BLOCK, b"\n")


def _note(block: bytes) -> str | None:
    """Return the head that a block was written from, None if it is not such a block."""
    try:
        note = block.decode().rstrip("\n") + "\n"
        read_head(note)
    except ValueError:
        return None
    return note if _block(note) == block else None
