"""Memory that the node lends to a worker, takes back filled, and reads without a copy.

A large result leaves the worker so: the node makes a piece of memory of a fixed size (a memfd) and
sends it; the worker maps it, copies into it, unmaps it, and says how much it has written. Then the
node seals it. The kernel seals only what nobody can write any more, neither by a mapping nor by a
page that something still holds; so what is read afterwards cannot be changed. Where it does not
seal, the node copies once, and reads the copy: a worker that keeps its hands on a piece changes
nothing by that, and the kernel's own work on a page, which looks alike, costs no query. The size
was sealed before the piece was lent, so no read can fault. The node takes no descriptor from a
worker.

How many pieces are lent at once bounds what a worker that runs ahead of its reader can fill.
"""

import ctypes
import fcntl
import mmap
import os
import socket
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pyarrow as pa

ROOM = 16 * 1024 * 1024
"""How many bytes one piece holds. Sealing costs the same for a small one and a large one."""

AT_ONCE = 3
"""How many pieces a worker has, or has filled and nobody has read yet."""

_SIZE = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK
_CONTENT = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [
    *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


class Lender:
    """The node's side, for one worker; used by the one thread that reads its result."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lent: deque[int] = deque()
        self._begun = False

    def begin(self) -> None:
        """Lend the first pieces. Asking a second time gives no more."""
        if not self._begun:
            self._begun = True
            for _ in range(AT_ONCE):
                self.lend()

    def lend(self) -> None:
        """Send one empty piece. A worker that has died is noticed elsewhere."""
        piece = os.memfd_create("result", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self._lent.append(piece)
        os.ftruncate(piece, ROOM)
        fcntl.fcntl(piece, fcntl.F_ADD_SEALS, _SIZE)
        with suppress(ConnectionError):
            socket.send_fds(self._channel, [b"M"], [piece])

    def take(self, size: int) -> memoryview:
        """Return what the worker wrote into the piece that was lent first, and can write no longer.

        Raises `OSError` for what was not lent, or is said to hold more than it can.
        """
        if not self._lent or not 0 < size <= ROOM:
            raise OSError("no such piece was lent")
        piece = self._lent.popleft()
        try:
            sealed = _sealed(piece)  # before it is mapped here: that too could be to write
            view = memoryview(pa.foreign_buffer(*_mapped(piece, size)))
            return view if sealed else memoryview(bytes(view))
        finally:
            os.close(piece)

    def close(self) -> None:
        """Let go of what was lent and never taken back; a second time does nothing."""
        self._channel.close()
        while self._lent:
            os.close(self._lent.popleft())


def _sealed(piece: int) -> bool:
    """Seal what a piece holds; False while it is mapped or held, or if the worker has sealed it."""
    try:
        fcntl.fcntl(piece, fcntl.F_ADD_SEALS, _CONTENT)
    except OSError:
        return False
    return True


class _Mapping:
    """Unmaps itself with the last who reads. Python's own would hold a descriptor for each."""

    def __init__(self, address: int, size: int) -> None:
        self._place = (address, size)

    def __del__(self) -> None:
        _libc.munmap(*self._place)


def _mapped(piece: int, size: int) -> tuple[int, int, _Mapping]:
    address = _libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, piece, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "mmap")
    return address, size, _Mapping(address, size)


def fill(channel: socket.socket, pieces: Sequence[memoryview], size: int) -> None:
    """Wait for an empty piece, and copy `size` bytes into it: the worker's side.

    Raises `BrokenPipeError` when the node has hung up.
    """
    _, lent, _, _ = socket.recv_fds(channel, 1, 1)
    if not lent:
        raise BrokenPipeError
    try:
        flags: Any = mmap.MAP_SHARED | mmap.MAP_POPULATE  # all its pages with one call
        with mmap.mmap(lent[0], size, flags) as room:
            for piece in pieces:
                room.write(piece)
    finally:
        os.close(lent[0])
