"""The process that reads out of a remote store (an object store, a file server), and ends.

It gets its orders, with the store's options and secrets, as lines of JSON on its standard input,
and answers each with a line: what was found, an error's fields, or a word for what went wrong. The
store's own words stay here.

It is asked to `stamp` a source or to `describe` it, which state of a table to `pin` or what
`history` it has, and ends; or to `locate` the files in which rows of a scope can lie, and then to
`fetch` into a file what a query needs of them.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from io import BufferedReader
from itertools import takewhile
from pathlib import Path
from typing import Any

import duckdb

from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.products import LogicalType, SourceField
from fairway.nouns.relations import Located
from fairway.rules import scope_text, versions
from fairway.rules.pruning import permitted
from fairway.sources import delimited, faults, parquet, partitions
from fairway.sources.files import GLOB, described
from fairway.sources.keeping import kept
from fairway.sources.remote import TABLES

_MEMORY = "1GB"


def main() -> None:
    """Do what the standard input orders."""
    try:
        _work(json.loads(sys.stdin.readline()))
    except FairwayError as error:
        _say(
            {"error": [type(error).__name__, error.code, error.message, error.remedy, error.field]}
        )
    except ImportError:
        _say({"problem": "extra"})
    except Exception:  # noqa: BLE001 - whatever it is, the store's own words do not go out
        _say({"problem": "silent"})


def _work(order: Mapping[str, Any]) -> None:
    import fsspec

    store = fsspec.filesystem(order["store"], skip_instance_cache=True, **order["options"])
    if order["format"] in TABLES:
        _read_table(store, order)
        return
    found = _listed(store, order)
    if order["do"] == "stamp":
        _say({"found": [_marks(info) for info in found.values()]})
        return
    connection = _connection(store)
    located = _located(store, connection, tuple(map(store.unstrip_protocol, found)), order)
    if order["do"] == "describe":
        _say({"found": _told(described(located, "", connection))})
        return
    types = {name: LogicalType(kind) for name, kind in order["types"].items()}
    scope = scope_text.parse(order["scope"], types) if order["scope"] else None
    _fetch(connection, permitted(located, scope, types))


def _read_table(store: Any, order: Mapping[str, Any]) -> None:
    from fairway.sources import remote_tables

    table, source = remote_tables.opened(store, order)
    match order["do"]:
        case "describe":
            _say({"found": _told(table.describe(source, ""))})
        case "pin":
            wanted = versions.parse(order["wanted"]) if order["wanted"] else None
            _say({"found": table.pin(source, wanted).version})
        case "history":
            _say({"found": [[number, at.isoformat()] for number, at in table.history(source)]})
        case "stamp":
            table.state(source, "")
            there = store.find(order["place"], detail=True)
            infos = (there.get(store._strip_protocol(part.path), {}) for part in table.named)
            _say({"found": sorted([source.version, *map(repr, table.named), *map(_marks, infos)])})
        case _:
            located = table.locate(source)
            parts = tuple(replace(part, ranges=()) for part in located.parts)
            _fetch(_connection(store), replace(located, parts=parts))


def _marks(info: Mapping[str, Any]) -> str:
    """Return what a store tells of a file, for comparing.

    What a store calls a version differs; the fields that none of them calls so do no harm.
    """
    return repr(sorted((key, str(value)) for key, value in info.items()))


def _told(fields: Sequence[SourceField]) -> list[list[Any]]:
    return [[f.name, f.type, f.native_type, sorted(f.readable_as)] for f in fields]


def _connection(store: Any) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={
            "threads": 2,
            "memory_limit": _MEMORY,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    connection.register_filesystem(store)
    return connection


def _fetch(connection: duckdb.DuckDBPyConnection, located: Located) -> None:
    """Tell where the wanted files lie, and fetch from them what the answer to that asks for."""
    _say({"found": asdict(located)})
    if line := sys.stdin.readline():
        fetch = json.loads(line)
        _say(kept(connection.sql(fetch["sql"]).to_arrow_reader(), fetch))


def _listed(store: Any, order: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a store says of a source's files, by path, in order: of one, of those that match,
    or of those in a directory. Raises `Unavailable` where there are none, or too many."""
    path = order["place"]
    if GLOB & set(path):
        found = store.glob(path, detail=True)
    elif store.isfile(path):
        found = {path: store.info(path)}
    else:
        below = store.find(path, detail=True)
        ending = f".{order['format']}"
        found = {name: info for name, info in below.items() if name.endswith(ending)}
    files = {name: found[name] for name in sorted(found) if found[name].get("type") == "file"}
    if len(files) > order["most"]:
        raise faults.too_many_files(order["most"], "")
    if not files:
        raise Unavailable(
            "source.unreachable",
            "There is no data to read at this path.",
            remedy="Check the path below the root of the store, and that the node may read it.",
            field=faults.PATH,
        )
    return files


def _located(
    store: Any,
    connection: duckdb.DuckDBPyConnection,
    files: tuple[str, ...],
    order: Mapping[str, Any],
) -> Located:
    if order["format"] == "csv":
        located = delimited.locate(files, "", lambda name: BufferedReader(store.open(name, "rb")))
        inside = located.header
    else:
        located = Located(files)
        inside = parquet.names(connection, files[0], "")
    above = takewhile(lambda part: not GLOB & set(part), order["place"].split("/"))
    base = store.unstrip_protocol("/".join(above))
    return partitions.parted(located, Path(base), "", inside)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
