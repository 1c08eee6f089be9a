"""Clean child processes: no inherited secrets, settings or files, and one thread.

Children are started from their own module; nothing of the parent's memory goes along.
"""

import fcntl
import struct
import subprocess
import sys
from collections.abc import Sequence

_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # Threads would make a fork unsafe, and Landlock holds only for those started after it.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # What is freed is kept and used again. Each fresh page costs more than what is written to it,
    # and a worker ends with its query.
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(1024 * 1024 * 1024),
    "MALLOC_TOP_PAD_": str(16 * 1024 * 1024),
}

_HEAD = struct.Struct(">I")


def start(
    module: str, arguments: Sequence[str], descriptors: Sequence[int]
) -> subprocess.Popen[bytes]:
    """Start `python -m module` with nothing but some descriptors of ours."""
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-m", module, *arguments],
        env=dict(_ENVIRONMENT),
        pass_fds=tuple(descriptors),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # a Ctrl-C at the terminal is the parent's to handle
    )


def widen(pipe: int, size: int) -> None:
    """Let a pipe hold more. Raises `OSError` where the system does not allow that much."""
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, size)


def frame(body: bytes) -> bytes:
    """Put the length of a message in front of it."""
    return _HEAD.pack(len(body)) + body


def framed_length(head: bytes) -> int:
    """Return the length that stands in front of a message."""
    return int(_HEAD.unpack(head)[0])


HEAD_SIZE = _HEAD.size
