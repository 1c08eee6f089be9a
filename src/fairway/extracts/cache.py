"""Extracts kept on disk, as many as fit; the one that was not used for longest goes first."""

import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from fairway.extracts import writing
from fairway.nouns.errors import NotFound
from fairway.nouns.queries import Chunk
from fairway.nouns.shares import Extract, ExtractFile

_MANIFEST = "extract.json"
_DRAFT = "."
"""What the name of a folder begins with while its files are being written."""
_ABANDONED_SECONDS = 3600
_LOCKS = 64


class ExtractCache:
    """`verbs.ports.Extracts` in a directory that only the node's account can read.

    `<directory>/<agreement>/<key>/` holds the files and a manifest. It is written elsewhere and
    then put in its place, so what was interrupted is no extract. `most` bytes are kept.
    """

    def __init__(self, directory: Path, most: int) -> None:
        self._directory = directory
        self._most = most
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        self._guard = threading.Lock()

    def get(self, agreement: str, key: str) -> Extract | None:
        manifest = self._place(agreement, key) / _MANIFEST
        try:
            said = json.loads(manifest.read_text("utf-8"))
            os.utime(manifest)
        except OSError:
            return None
        files = tuple(ExtractFile(**file) for file in said["files"])
        return Extract(key, said["digest"], files)

    def make(self, agreement: str, key: str, rows: Callable[[], Iterable[Chunk]]) -> Extract:
        with self._locks[hash(key) % _LOCKS]:  # one thread makes it; the others find it made
            return self.get(agreement, key) or self._made(agreement, key, rows)

    def open(self, agreement: str, key: str, number: int) -> BinaryIO:
        try:
            return (self._place(agreement, key) / f"{number}.parquet").open("rb")
        except OSError:
            raise NotFound("share.no_such_file", "There is no such file.") from None

    def discard(self, agreement: str) -> None:
        shutil.rmtree(self._place(agreement), ignore_errors=True)

    # ------------------------------------------------------------------ making

    def _made(self, agreement: str, key: str, rows: Callable[[], Iterable[Chunk]]) -> Extract:
        place = self._place(agreement, key)
        self._directory.mkdir(mode=0o700, exist_ok=True)
        self._clear_abandoned()
        draft = Path(tempfile.mkdtemp(dir=self._directory, prefix=_DRAFT))
        try:
            files = writing.write(rows(), draft, self._most)
            digest = hashlib.sha256("".join(f.digest for f in files).encode()).hexdigest()
            said = {"digest": digest, "files": [asdict(file) for file in files]}
            (draft / _MANIFEST).write_text(json.dumps(said), "utf-8")
            place.parent.mkdir(mode=0o700, exist_ok=True)
            with suppress(OSError):  # another process was first: its extract is the same
                draft.rename(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        self._make_room(place)
        return Extract(key, digest, files)

    def _clear_abandoned(self) -> None:
        """Take away what was being written when a process was killed."""
        for draft in self._directory.glob(f"{_DRAFT}*"):
            with suppress(OSError):
                if time.time() - draft.stat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(draft, ignore_errors=True)

    def _make_room(self, newest: Path) -> None:
        """Take away what was not used for longest, until what is left fits."""
        with self._guard:
            kept = sorted(
                (
                    (manifest.stat().st_mtime_ns, manifest.parent)
                    for manifest in self._directory.glob(f"*/*/{_MANIFEST}")
                ),
                reverse=True,
            )
            left = self._most - _size(newest)
            for _, place in kept:
                if place == newest:
                    continue
                left -= _size(place)
                if left < 0:
                    shutil.rmtree(place, ignore_errors=True)

    def _place(self, agreement: str, key: str = "") -> Path:
        """Return where something lies. Names are the node's own, and are held to that."""
        for name in (agreement, key):
            if not name.replace("-", "").replace("_", "").isalnum() and name:
                raise NotFound("share.no_such_file", "There is no such file.")
        return self._directory / agreement / key if key else self._directory / agreement


def _size(place: Path) -> int:
    with suppress(OSError):
        return sum(file.stat().st_size for file in place.iterdir())
    return 0
