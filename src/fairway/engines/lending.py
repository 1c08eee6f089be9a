"""Memory that the node lends to a worker, and copies from what the worker has filled.

A large result leaves the worker so: the node makes a piece of memory (a memfd) and sends it; both
map it. It has a few rooms of a fixed size, which are filled in turn: the worker copies into one and
says how much it has written; the node copies that out at once, and says that the room is free.

What is read is the copy, so a worker that writes into a room afterwards changes nothing; and what
it writes while the node copies is as if it had written that before. The size of the piece is sealed
before it is lent, so no copying can fault. The node takes no descriptor from a worker.

Copying costs less than it saves: the rooms are used again, and the kernel gives memory that was
used before for a fifth of what it gives new memory for.

How many rooms there are bounds what a worker that runs ahead of its reader can fill.
"""

import fcntl
import mmap
import os
import socket
from collections.abc import Sequence
from contextlib import suppress

import pyarrow as pa

ROOM = 8 * 1024 * 1024
"""How many bytes one room holds: few enough that the copy still finds them close to hand."""

ROOMS = 3
"""How many rooms there are: one that is filled, one that is copied from, one that waits."""

_SEALS = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


class Lender:
    """The node's side, for one worker; used by the one thread that reads its result."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._piece: mmap.mmap | None = None
        self._taken = 0

    def begin(self) -> None:
        """Lend the rooms. Asking a second time gives no more."""
        if self._piece is not None:
            return
        piece = os.memfd_create("result", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(piece, ROOM * ROOMS)
            fcntl.fcntl(piece, fcntl.F_ADD_SEALS, _SEALS)
            self._piece = mmap.mmap(piece, ROOM * ROOMS, prot=mmap.PROT_READ)
            with suppress(ConnectionError):  # a worker that has died is noticed elsewhere
                socket.send_fds(self._channel, [bytes(ROOMS)], [piece])
        finally:
            os.close(piece)

    def take(self, size: int) -> memoryview:
        """Return a copy of what the worker wrote into the next room, and give the room back.

        Raises `OSError` for what was not lent, or is said to hold more than it can.
        """
        if self._piece is None or not 0 < size <= ROOM:
            raise OSError("no such room was lent")
        start = self._taken % ROOMS * ROOM
        self._taken += 1
        copy = pa.allocate_buffer(size)  # Arrow's own, which it keeps at hand for the next
        with memoryview(self._piece) as rooms, rooms[start : start + size] as filled:
            memoryview(copy).cast("B")[:] = filled
        with suppress(ConnectionError):
            self._channel.send(b"\0")
        return memoryview(copy).cast("B").toreadonly()

    def close(self) -> None:
        """Let go of the rooms; a second time does nothing."""
        self._channel.close()
        if self._piece is not None:
            self._piece.close()
            self._piece = None


class Borrower:
    """The worker's side. The rooms are asked for by the pipe, and come by the channel."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._piece: mmap.mmap | None = None
        self._free = 0
        self._filled = 0

    def fill(self, pieces: Sequence[memoryview]) -> None:
        """Wait for the next room to be free, and copy into it what it has room for.

        Raises `BrokenPipeError` when the node has hung up.
        """
        rooms = self._piece = self._piece or self._borrowed()
        if not self._free:
            self._free = len(self._channel.recv(ROOMS))
        if not self._free:
            raise BrokenPipeError
        place = self._filled % ROOMS * ROOM
        for piece in pieces:
            rooms[place : place + len(piece)] = piece
            place += len(piece)
        self._free -= 1
        self._filled += 1

    def _borrowed(self) -> mmap.mmap:
        told, lent, _, _ = socket.recv_fds(self._channel, ROOMS, 1)
        if not lent:
            raise BrokenPipeError
        try:
            self._free = len(told)
            return mmap.mmap(lent[0], ROOM * ROOMS)
        finally:
            os.close(lent[0])
