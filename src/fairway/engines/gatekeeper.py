"""The gate's own process: parses and binds untrusted SQL, shut in with nothing to read.

It has an empty in-memory database and no file, so whatever a text does to the parser, there is
nothing to find here. It answers one message after the other on the socket it was started with.
"""

import json
import os
import socket
import sys
from typing import Any

import duckdb

from fairway.engines import process, sandbox
from fairway.engines.tree import SERIALISE

_MEMORY = 768 * 1024 * 1024


def main() -> None:
    """Serve until the other side hangs up. Arguments: the socket's number, and `open` or `shut`."""
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        connection = duckdb.connect(
            ":memory:",
            config={
                "threads": "1",
                "async_threads": "0",
                "memory_limit": "256MB",
                "temp_directory": "",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "python_enable_replacements": "false",
            },
        )
        connection.execute(
            "SET TimeZone = 'UTC'; SET enable_external_access = false;"
            " SET lock_configuration = true"
        )
        connection.execute("SELECT json_serialize_sql('SELECT 1')").fetchall()
        sandbox.limit(memory=_MEMORY, cpu_seconds=24 * 3600, files=32)
        if sys.argv[2] == "shut":
            sandbox.enter()
        while request := _receive(channel):
            channel.sendall(process.frame(_answer(connection, json.loads(request))))


def _receive(channel: socket.socket) -> bytes:
    head = _exactly(channel, process.HEAD_SIZE)
    return _exactly(channel, process.framed_length(head)) if head else b""


def _exactly(channel: socket.socket, size: int) -> bytes:
    body = bytearray()
    while len(body) < size:
        piece = channel.recv(min(size - len(body), 1 << 20))
        if not piece:
            return b""
        body += piece
    return bytes(body)


def _answer(connection: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> bytes:
    try:
        if "tree" in request:
            written = connection.execute(
                "SELECT json_deserialize_sql(CAST(? AS JSON))", [json.dumps(request["tree"])]
            ).fetchone()
            return json.dumps({"sql": written[0] if written else ""}).encode()
        if "views" in request:
            return json.dumps(_bind(connection, request["views"], request["sql"])).encode()
        row = connection.execute(SERIALISE, [request["sql"]]).fetchone()
        return str(row[0]).encode() if row else b"{}"
    except duckdb.Error as error:
        return json.dumps({"problem": type(error).__name__, "words": str(error)}).encode()


def _bind(
    connection: duckdb.DuckDBPyConnection, views: list[str], sql: str
) -> dict[str, list[list[str]]]:
    """Bind a query over empty views, and take everything back."""
    try:
        connection.execute(";\n".join(["BEGIN", *views]))  # one call costs less than many
        relation = connection.sql(sql)
        names, types = relation.columns, [str(kind) for kind in relation.types]
        del relation
        return {"fields": [list(field) for field in zip(names, types, strict=True)]}
    finally:
        connection.execute("ROLLBACK")


if __name__ == "__main__":
    main()
    os._exit(0)
