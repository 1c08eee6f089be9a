"""The default engine: DuckDB, one sandboxed process per query, reading the source where it lies."""

import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from fairway.engines import compile as compiled
from fairway.engines import failures, process, sandbox
from fairway.engines.folding import folded
from fairway.engines.gate import no_sandbox
from fairway.engines.totality import Totality
from fairway.engines.worker import HEAD
from fairway.nouns.errors import Unavailable
from fairway.nouns.products import Source
from fairway.nouns.queries import Limits, ParsedQuery
from fairway.nouns.relations import GovernedRelation, Located
from fairway.rules.pruning import pruned


class DuckDBEngine:
    """Implements `verbs.ports.Engine`.

    `locate` tells where the bytes of a source lie now. `threads` is per query. `unsandboxed` allows
    queries on a kernel without Landlock; without it they are then refused as `Unavailable`.
    """

    def __init__(
        self,
        locate: Callable[[Source], Located],
        *,
        threads: int = 2,
        unsandboxed: bool = False,
    ) -> None:
        self._locate = locate
        self._threads = threads
        self._unsandboxed = unsandboxed
        self._lock = threading.Lock()
        self._zygote: _Zygote | None = None

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> "DuckDBStream":
        shut = sandbox.available()
        if not shut and not self._unsandboxed:
            raise no_sandbox()
        located = [(one, pruned(one, self._locate(one.source))) for one in relations]
        job = {
            **_statements(query, located),
            "files": sorted({file for _, place in located for file in place.files}),
            "rows": limits.rows,
            "bytes": limits.bytes,
            "memory": limits.memory,
            "seconds": limits.seconds,
            "threads": self._threads,
            "sandbox": shut,
        }
        reading, writing = os.pipe()
        try:
            handle = self._fork(job, writing)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return DuckDBStream(reading, handle, limits)

    def warm(self) -> None:
        """Start the process that workers are forked from, so that the first query need not wait."""
        with self._lock:
            self._living()

    def close(self) -> None:
        """End the process that workers are forked from, and all workers with it."""
        with self._lock:
            if self._zygote is not None:
                self._zygote.kill()
                self._zygote = None

    def _living(self) -> "_Zygote":
        if self._zygote is None or self._zygote.owner != os.getpid():
            self._zygote = _Zygote()
        return self._zygote

    def _fork(self, job: dict[str, Any], writing: int) -> int:
        body = json.dumps(job).encode()
        with self._lock:
            for attempt in (1, 2):
                zygote = self._living()
                try:
                    return zygote.fork(body, writing)
                except OSError:
                    zygote.kill()
                    self._zygote = None
                    if attempt == 2:
                        raise _not_started() from None
        raise _not_started()


def _statements(
    query: ParsedQuery, located: Sequence[tuple[GovernedRelation, Located]]
) -> dict[str, Any]:
    """Return what a worker runs: views and the query, and with days folded in, where that helps."""
    relations = [relation for relation, _ in located]
    totality = Totality(query.tree, relations)
    views = compiled.views(located, totality.barrier, totality.lowered)
    harmless = not any(map(totality.barrier, relations))
    if not totality.folds or not harmless or all(r.scope is None for r in relations):
        return {"sql": query.sql, "views": views}
    behind = compiled.views(located, lambda r: r.scope is not None, lambda _: "")
    found = folded(query.sql, query.tree, totality.folds)
    if found is None:
        return {"sql": query.sql, "views": behind}
    sql, tree = found
    return {
        "sql": query.sql,
        "views": behind,
        "folded": {"sql": sql, "tree": tree, "views": views},
    }


def _not_started() -> Unavailable:
    return Unavailable(
        "engine.not_started",
        "The process that runs queries does not start.",
        remedy="Ask the administrator to look at the node's machine.",
    )


class _Zygote:
    """The running process that workers are forked from, used by one thread at a time."""

    def __init__(self) -> None:
        self.owner = os.getpid()
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
            raise _not_started()

    def fork(self, body: bytes, writing: int) -> int:
        """Return a handle on a new worker. Raises `OSError` when the zygote is gone."""
        socket.send_fds(self._channel, [len(body).to_bytes(8, "big")], [writing])
        self._channel.sendall(body)
        answer, handles, _, _ = socket.recv_fds(self._channel, 1, 1)
        if not answer or not handles:
            raise ConnectionError
        return handles[0]

    def __del__(self) -> None:
        self.kill()

    def kill(self) -> None:
        """End the process, and with it all its workers; a second time does nothing."""
        if self.owner == os.getpid():
            self._channel.close()
            self._child.kill()
            self._child.wait()


class DuckDBStream:
    """Implements `verbs.ports.ResultStream`: what comes through one worker's pipe."""

    def __init__(self, reading: int, handle: int, limits: Limits) -> None:
        self.rows = 0
        self._reading = reading
        self._handle = handle
        self._limits = limits
        self._waited = 0.0
        self._open = True
        self._poll = select.poll()
        self._poll.register(reading, select.POLLIN)

    def __iter__(self) -> Iterator[bytes]:
        try:
            while self._open:
                kind, number, size = HEAD.unpack(self._exactly(HEAD.size))
                body = self._exactly(size)
                if kind == b"D":
                    self.rows = number
                    yield body
                elif kind == b"E":
                    self.rows = number
                    return
                elif kind == b"R":
                    raise failures.too_many_rows(self._limits.rows)
                elif kind == b"B":
                    raise failures.too_many_bytes(self._limits.bytes)
                else:
                    raise self._failure(body.decode())
        finally:
            self.close()

    def close(self) -> None:
        if self._open:
            self._open = False
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            os.close(self._handle)
            os.close(self._reading)

    def __del__(self) -> None:
        self.close()

    def _exactly(self, size: int) -> bytes:
        """Read from the pipe. Only waiting for the worker counts as its time, not the reader's."""
        body = bytearray()
        while len(body) < size:
            started = time.monotonic()
            ready = self._poll.poll(1000 * self._left())
            self._waited += time.monotonic() - started
            if not ready:
                raise self._failure("seconds")
            piece = os.read(self._reading, size - len(body))
            if not piece:
                raise self._failure("")
            body += piece
        return bytes(body)

    def _left(self) -> float:
        return max(0.0, self._limits.seconds - self._waited)

    def _failure(self, word: str) -> Exception:
        return failures.error(word, seconds=self._limits.seconds, memory=self._limits.memory)
