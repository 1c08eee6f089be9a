"""A table's version and metadata, in both formats."""

import json
from typing import Any

from fairway.sharing.conformance.checks import promises
from fairway.sharing.conformance.server import (
    CAPABILITIES,
    PassedOver,
    Server,
    a_version,
    capabilities,
    lines,
    that,
)

_VERSION, _METADATA = "Query Table Version", "Query Table Metadata"
_HEADER = "Delta Sharing Capabilities Header"
_TYPES = {"string", "long", "integer", "short", "byte", "float", "double", "boolean", "binary"}
_TYPES |= {"date", "timestamp", "timestamp_ntz"}


@promises(_VERSION, "200 with Delta-Table-Version and an empty body")
def version(server: Server) -> None:
    answer = server.well(f"{server.table}/version")
    a_version(answer)
    that(not answer.content, "The body is not empty.")


@promises(_VERSION, "HEAD on the table (deprecated) tells the same version")
def deprecated(server: Server) -> None:
    answer = server.ask(server.table, method="HEAD")
    if answer.status_code in {404, 405}:
        raise PassedOver("It is deprecated.")
    that(a_version(answer) == server.version, "It is another version.")


@promises(_VERSION, "startingTimestamp before the first version gives a version up to the newest")
def since(server: Server) -> None:
    params = {"startingTimestamp": "1990-01-01T00:00:00Z"}
    answer = server.ask(f"{server.table}/version", params=params)
    if answer.status_code in {400, 403}:
        raise PassedOver("The table is shared without its history.")
    that(answer.status_code == 200, f"It answered {answer.status_code}.")
    that(a_version(answer) <= server.version, "The version is newer than the newest.")


@promises(_VERSION, "startingTimestamp after the newest version: 400 (or 403)")
def since_later(server: Server) -> None:
    params = {"startingTimestamp": "2999-01-01T00:00:00Z"}
    server.refused(f"{server.table}/version", 400, 403, params=params)


@promises(_VERSION, "A startingTimestamp that is none: 400")
def bad_since(server: Server) -> None:
    for wrong in ("yesterday", "2022-13-01T00:00:00Z"):
        server.refused(f"{server.table}/version", 400, params={"startingTimestamp": wrong})


@promises(_VERSION, "A table that is not there: 404 (or 403)")
def no_table(server: Server) -> None:
    server.refused(f"{server.table}-none/version", 404, 403)


@promises(_METADATA, "Two lines of ndjson: protocol, then metaData")
def two_lines(server: Server) -> None:
    answer = server.well(f"{server.table}/metadata")
    that([next(iter(one)) for one in lines(answer)] == ["protocol", "metaData"], "They are not.")
    kind = answer.headers["content-type"].replace(" ", "").casefold()
    that(kind == "application/x-ndjson;charset=utf-8", f"It is of type {kind}.")


@promises(_METADATA, "The version is the newest")
def same_version(server: Server) -> None:
    answer = server.well(f"{server.table}/metadata")
    that(a_version(answer) == server.version, "It is another version.")


@promises(_METADATA, "protocol has minReaderVersion 1")
def reader_version(server: Server) -> None:
    protocol = _metadata(server)[0]["protocol"]
    that(protocol.get("minReaderVersion") == 1, f"It is {protocol.get('minReaderVersion')}.")


@promises(_METADATA, "metaData has id, format, schemaString, partitionColumns")
def members(server: Server) -> None:
    found = _metadata(server)[1]["metaData"]
    that(isinstance(found.get("id"), str) and bool(found["id"]), "id is missing.")
    that(found.get("format", {}).get("provider") == "parquet", "The format is not parquet.")
    that(isinstance(found.get("partitionColumns"), list), "partitionColumns is no list.")
    schema(found)


@promises(_METADATA, "metaData has the same id every time")
def same_id(server: Server) -> None:
    ids = {_metadata(server)[1]["metaData"]["id"] for _ in range(2)}
    that(len(ids) == 1, "It has another.")


@promises(_METADATA, "accessModes, where it is there, offers url")
def access_modes(server: Server) -> None:
    modes = _metadata(server)[1]["metaData"].get("accessModes")
    if modes is None:
        raise PassedOver("It is optional.")
    that("url" in modes and set(modes) <= {"url", "dir"}, f"It is {modes}.")


@promises(_METADATA, "A table that is not there: 404 (or 403)")
def no_metadata(server: Server) -> None:
    server.refused(f"{server.table}-none/metadata", 404, 403)


@promises("Generate Temporary Table Credential", "Given only where accessModes has dir")
def credentials(server: Server) -> None:
    modes = _metadata(server)[1]["metaData"].get("accessModes") or []
    path = f"{server.table}/temporary-table-credentials"
    answer = server.ask(path, method="POST", json={})
    if "dir" in modes:
        that(answer.status_code == 200, f"It answered {answer.status_code}.")
        given = answer.json()["credentials"]
        that("location" in given and "expirationTime" in given, "They have no place or no end.")
    else:
        that(400 <= answer.status_code < 500, f"It answered {answer.status_code}.")


@promises(_HEADER, "Without the header the answer is in parquet format")
def without(server: Server) -> None:
    protocol, found = _metadata(server)[:2]
    that("deltaProtocol" not in protocol["protocol"], "The protocol is in delta format.")
    that("deltaMetadata" not in found["metaData"], "The metadata is in delta format.")


@promises(_HEADER, "responseformat=parquet is answered in parquet format")
def parquet(server: Server) -> None:
    answer = _asked(server, "responseformat=parquet")
    that("deltaProtocol" not in lines(answer)[0]["protocol"], "It is in delta format.")
    told = capabilities(answer).get("responseformat", "parquet")
    that(told == "parquet", f"The header says {told}.")


@promises(_HEADER, "responseformat=delta is answered in delta format, and the header says so")
def delta(server: Server) -> None:
    answer = _asked(server, "responseformat=delta;readerfeatures=deletionvectors,columnmapping")
    told = capabilities(answer).get("responseformat", "parquet")
    if told == "parquet" and "deltaProtocol" not in lines(answer)[0]["protocol"]:
        raise PassedOver("The server knows the parquet format alone.")
    that(told == "delta", f"The header says {told}.")
    protocol, found = lines(answer)[:2]
    inner = protocol["protocol"].get("deltaProtocol", {})
    that({"minReaderVersion", "minWriterVersion"} <= set(inner), "deltaProtocol is not whole.")
    schema(found["metaData"].get("deltaMetadata", {}))


@promises(_HEADER, "Of a list of formats one is answered, and the header says which")
def either(server: Server) -> None:
    answer = _asked(server, "responseformat=delta,parquet;readerfeatures=deletionvectors")
    told = capabilities(answer).get("responseformat", "parquet")
    wrapped = "deltaProtocol" in lines(answer)[0]["protocol"]
    that(told == ("delta" if wrapped else "parquet"), f"The header says {told}.")


@promises(_HEADER, "Keys and values compare without regard to case; unknown ones are passed over")
def case(server: Server) -> None:
    plain = _asked(server, "responseformat=delta").text
    odd = _asked(server, "ResponseFormat=DELTA;NoSuchCapability=x").text
    that(plain == odd, "The answers differ.")


@promises(_HEADER, "No EndStreamAction where none is asked for")
def unasked_end(server: Server) -> None:
    for form in ("parquet", "delta"):
        for asked in (
            f"responseformat={form}",
            f"responseformat={form};includeendstreamaction=false",
        ):
            found = lines(_asked(server, asked)) + lines(_queried(server, asked))
            that(all("endStreamAction" not in one for one in found), f"There is one in {form}.")


@promises(_HEADER, "An EndStreamAction comes last, where the header says that it comes")
def asked_end(server: Server) -> None:
    for form in ("parquet", "delta"):
        wanted = f"responseformat={form};includeEndStreamAction=true"
        for answer in (_asked(server, wanted), _queried(server, wanted)):
            found = ["endStreamAction" in one for one in lines(answer)]
            said = capabilities(answer).get("includeendstreamaction") == "true"
            that(not said or found[-1], "It is said to come, and does not.")
            that(not any(found[:-1]), "It is not the last line.")
            that(said or not any(found), "It comes, and is not said to.")


def schema(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a metadata object's schema, read as the protocol has it."""
    read = json.loads(found.get("schemaString", "null"))
    that(isinstance(read, dict) and read.get("type") == "struct", "schemaString is no struct.")
    fields = list(read["fields"])
    for one in fields:
        whole = isinstance(one.get("name"), str) and isinstance(one.get("nullable"), bool)
        that(whole, "A field has no name or no nullable.")
        kind = one.get("type")
        known = isinstance(kind, dict) or kind in _TYPES or str(kind).startswith("decimal")
        that(known, f"A field has the type {kind}.")
    return fields


def _metadata(server: Server) -> list[dict[str, Any]]:
    return lines(server.well(f"{server.table}/metadata"))


def _asked(server: Server, header: str) -> Any:
    return server.well(f"{server.table}/metadata", headers={CAPABILITIES: header})


def _queried(server: Server, header: str) -> Any:
    said = {CAPABILITIES: header}
    return server.well(f"{server.table}/query", method="POST", headers=said, json={})
