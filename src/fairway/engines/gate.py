"""The gate: what a query must pass before anything is decided about it, or run.

The text is parsed by the engine's own parser, in a process of its own that has nothing to lose; the
tree it gives is walked here against the allow-list of `tree` and `functions`.
"""

import json
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

from fairway.engines import compile as compiled
from fairway.engines import process, sandbox
from fairway.engines.split import split
from fairway.engines.tree import Walk
from fairway.nouns.errors import BadInput, Refused, Unavailable
from fairway.nouns.peers import Split
from fairway.nouns.queries import Field, ParsedQuery
from fairway.nouns.relations import GovernedRelation

LONGEST = 20_000
"""Characters in a query, at the most."""

_LARGEST_ANSWER = 64 * 1024 * 1024


class DuckDBGate:
    """Implements `verbs.ports.Gate` on DuckDB's parser and binder.

    `seconds` bounds one parse or bind; `processes` is how many go on side by side. `unsandboxed`
    allows work on a kernel without Landlock; without it the gate then answers `Unavailable`.
    """

    def __init__(
        self, *, seconds: float = 10.0, processes: int = 2, unsandboxed: bool = False
    ) -> None:
        self._seconds = seconds
        self._unsandboxed = unsandboxed
        self._processes = processes
        self._free = self._nobody()
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def parse(self, sql: str) -> ParsedQuery:
        if len(sql) > LONGEST:
            raise Refused(
                "query.too_large",
                f"The query is longer than {LONGEST:,} characters.",
                remedy="Shorten it; lists of values are better joined from a product.",
            )
        if "\0" in sql or any("\ud800" <= c <= "\udfff" for c in sql):
            raise BadInput(
                "query.syntax",
                "The query has a character that cannot be in SQL.",
                remedy="Take it out.",
            )
        try:
            answer = json.loads(self._ask({"sql": sql}))
        except RecursionError:
            raise _too_large() from None
        if answer.get("error", True):
            raise self._unparsed(sql, answer)
        statements = answer.get("statements", [])
        if not statements:
            raise BadInput("query.empty", "The query is empty.", remedy="Write a SELECT.")
        if len(statements) > 1:
            raise Refused(
                "query.several_statements",
                "A query is one statement.",
                remedy="Send one SELECT at a time.",
            )
        statement = statements[0]
        if statement.get("named_param_map"):
            raise Refused(
                "query.construct_not_allowed",
                "A parameter is not allowed in a query.",
                remedy="Write the value itself.",
            )
        walk = Walk(lambda offset: _position(sql, offset))
        walk.statement(statement["node"])
        return ParsedQuery(
            sql, tuple(walk.tables), frozenset(walk.names), walk.stars, statement["node"]
        )

    def bind(self, query: ParsedQuery, relations: Sequence[GovernedRelation]) -> Sequence[Field]:
        views = compiled.empty_views(relations)
        answer = json.loads(self._ask({"sql": query.sql, "views": views}))
        if "problem" in answer:
            raise BadInput(
                "query.does_not_bind",
                _engine_words(answer["words"]),
                remedy="Check the names and types against the products' columns.",
            )
        return tuple(Field(name, kind) for name, kind in answer["fields"])

    def write(self, node: Mapping[str, Any]) -> str:
        """Return the SQL of a query's tree. Raises `BadInput` when it cannot be written."""
        tree = {"error": False, "statements": [{"node": node}]}
        answer = json.loads(self._ask({"tree": tree}))
        if "problem" in answer:
            raise BadInput("query.syntax", "This part of the query cannot be written alone.")
        return str(answer["sql"])

    def phrase(self, expression: Mapping[str, Any]) -> str:
        """Return the SQL of a part of a query's tree. Raises `BadInput` when it has none."""
        node = dict(self.parse("SELECT 1").tree)
        written = self.write({**node, "select_list": [expression]})
        return written.removeprefix("SELECT ")

    def split(
        self,
        query: ParsedQuery,
        relations: Sequence[GovernedRelation],
        owners: Mapping[str, str],
    ) -> Split:
        return split(self, query, relations, owners)

    def close(self) -> None:
        """End the gate's processes; the next query starts new ones."""
        idle = []
        with suppress(Empty):
            while True:
                idle.append(self._free.get_nowait())
        for keeper in idle:
            if keeper is not None:
                keeper.kill()
            self._free.put(None)

    def _unparsed(self, sql: str, answer: dict[str, Any]) -> BadInput | Refused:
        if answer.get("error_type") == "not implemented":
            return Refused(
                "query.not_a_select",
                "Only a SELECT may be run.",
                remedy="Write a SELECT over tables named <domain>.<table>.",
            )
        line = column = None
        if str(answer.get("position", "")).isdigit():
            line, column = _position(sql, int(answer["position"]))
        words = str(answer.get("error_message", answer.get("words", "this is not SQL")))
        if "expression depth" in words:
            return _too_large()
        words = re.sub(r"\s+", " ", words.partition("\n")[0])[:200].rstrip(".")
        return BadInput(
            "query.syntax",
            f"The query cannot be read: {words}.",
            remedy="Correct it at this place.",
            line=line,
            column=column,
        )

    # ---------------------------------------------------------------- the other process

    def _ask(self, request: dict[str, Any]) -> bytes:
        with self._gatekeeper() as keeper:
            return keeper.ask(json.dumps(request).encode(), self._seconds)

    def _nobody(self) -> "SimpleQueue[_Gatekeeper | None]":
        """Return a queue of places for processes that are not started yet."""
        free: SimpleQueue[_Gatekeeper | None] = SimpleQueue()
        for _ in range(self._processes):
            free.put(None)
        return free

    @contextmanager
    def _gatekeeper(self) -> Iterator["_Gatekeeper"]:
        with self._lock:
            if self._owner != os.getpid():  # after a fork of the node: the children are not ours
                self._free = self._nobody()
                self._owner = os.getpid()
        free = self._free
        keeper = free.get()
        try:
            if keeper is None or keeper.dead:
                keeper = None
                keeper = _Gatekeeper(self._unsandboxed)
            yield keeper
        finally:
            free.put(None if keeper is None or keeper.dead else keeper)


class _Gatekeeper:
    """A running child, used by one thread at a time."""

    dead = True

    def __init__(self, unsandboxed: bool) -> None:
        self._owner = os.getpid()
        if not sandbox.available() and not unsandboxed:
            raise no_sandbox()
        ours, theirs = socket.socketpair()
        self._channel = ours
        with theirs:
            self._child: subprocess.Popen[bytes] = process.start(
                "fairway.engines.gatekeeper",
                [str(theirs.fileno()), "shut" if sandbox.available() else "open"],
                [theirs.fileno()],
            )
        self.dead = False
        # The first question waits until the child has started up, so that its time is not counted.
        try:
            self.ask(b'{"sql": "SELECT 1"}', 60)
        except Refused:
            raise Unavailable(
                "engine.not_started",
                "The process that checks queries does not start.",
                remedy="Ask the administrator to look at the node's machine.",
            ) from None

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Return the answer. Raises `BadInput` when the question takes too long or kills it."""
        self._channel.settimeout(seconds)
        try:
            self._channel.sendall(process.frame(request))
            size = process.framed_length(self._exactly(process.HEAD_SIZE))
            if size > _LARGEST_ANSWER:
                raise ConnectionError
            return self._exactly(size)
        except (OSError, ConnectionError):
            self.kill()
            raise _too_large() from None

    def _exactly(self, size: int) -> bytes:
        body = bytearray()
        while len(body) < size:
            piece = self._channel.recv(min(size - len(body), 1 << 20))
            if not piece:
                raise ConnectionError
            body += piece
        return bytes(body)

    def __del__(self) -> None:
        if not self.dead:
            self.kill()

    def kill(self) -> None:
        """End the child. After a fork of the node it is not ours to end."""
        self.dead = True
        if self._owner != os.getpid():
            return
        self._channel.close()
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()


def no_sandbox() -> Unavailable:
    """Return the error for a kernel without Landlock."""
    return Unavailable(
        "engine.no_sandbox",
        "This machine cannot shut queries in: its kernel has no Landlock.",
        remedy="Use Linux 5.13 or newer with Landlock on.",
    )


def _too_large() -> Refused:
    return Refused(
        "query.too_large",
        "The query is too complicated to be checked.",
        remedy="Break it up, or write it more simply.",
    )


def _position(sql: str, offset: int) -> tuple[int, int]:
    """Turn an offset in bytes into line and column, both from 1."""
    before = sql.encode()[:offset].decode(errors="ignore")
    line_start = before.rfind("\n") + 1
    return before.count("\n") + 1, len(before) - line_start + 1


def _engine_words(words: str) -> str:
    """Return the engine's sentence, without its list of every function that might be meant."""
    sentence = re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", words).partition("Candidate functions:")[0]
    sentence = re.sub(r"\s+", " ", sentence.partition("\n\nLINE ")[0]).strip()[:500]
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
