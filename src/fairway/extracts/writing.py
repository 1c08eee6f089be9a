"""How the rows of an extract become Parquet files, bounded in size.

What a file looks like depends on the rows in it and on nothing else. The engine's batches end where
rows were hidden; so rows are gathered anew, and neither the number of files, nor their sizes, nor
any byte in them tells how many rows were left out, or where.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fairway.formats.batches import Chunks, reader
from fairway.nouns.errors import BoundExceeded, Unavailable
from fairway.nouns.queries import Chunk
from fairway.nouns.shares import ExtractFile

LARGEST_FILE = 128 * 1024 * 1024
"""Bytes of one file, at the most."""

_ENOUGH = 64 * 1024 * 1024  # bytes after which a file takes no further group
_GROUP_WEIGHT = 32 * 1024 * 1024  # bytes of values in a row group, before they are packed
_GROUP_ROWS = 131_072
_BLOCK_ROWS = 1_024
_ROW_WEIGHT = 16 * 1024 * 1024


def write(chunks: Iterable[Chunk], folder: Path, most: int) -> tuple[ExtractFile, ...]:
    """Write an Arrow IPC stream as files `0.parquet`, `1.parquet`, ... of a folder.

    There is one file at least; without rows it holds the columns alone. Raises `BoundExceeded` when
    the files come to more than `most` bytes, or one row is larger than a file may hold,
    `Unavailable` when the stream breaks off.
    """
    source = Chunks(chunks)
    opened = reader(source)
    schema = _schema(opened.schema)
    groups = _groups(_blocks((batch for batch in opened), opened.schema))
    written: list[ExtractFile] = []
    group = next(groups, None)
    while group is not None or not written:
        path = folder / f"{len(written)}.parquet"
        with pq.ParquetWriter(path, schema, compression="snappy") as writer:
            while group is not None:
                writer.write_table(group.cast(schema), row_group_size=_GROUP_ROWS)
                group = next(groups, None)
                if path.stat().st_size >= _ENOUGH:
                    break
        written.append(_described(path, len(written)))
        if sum(file.bytes for file in written) > most:
            raise BoundExceeded(
                "share.too_large",
                f"The share has more than the {most:,} bytes that this node keeps of shares.",
                remedy="Agree on fewer rows or columns, or ask the administrator to raise"
                " sharing.cache_bytes.",
            )
    source.drain()
    if not source.whole:
        raise Unavailable("share.broken_off", "The rows of the share broke off.")
    return tuple(written)


def _schema(schema: pa.Schema) -> pa.Schema:
    """Return a schema as Delta Lake stores its types: moments in UTC, to the microsecond."""
    moment = pa.timestamp("us", "UTC")
    return pa.schema(
        [f.with_type(moment) if pa.types.is_timestamp(f.type) else f for f in schema], metadata=None
    )


def _blocks(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield tables of the same number of rows, wherever batches end; the last may be shorter."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= _BLOCK_ROWS:
            gathered = pa.Table.from_batches(waiting, schema)
            whole = rows - rows % _BLOCK_ROWS
            for start in range(0, whole, _BLOCK_ROWS):
                yield gathered.slice(start, _BLOCK_ROWS)
            waiting, rows = gathered.slice(whole).to_batches(), rows - whole
    if rows:
        yield pa.Table.from_batches(waiting, schema)


def _groups(blocks: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the row groups: as many blocks as fit."""
    waiting: list[pa.Table] = []
    rows = weight = 0
    for block in blocks:
        for piece, own in _pieces(block):
            if waiting and (weight + own > _GROUP_WEIGHT or rows + len(piece) > _GROUP_ROWS):
                yield pa.concat_tables(waiting).combine_chunks()
                waiting, rows, weight = [], 0, 0
            waiting.append(piece)
            rows, weight = rows + len(piece), weight + own
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def _pieces(block: pa.Table) -> Iterator[tuple[pa.Table, int]]:
    """Yield a block with its weight, in halves where it is too heavy for a group."""
    weight = _weight(block)
    if weight <= _ROW_WEIGHT:
        yield block, weight
    elif len(block) == 1:
        raise BoundExceeded(
            "share.row_too_large",
            f"A row of the share has more than {_ROW_WEIGHT:,} bytes.",
            remedy="Agree on fewer columns.",
        )
    else:
        half = len(block) // 2
        yield from _pieces(block.slice(0, half))
        yield from _pieces(block.slice(half))


def _weight(block: pa.Table) -> int:
    """Return the bytes of a block's values, however they lie in memory."""
    total = 0
    for column in block.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            total += 4 * len(column) + (pc.sum(pc.binary_length(column)).as_py() or 0)
        else:
            total += 8 * len(column)
    return total


def _described(path: Path, number: int) -> ExtractFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    metadata = pq.read_metadata(path)
    return ExtractFile(
        number, path.stat().st_size, metadata.num_rows, digest, _statistics(metadata)
    )


def _statistics(metadata: Any) -> str:
    """Return what Delta Lake says of a file: rows, nulls, and the ends of whole numbers and days.

    Worked out from the file as it is written. Texts and moments would have to be cut and rounded,
    and floating-point numbers may hold NaN, which no end tells of: these have no ends.
    """
    low: dict[str, Any] = {}
    high: dict[str, Any] = {}
    nulls: dict[str, int] = {}
    for place in range(metadata.num_columns):
        name = metadata.schema.column(place).name
        found = [
            metadata.row_group(group).column(place).statistics
            for group in range(metadata.num_row_groups)
        ]
        if any(part is None or not part.has_null_count for part in found):
            continue
        nulls[name] = sum(part.null_count for part in found)
        ends = [part for part in found if part.has_min_max]
        kind = str(metadata.schema.column(place).logical_type.type)
        whole = metadata.schema.column(place).physical_type == "INT64" and kind in {"NONE", "INT"}
        if ends and (whole or kind == "DATE"):
            low[name] = _told(min(part.min for part in ends))
            high[name] = _told(max(part.max for part in ends))
    said = {"numRecords": metadata.num_rows, "minValues": low, "maxValues": high}
    return json.dumps({**said, "nullCount": nulls}, separators=(",", ":"), ensure_ascii=False)


def _told(value: Any) -> Any:
    return value if isinstance(value, int) else value.isoformat()
