"""Products that lie in Apache Iceberg tables on this machine: the newest metadata file says it all.

Columns are read by their numbers, so that a renamed one is still itself. Positional deletes are
followed; equality deletes, versions of the format past 2 and files other than Parquet are refused.
Every snapshot that the table holds can be read, by its id or by time. No catalogue is asked: the
table's own directory is one, and nothing that its metadata names is opened outside the data roots.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from fairway.nouns.errors import FairwayError, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source, SourceField
from fairway.nouns.relations import ColumnRange, DataFile
from fairway.nouns.versions import AsOf, Version
from fairway.rules import versions
from fairway.sources import faults, parquet
from fairway.sources.files import MOST_FILES
from fairway.sources.tables import TableSources, TableState, check_deleted

if TYPE_CHECKING:
    from pyiceberg.table import StaticTable

FORMAT = "iceberg"
_NUMBERED = re.compile(r"v?(\d+)(-.*)?\.metadata\.json")
_CUT_AT = 16
"""Characters after which writers cut texts in statistics."""

_NEWEST_FORMAT = 2
_DAYS_FROM = date(1970, 1, 1)
_TYPES = {
    "string": LogicalType.STRING,
    "boolean": LogicalType.BOOLEAN,
    "int": LogicalType.INTEGER,
    "long": LogicalType.INTEGER,
    "float": LogicalType.NUMBER,
    "double": LogicalType.NUMBER,
    "date": LogicalType.DATE,
    "timestamp": LogicalType.TIMESTAMP,
    "timestamptz": LogicalType.TIMESTAMP,
}


class IcebergSources(TableSources):
    """Reads kind `local`, format `iceberg`."""

    inside = "metadata"

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        """Return the source as of a snapshot, or as of now."""
        if wanted is None:
            snapshot = self.state(source, "").number
        elif isinstance(wanted, Version):
            snapshot = self.state(replace(source, version=str(wanted.number)), "").number
        else:
            moment = int(wanted.at.timestamp() * 1000)
            found = self._open(source, "").snapshot_as_of_timestamp(moment)
            if found is None:
                raise faults.no_such_version(versions.to_text(wanted))
            snapshot = found.snapshot_id
        return source if snapshot is None else replace(source, version=str(snapshot))

    def state(self, source: Source, file: str) -> TableState:
        """Return a snapshot, from memory while the newest metadata is still the same file."""
        metadata, written = self._newest(source.location, file)
        key = (metadata, written, source.version)
        known = self._known(key)
        return known or self._keep(key, self._read(self._open(source, file), source, file))

    def _open(self, source: Source, file: str) -> "StaticTable":
        try:
            from pyiceberg.catalog.noop import NoopCatalog
            from pyiceberg.exceptions import ValidationError
            from pyiceberg.serializers import FromInputFile
            from pyiceberg.table import StaticTable
        except ModuleNotFoundError:
            raise faults.missing_extra("Apache Iceberg tables", "iceberg") from None
        location, _ = self._newest(source.location, file)
        inside = self.io(file)
        try:
            metadata = FromInputFile.table_metadata(inside.new_input(location))
        except (ValidationError, ValueError, TypeError, KeyError, OSError):
            raise _damaged(file) from None
        if metadata.format_version > _NEWEST_FORMAT:
            raise _unknown(f"version {metadata.format_version} of the format", file)
        return StaticTable(
            identifier=("static", "table"),
            metadata_location=location,
            metadata=metadata,
            io=inside,
            catalog=NoopCatalog("static"),
        )

    def io(self, file: str) -> Any:
        """Return what opens the files that the metadata name, and no others."""
        from pyiceberg.io.pyarrow import PyArrowFileIO

        files, address = self._files, self.address

        class Inside(PyArrowFileIO):
            """Opens what lies below a data root, and nothing else."""

            def new_input(self, location: str) -> Any:
                path = address(location, file)
                files.admit([path], file)
                return super().new_input(path)

        return Inside()

    def address(self, location: str, file: str) -> str:  # noqa: ARG002 - for those that refuse some
        """Return where a file lies, by what the metadata call it."""
        plain = location.removeprefix("file://")
        return unquote(plain) if plain != location else plain

    def metadata_files(self, location: str) -> Iterable[tuple[str, str, int]]:
        """Return the name, path and mark of what lies in the table's directory of metadata."""
        for path in (Path(location) / self.inside).iterdir():
            yield path.name, str(path), path.stat().st_mtime_ns

    def _newest(self, location: str, file: str) -> tuple[str, int]:
        """Return the metadata file of the highest number, with its mark."""
        try:
            found = [
                (int(match[1]), written, path)
                for name, path, written in self.metadata_files(location)
                if (match := _NUMBERED.fullmatch(name))
            ]
        except OSError:
            raise faults.unreachable(file) from None
        if not found:
            raise _damaged(file)
        _, written, path = max(found)
        return path, written

    def _read(self, table: "StaticTable", source: Source, file: str) -> TableState:
        schema = table.schema()
        fields = tuple(_field(field) for field in schema.fields)
        current = table.current_snapshot()
        snapshot = current.snapshot_id if current else None
        if source.version:
            snapshot = int(source.version)
            if table.snapshot_by_id(snapshot) is None:
                raise faults.no_such_version(source.version)
        if snapshot is None:
            return TableState(fields, None, ())
        try:
            tasks = list(table.scan(snapshot_id=snapshot).plan_files())
        except FairwayError:
            raise
        except (ValueError, NotImplementedError) as error:
            if "equality" in str(error).lower():
                raise _unknown("equality deletes", file) from None
            raise _damaged(file) from None
        except OSError:
            raise _damaged(file) from None
        if len(tasks) > MOST_FILES:
            raise faults.too_many_files(MOST_FILES, file)
        parts = [self._part(table, task.file, file) for task in tasks]
        read = {part.path for part in parts if part is not None}
        opened = [task for task in tasks if self.address(task.file.file_path, file) in read]
        deleted = self._deleted(table, opened, file)
        found = [replace(p, deleted=deleted.get(p.path, ())) for p in parts if p is not None]
        return TableState(fields, snapshot, tuple(sorted(found, key=lambda part: part.path)))

    def _part(self, table: "StaticTable", data: Any, file: str) -> DataFile | None:
        """Return how one file is read, without the rows that deletes take out; None for one that
        is not wanted."""
        if str(data.file_format).rpartition(".")[2].upper() != "PARQUET":
            raise _unknown("files that are not Parquet", file)
        path = self.address(data.file_path, file)
        self._files.admit([path], file)
        known = DataFile(
            path=path,
            constants=tuple(_partition(table, data)),
            ranges=tuple(_ranges(table, data)),
            rows=data.record_count,
            size=data.file_size_in_bytes,
        )
        if not self.reads(known):
            return None
        numbered = self.columns(path, file).by_id
        if not numbered:
            raise _unknown("files whose columns have no numbers", file)
        inside = {f.name: numbered.get(f.field_id, "") for f in table.schema().fields}
        constants = tuple(one for one in known.constants if not inside[one[0]])
        outside = dict(constants)
        names = tuple(
            (name, found) for name, found in inside.items() if found != name and name not in outside
        )
        return replace(known, names=names, constants=constants)

    def _deleted(
        self, table: "StaticTable", tasks: Sequence[Any], file: str
    ) -> dict[str, tuple[int, ...]]:
        """Return the places of deleted rows, by file."""
        from pyiceberg.io.pyarrow import _read_deletes  # what its own scan reads them with

        wanted = {delete.file_path: delete for task in tasks for delete in task.delete_files}
        found: dict[str, set[int]] = {}
        for delete in wanted.values():
            for path, places in _read_deletes(table.io, delete).items():
                found.setdefault(self.address(path, file), set()).update(places.to_pylist())
        check_deleted(found, "Delete files", file)
        return {path: tuple(sorted(places)) for path, places in found.items()}


def _partition(table: "StaticTable", data: Any) -> Iterator[tuple[str, str | None]]:
    """Return the columns whose values are those of a file's partition."""
    spec, schema = table.specs()[data.spec_id], table.schema()
    numbers = {field.field_id: field for field in schema.fields}
    for place, part in enumerate(spec.fields):
        field = numbers.get(part.source_id)
        if field is not None and str(part.transform) == "identity":
            yield field.name, _text(data.partition[place], str(field.field_type))


def _field(field: Any) -> SourceField:
    native = str(field.field_type)
    kind = LogicalType.NUMBER if native.startswith("decimal(") else _TYPES.get(native)
    return SourceField(field.name, kind, native)


def _ranges(table: "StaticTable", data: Any) -> Iterator[ColumnRange]:
    from pyiceberg.conversions import from_bytes
    from pyiceberg.types import PrimitiveType

    low, high = data.lower_bounds or {}, data.upper_bounds or {}
    nulls = data.null_value_counts or {}
    for field in table.schema().fields:
        kind = _field(field).type
        if kind is None or not isinstance(field.field_type, PrimitiveType):
            continue
        number = field.field_id
        ends = [
            _value(from_bytes(field.field_type, side[number]), kind) if side.get(number) else None
            for side in (low, high)
        ]
        known = parquet.range_ends(kind, ends[0], ends[1], _CUT_AT)
        no_nulls = nulls.get(number) == 0
        if known != (None, None) or no_nulls:
            yield ColumnRange(field.name, *known, nulls=not no_nulls)


def _value(raw: Any, kind: LogicalType) -> Any:
    """Return a bound as a value; days are counted from 1970, times in millionths of a second."""
    from datetime import datetime

    if kind is LogicalType.DATE and isinstance(raw, int):
        return _DAYS_FROM + timedelta(days=raw)
    if kind is LogicalType.TIMESTAMP and isinstance(raw, int):
        try:
            return datetime(1970, 1, 1) + timedelta(microseconds=raw)  # noqa: DTZ001 - columns hold no zone
        except OverflowError:
            return None
    return raw


def _text(value: Any, native: str) -> str | None:
    """Write the value of a partition as `rules.pruning.constant` reads it."""
    if value is None:
        return None
    kind = _TYPES.get(native, LogicalType.NUMBER)
    value = _value(value, kind)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _damaged(file: str) -> FairwayError:
    return Unavailable(
        "source.unreadable",
        "The Iceberg table at this path is damaged, or is not an Iceberg table.",
        remedy="Check that its metadata is whole and that the node may read it.",
        file=file,
        field=faults.PATH,
    )


def _unknown(what: str, file: str) -> FairwayError:
    return Refused(
        "source.iceberg_feature",
        f"The Iceberg table has {what}, which Fairway does not read.",
        remedy="Rewrite the table without it, or offer a copy.",
        file=file,
        field=faults.PATH,
    )
