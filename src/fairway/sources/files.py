"""Products that lie in files on this machine: Parquet and CSV, one file, a directory or a glob.

A contract names them by a path relative to one of the node's roots. Nothing outside the roots is
ever read: the check is made on the real path, symbolic links followed, when a product is published
and again each time it is used.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from fairway.nouns.errors import BadInput, FairwayError, Refused, Unavailable
from fairway.nouns.products import Source, SourceField
from fairway.nouns.relations import Located
from fairway.sources import delimited, parquet

_FIELD = "servers[0]"
_GLOB = frozenset("*?[")
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
        if source.kind != "local":
            raise BadInput(
                "source.unknown_kind",
                f"A server of type '{source.kind[:40]}' cannot be read.",
                remedy="Use 'local'.",
                file=file,
                field=f"{_FIELD}.type",
            )
        if source.format not in _SUFFIXES:
            raise BadInput(
                "source.unknown_format",
                f"Files of format '{source.format[:40]}' cannot be read.",
                remedy="Use 'parquet' or 'csv'.",
                file=file,
                field=f"{_FIELD}.format",
            )
        if not source.location.strip() or "\0" in source.location:
            raise BadInput(
                "source.no_path",
                "The contract does not say where the data lies.",
                remedy="Give the path below the node's data directory.",
                file=file,
                field=f"{_FIELD}.path",
            )
        outside = False
        for root in self._roots:
            try:
                location = _literal_part(root / source.location)
            except (OSError, RuntimeError):  # links that lead in a circle
                continue
            if not self._inside(location[0]):
                outside = True
                continue
            resolved = Source("local", source.format, str(Path(location[0], location[1])))
            if self._files(resolved, file):
                return resolved
        raise _outside(file) if outside else _unreachable(file)

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        located = self.locate(source, file)
        if source.format == "csv":
            return delimited.describe(located, file)
        return parquet.describe(located, file)

    def locate(self, source: Source, file: str = "") -> Located:
        """Return the files of a resolved source as they lie now, for the engines.

        Raises `Unavailable` when there are none or their headers differ, `Refused` when one of
        them has come to lie outside the roots.
        """
        files = self._files(source, file)
        if not files:
            raise _unreachable(file)
        if source.format == "csv":
            return delimited.locate(files, file)
        return Located(files)

    def _files(self, source: Source, file: str) -> tuple[str, ...]:
        """Return the real paths of a source's files, sorted. Raises `Refused`, `Unavailable`."""
        found: list[str] = []
        try:
            for path in _matches(Path(source.location), _SUFFIXES[source.format]):
                real = path.resolve(strict=True)
                if not self._inside(real):
                    raise _outside(file)
                if real.is_file():
                    found.append(str(real))
                if len(found) > MOST_FILES:
                    raise Unavailable(
                        "source.too_many_files",
                        f"The source has more than {MOST_FILES:,} files.",
                        remedy="Put them together into fewer, larger files.",
                        file=file,
                        field=f"{_FIELD}.path",
                    )
        except (OSError, RuntimeError):  # gone or closed to us between two looks; a loop of links
            raise _unreachable(file) from None
        return tuple(sorted(found))

    def _inside(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(root) for root in self._roots)


def _literal_part(path: Path) -> tuple[Path, str]:
    """Split a path at its first wildcard: the real place before it, and the pattern from there."""
    parts = path.parts
    first = next((i for i, part in enumerate(parts) if _GLOB & set(part)), len(parts))
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


def _outside(file: str) -> FairwayError:
    return Refused(
        "source.outside_roots",
        "The data lies outside the directories that this node may read.",
        remedy="Move it below the node's data directory, or ask the administrator to add its place"
        " to data.roots.",
        file=file,
        field=f"{_FIELD}.path",
    )


def _unreachable(file: str) -> FairwayError:
    return Unavailable(
        "source.unreachable",
        "There is no data to read at this path.",
        remedy="Check the path below the node's data directory, and that the node may read it.",
        file=file,
        field=f"{_FIELD}.path",
    )
