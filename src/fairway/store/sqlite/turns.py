"""Turns at a file: in a process in the order they were asked for, between processes one by one.

Beside the file lie two locks, which the kernel lets go of when a process dies. Whoever holds
`-turn` writes; whoever holds `-next` is the one that takes it over. A process that has just let go
cannot come back before another that already waits.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.0005  # seconds between two looks at what another process holds


class Turns:
    """The turns of this process at one file. Not for use after a fork: see `turns_at`."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._locks: tuple[int, int] | None = None
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, seconds: float) -> None:
        """Wait for the turn. Raises `TimeoutError` when it does not come, `OSError`."""
        until = time.monotonic() + seconds
        mine = threading.Event()
        with self._guard:
            if self._taken:
                self._waiting.append(mine)
            else:
                self._taken = True
                mine.set()
        if not mine.wait(seconds):
            with self._guard:
                if not mine.is_set():
                    self._waiting.remove(mine)
                    raise TimeoutError
        try:
            self._lock(until)
        except BaseException:
            self._hand_over()
            raise

    def pass_on(self) -> None:
        """End the turn that was taken."""
        if self._locks is not None:
            fcntl.flock(self._locks[0], fcntl.LOCK_UN)
        self._hand_over()

    def _hand_over(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False

    def _lock(self, until: float) -> None:
        if self._locks is None:
            self._locks = (_opened(f"{self._file}-turn"), _opened(f"{self._file}-next"))
        turn, following = self._locks
        with _held(following, until):
            _wait(turn, until)


@contextmanager
def _held(handle: int, until: float) -> Iterator[None]:
    _wait(handle, until)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _opened(file: str) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _wait(handle: int, until: float) -> None:
    """Lock, with a bound, which the kernel's own waiting does not have."""
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise TimeoutError from None
            time.sleep(PAUSE)


_known: dict[tuple[int, str], Turns] = {}


def turns_at(file: str) -> Turns:
    """Return this process's turns at a file. A process that was forked begins with its own."""
    key = (os.getpid(), str(Path(file).absolute()))
    return _known.get(key) or _known.setdefault(key, Turns(key[1]))
