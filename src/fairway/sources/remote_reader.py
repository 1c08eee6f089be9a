"""The process that reads out of a remote store (an object store, a file server), and ends.

It gets its orders, with the store's options and secrets, as lines of JSON on its standard input,
and answers each with a line: what was found, an error's fields, or a word for what went wrong. The
store's own words stay here.

It is asked to `stamp` files or to `describe` them, and ends; or to `locate` them, and then to
`fetch` into a file what a query needs of them.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from io import BufferedReader
from itertools import takewhile
from pathlib import Path
from typing import Any

import duckdb

from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.relations import Located
from fairway.sources import delimited, faults, parquet, partitions
from fairway.sources.files import GLOB, described
from fairway.sources.keeping import kept

_MEMORY = "1GB"


def main() -> None:
    """Do what the standard input orders."""
    try:
        _work(json.loads(sys.stdin.readline()))
    except FairwayError as error:
        _say({"error": [error.code, error.message, error.remedy, error.field]})
    except ImportError:
        _say({"problem": "extra"})
    except Exception:  # noqa: BLE001 - whatever it is, the store's own words do not go out
        _say({"problem": "silent"})


def _work(order: Mapping[str, Any]) -> None:
    import fsspec

    store = fsspec.filesystem(order["store"], skip_instance_cache=True, **order["options"])
    found = _listed(store, order)
    if order["do"] == "stamp":
        # What a store calls a version differs; the fields that none of them calls so do no harm.
        told = (sorted((key, str(value)) for key, value in info.items()) for info in found.values())
        _say({"found": [repr(marks) for marks in told]})
        return
    connection = duckdb.connect(
        config={
            "threads": 2,
            "memory_limit": _MEMORY,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    connection.register_filesystem(store)
    located = _located(store, connection, tuple(map(store.unstrip_protocol, found)), order)
    if order["do"] == "describe":
        fields = described(located, "", connection)
        _say({"found": [[f.name, f.type, f.native_type, sorted(f.readable_as)] for f in fields]})
        return
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
