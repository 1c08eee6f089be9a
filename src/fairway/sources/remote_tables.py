"""Tables that lie in a remote store, as the process reads them that reaches it (`remote_reader`).

A Delta Lake table's log is fetched into a private folder and read there; an Iceberg table's
metadata are opened in the store. Either may name what lies below the table's own directory, by a
path that cannot lead elsewhere; whatever else it names is refused before it is opened. Which files
are wanted is decided by the scope first, so that no other is opened, not even for the names of its
columns.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fairway.nouns.products import LogicalType, Source
from fairway.nouns.relations import DataFile, Located
from fairway.rules import scope_text
from fairway.rules.pruning import permitted
from fairway.sources import faults, parquet
from fairway.sources.delta import DeltaSources
from fairway.sources.files import GLOB
from fairway.sources.iceberg import IcebergSources
from fairway.sources.tables import TableSources

_MOST_LOG_FILES = 20_000
_MOST_LOG_BYTES = 512 * 1024**2
_LOG_FILE = re.compile(r"(_sidecars/)?[0-9A-Za-z_][0-9A-Za-z._-]*")
_DELETIONS = re.compile(r"deletion_vector_[0-9a-f-]+\.bin")


def opened(store: Any, order: Mapping[str, Any]) -> tuple["InStore", Source]:
    """Return what reads the table of an order, and the table as a source.

    An order that names columns with their types wants the files on which its scope can hold; one
    that does not wants to know of the table alone.
    """
    sources = _FORMATS[order["format"]](store, order)
    location = sources.prepared()
    return sources, Source(order["store"], order["format"], location, order["version"])


class _Below:
    """Implements `tables.Roots`: what lies below one directory of a store, its address in full."""

    def __init__(self, base: str) -> None:
        self._base = f"{base}/"

    def place(self, source: Source, file: str, holds: Any) -> Path:  # noqa: ARG002
        """Refuse: nothing is looked for in a store."""
        raise faults.outside_store(file)

    def admit(self, paths: Sequence[str], file: str) -> None:
        """Raise `Refused` for a path that leads elsewhere, or is a pattern."""
        for path in paths:
            below = path.removeprefix(self._base)
            parts = set(below.split("/"))
            if below == path or parts & {"", ".", ".."} or (GLOB | {"\0"}) & set(below):
                raise faults.outside_store(file)


class InStore(TableSources):
    """What tables of every format have in common where they lie in a store."""

    def __init__(self, store: Any, order: Mapping[str, Any]) -> None:
        self.base = store.unstrip_protocol(order["place"])
        super().__init__(_Below(self.base))
        self.store, self.order = store, order
        self.types = {name: LogicalType(kind) for name, kind in order.get("types", {}).items()}
        scope = order.get("scope")
        self.scope = scope_text.parse(scope, self.types) if scope else None
        self.named: list[DataFile] = []  # every file of the states that were read, opened or not

    def prepared(self) -> str:
        """Make ready for reading, and return where the table is read."""
        return str(self.order["place"])

    def columns(self, path: str, file: str) -> parquet.Columns:
        with self.store.open(path, "rb") as content:
            return parquet.columns_in(content, file)

    def reads(self, part: DataFile) -> bool:
        self.named.append(part)
        one = Located((part.path,), parts=(part,))
        return "types" in self.order and bool(permitted(one, self.scope, self.types).files)


class _Delta(InStore, DeltaSources):
    def prepared(self) -> str:
        """Fetch the table's log and its deletion vectors. Raises `Unavailable` for too many."""
        folder, place = Path(self.order["scratch"]), self.order["place"]
        log = f"{place}/{self.inside}"
        found = dict(self.store.find(log, detail=True))
        for info in self.store.ls(place, detail=True):
            if _DELETIONS.fullmatch(info["name"].rpartition("/")[2]):
                found[info["name"]] = info
        wanted = {
            path: str(folder / path.removeprefix(f"{place}/"))
            for path in found
            if _LOG_FILE.fullmatch(path.removeprefix(f"{log}/")) or path.startswith(f"{place}/del")
        }
        size = sum(int(found[path].get("size") or 0) for path in wanted)
        if len(wanted) > _MOST_LOG_FILES or size > _MOST_LOG_BYTES:
            raise faults.long_log("")
        (folder / self.inside / "_sidecars").mkdir(parents=True)
        if self.store.async_impl:  # several at a time
            self.store.get(list(wanted), list(wanted.values()))
        else:
            for path, here in wanted.items():
                self.store.get_file(path, here)
        return str(folder)

    def address(self, location: Path, written: str, file: str) -> str:
        """Return where a file lies in the store; the library says where it would lie here."""
        below = unquote(written).removeprefix(f"file://{location}/")
        found = f"{self.base}/{below}"
        if "://" in below:
            raise faults.outside_store(file)
        self._files.admit([found], file)
        return found


class _Iceberg(InStore, IcebergSources):
    def io(self, file: str) -> Any:
        from pyiceberg.io import FileIO, InputFile, OutputFile
        from pyiceberg.io.fsspec import FsspecInputFile

        store, address = self.store, self.address

        class Inside(FileIO):
            """Opens what lies below the table's directory, and writes nothing."""

            def new_input(self, location: str) -> InputFile:
                return FsspecInputFile(address(location, file), store)

            def new_output(self, location: str) -> OutputFile:  # noqa: ARG002
                raise faults.outside_store(file)

            def delete(self, location: str | InputFile | OutputFile) -> None:  # noqa: ARG002
                raise faults.outside_store(file)

        return Inside()

    def address(self, location: str, file: str) -> str:
        """Return where a file lies in the store: metadata give every address in full."""
        scheme, sign, path = location.partition("://")
        known = self.store.protocol
        if sign and scheme not in ({known} if isinstance(known, str) else set(known)):
            raise faults.outside_store(file)
        found = str(self.store.unstrip_protocol(path if sign else location))
        self._files.admit([found], file)
        return found

    def metadata_files(self, location: str) -> Iterable[tuple[str, str, int]]:
        for info in self.store.ls(f"{location}/{self.inside}", detail=True):
            yield info["name"].rpartition("/")[2], info["name"], 0


_FORMATS: Mapping[str, type[InStore]] = {"delta": _Delta, "iceberg": _Iceberg}
