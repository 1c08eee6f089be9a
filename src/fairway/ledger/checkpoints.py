"""Signed heads of the record: in the database with every commit, and in a file after it.

The file is written only after the commit, so a crash can leave it behind the database and never
ahead. It is overwritten in place, in one write of one block, under a lock between processes: a
kill leaves the old block or the new one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fairway.rules.ledger import checkpoint_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BLOCK = 512


class Head(NamedTuple):
    """A signed head, as the texts that lie in the store. `signature` is hexadecimal."""

    size: int
    head: str
    at: str
    signature: str


class Signer:
    """Signs heads and checks them, with the node's Ed25519 key."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    @cached_property
    def _key(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed)

    def sign(self, size: int, head: str, at: str) -> Head:
        """Sign a head of so many entries."""
        return Head(size, head, at, self._key.sign(checkpoint_bytes(size, head, at)).hex())

    def holds(self, head: Head) -> bool:
        """Say whether a head is one that was signed, to the letter."""
        from cryptography.exceptions import InvalidSignature

        try:
            signature = bytes.fromhex(head.signature)
            signed = checkpoint_bytes(head.size, head.head, head.at)
            self._key.public_key().verify(signature, signed)
        except (InvalidSignature, ValueError):
            return False
        return signature.hex() == head.signature


class Mirror:
    """The file beside the database that holds the last head this node has seen."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> Head | None:
        """Return the head in the file, None when there is none or it is damaged.

        Its signature has still to be checked.
        """
        try:
            with self._open(os.O_RDONLY, fcntl.LOCK_SH) as handle:
                return _head(os.pread(handle, BLOCK + 1, 0))
        except OSError:
            return None

    def advance(self, head: Head) -> None:
        """Write a head that is newer than the one in the file. Raises `OSError`."""
        with self._open(os.O_RDWR, fcntl.LOCK_EX) as handle:
            held = _head(os.pread(handle, BLOCK + 1, 0))
            if held is not None and held.size < head.size:
                os.pwrite(handle, _block(head), 0)

    def create(self, head: Head) -> None:
        """Make the file, on disk when this returns. Raises `OSError`."""
        draft = self.file.with_suffix(".new")
        with self._open_at(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as handle:
            os.write(handle, _block(head))
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


def _block(head: Head) -> bytes:
    signed = checkpoint_bytes(head.size, head.head, head.at)
    return (signed + head.signature.encode() + b"\n").ljust(BLOCK, b"\n")


def _head(block: bytes) -> Head | None:
    """Return the head that a block was written from, None if it is not such a block."""
    try:
        _, size, head, at, signature = block.decode("ascii").rstrip("\n").split("\n")
        read = Head(int(size), head, at, signature)
    except ValueError:
        return None
    return read if _block(read) == block else None
