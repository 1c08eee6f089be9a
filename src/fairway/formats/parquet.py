"""Results as Parquet, written row group by row group."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from fairway.formats.batches import read
from fairway.nouns.queries import Chunk

ROWS_PER_GROUP = 65_536
"""Rows that are gathered before a group is written; more read better, and need more memory."""


class _Sink:
    """A file to write to, whose bytes are taken away as they come."""

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._position = 0

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Nothing waits: every byte is there to be taken."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        taken = b"".join(self._written)
        self._written.clear()
        return taken


def write(chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """Yield a result as a Parquet file, compressed with zstd."""
    schema, batches = read(chunks)
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        gathered: list[pa.RecordBatch] = []
        rows = 0
        for batch in batches:
            gathered.append(batch)
            rows += batch.num_rows
            if rows >= ROWS_PER_GROUP:
                writer.write_table(pa.Table.from_batches(gathered, schema))
                gathered, rows = [], 0
                yield sink.take()
        if gathered:
            writer.write_table(pa.Table.from_batches(gathered, schema))
    yield sink.take()
