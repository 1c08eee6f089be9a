"""Reading an Arrow IPC stream from chunks of bytes, a batch at a time."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fairway.nouns.queries import Chunk

if TYPE_CHECKING:
    import pyarrow as pa

END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""What every complete Arrow stream ends with. A stream that merely stops is a truncated one, though
Arrow's own reader takes it for complete."""


class Chunks:
    """Chunks of bytes as a file that Arrow reads from. `whole` says whether the end mark was seen.

    What lies within one chunk is handed out uncopied.
    """

    closed = False

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self._tail = b""

    @property
    def whole(self) -> bool:
        """Whether what was read ends as a complete stream does."""
        return self._tail == END

    def readable(self) -> bool:
        """Say that it can be read from: Arrow asks."""
        return True

    def read(self, size: int) -> bytes | memoryview:
        """Return the next `size` bytes, or as many as there are before the end."""
        pieces = []
        while size and (self._rest or self._more()):
            pieces.append(self._rest[:size])
            self._rest = self._rest[size:]
            size -= len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def drain(self) -> None:
        """Read to the end: the end mark may lie in a chunk that no batch asked for."""
        while self._more():
            pass
        self._rest = memoryview(b"")

    def _more(self) -> bool:
        """Take the next chunk; False at the end."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._rest = memoryview(chunk)
        self._tail = (self._tail + bytes(chunk[-len(END) :]))[-len(END) :]
        return True


def reader(file: Chunks) -> "pa.RecordBatchStreamReader":
    """Open a stream of batches. Raises `pyarrow.ArrowInvalid` for what is not one."""
    import pyarrow as pa

    return pa.ipc.open_stream(pa.PythonFile(file, mode="r"))


def read(chunks: Iterable[Chunk]) -> tuple["pa.Schema", Iterator["pa.RecordBatch"]]:
    """Return a stream's schema and its batches, one at a time."""
    opened = reader(Chunks(chunks))
    return opened.schema, iter(opened)
