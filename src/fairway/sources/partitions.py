"""Partitions that the names of directories say: `year=2024/region=Wales/part-0.parquet`."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.products import LogicalType, SourceField
from fairway.nouns.relations import DataFile, Located
from fairway.rules.pruning import constant
from fairway.sources import faults, parquet

_NULL = "__HIVE_DEFAULT_PARTITION__"
_NARROW = (LogicalType.BOOLEAN, LogicalType.INTEGER, LogicalType.NUMBER, LogicalType.DATE)


def parted(
    located: Located, place: Path, file: str, inside: Collection[str] | None = None
) -> Located:
    """Return a source with the partition of each file, where directories below `place` name some.

    A column that is in the files as well is read from the files; `inside` are those, where they are
    known already.
    Raises `Unavailable` `source.uneven` when not all files lie in the same partitions' directories.
    """
    found = [_constants(Path(path), place) for path in located.files]
    if not any(found):
        return located
    names = {tuple(name for name, _ in constants) for constants in found}
    if len(names) > 1:
        raise _uneven(file)
    inside = inside or located.header or parquet.columns(located.files[0], file).names
    held = {name.casefold() for name in inside}
    found = [
        tuple(one for one in constants if one[0].casefold() not in held) for constants in found
    ]
    if not found[0]:
        return located
    parts = tuple(
        DataFile(path, constants=constants)
        for path, constants in zip(located.files, found, strict=True)
    )
    return replace(located, parts=parts)


def _constants(path: Path, place: Path) -> tuple[tuple[str, str | None], ...]:
    if not path.is_relative_to(place):
        return ()
    folders = path.relative_to(place).parts[:-1]
    split = (folder.partition("=") for folder in folders)
    return tuple(
        (unquote(name), None if value == _NULL else unquote(value))
        for name, sign, value in split
        if sign and name
    )


def describe(located: Located) -> tuple[SourceField, ...]:
    """Return the columns that partitions give, each of the narrowest type that its values fit."""
    if not located.parts:
        return ()
    return tuple(
        _field(name, {dict(part.constants)[name] for part in located.parts})
        for name, _ in located.parts[0].constants
    )


def _field(name: str, values: set[str | None]) -> SourceField:
    present = {value for value in values if value is not None}
    fits = [kind for kind in LogicalType if present and all(_fits(v, kind) for v in present)]
    narrowest = next((kind for kind in _NARROW if kind in fits), LogicalType.STRING)
    if any(len(v) > 1 and v.startswith("0") and v.isdigit() for v in present):
        narrowest = LogicalType.STRING  # numbers written with leading zeros are codes
    return SourceField(name, narrowest, "the name of a directory", frozenset(fits))


def _fits(value: str, kind: LogicalType) -> bool:
    try:
        constant(value, kind)
    except FairwayError:
        return False
    return True


def _uneven(file: str) -> Unavailable:
    return Unavailable(
        "source.uneven",
        "The files of this source do not all lie in directories of the same partitions.",
        remedy="Give every file a directory for each partition, in one order.",
        file=file,
        field=faults.PATH,
    )
