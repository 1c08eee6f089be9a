"""A stored file on its way out, asked about again while it is under way."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import BinaryIO

from asgiref.sync import sync_to_async

from fairway.nouns.errors import FairwayError

CHUNK = 1024 * 1024
_AT_ONCE: int | None = getattr(os, "RWF_NOWAIT", None)
ASKED_AGAIN_SECONDS = 0.5
"""How often a file that is under way is asked for again whether it may go on."""


class Parts:
    """The next bytes of a file, chunk by chunk; closes it at the end.

    `still_open` says whether it may go on. Where it may not, or the file was cut while it was
    read, the error that `broken_off` makes is raised, so that nobody takes a part for the whole.
    `ended` is told how many bytes had been handed on, at most, where that was not all of them: the
    one who reads has gone, or may not go on.
    """

    def __init__(
        self,
        body: BinaryIO,
        size: int,
        still_open: Callable[[], bool],
        broken_off: Callable[[], FairwayError],
        ended: Callable[[int], None] = lambda sent: None,  # noqa: ARG005 - told to nobody
    ) -> None:
        self._body = body
        self._at = body.tell()
        self._size = size
        self._left = size
        self._still_open = still_open
        self._broken_off = broken_off
        self._ended = ended
        self._asked = time.monotonic()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the chunks; break off when the file may not go on."""
        whole = False
        try:
            while self._left:
                if self._due() and not await sync_to_async(self._open)():
                    raise self._broken_off()
                await asyncio.sleep(0)  # others have their turn, the news that the reader left too
                yield self._at_hand() or await asyncio.to_thread(self._next)
            whole = True
        finally:
            self._body.close()
            if not whole:  # a request that is cancelled is cancelled once: this is still done
                await asyncio.shield(sync_to_async(self._ended)(self._size - self._left))

    def all(self) -> Iterator[bytes]:
        """Yield the chunks, in the thread that asks."""
        whole = False
        try:
            while self._left:
                if self._due() and not self._open():
                    raise self._broken_off()
                yield self._next()
            whole = True
        finally:
            self._body.close()
            if not whole:
                self._ended(self._size - self._left)

    def _due(self) -> bool:
        return time.monotonic() - self._asked > ASKED_AGAIN_SECONDS

    def _open(self) -> bool:
        self._asked = time.monotonic()
        return self._still_open()

    def _at_hand(self) -> bytes:
        """Return the next bytes where the machine has them in memory, and never wait for a disk."""
        if _AT_ONCE is None:
            return b""
        piece = bytearray(min(CHUNK, self._left))
        try:
            found = os.preadv(self._body.fileno(), [piece], self._at, _AT_ONCE)
        except OSError:  # they are not in memory, or this file system does not tell
            return b""
        return self._taken(bytes(memoryview(piece)[:found]))

    def _next(self) -> bytes:
        piece = os.pread(self._body.fileno(), min(CHUNK, self._left), self._at)
        if not piece:  # the file was cut while it was read
            raise self._broken_off()
        return self._taken(piece)

    def _taken(self, piece: bytes) -> bytes:
        self._at += len(piece)
        self._left -= len(piece)
        return piece
