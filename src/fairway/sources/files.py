"""Products that lie in files on this machine: Parquet and CSV, one file, a directory or a glob.

Directories named `column=value` below a directory or a glob are partitions: the column is offered
like those in the files. A contract names a source by a path relative to one of the node's roots.
Nothing outside the roots is ever read: the check is made on the real path, symbolic links followed,
when a product is published and again each time it is used.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fairway.nouns.errors import BadInput
from fairway.nouns.products import Source, SourceField
from fairway.nouns.relations import Located
from fairway.nouns.versions import AsOf
from fairway.sources import delimited, faults, parquet, partitions

if TYPE_CHECKING:
    import duckdb

_FIELD = "servers[0]"
GLOB = frozenset("*?[")
"""What makes a part of a path a pattern."""

_SUFFIXES = {"parquet": "*.parquet", "csv": "*.csv"}
MOST_FILES = 10_000
"""Files in one product, at the most."""


class FileSources:
    """Implements `verbs.ports.Sources` for kind `local`, formats `parquet` and `csv`.

    `roots` are the directories that sources may lie in; the first is the node's data directory.
    A path is looked for under each root in turn.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(Path(root).resolve() for root in roots)

    def resolve(self, source: Source, file: str) -> Source:
        _check_path(source, file)
        outside = False
        for root in self._roots:
            try:
                location = _literal_part(root / source.location)
            except (OSError, RuntimeError):  # links that lead in a circle
                continue
            if not self._inside(location[0]):
                outside = True
                continue
            resolved = replace(source, location=str(Path(location[0], location[1])))
            if self._files(resolved, file):
                return resolved
        raise faults.outside(file) if outside else faults.unreachable(file)

    def place(self, source: Source, file: str, holds: Callable[[Path], bool]) -> Path:
        """Return the directory below a root that a source names and in which `holds` is true.

        Raises `Refused` for one outside the roots, `Unavailable` where there is none.
        """
        _check_path(source, file)
        outside = False
        for root in self._roots:
            try:
                found = (root / source.location).resolve()
                if not self._inside(found):
                    outside = True
                elif found.is_dir() and holds(found):
                    return found
            except (OSError, RuntimeError):  # closed to us; links that lead in a circle
                continue
        raise faults.outside(file) if outside else faults.unreachable(file)

    def admit(self, paths: Sequence[str], file: str) -> None:
        """Look again at where files really lie: below a root, each one a file and no link.

        Raises `Refused`, `Unavailable`.
        """
        try:
            for folder in {os.path.dirname(path) for path in paths}:  # noqa: PTH120 - ten thousand
                if not self._inside(Path(folder).resolve(strict=True)):
                    raise faults.outside(file)
                if os.path.realpath(folder) != folder:
                    raise faults.outside(file)
            if not all(stat.S_ISREG(os.lstat(path).st_mode) for path in paths):
                raise faults.unreachable(file)
        except (OSError, RuntimeError):
            raise faults.unreachable(file) from None

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        return described(self.locate(source, file), file)

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        """Return the source as it is; files keep no earlier states."""
        if wanted is not None:
            raise faults.no_versions()
        return source

    def locate(self, source: Source, file: str = "") -> Located:
        """Return the files of a resolved source as they lie now, for the engines.

        Raises `Unavailable` when there are none or their headers differ, `Refused` when one of
        them has come to lie outside the roots.
        """
        files = self._files(source, file)
        if not files:
            raise faults.unreachable(file)
        located = delimited.locate(files, file) if source.format == "csv" else Located(files)
        place, _ = _literal_part(Path(source.location))
        return partitions.parted(located, place, file)

    def _files(self, source: Source, file: str) -> tuple[str, ...]:
        """Return the real paths of a source's files, sorted. Raises `Refused`, `Unavailable`."""
        found: list[str] = []
        try:
            for path in _matches(Path(source.location), _SUFFIXES[source.format]):
                real = path.resolve(strict=True)
                if not self._inside(real):
                    raise faults.outside(file)
                if real.is_file():
                    found.append(str(real))
                if len(found) > MOST_FILES:
                    raise faults.too_many_files(MOST_FILES, file)
        except (OSError, RuntimeError):  # gone or closed to us between two looks; a loop of links
            raise faults.unreachable(file) from None
        return tuple(sorted(found))

    def _inside(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(root) for root in self._roots)


def described(
    located: Located, file: str, given: "duckdb.DuckDBPyConnection | None" = None
) -> tuple[SourceField, ...]:
    """Return the columns in files, and those that the names of their directories give.

    `given` is a connection that reaches the files, where they do not lie on this machine.
    """
    inside = (delimited if located.header else parquet).describe(located, file, given)
    held = {field.name.casefold() for field in inside}
    return (*inside, *(f for f in partitions.describe(located) if f.name.casefold() not in held))


def _check_path(source: Source, file: str) -> None:
    if not source.location.strip() or "\0" in source.location:
        raise BadInput(
            "source.no_path",
            "The contract does not say where the data lies.",
            remedy="Give the path below the node's data directory.",
            file=file,
            field=f"{_FIELD}.path",
        )


def _literal_part(path: Path) -> tuple[Path, str]:
    """Split a path at its first wildcard: the real place before it, and the pattern from there."""
    parts = path.parts
    first = next((i for i, part in enumerate(parts) if GLOB & set(part)), len(parts))
    pattern = parts[first:]
    if ".." in pattern:  # a pattern that climbs could leave its place
        return Path("/"), "/".join(pattern)
    return Path(*parts[:first]).resolve(), "/".join(pattern)


def _matches(location: Path, suffix: str) -> Iterator[Path]:
    if location.is_dir():
        yield from location.rglob(suffix)
        return
    place, pattern = _literal_part(location)
    if pattern and not place.samefile("/"):
        yield from place.glob(pattern)
    elif location.exists():
        yield location
