"""What a Delta table's log names elsewhere: noted deletions and parts of a checkpoint.

The library that reads the log opens both by itself, wherever they are said to be. So the log is
looked through first. A table may name what lies in its own directory; an address in full is
refused, though the format allows it (a shallow clone has such). Files of data are `delta`'s.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LOOKED_THROUGH = 500_000
_MARKS = (b"deletionVector", b"sidecar", b"\\u")  # a name can be written with escapes
_COLUMNS = ("add.deletionVector.storageType", "remove.deletionVector.storageType", "sidecar.path")


class Logs:
    """Looks logs through, each file once: a log only grows. For use by several threads."""

    def __init__(self) -> None:
        self._known: set[tuple[int, int, int]] = set()
        self._lock = threading.Lock()

    def stays_inside(self, log: Path) -> bool:
        """Return whether everything that the log has opened lies in the table's directory.

        Raises `OSError` and `ValueError` for a log that cannot be read.
        """
        return all(map(self._stays_inside, (log, log / "_sidecars")))

    def _stays_inside(self, folder: Path) -> bool:
        if not folder.is_dir():
            return True
        with os.scandir(folder) as entries:
            return all(
                self._is_harmless(entry)
                for entry in entries
                if entry.name.endswith((".json", ".parquet"))
            )

    def _is_harmless(self, entry: os.DirEntry[str]) -> bool:
        try:
            found = entry.stat()
            mark = (found.st_dev, found.st_ino, found.st_ctime_ns)  # the last nobody can set
            if mark not in self._known:
                if any(map(_elsewhere, _actions(Path(entry.path)))):
                    return False
                self._know(mark)
        except FileNotFoundError:  # what is gone is not opened either
            pass
        return True

    def _know(self, mark: tuple[int, int, int]) -> None:
        with self._lock:
            if len(self._known) >= _LOOKED_THROUGH:
                self._known.clear()
            self._known.add(mark)


def _actions(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of a log's file that can name something, or as much of them as can."""
    yield from _in_json(file) if file.suffix == ".json" else _in_parquet(file)


def _in_json(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as lines:
        for line in lines:
            if any(mark in line for mark in _MARKS):
                yield json.loads(line, object_pairs_hook=_once_each)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what one reader takes for this and another for that."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _in_parquet(file: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as opened:
        there = [opened.schema.column(n).path for n in range(len(opened.schema))]
        wanted = [path for path in there if path in _COLUMNS]
        for batch in opened.iter_batches(columns=wanted) if wanted else ():
            yield from batch.to_pylist()


def _elsewhere(action: dict[str, Any]) -> bool:
    for kind in ("add", "remove"):
        vector = (action.get(kind) or {}).get("deletionVector") or {}
        if vector.get("storageType") not in (None, "u", "i"):
            return True
    path = (action.get("sidecar") or {}).get("path") or ""
    return "/" in path or ".." in path
