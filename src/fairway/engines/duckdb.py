"""The default engine: DuckDB, one sandboxed process per query, reading the source where it lies."""

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from fairway.engines import compile as compiled
from fairway.engines import failures, plans, sandbox
from fairway.engines.folding import folded
from fairway.engines.gate import no_sandbox
from fairway.engines.lending import Lender
from fairway.engines.totality import Totality
from fairway.engines.worker import CHUNK, HEAD
from fairway.engines.workers import Worker, Workers
from fairway.nouns.plans import EnginePlan
from fairway.nouns.products import Source
from fairway.nouns.queries import Chunk, Limits, ParsedQuery
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
        self.workers = Workers()

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> "DuckDBStream":
        shut = sandbox.available()
        if not shut and not self._unsandboxed:
            raise no_sandbox()
        answers = [r for r in relations if r.content is not None]
        here = [compiled.narrowed(query, r) for r in relations if r.content is None]
        located = [(r, pruned(r, self._locate(r.source))) for r in here]
        job = {
            **_statements(query, located, answers),
            "files": sorted({file for _, place in located for file in place.files}),
            "answers": [
                {"size": len(r.content or b""), "fields": [[c.name, c.native] for c in r.columns]}
                for r in answers
            ],
            "rows": limits.rows,
            "bytes": limits.bytes,
            "memory": limits.memory,
            "seconds": limits.seconds,
            "threads": self._threads,
            "sandbox": shut,
        }
        worker = self.workers.launch(job, [r.content or b"" for r in answers])
        return DuckDBStream(worker, limits, [r.origin for r in answers])

    def plan(self, query: ParsedQuery, relations: Sequence[GovernedRelation]) -> EnginePlan:
        """Return what a query would do here."""
        return plans.plan("duckdb", query, relations, self._locate)

    def warm(self) -> None:
        """Start what workers come from, so that the first query need not wait."""
        self.workers.warm()

    def close(self) -> None:
        """End what workers come from, and all workers with it."""
        self.workers.close()


def _statements(
    query: ParsedQuery,
    located: Sequence[tuple[GovernedRelation, Located]],
    answers: Sequence[GovernedRelation],
) -> dict[str, Any]:
    """Return what a worker runs: views and the query, and with days folded in, where that helps."""
    relations = [*(relation for relation, _ in located), *answers]
    totality = Totality(query.tree, relations)
    views = compiled.views(located, answers, totality.barrier, totality.lowered)
    harmless = not any(map(totality.barrier, relations))
    if not totality.folds or not harmless or all(r.scope is None for r in relations):
        return {"sql": query.sql, "views": views}
    behind = compiled.views(located, answers, lambda r: r.scope is not None, lambda _: "")
    found = folded(query.sql, query.tree, totality.folds)
    if found is None:
        return {"sql": query.sql, "views": behind}
    sql, tree = found
    return {
        "sql": query.sql,
        "views": behind,
        "folded": {"sql": sql, "tree": tree, "views": views},
    }


class DuckDBStream:
    """Implements `verbs.ports.ResultStream`: what comes from one worker.

    What it says of itself is not believed: bytes are counted here once more, and memory that it was
    lent is read from a copy.
    """

    engine = "duckdb"

    def __init__(self, worker: Worker, limits: Limits, origins: Sequence[str] = ()) -> None:
        self.rows = 0
        self._origins = origins
        self._reading = worker.reading
        self._handle = worker.handle
        self._lender = Lender(worker.channel)
        self._limits = limits
        self._bytes = 0
        self._waited = 0.0
        self._open = True
        self._ending = threading.Lock()
        self._poll = select.poll()
        self._poll.register(worker.reading, select.POLLIN)

    def __iter__(self) -> Iterator[Chunk]:
        try:
            while self._open:
                kind, number, size = HEAD.unpack(self._exactly(HEAD.size))
                if kind in (b"D", b"L"):
                    self._count(size)
                if kind == b"D":
                    for start in range(0, size, CHUNK):
                        body = self._exactly(min(CHUNK, size - start))
                        self.rows = number
                        yield body
                elif kind == b"L":
                    filled = self._taken(size)
                    self.rows = number
                    yield filled
                elif kind == b"M":
                    self._lender.begin()
                elif kind == b"E":
                    self.rows = number
                    return
                elif kind == b"R":
                    raise failures.too_many_rows(self._limits.rows)
                elif kind == b"B":
                    raise failures.too_many_bytes(self._limits.bytes)
                else:
                    raise self._failure(self._exactly(size).decode())
        finally:
            self.close()

    def stop(self) -> None:
        """Kill the worker, from any thread. Who reads meets the end of the pipe."""
        with self._ending:
            if self._open:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> None:
        self.stop()
        with self._ending:
            if self._open:
                self._open = False
                os.close(self._handle)
                os.close(self._reading)
                self._lender.close()

    def __del__(self) -> None:
        self.close()

    def _count(self, size: int) -> None:
        """Hold to the bound whatever the worker does; its own count leaves out the end mark."""
        self._bytes += size
        if self._bytes > self._limits.bytes + CHUNK:
            raise failures.too_many_bytes(self._limits.bytes)

    def _taken(self, size: int) -> memoryview:
        try:
            return self._lender.take(size)
        except OSError:  # it never was lent, or holds less: no worker of ours says so
            raise self._failure("") from None

    def _exactly(self, size: int) -> bytes:
        """Read from the pipe. Only waiting for the worker counts as its time, not the reader's."""
        pieces = []
        while size:
            started = time.monotonic()
            ready = self._poll.poll(1000 * self._left())
            self._waited += time.monotonic() - started
            if not ready:
                raise self._failure("seconds")
            piece = os.read(self._reading, size)
            if not piece:
                raise self._failure("")
            pieces.append(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _left(self) -> float:
        return max(0.0, self._limits.seconds - self._waited)

    def _failure(self, word: str) -> Exception:
        if word.startswith(failures.ANSWER):
            return failures.bad_answer(word, self._origins)
        return failures.error(word, seconds=self._limits.seconds, memory=self._limits.memory)
