"""The lines of an answer about a table, in both formats: protocol, metadata, files, the end.

In parquet format they are the sharing protocol's own; in delta format they wrap the actions of a
Delta Lake log, which the client replays.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fairway.nouns.products import LogicalType
from fairway.nouns.shares import SharedColumn
from fairway.sharing.capabilities import Capabilities
from fairway.verbs.extracts import Part
from fairway.verbs.shared_files import Link
from fairway.verbs.shared_tables import ChangesRead, TableRead
from fairway.verbs.shares import Shared

Action = Mapping[str, Any]
Address = Callable[[Link], str]

_TYPES = {
    LogicalType.STRING: "string",
    LogicalType.INTEGER: "long",
    LogicalType.NUMBER: "double",
    LogicalType.BOOLEAN: "boolean",
    LogicalType.DATE: "date",
    LogicalType.TIMESTAMP: "timestamp",
}
_NAMESPACE = uuid.UUID("7f3f7c8e-6d0f-5c53-9a67-3c1d6e7a2b11")


def share_id(shared: Shared) -> str:
    """Return the share's unchanging id."""
    return str(uuid.uuid5(_NAMESPACE, shared.name))


def table_id(shared: Shared) -> str:
    """Return the table's unchanging id, which no other share's table has."""
    return str(uuid.uuid5(_NAMESPACE, f"{shared.name}/{shared.product.id}"))


def schema_string(columns: tuple[SharedColumn, ...]) -> str:
    """Return the schema as Delta Lake and Spark write it, in JSON."""
    fields = [
        {
            "name": column.name,
            "type": _TYPES[column.type],
            "nullable": True,
            "metadata": {"comment": column.description} if column.description else {},
        }
        for column in columns
    ]
    return json.dumps({"type": "struct", "fields": fields}, separators=(",", ":"))


def protocol(wanted: Capabilities, *, feed: bool = False) -> Action:
    """Return the line of what a reader has to know: nothing beyond the first version.

    Changes are told by writers of version 4 and later, which readers of delta format look for.
    """
    if wanted.delta:
        writer = 4 if feed else 2
        return {"protocol": {"deltaProtocol": {"minReaderVersion": 1, "minWriterVersion": writer}}}
    return {"protocol": {"minReaderVersion": 1}}


def metadata(
    read: TableRead, wanted: Capabilities, *, versioned: bool = False, feed: bool = False
) -> Action:
    """Return the line of what the table looks like. Sizes are those of what is shared.

    `feed` says that its changes are told: readers of delta format ask for that in it.
    """
    shared = read.shared
    about: dict[str, Any] = {
        "id": table_id(shared),
        "name": shared.product.table,
        "description": shared.product.contract.title,
        "format": {"provider": "parquet", **({"options": {}} if wanted.delta else {})},
        "schemaString": schema_string(shared.columns),
        "partitionColumns": [],
        "configuration": {"delta.enableChangeDataFeed": "true"} if feed else {},
    }
    counted: dict[str, Any] = {
        "size": read.extract.bytes,
        "numFiles": len(read.extract.files),
        "accessModes": ["url"],
        **({"version": read.version.number} if versioned else {}),
    }
    if wanted.delta:
        return {"metaData": {"deltaMetadata": about, **counted}}
    return {"metaData": {**about, **counted}}


def files(
    read: TableRead, wanted: Capabilities, address: Address, *, versioned: bool = False
) -> Iterator[Action]:
    """Yield the line of each file, with the link to it."""
    moment = _milliseconds(read.version.at)
    for link in read.links:
        file: dict[str, Any] = {
            "id": wanted.file_id(link.id),
            "size": link.file.bytes,
            "expirationTimestamp": _milliseconds(link.until),
        }
        if versioned:
            file |= {"version": read.version.number, "timestamp": moment}
        values: dict[str, Any] = {"partitionValues": {}, "stats": link.file.statistics}
        if wanted.delta:
            added = {
                "path": address(link),
                "size": link.file.bytes,
                "modificationTime": moment,
                "dataChange": True,
                **values,
            }
            yield {"file": {**file, "deltaSingleAction": {"add": added}}}
        else:
            yield {"file": {"url": address(link), **file, **values}}


def changes(read: ChangesRead, wanted: Capabilities, address: Address) -> Iterator[Action]:
    """Yield the line of each file of what came (`add`) and what went (`remove`)."""
    for change in read.changes:
        kind = "add" if change.part is Part.ADDED else "remove"
        moment = _milliseconds(change.at)
        for link in change.links:
            file: dict[str, Any] = {
                "id": wanted.file_id(link.id),
                "size": link.file.bytes,
                "expirationTimestamp": _milliseconds(link.until),
                "version": change.number,
                "timestamp": moment,
            }
            stats = {"stats": link.file.statistics} if kind == "add" else {}
            if not wanted.delta:
                yield {kind: {"url": address(link), **file, "partitionValues": {}, **stats}}
                continue
            action = {
                "path": address(link),
                "partitionValues": {},
                "size": link.file.bytes,
                "dataChange": True,
                **({"modificationTime": moment} if stats else _gone(moment)),
                **stats,
            }
            yield {"file": {**file, "deltaSingleAction": {kind: action}}}


def _gone(moment: int) -> Action:
    return {"deletionTimestamp": moment, "extendedFileMetadata": True}


def end(links: Sequence[Link], page: str = "", refresh: str = "") -> Action:
    """Return the line that says that the answer is whole."""
    told: dict[str, Any] = {}
    if links:
        told["minUrlExpirationTimestamp"] = min(_milliseconds(link.until) for link in links)
    if page:
        told["nextPageToken"] = page
    if refresh:
        told["refreshToken"] = refresh
    return {"endStreamAction": told}


def _milliseconds(moment: Any) -> int:
    return int(moment.timestamp() * 1000)
