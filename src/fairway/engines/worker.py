"""One query's own process: forked, shut in, run, gone.

It is forked from the zygote with a database that is empty and a single thread. It shuts itself in
with the granted files, makes the governed views, locks the engine's settings, and runs the query;
the result goes out through the one pipe it holds, and large ones in memory that the node lends it.
"""

import io
import json
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.ipc

from fairway.engines import failures, lending, sandbox
from fairway.engines.compile import answer_table
from fairway.engines.folding import unplaced
from fairway.engines.tree import SERIALISE

HEAD = struct.Struct(">cQQ")
"""Each message on the pipe: what it is, a number, and how many bytes follow.

`D` data, with the rows so far; `M` memory is wanted, once; `L` data in lent memory: the rows so
far, and how many bytes, of which none follow; `E` the end, with all rows; `F` failed, followed by a
word; `R` and `B`: past the bound on rows, on bytes.
"""

CHUNK = 1 << 20
"""How many bytes wait before they are sent, and how many a reader takes at once from the pipe."""

_LENT_FROM = 4 * CHUNK
_MUCH = 6 * CHUNK
"""From how many bytes on memory is borrowed; and how many wait when much has been sent already.
With the batch that comes on top, these fit into one room."""

_PIECES = 512  # well below what one system call takes
_BATCH = 8_192
_SPARE_MEMORY = 768 * 1024 * 1024
"""Address space above the bound: what the engine maps without using, and result buffers."""

_SPARE_FILES = 32


class _Pipe:
    """Where Arrow writes the stream; keeps what was written, uncopied, until it is sent."""

    closed = False

    def __init__(self, descriptor: int, channel: socket.socket) -> None:
        self._descriptor = descriptor
        self._channel = channel
        self._borrower: lending.Borrower | None = None
        self._waiting: list[memoryview] = []
        self.size = 0
        self.sent = 0

    def write(self, piece: Any) -> int:
        view = memoryview(piece).cast("B")
        self._waiting.append(view)
        self.size += len(view)
        return len(view)

    def flush(self) -> None:
        """Do nothing: the worker says when to send."""

    def send(self, rows: int) -> None:
        """Send everything that waits: what is large in lent memory, the rest through the pipe."""
        waiting, self._waiting = self._waiting, []
        size, self.sent = self.size - self.sent, self.size
        if size < _LENT_FROM:
            self._put([memoryview(HEAD.pack(b"D", rows, size)), *waiting])
            return
        if self._borrower is None:
            self._borrower = lending.Borrower(self._channel)
            self.message(b"M")
        for part in _parts(waiting, lending.ROOM):
            self._borrower.fill(part)
            self.message(b"L", rows, sum(map(len, part)))

    def message(self, kind: bytes, number: int = 0, size: int = 0, body: bytes = b"") -> None:
        """Send one message; return when the reader has taken it, or it is in the pipe."""
        self._put([memoryview(HEAD.pack(kind, number, size or len(body)) + body)])

    def _put(self, pieces: list[memoryview]) -> None:
        while pieces:
            sent = os.writev(self._descriptor, pieces[:_PIECES])
            while pieces and sent >= len(pieces[0]):
                sent -= len(pieces.pop(0))
            if sent:
                pieces[0] = pieces[0][sent:]


def _parts(pieces: Sequence[memoryview], most: int) -> Iterator[list[memoryview]]:
    """Yield the pieces in parts of up to `most` bytes; cut those that do not fit."""
    part: list[memoryview] = []
    room = most
    for whole in pieces:
        piece = whole
        while len(piece) >= room:
            yield [*part, piece[:room]]
            piece, part, room = piece[room:], [], most
        part.append(piece)
        room -= len(piece)
    if room < most:
        yield part


def wait(connection: duckdb.DuckDBPyConnection, jobs: int, results: int) -> None:
    """Wait for the one job, and do it. Without one, end."""
    sandbox.die_with_parent()
    channel = socket.socket(fileno=jobs)
    _rehearse(connection)
    head = _exactly(jobs, 8)
    body = _exactly(jobs, int.from_bytes(head, "big")) if head else b""
    if body:
        job = json.loads(body)
        answers = [_exactly(jobs, answer["size"]) for answer in job.get("answers", ())]
        run(connection, job, _Pipe(results, channel), answers)


def _rehearse(connection: duckdb.DuckDBPyConnection) -> None:
    """Go through the motions of a query over nothing, and take everything back.

    The first use of each page of memory after a fork copies it. While no job is there, nobody
    waits for that.
    """
    connection.execute("BEGIN; CREATE SCHEMA rehearsal; CREATE VIEW rehearsal.rows AS" + _REHEARSAL)
    reader = connection.sql("SELECT a, b FROM rehearsal.rows LIMIT 2").to_arrow_reader(_BATCH)
    with pa.ipc.new_stream(pa.PythonFile(io.BytesIO(), mode="w"), reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    del reader
    connection.execute("ROLLBACK")


_REHEARSAL = (
    " SELECT CAST(range AS VARCHAR) AS a, CAST(range AS BIGINT) AS b FROM range(3)"
    " WHERE range >= CAST('0' AS BIGINT)"
)


def _exactly(descriptor: int, size: int) -> bytes:
    body = bytearray()
    while len(body) < size:
        piece = os.read(descriptor, min(size - len(body), CHUNK))
        if not piece:
            return b""
        body += piece
    return bytes(body)


def run(
    connection: duckdb.DuckDBPyConnection,
    job: dict[str, Any],
    pipe: _Pipe,
    answers: Sequence[bytes] = (),
) -> None:
    """Do a job and report; never raises. What ends the process otherwise is a crash.

    `answers` are what peers answered, in the job's order.
    """
    try:
        sandbox.limit(
            memory=job["memory"] + _SPARE_MEMORY,
            cpu_seconds=int(job["seconds"] * job["threads"]) + 2,
            files=len(job["files"]) * job["threads"] + _SPARE_FILES,
        )
        if job["sandbox"]:
            sandbox.enter(job["files"])
        for number, answer in enumerate(answers):
            try:
                _take(connection, number, answer, job["answers"][number]["fields"])
            except _BadAnswer as bad:
                pipe.message(b"F", body=f"{failures.ANSWER}{number}:{bad}".encode())
                return
        try:
            _choose(connection, job)
            _prepare(connection, job)
        except duckdb.InvalidInputException:  # a file that is not what its name says
            pipe.message(b"F", body=b"source")
            return
        _stream(connection.sql(job["sql"]), job, pipe)
    except BrokenPipeError:
        return
    except BaseException as error:  # noqa: BLE001 - whatever it is, only its class goes out
        pipe.message(b"F", body=failures.code(error).encode())


class _BadAnswer(Exception):
    """A peer's answer that is not what it has to be; says in one word why."""


def _take(
    connection: duckdb.DuckDBPyConnection, number: int, content: bytes, wanted: list[list[str]]
) -> None:
    """Make a peer's answer a table. It is a stranger's bytes: every one is checked, in here."""
    if content[-len(_END) :] != _END:
        raise _BadAnswer("truncated")
    try:
        table = pa.ipc.open_stream(content).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        raise _BadAnswer("unreadable") from None
    if table.column_names != [name for name, _ in wanted]:
        raise _BadAnswer("columns")
    connection.register(answer_table(number), table)
    types = [str(kind) for kind in connection.table(answer_table(number)).types]
    if any(
        kind not in (native, _CARRIED.get(native))
        for kind, (_, native) in zip(types, wanted, strict=True)
    ):
        raise _BadAnswer("types")


_END = b"\xff\xff\xff\xff\0\0\0\0"  # the mark at the end of an Arrow IPC stream
_CARRIED = {"HUGEINT": "DECIMAL(38,0)", "UHUGEINT": "DECIMAL(38,0)"}
"""How Arrow carries what it has no type for."""


def _choose(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> None:
    """Take the text with days folded in, if it is read as what the gate has passed."""
    wanted = job.get("folded")
    if wanted and unplaced(parsed(connection, wanted["sql"])) == wanted["tree"]:
        job.update(sql=wanted["sql"], views=wanted["views"])


def parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """Return the tree of a query's one statement; None if it is anything else."""
    row: Any = connection.execute(SERIALISE, [sql]).fetchone()
    statements: list[Any] = json.loads(row[0]).get("statements", []) if row else []
    return statements[0]["node"] if len(statements) == 1 else None


def _prepare(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> None:
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in job["files"])
    statements = [  # together: each call costs as much as what it does
        f"SET memory_limit = '{int(job['memory'])}B'",
        f"SET threads = {int(job['threads'])}",
        f"SET allowed_paths = [{files}]",
        "SET enable_external_access = false",
        *job["views"],
        "SET lock_configuration = true",
    ]
    connection.execute(";\n".join(statements))


def _stream(relation: duckdb.DuckDBPyRelation, job: dict[str, Any], pipe: _Pipe) -> None:
    """Send the rows as they come; no more of the result is held here than a batch and a chunk."""
    reader: pa.RecordBatchReader = relation.to_arrow_reader(_BATCH)
    rows = 0
    with pa.ipc.new_stream(pa.PythonFile(pipe, mode="w"), reader.schema) as writer:
        for batch in _batches(reader):
            rows += batch.num_rows
            if rows > job["rows"]:
                pipe.message(b"R")
                return
            writer.write_batch(batch)
            if pipe.size > job["bytes"]:
                pipe.message(b"B")
                return
            waits = pipe.size - pipe.sent
            if waits >= (CHUNK if pipe.sent < _MUCH else _MUCH) or rows <= _BATCH:
                pipe.send(rows)
    pipe.send(rows)
    pipe.message(b"E", rows)


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        if batch.num_rows:
            yield batch
