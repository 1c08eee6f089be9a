"""Old bodies in Parquet files by month, beside the database. Their leaves stay in the database.

A file holds one row for each entry: its index, its time, its salt and its exact bytes, and the hash
of its leaf, by which it says itself which entry it holds. Files are written as a draft, read back,
made durable and only then given their name; a mark beside a file says that what it holds may have
to be brought in line with the database.
"""

import fcntl
import os
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from fairway.ledger import segments
from fairway.ledger.segments import Segment
from fairway.rules.ledger import at_micros, commitment, leaf_entry, read_leaf
from fairway.rules.merkle import leaf_hash

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

GROUP = 1_024  # rows that are read at once
CACHED = 16  # groups that stay in memory


class ArchiveError(LookupError):
    """A file that does not hold what it should: which entry, by its index, and why."""

    def __init__(self, index: int | None, reason: str) -> None:
        super().__init__(reason)
        self.index = index


class Row(NamedTuple):
    """An entry in a file, by its index. Salt and body are None when they were erased."""

    place: int
    at: int
    salt: bytes | None
    body: bytes | None
    leaf: bytes

    def fits(self) -> bool:
        """Say whether the body is the one that the leaf stands for."""
        if self.salt is None or self.body is None:
            return True
        return leaf_hash(leaf_entry(self.at, commitment(self.salt, self.body))) == self.leaf


def month_of(segment: Segment) -> str:
    """Return the month in UTC of the latest entry in a segment, as in 2025-12.

    Raises `ValueError` when its leaves are none.
    """
    leaves = (segment.leaf(index) for index in range(segment.first, segment.end))
    latest = max(read_leaf(leaf)[0] for leaf in leaves)
    try:
        return f"{at_micros(latest):%Y-%m}".rjust(7, "0")
    except OverflowError:
        raise ValueError("the time of a leaf is none") from None


class Archive:
    """The files in a directory, which is made when the first one is written."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._cached: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._caching = Lock()

    def name(self, month: str) -> str:
        """Return what a month's file is called for people."""
        return f"{self.directory.name}/{month}.parquet"

    def file(self, month: str) -> Path:
        """Return where a month's file lies."""
        return self.directory / f"{month}.parquet"

    def counted(self) -> dict[str, int]:
        """Return how many rows each month's file holds. Raises `ArchiveError`."""
        found = {}
        for file in sorted(self.directory.glob("*.parquet")):
            with self._reading(file.stem, None), file.open("rb") as handle:
                found[file.stem] = _parquet(handle).metadata.num_rows
        return found

    # ------------------------------------------------------------------ reading

    def bodies(self, segment: Segment) -> list[tuple[bytes, bytes] | None]:
        """Return the salts and bodies of a segment. Raises `ArchiveError`, `ValueError`."""
        month = month_of(segment)
        gone = segments.erased(segment.first, segment.end) if self.marked(month) else set()
        found: list[tuple[bytes, bytes] | None] = []
        with self._reading(month, segment.first), self.file(month).open("rb") as handle:
            for index in range(segment.first, segment.end):
                row, leaf = self._row(handle, month, index), segment.leaf(index)
                if (row.at, row.leaf) != (read_leaf(leaf)[0], leaf_hash(leaf)):
                    raise ArchiveError(index, f"its row in {self.name(month)} is that of another")
                if row.salt is None or row.body is None or index + 1 in gone:
                    found.append(None)
                else:
                    found.append((row.salt, row.body))
        return found

    def forget(self) -> None:
        """Read everything anew from now on."""
        with self._caching:
            self._cached.clear()

    def rows(self, month: str) -> Iterator[Row]:
        """Yield the rows of a month's file, if there is one. Raises `ArchiveError`."""
        if self.file(month).exists():
            with self._reading(month, None), self.file(month).open("rb") as handle:
                yield from _rows(handle)

    def _row(self, handle: BinaryIO, month: str, index: int) -> Row:
        stat = os.fstat(handle.fileno())
        file = (month, stat.st_ino, stat.st_mtime_ns, stat.st_size)
        firsts = self._once(file, lambda: _firsts(_parquet(handle)))
        number = bisect_right(firsts, index) - 1
        if number >= 0:
            group = self._once((*file, number), lambda: _group(_parquet(handle), number))
            if index in group:
                found: Row = group[index]
                return found
        raise ArchiveError(index, f"its row in {self.name(month)} is missing")

    def _once(self, key: tuple[Any, ...], read: Any) -> Any:
        with self._caching:
            if key in self._cached:
                self._cached.move_to_end(key)
                return self._cached[key]
        found = read()
        with self._caching:
            self._cached[key] = found
            while len(self._cached) > CACHED:
                self._cached.popitem(last=False)
        return found

    @contextmanager
    def _reading(self, month: str, index: int | None) -> Iterator[None]:
        """Turn whatever a damaged file raises into `ArchiveError` that names it."""
        import pyarrow as pa

        try:
            yield
        except ArchiveError:
            raise
        except FileNotFoundError:
            raise ArchiveError(index, f"{self.name(month)} is missing") from None
        except (OSError, ValueError, TypeError, AttributeError, KeyError, pa.ArrowException):
            raise ArchiveError(index, f"{self.name(month)} is damaged") from None

    # ------------------------------------------------------------------ writing

    def write(self, month: str, rows: Iterable[Row]) -> None:
        """Write a month's file anew, on disk when this returns; without rows it is removed.

        Raises `OSError`, and `ArchiveError` for a row whose body is not the one that was hashed:
        then nothing has changed.
        """
        import pyarrow.parquet as pq

        draft, count, written = self._draft(month), 0, 0
        with draft.open("w+b") as handle:
            draft.chmod(0o600)
            with pq.ParquetWriter(
                handle, _schema(), compression="zstd", use_dictionary=False,
                write_statistics=["index", "at"], write_page_checksum=True,
            ) as writer:  # fmt: skip
                following = iter(rows)
                while some := list(islice(following, GROUP)):
                    writer.write_table(_table(some))
                    written += len(some)
            handle.flush()
            os.fsync(handle.fileno())
            with self._reading(month, None):
                for row in _rows(handle):
                    count += 1
                    if not row.fits():
                        reason = f"its body for {self.name(month)} is not the one that was hashed"
                        raise ArchiveError(row.place, reason)
                if count != written:
                    raise ArchiveError(None, f"{self.name(month)} was not written whole")
        if written:
            draft.replace(self.file(month))
        else:
            draft.unlink()
            self.file(month).unlink(missing_ok=True)
        _sync(self.directory)

    def marked(self, month: str) -> bool:
        """Say whether a month's file may hold what it should not any more."""
        return self._mark(month).exists()

    def marks(self) -> list[str]:
        """Return the months whose files may hold what they should not any more."""
        return sorted(mark.stem for mark in self.directory.glob("*.unsettled"))

    def mark(self, month: str) -> None:
        """Say, durably, that a month's file may hold what it should not any more."""
        if not self.directory.exists():
            self.directory.mkdir(mode=0o700, exist_ok=True)
            _sync(self.directory.parent)
        self._mark(month).touch(mode=0o600)
        _sync(self.directory)

    def unmark(self, month: str) -> None:
        """Say that a month's file holds what it should, and that nothing else does."""
        self._draft(month).unlink(missing_ok=True)
        self._mark(month).unlink(missing_ok=True)

    def _draft(self, month: str) -> Path:
        return self.directory / f"{month}.new"

    def _mark(self, month: str) -> Path:
        return self.directory / f"{month}.unsettled"

    @contextmanager
    def alone(self, *, wait: bool = True) -> Iterator[bool]:
        """Be the only one who writes files; without waiting, yield False if somebody else is."""
        self.directory.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        mine = False
        try:
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                mine = True
            yield mine
        finally:
            os.close(handle)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _schema() -> "pa.Schema":
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("index", pa.int64(), nullable=False),
            pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("salt", pa.binary()),
            pa.field("body", pa.binary()),
            pa.field("leaf_hash", pa.binary(), nullable=False),
        ]
    )


def _table(rows: Iterable[Row]) -> "pa.Table":
    import pyarrow as pa

    schema = _schema()
    columns = zip(*rows, strict=True)
    return pa.Table.from_arrays(
        [pa.array(c, field.type) for c, field in zip(columns, schema, strict=True)], schema=schema
    )


def _parquet(handle: BinaryIO) -> "ParquetFile":
    """Return an open file. Raises `ValueError` when it has other columns."""
    import pyarrow.parquet as pq

    handle.seek(0)
    found = pq.ParquetFile(handle, page_checksum_verification=True)
    if not found.schema_arrow.equals(_schema()):
        raise ValueError("the columns are others")
    return found


def _firsts(file: "ParquetFile") -> list[int]:
    groups = range(file.metadata.num_row_groups)
    return [file.metadata.row_group(g).column(0).statistics.min for g in groups]


def _group(file: "ParquetFile", number: int) -> dict[int, Row]:
    import pyarrow as pa

    table = file.read_row_group(number, use_threads=False)
    at = table.column("at").cast(pa.int64())
    columns = [c.to_pylist() for c in table.set_column(1, "at", at).columns]
    return {row[0]: Row(*row) for row in zip(*columns, strict=True)}


def _rows(handle: BinaryIO) -> Iterator[Row]:
    file = _parquet(handle)
    for number in range(file.metadata.num_row_groups):
        yield from _group(file, number).values()
