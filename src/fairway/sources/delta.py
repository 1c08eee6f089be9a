"""Products that lie in Delta Lake tables on this machine: the table's log says which files count.

Every state that the log still holds can be read, by its number or by time. Deletion vectors and
column mapping are followed. A table that asks its readers for anything else than `_FEATURES` is
refused: who does not know a feature would read rows that are not there, or values that are wrong.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from fairway.nouns.errors import FairwayError, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source, SourceField
from fairway.nouns.relations import ColumnRange, DataFile
from fairway.nouns.versions import AsOf, Version
from fairway.rules import versions
from fairway.sources import faults, parquet
from fairway.sources.delta_log import Logs
from fairway.sources.files import MOST_FILES
from fairway.sources.tables import TableSources, TableState, check_deleted

if TYPE_CHECKING:
    from deltalake import DeltaTable

FORMAT = "delta"
_LOG = "_delta_log"
_FEATURES = frozenset({"columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint"}) | {
    "vacuumProtocolCheck"
}
_TYPES = {
    "string": LogicalType.STRING,
    "boolean": LogicalType.BOOLEAN,
    "date": LogicalType.DATE,
    "timestamp": LogicalType.TIMESTAMP,
    "timestamp_ntz": LogicalType.TIMESTAMP,
    "float": LogicalType.NUMBER,
    "double": LogicalType.NUMBER,
} | dict.fromkeys(("byte", "short", "integer", "long"), LogicalType.INTEGER)
_CUT_AT = 32
"""Characters after which writers cut texts in statistics; a cut text is no safe upper end."""


class DeltaSources(TableSources):
    """Reads kind `local`, format `delta`."""

    inside = _LOG

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        """Return the source as of a state, or as of now, by number."""
        if wanted is None:
            version = self.state(source, "").number
        elif isinstance(wanted, Version):
            # The library works its way up to a number that is far ahead, which takes for ever.
            if wanted.number > (self.state(source, "").number or 0):
                raise faults.no_such_version(str(wanted.number))
            version = self.state(replace(source, version=str(wanted.number)), "").number
        else:
            version = self._at(source, wanted.at)
        return replace(source, version=str(version))

    def history(self, source: Source) -> Sequence[tuple[int, datetime]]:
        """Return the states that the log still tells of, with when they were written, oldest
        first."""
        entries = _open(source.location, None, "").history()
        told = [
            (int(one["version"]), datetime.fromtimestamp(int(one["timestamp"]) / 1000, UTC))
            for one in entries
            if "timestamp" in one
        ]
        return sorted(told)

    def _at(self, source: Source, moment: datetime) -> int:
        table = _open(source.location, None, "")
        held = [
            (int(entry["timestamp"]), int(entry["version"]))
            for entry in table.history()
            if "timestamp" in entry
        ]
        wanted = moment.timestamp() * 1000
        numbers = [number for written, number in held if written <= wanted]
        if not numbers:
            raise faults.no_such_version(versions.to_text(versions.parse(moment.isoformat())))
        return max(numbers)

    def state(self, source: Source, file: str) -> TableState:
        """Return a state, from memory when the commit that made it is still the same file."""
        wanted = versions.parse(source.version) if source.version else None
        number = wanted.number if isinstance(wanted, Version) else None
        mark = _mark(Path(source.location), number)
        key = (source.location, *mark) if mark else None
        known = self._known(key) if key else None
        if known is not None:
            return known
        state = self._read(_open(source.location, number, file), file)
        return self._keep(key, state) if key and key[1] == state.number else state

    def address(self, location: Path, written: str, file: str) -> str:  # noqa: ARG002
        """Return where a file lies, by what the log calls it."""
        return str(location / unquote(written).removeprefix("file://"))

    def _read(self, table: "DeltaTable", file: str) -> TableState:
        """Read a state from the log: columns, files, statistics, deletion vectors."""
        import pyarrow as pa

        schema = json.loads(table.schema().to_json())["fields"]
        actions = pa.table(table.get_add_actions(flatten=False)).to_pylist()
        if len(actions) > MOST_FILES:
            raise faults.too_many_files(MOST_FILES, file)
        location = Path(unquote(table.table_uri.removeprefix("file://")))
        deleted = self._deleted(table, location, file)
        mode = table.metadata().configuration.get("delta.columnMapping.mode", "none")
        partitions = set(table.metadata().partition_columns)
        parts = []
        for action in actions:
            path = self.address(location, action["path"], file)
            part = DataFile(
                path=path,
                constants=tuple(
                    (name, _text(value)) for name, value in (action.get("partition") or {}).items()
                ),
                deleted=deleted.get(path, ()),
                ranges=tuple(_ranges(schema, partitions, mode, action)),
                rows=action["num_records"],
                size=action["size_bytes"],
            )
            if self.reads(part):
                counted = action.get("null_count") or {}
                names = self._names(path, schema, partitions, mode, counted, file)
                parts.append(replace(part, names=names))
        fields = tuple(_field(one) for one in schema)
        return TableState(
            fields, int(table.version()), tuple(sorted(parts, key=lambda part: part.path))
        )

    def _names(
        self,
        path: str,
        schema: Sequence[Mapping[str, Any]],
        partitions: set[str],
        mode: str,
        counted: Mapping[str, Any],
        file: str,
    ) -> tuple[tuple[str, str], ...]:
        """Return the columns that a file calls otherwise, or lacks.

        A column with statistics is there; for the others, the file's own end is looked at.
        """
        found: list[tuple[str, str]] = []
        for field in schema:
            name, inside = field["name"], _physical(field, mode)
            if name in partitions:
                continue
            if mode == "id":
                wanted = field["metadata"].get("delta.columnMapping.id")
                inside = self.columns(path, file).by_id.get(wanted, "")
            elif counted.get(inside) is None and inside not in self.columns(path, file).names:
                inside = ""
            if inside != name:
                found.append((name, inside))
        return tuple(found)

    def _deleted(
        self, table: "DeltaTable", location: Path, file: str
    ) -> dict[str, tuple[int, ...]]:
        """Return the places of deleted rows, by file."""
        import numpy as np
        import pyarrow as pa

        if "deletionVectors" not in (table.protocol().reader_features or ()):
            return {}
        found: dict[str, tuple[int, ...]] = {}
        for batch in pa.RecordBatchReader.from_stream(table.deletion_vectors()):
            for path, kept in zip(batch.column(0), batch.column(1), strict=True):
                places = np.flatnonzero(~kept.values.to_numpy(zero_copy_only=False))
                found[self.address(location, path.as_py(), file)] = tuple(places.tolist())
        check_deleted(found, "Deletion vectors", file)
        return found


def _mark(location: Path, number: int | None) -> tuple[int, int, int] | None:
    """Return the number of a state and the mark of its commit, or None when it is not to be seen.

    Without a number, that of the newest commit.
    """
    log = location / _LOG
    try:
        if number is None:
            names = (entry.name.partition(".") for entry in os.scandir(log))
            number = max(int(stem) for stem, _, end in names if end == "json" and stem.isdigit())
        found = (log / f"{number:020}.json").stat()
    except (OSError, ValueError):
        return None
    return number, found.st_mtime_ns, found.st_ino


def _open(location: str, version: int | None, file: str) -> "DeltaTable":
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError
    except ModuleNotFoundError:
        raise faults.missing_extra("Delta Lake tables", "delta") from None
    _check_inside(Path(location) / _LOG, file)
    try:
        table = DeltaTable(location, version=version)
    except (DeltaError, OSError, ValueError, OverflowError):
        if version is not None and (Path(location) / _LOG).is_dir():
            raise faults.no_such_version(str(version)) from None
        raise _damaged(file) from None
    asked = set(table.protocol().reader_features or ())
    if unknown := sorted(asked - _FEATURES):
        raise Refused(
            "source.delta_feature",
            f"The Delta table asks its readers for '{unknown[0]}', which Fairway does not know.",
            remedy="Drop the feature from the table, or offer a copy without it.",
            file=file,
            field="servers[0].path",
        )
    return table


_logs = Logs()


def _check_inside(log: Path, file: str) -> None:
    """Raise for a log that has something opened elsewhere, or cannot be looked through."""
    try:
        inside = _logs.stays_inside(log)
    except (OSError, ValueError, TypeError, AttributeError):
        raise _damaged(file) from None
    if not inside:
        raise faults.outside(file)


def _damaged(file: str) -> FairwayError:
    return Unavailable(
        "source.unreadable",
        "The Delta table at this path is damaged, or is not a Delta table.",
        remedy="Check that its log is whole and that the node may read it.",
        file=file,
        field="servers[0].path",
    )


def _field(field: Mapping[str, Any]) -> SourceField:
    native = field["type"]
    if not isinstance(native, str):
        return SourceField(field["name"], None, str(native.get("type")))
    kind = LogicalType.NUMBER if native.startswith("decimal") else _TYPES.get(native)
    return SourceField(field["name"], kind, native)


def _physical(field: Mapping[str, Any], mode: str) -> str:
    name = field["metadata"].get("delta.columnMapping.physicalName") if mode != "none" else None
    return str(name or field["name"])


def _ranges(
    schema: Sequence[Mapping[str, Any]],
    partitions: set[str],
    mode: str,
    action: Mapping[str, Any],
) -> Iterator[ColumnRange]:
    low, high = action.get("min") or {}, action.get("max") or {}
    nulls = action.get("null_count") or {}
    for field in schema:
        inside = _physical(field, mode)
        if field["name"] in partitions or _field(field).type is None:
            continue
        ends = parquet.range_ends(_field(field).type, low.get(inside), high.get(inside), _CUT_AT)
        no_nulls = nulls.get(inside) == 0
        if ends != (None, None) or no_nulls:
            yield ColumnRange(field["name"], *ends, nulls=not no_nulls)


def _text(value: Any) -> str | None:
    """Write the value of a partition as `rules.pruning.constant` reads it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)
