"""Prepared workers: forked, loaded and connected before their query comes; one query each.

A worker is asked for as soon as another is taken, and is made while that one works, so that a query
does not wait for its process. Until it gets its job it knows nothing of any query, and it shuts
itself in before it touches what the job names.
"""

import json
import os
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from fairway.engines import process
from fairway.nouns.errors import Unavailable

SPARE = 2
"""Workers that are kept ready."""

_PIPE = 1 << 20  # bytes that a result's pipe holds, where the system allows


class Worker(NamedTuple):
    """A worker with its job: the end of the pipe its result comes from, a handle (pidfd), and where
    it is sent what it fills."""

    reading: int
    handle: int
    channel: socket.socket


class Workers:
    """Gives out workers. Used by any number of threads, each for a moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._zygote: _Zygote | None = None

    def launch(self, job: dict[str, Any], answers: Sequence[bytes] = ()) -> Worker:
        """Give a job to a worker, with what peers answered. Raises `Unavailable` when none starts.

        An answer goes from this process's memory into the worker's, and is nowhere else.
        """
        body = json.dumps(job).encode()
        for _ in range(SPARE + 2):
            with self._lock:
                try:
                    prepared = self._living().take()
                except OSError:
                    self._end()
                    continue
            if prepared.give([len(body).to_bytes(8, "big") + body, *answers]):
                return Worker(prepared.reading, prepared.handle, prepared.channel)
        raise not_started()

    def warm(self) -> None:
        """Start the process that workers are forked from, and the first of them."""
        with self._lock:
            self._living()

    def close(self) -> None:
        """End the process that workers are forked from, and all workers with it."""
        with self._lock:
            self._end()

    def _living(self) -> "_Zygote":
        if self._zygote is None or self._zygote.owner != os.getpid():
            self._zygote = _Zygote()
        return self._zygote

    def _end(self) -> None:
        if self._zygote is not None:
            self._zygote.kill()
            self._zygote = None


def not_started() -> Unavailable:
    """Return the error for workers that cannot be made."""
    return Unavailable(
        "engine.not_started",
        "The process that runs queries does not start.",
        remedy="Ask the administrator to look at the node's machine.",
    )


class _Prepared(NamedTuple):
    """A worker without a job yet."""

    channel: socket.socket
    reading: int
    handle: int

    def give(self, pieces: Sequence[bytes]) -> bool:
        """Hand the job over; False when the worker has died while it waited."""
        try:
            for piece in pieces:
                self.channel.sendall(piece)
        except ConnectionError:
            self.channel.close()
            os.close(self.reading)
            os.close(self.handle)
            return False
        return True


class _Zygote:
    """The running process that workers are forked from, used by one thread at a time."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._asked: deque[tuple[socket.socket, int]] = deque()
        ours, theirs = socket.socketpair()
        self._channel = ours
        with theirs:
            self._child: subprocess.Popen[bytes] = process.start(
                "fairway.engines.zygote", [str(theirs.fileno())], [theirs.fileno()]
            )
        self._channel.settimeout(60)
        try:
            ready = self._channel.recv(1)
        except OSError:
            ready = b""
        if not ready:
            self.kill()
            raise not_started()
        try:
            self._ask()
        except OSError:
            self.kill()
            raise not_started() from None

    def take(self) -> _Prepared:
        """Return a prepared worker, and have another made. Raises `OSError`: the zygote is gone."""
        answer, handles, _, _ = socket.recv_fds(self._channel, 1, 1)
        if not answer or not handles:
            raise ConnectionError
        if self._child.poll() is not None:  # its workers end with it, only a little later
            os.close(handles[0])
            raise ConnectionError
        channel, reading = self._asked.popleft()
        with suppress(OSError):  # this worker is there, whatever becomes of the next
            self._ask()
        return _Prepared(channel, reading, handles[0])

    def _ask(self) -> None:
        """Have workers made until enough are asked for; they are there when they are needed."""
        while len(self._asked) < SPARE:
            channel, jobs = socket.socketpair()
            reading, results = os.pipe()
            with suppress(OSError):
                process.widen(reading, _PIPE)
            self._asked.append((channel, reading))
            try:
                socket.send_fds(self._channel, [b"W"], [jobs.fileno(), results])
            finally:
                jobs.close()
                os.close(results)

    def __del__(self) -> None:
        self.kill()

    def kill(self) -> None:
        """End the process, and with it all its workers; a second time does nothing."""
        if self.owner != os.getpid():
            return
        self._channel.close()
        self._child.kill()
        self._child.wait()
        while self._asked:
            channel, reading = self._asked.popleft()
            channel.close()
            os.close(reading)
