"""What the sources of table formats share: a table's states, read once each and kept.

A format says how a directory is known as a table (`inside`), and how one of its states is read
(`state`). Nothing of a state is served that lies outside the data roots. `remote_tables` reads
the same formats out of stores, by another `columns` and `reads`.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fairway.nouns.errors import Unavailable
from fairway.nouns.products import Source, SourceField
from fairway.nouns.relations import DataFile, Located
from fairway.nouns.versions import AsOf
from fairway.sources import faults, parquet

_KEPT_STATES = 32
MOST_DELETED = 1_000_000
"""Rows that deletes may take out of one table; past that it is to be compacted."""


@dataclass(frozen=True)
class TableState:
    """One state of a table; `number` is None while nothing was ever written to it."""

    fields: tuple[SourceField, ...]
    number: int | None
    parts: tuple[DataFile, ...]


def check_deleted(places: Mapping[str, Collection[int]], what: str, file: str) -> None:
    """Raise `Unavailable` where deletes, by file, take more rows out of a table than are kept."""
    if sum(map(len, places.values())) > MOST_DELETED:
        raise Unavailable(
            "source.too_many_deleted",
            f"{what} take more than {MOST_DELETED:,} rows out of this table.",
            remedy="Compact the table, which writes its files without them.",
            file=file,
            field=faults.PATH,
        )


class Roots(Protocol):
    """What says where tables may lie: `sources.files.FileSources` for this machine."""

    def place(self, source: Source, file: str, holds: Callable[[Path], bool]) -> Path: ...
    def admit(self, paths: Sequence[str], file: str) -> None: ...


class TableSources:
    """Reads tables of one format. `files` says what lies below a data root.

    `inside` is the directory that every table of the format has in its own.
    """

    inside = ""

    def __init__(self, files: Roots) -> None:
        self._files = files
        self._states: OrderedDict[Hashable, TableState] = OrderedDict()
        self._lock = threading.Lock()

    def resolve(self, source: Source, file: str) -> Source:
        """Return the source at its place, or raise where no readable table lies there."""
        place = self._files.place(source, file, lambda path: (path / self.inside).is_dir())
        resolved = replace(source, location=str(place))
        self.state(resolved, file)
        return resolved

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        """Return the table's columns."""
        state = self.state(source, file)
        self._located(state, file)
        return state.fields

    def locate(self, source: Source, file: str = "") -> Located:
        """Return the files of the state that the source names."""
        return self._located(self.state(source, file), file)

    def state(self, source: Source, file: str) -> TableState:
        """Return the state that the source names, or the newest."""
        raise NotImplementedError

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        """Return the source as of a state, or as of now."""
        raise NotImplementedError

    def history(self, source: Source) -> Sequence[tuple[int, datetime]]:  # noqa: ARG002
        """Return the states by number, with when they were written; empty where none are told."""
        return ()

    def columns(self, path: str, file: str) -> parquet.Columns:
        """Return which columns a file of the table has."""
        return parquet.columns(path, file)

    def reads(self, part: DataFile) -> bool:  # noqa: ARG002 - for those that fetch
        """Say whether a file of a state is wanted at all, before it is opened."""
        return True

    def _located(self, state: TableState, file: str) -> Located:
        self._files.admit([part.path for part in state.parts], file)
        return Located(tuple(part.path for part in state.parts), parts=state.parts)

    def _known(self, key: Hashable) -> TableState | None:
        """Return a state that was read already; `key` must change whenever its table does."""
        with self._lock:
            if key in self._states:
                self._states.move_to_end(key)
            return self._states.get(key)

    def _keep(self, key: Hashable, state: TableState) -> TableState:
        with self._lock:
            self._states[key] = state
            while len(self._states) > _KEPT_STATES:
                self._states.popitem(last=False)
        return state
