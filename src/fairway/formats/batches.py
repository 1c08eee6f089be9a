"""Reading an Arrow IPC stream from chunks of bytes, a batch at a time."""

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""What every complete Arrow stream ends with. A stream that merely stops is a truncated one, though
Arrow's own reader takes it for complete."""


class Chunks(io.RawIOBase):
    """Chunks of bytes as a file to read from. `whole` says whether the end mark was seen."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self._tail = b""

    @property
    def whole(self) -> bool:
        """Whether what was read ends as a complete stream does."""
        return self._tail == END

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what the next chunk holds; return how many bytes, 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
            self._tail = (self._tail + bytes(chunk[-len(END) :]))[-len(END) :]
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def drain(self) -> None:
        """Read to the end: the end mark may lie in a chunk that no batch asked for."""
        spare = bytearray(65_536)
        while self.readinto(spare):
            pass


def reader(file: Chunks) -> "pa.RecordBatchStreamReader":
    """Open a stream of batches. Raises `pyarrow.ArrowInvalid` for what is not one."""
    import pyarrow as pa

    return pa.ipc.open_stream(pa.PythonFile(io.BufferedReader(file, 262_144), mode="r"))


def read(chunks: Iterable[bytes]) -> tuple["pa.Schema", Iterator["pa.RecordBatch"]]:
    """Return a stream's schema and its batches, one at a time."""
    opened = reader(Chunks(chunks))
    return opened.schema, iter(opened)
