"""Reading a table: its files, what is said of them, hints, versions, and what is malformed."""

import json
import time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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
from fairway.sharing.conformance.tables import schema

_READ, _HINTS, _TRAVEL = "Read Data from a Table", "Request Body: hints", "Request Body: versions"
_STATS, _IDS = "Per-file Statistics", "File ids and fileidhash"


@promises(_READ, "ndjson: protocol, metaData, then a file a line; the version is the newest")
def parquet_lines(server: Server) -> None:
    answer = server.query()
    kinds = [next(iter(one)) for one in lines(answer)]
    that(kinds[:2] == ["protocol", "metaData"], f"It begins with {kinds[:2]}.")
    that(set(kinds[2:]) <= {"file"}, f"There are lines of {set(kinds[2:])}.")
    that(a_version(answer) == server.version, "The version is not the newest.")


@promises(_READ, "A file has url, id, partitionValues and size")
def file_members(server: Server) -> None:
    for one in _some(server.files()):
        for member, kind in (("url", str), ("id", str), ("partitionValues", dict), ("size", int)):
            that(isinstance(one.get(member), kind), f"A file has no {member}.")


@promises(_READ, "expirationTimestamp, where it is there, lies ahead")
def expiration(server: Server) -> None:
    ends = [one["expirationTimestamp"] for one in server.files() if "expirationTimestamp" in one]
    if not ends:
        raise PassedOver("It is optional.")
    that(min(ends) > time.time() * 1000, "It has passed.")


@promises(_READ, "In delta format a file wraps one action with the link as its path")
def delta_files(server: Server) -> None:
    for one in _some(_delta(server)):
        that(one.get("kind") == "add", f"The action is {one.get('kind')}.")
        for member in ("path", "partitionValues", "size", "modificationTime", "dataChange"):
            that(member in one, f"The action has no {member}.")
        that(isinstance(one.get("id"), str), "A file has no id.")


@promises(_READ, "Both formats give the same rows")
def same_rows(server: Server) -> None:
    one, other = _whole(server, server.files()), _whole(server, _delta(server))
    that(one.num_rows == other.num_rows, "They have different numbers of rows.")
    that(_sorted(one) == _sorted(other), "The rows differ.")


@promises(_READ, "The columns of the files are those of the schema, but for partition columns")
def columns(server: Server) -> None:
    found = lines(server.query())
    about = found[1]["metaData"]
    parts = {name.casefold() for name in about["partitionColumns"]}
    names = {one["name"].casefold() for one in schema(about)} - parts
    for one in files_in(found):
        inside = {name.casefold() for name in server.read(one).column_names} - parts
        that(inside == names, "They are others.")


@promises(_READ, "size is the number of bytes")
def sizes(server: Server) -> None:
    for one in _some(server.files()):
        size = len(server.http.get(one["url"]).content)
        that(size == one["size"], f"It is {one['size']}, and there are {size}.")


@promises(_READ, "metaData's size and numFiles, where they are there, are those of the files")
def totals(server: Server) -> None:
    found = lines(server.query())
    about, files = found[1]["metaData"], files_in(found)
    if "size" not in about and "numFiles" not in about:
        raise PassedOver("They are optional.")
    that(about.get("size", sum(f["size"] for f in files)) == sum(f["size"] for f in files), "size")
    that(about.get("numFiles", len(files)) == len(files), "numFiles is another.")


@promises(_READ, "An empty body reads as {}")
def empty_object(server: Server) -> None:
    server.query()


@promises(_READ, "A body that is no JSON object: 400")
def malformed(server: Server) -> None:
    for body in ("{", "[]", '"x"', "1", "{'a': 1}", "[" * 100_000, "\x00"):
        server.refused(f"{server.table}/query", 400, method="POST", content=body.encode())


@promises(_READ, "A member of the wrong type: 400")
def wrong_types(server: Server) -> None:
    for body in ({"limitHint": "many"}, {"version": "one"}, {"predicateHints": 1}):
        server.refused(f"{server.table}/query", 400, method="POST", json=body)


@promises(_READ, "Members that are not known are passed over")
def unknown_members(server: Server) -> None:
    server.query(noSuchMember={"a": [1]})


@promises(_READ, "A table that is not there: 404 (or 403)")
def no_table(server: Server) -> None:
    server.refused(f"{server.table}-none/query", 404, 403, method="POST", json={})


@promises(_READ, "GET does not read a table: 404 or 405")
def no_get(server: Server) -> None:
    answer = server.ask(f"{server.table}/query")
    that(answer.status_code in {404, 405}, f"It answered {answer.status_code}.")


# ------------------------------------------------------------------ statistics and ids


@promises(_STATS, "numRecords is the number of rows")
def records(server: Server) -> None:
    for one, stats in _with_stats(server):
        that(stats.get("numRecords") == server.read(one).num_rows, "It is another.")


@promises(_STATS, "No value lies outside minValues and maxValues")
def bounds(server: Server) -> None:
    for one, stats in _with_stats(server):
        table = server.read(one)
        for name, low in stats.get("minValues", {}).items():
            column = table.column(name)
            if column.null_count < len(column) and isinstance(low, int | float):
                ends = pc.min_max(column).as_py()
                that(ends["min"] >= low, f"{name} has a smaller value.")
                that(ends["max"] <= stats["maxValues"][name], f"{name} has a larger value.")


@promises(_STATS, "nullCount is the number of nulls")
def nulls(server: Server) -> None:
    for one, stats in _with_stats(server):
        table = server.read(one)
        for name, count in stats.get("nullCount", {}).items():
            if isinstance(count, int):
                that(table.column(name).null_count == count, f"That of {name} is another.")


@promises(_IDS, "Ids are unique, and the same every time")
def stable(server: Server) -> None:
    one, other = ([file["id"] for file in server.files()] for _ in range(2))
    that(len(set(one)) == len(one), "Two files have the same id.")
    that(sorted(one) == sorted(other), "They are others the second time.")


@promises(_IDS, "fileidhash chooses how they are hashed, whatever the format of the answer")
def hashed(server: Server) -> None:
    found = {
        (form, wanted): [file["id"] for file in _hashed(server, form, wanted)]
        for form in ("parquet", "delta")
        for wanted in ("parquet", "delta")
    }
    if found["parquet", "parquet"] == found["parquet", "delta"]:
        raise PassedOver("The server does not know the header.")
    for wanted in ("parquet", "delta"):
        that(found["parquet", wanted] == found["delta", wanted], "They follow the format.")
    lengths = {len(one) for one in found["parquet", "parquet"]}
    that(lengths <= {32}, "For parquet they are no MD5.")
    that({len(one) for one in found["delta", "delta"]} <= {64}, "For delta they are no SHA-256.")


# ------------------------------------------------------------------ hints


@promises(_HINTS, "predicateHints never lose a row that they are true of")
def sql_hints(server: Server) -> None:
    whole = _whole(server, server.files())
    name, value = _a_value(whole)
    for text in (f"{name} = {_sql(value)}", f"{name} IS NOT NULL", f"{_sql(value)} <= {name}"):
        _keeps(server, whole, name, value, predicateHints=[text])


@promises(_HINTS, "jsonPredicateHints never lose a row that they are true of")
def json_hints(server: Server) -> None:
    whole = _whole(server, server.files())
    name, value = _a_value(whole)
    kind = "long" if isinstance(value, int) else "string"
    leaves = [
        {"op": "column", "name": name, "valueType": kind},
        {"op": "literal", "value": str(value), "valueType": kind},
    ]
    for op in ("equal", "lessThanOrEqual", "greaterThanOrEqual"):
        hint = json.dumps({"op": op, "children": leaves})
        _keeps(server, whole, name, value, jsonPredicateHints=hint)


@promises(_HINTS, "Hints that cannot be read are passed over")
def bad_hints(server: Server) -> None:
    for wrong in ("=", "no_such_column = 1", "1 = (SELECT 1)", "x' OR 1=1 --"):
        server.query(predicateHints=[wrong])
    for wrong in ("", "{", "[]", '{"op": "nosuch"}', '{"op": "not", "children": []}', "1"):
        server.query(jsonPredicateHints=wrong)


@promises(_HINTS, "limitHint leaves as many rows as it names")
def limit(server: Server) -> None:
    whole = _whole(server, server.files())
    for wanted in (0, 1, whole.num_rows, whole.num_rows + 1):
        rows = _whole(server, server.files(limitHint=wanted)).num_rows
        that(rows >= min(wanted, whole.num_rows), f"For {wanted} there are {rows}.")


@promises(_HINTS, "A negative limitHint: 400")
def bad_limit(server: Server) -> None:
    server.refused(f"{server.table}/query", 400, method="POST", json={"limitHint": -1})


# ------------------------------------------------------------------ versions


@promises(_TRAVEL, "The newest version by its number: its files, with version (or 400)")
def by_number(server: Server) -> None:
    body = {"version": server.version}
    answer = server.ask(f"{server.table}/query", method="POST", json=body)
    if answer.status_code in {400, 403}:
        raise PassedOver("The table is shared without its history.")
    that(answer.status_code == 200, f"It answered {answer.status_code}.")
    that(a_version(answer) == server.version, "It is another version.")
    for one in files_in(lines(answer)):
        that(one.get("version", server.version) <= server.version, "A file is of a later version.")


@promises(_TRAVEL, "A version that is not there: 400 (or 403, 404)")
def no_version(server: Server) -> None:
    body = {"version": server.version + 1_000_000}
    server.refused(f"{server.table}/query", 400, 403, 404, method="POST", json=body)


@promises(_TRAVEL, "A negative version: 400")
def negative(server: Server) -> None:
    server.refused(f"{server.table}/query", 400, method="POST", json={"version": -1})


@promises(_TRAVEL, "A timestamp before the first version, or none at all: 400 (or 403, 404)")
def bad_moments(server: Server) -> None:
    for wrong in ("1990-01-01T00:00:00Z", "yesterday"):
        body = {"timestamp": wrong}
        server.refused(f"{server.table}/query", 400, 403, 404, method="POST", json=body)


@promises(_TRAVEL, "version and timestamp together: 400")
def both(server: Server) -> None:
    body = {"version": server.version, "timestamp": "2024-01-01T00:00:00Z"}
    server.refused(f"{server.table}/query", 400, method="POST", json=body)


@promises(_TRAVEL, "startingVersion gives the changes since then, or a refusal")
def starting(server: Server) -> None:
    body = {"startingVersion": server.version}
    answer = server.ask(f"{server.table}/query", method="POST", json=body)
    if answer.status_code in {400, 403}:
        raise PassedOver("The table is shared without its changes.")
    that(answer.status_code == 200, f"It answered {answer.status_code}.")
    kinds = {next(iter(one)) for one in lines(answer)[2:]}
    that(kinds <= {"add", "cdf", "remove", "metaData", "file"}, f"There are lines of {kinds}.")


@promises(_TRAVEL, "A startingVersion that lies ahead: 400 (or 403, 404)")
def starting_ahead(server: Server) -> None:
    body = {"startingVersion": server.version + 1_000_000}
    server.refused(f"{server.table}/query", 400, 403, 404, method="POST", json=body)


# ------------------------------------------------------------------ what the checks read


def _some(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not found:
        raise PassedOver("The table has no file.")
    return found


def _delta(server: Server) -> list[dict[str, Any]]:
    answer = server.query("delta", ";readerfeatures=deletionvectors,columnmapping")
    if "responseformat=delta" not in answer.headers.get(CAPABILITIES, "").casefold():
        raise PassedOver("The server knows the parquet format alone.")
    return files_in(lines(answer))


def _hashed(server: Server, form: str, wanted: str) -> list[dict[str, Any]]:
    said = {CAPABILITIES: f"responseformat={form}", "fileidhash": wanted}
    answer = server.well(f"{server.table}/query", method="POST", headers=said, json={})
    return files_in(lines(answer))


def _with_stats(server: Server) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found = [(one, json.loads(one["stats"])) for one in server.files() if one.get("stats")]
    if not found:
        raise PassedOver("They are optional.")
    return found


def _whole(server: Server, files: list[dict[str, Any]]) -> pa.Table:
    return pa.concat_tables([server.read(one) for one in _some(files)], promote_options="default")


def _sorted(table: pa.Table) -> list[str]:
    return sorted(map(repr, table.to_pylist()))


def _a_value(table: pa.Table) -> tuple[str, Any]:
    """Return a column and one of its values, for hints to name."""
    for name in table.column_names:
        kind = table.column(name).type
        if pa.types.is_integer(kind) or pa.types.is_string(kind):
            values = table.column(name).drop_null()
            if len(values):
                return name, values[0].as_py()
    raise PassedOver("The table has no whole number and no text.")


def _sql(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _keeps(server: Server, whole: pa.Table, name: str, value: Any, **hints: Any) -> None:
    wanted = pc.sum(pc.equal(whole.column(name), value)).as_py()
    left = _whole(server, server.files(**hints)).column(name)
    that(pc.sum(pc.equal(left, value)).as_py() == wanted, f"Rows are lost by {hints}.")
