"""The change data feed, where a table is shared with it."""

from typing import Any

import httpx

from fairway.sharing.conformance.checks import promises
from fairway.sharing.conformance.server import (
    CAPABILITIES,
    PassedOver,
    Server,
    a_version,
    files_in,
    lines,
    that,
)

_SECTION = "Read Change Data Feed from a Table"
_KINDS = {"add": "insert", "remove": "delete", "cdf": ""}


@promises(_SECTION, "Without a start: 400 (or 403)")
def no_start(server: Server) -> None:
    server.refused(f"{server.table}/changes", 400, 403)
    server.refused(f"{server.table}/changes", 400, 403, params={"endingVersion": 0})


@promises(_SECTION, "A start that is none, or two of them: 400 (or 403)")
def bad_start(server: Server) -> None:
    for params in (
        {"startingVersion": "one"},
        {"startingVersion": "-1"},
        {"startingTimestamp": "yesterday"},
        {"startingVersion": "0", "startingTimestamp": "2024-01-01T00:00:00Z"},
    ):
        server.refused(f"{server.table}/changes", 400, 403, params=params)


@promises(_SECTION, "An end before the start, or a start that lies ahead: 400 (or 403, 404)")
def bad_end(server: Server) -> None:
    newest = server.version
    for params in (
        {"startingVersion": newest + 1, "endingVersion": newest},
        {"startingVersion": newest + 1_000_000},
    ):
        server.refused(f"{server.table}/changes", 400, 403, 404, params=params)


@promises(_SECTION, "protocol, metaData, then add, cdf and remove with version and timestamp")
def parquet_lines(server: Server) -> None:
    answer = _changes(server)
    found = lines(answer)
    that([next(iter(one)) for one in found[:2]] == ["protocol", "metaData"], "It begins otherwise.")
    first = _first(server)
    for one in found[2:]:
        ((kind, file),) = one.items()
        if kind == "metaData":
            continue
        that(kind in _KINDS, f"There is a line of {kind}.")
        for member in ("url", "id", "partitionValues", "size", "timestamp", "version"):
            that(member in file, f"A line of {kind} has no {member}.")
        that(first <= file["version"] <= server.version, "A line is of another version.")


@promises(_SECTION, "The version is that of the first change")
def header(server: Server) -> None:
    that(a_version(_changes(server)) >= _first(server), "It is before the start.")


@promises(_SECTION, "In delta format a file wraps one action: add, remove or cdc")
def delta_lines(server: Server) -> None:
    said = {CAPABILITIES: "responseformat=delta;readerfeatures=deletionvectors,columnmapping"}
    answer = _changes(server, said)
    if "responseformat=delta" not in answer.headers.get(CAPABILITIES, "").casefold():
        raise PassedOver("The server knows the parquet format alone.")
    for one in files_in(lines(answer)):
        that(one["kind"] in {"add", "remove", "cdc"}, f"The action is {one['kind']}.")
        that("version" in one and "timestamp" in one, "A file has no version or timestamp.")


@promises(_SECTION, "A file of a cdf line says of each row what became of it")
def change_types(server: Server) -> None:
    known = {"insert", "delete", "update_preimage", "update_postimage"}
    files = [one["cdf"] for one in lines(_changes(server)) if "cdf" in one]
    if not files:
        raise PassedOver("There is no such line.")
    for one in files:
        found = set(server.read(one).column("_change_type").to_pylist())
        that(found <= known, f"There is {found - known}.")


@promises(_SECTION, "The newest version alone has no change of another")
def one_version(server: Server) -> None:
    params = {"startingVersion": server.version, "endingVersion": server.version}
    answer = server.ask(f"{server.table}/changes", params=params)
    _offered(answer)
    for one in lines(answer)[2:]:
        ((_, file),) = one.items()
        that(file.get("version", server.version) == server.version, "There is another's.")


def _changes(server: Server, said: dict[str, str] | None = None) -> httpx.Response:
    params: dict[str, Any] = {"startingVersion": _first(server)}
    answer = server.ask(f"{server.table}/changes", params=params, headers=said or {})
    _offered(answer)
    return answer


def _first(server: Server) -> int:
    """Return the version to begin at: the first, but for the one that made the table."""
    return min(1, server.version)


def _offered(answer: httpx.Response) -> None:
    if answer.status_code in {400, 403, 404}:
        raise PassedOver("The table is shared without its changes.")
    that(answer.status_code == 200, f"It answered {answer.status_code}.")
