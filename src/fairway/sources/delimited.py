"""What columns CSV files hold.

Fairway's CSV is UTF-8 text with one header line, fields parted by comma, semicolon, tab or `|`
(whichever parts the header into most), quoted by `"` where needed, empty for null. CSV has no
types, so on publishing every value of every column is looked at, and the column gets the narrowest
type that all of them fit: boolean (`true`, `false`), integer, number, date (`2024-01-31`),
timestamp (`2024-01-31 09:30:00`), else string. Numbers written with leading zeros are codes, so
strings. When a few values alone keep a column from a type, `native_type` says in which row the
first of them stands, never what it is.
"""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb

from fairway.nouns.errors import Unavailable
from fairway.nouns.products import LogicalType, SourceField
from fairway.nouns.relations import Located

_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 1_000_000
_WHOLE = "[+-]?(0|[1-9][0-9]{0,18})"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class _Fit:
    """A type, and the condition under which a text `v` is one of its values."""

    type: LogicalType
    condition: str


_FITS = (
    _Fit(LogicalType.BOOLEAN, "lower(v) IN ('true', 'false')"),
    _Fit(
        LogicalType.INTEGER,
        f"regexp_full_match(v, '{_WHOLE}') AND TRY_CAST(v AS BIGINT) IS NOT NULL",
    ),
    _Fit(
        LogicalType.NUMBER,
        r"regexp_full_match(v, '[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?')"
        " AND TRY_CAST(v AS DOUBLE) IS NOT NULL",
    ),
    _Fit(LogicalType.DATE, f"regexp_full_match(v, '{_DAY}') AND TRY_CAST(v AS DATE) IS NOT NULL"),
    _Fit(
        LogicalType.TIMESTAMP,
        rf"regexp_full_match(v, '{_DAY}[ T][0-9:]{{5,8}}(\.[0-9]{{1,6}})?')"
        " AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL",
    ),
)


def _here(path: str) -> BinaryIO:
    return Path(path).open("rb")


def locate(files: tuple[str, ...], file: str, opened: Callable[[str], BinaryIO] = _here) -> Located:
    """Read the header of every file. Raises `Unavailable` when they differ or cannot be read.

    `opened` opens one of them, where they do not lie on this machine.
    """
    headers = {_header_line(path, file, opened) for path in files}
    if len(headers) > 1:
        raise Unavailable(
            "source.uneven",
            "The files of this source do not all have the same header.",
            remedy="Give them one header, or offer them as products of their own.",
            file=file,
            field="servers[0].path",
        )
    line = headers.pop()
    delimiter, names = _split(line)
    if not all(names) or len({name.casefold() for name in names}) < len(names):
        raise _unreadable("The header has a column twice, or one without a name.", file, 1)
    return Located(files, tuple(names), delimiter)


def _header_line(path: str, file: str, opened: Callable[[str], BinaryIO]) -> str:
    try:
        with opened(path) as content:
            raw = content.readline(_LONGEST_HEADER)
        line = raw.decode("utf-8-sig").rstrip("\r\n")
    except OSError:
        raise Unavailable(
            "source.unreachable",
            "There is no data to read at this path.",
            remedy="Check that the node may read it.",
            file=file,
            field="servers[0].path",
        ) from None
    except UnicodeDecodeError:
        raise _unreadable("The header is not UTF-8 text.", file, 1) from None
    if not line:
        raise Unavailable(
            "source.empty",
            "The file is empty.",
            remedy="Write it with a header line at least.",
            file=file,
            field="servers[0].path",
        )
    return line


def _split(line: str) -> tuple[str, list[str]]:
    """Return the delimiter that parts the line into most fields, the first of equals."""
    split = {d: next(csv.reader([line], delimiter=d), []) for d in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda d: len(split[d]))
    return best, split[best]


def describe(
    located: Located, file: str, given: duckdb.DuckDBPyConnection | None = None
) -> tuple[SourceField, ...]:
    """Look at every value of every column. Raises `Unavailable source.unreadable` with the line.

    `given` is a connection that reaches the files, where they do not lie on this machine.
    """
    names = [f"c{i}" for i in range(len(located.header))]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    found = (
        f"read_csv([{', '.join('?' * len(located.files))}], auto_detect = false, header = true,"
        f" delim = '{located.delimiter}', quote = '\"', escape = '\"', columns = {{{columns}}})"
    )
    counts = ", ".join(
        f"count({name})" + "".join(f", count(*) FILTER ({_on(fit, name)})" for fit in _FITS)
        for name in names
    )
    sql = f"SELECT {counts} FROM {found}"  # nosec B608 # noqa: S608 - names are ours, paths are parameters
    with given or duckdb.connect(config={"threads": 1}) as connection:
        try:
            row = connection.execute(sql, list(located.files)).fetchone()
        except duckdb.Error as error:
            line = re.search(r"CSV Error on Line: (\d+)", str(error))
            raise _unreadable(
                "This line cannot be read as CSV." if line else "This is not CSV in UTF-8.",
                file,
                int(line[1]) if line else None,
            ) from None
        width = 1 + len(_FITS)
        cells = list(row or [0] * width * len(names))
        fields = []
        for i, (name, title) in enumerate(zip(names, located.header, strict=True)):
            total, *fitting = cells[i * width : (i + 1) * width]
            column_type = _narrowest(total, fitting)
            native = "text"
            if column_type is LogicalType.STRING and total and max(fitting) * 2 > total:
                nearest = _FITS[fitting.index(max(fitting))]
                first = _first_misfit(connection, found, located.files, name, nearest)
                native = f"text (in row {first} it is not {nearest.type})"
            fits = {fit.type for fit, n in zip(_FITS, fitting, strict=True) if n == total}
            readable_as = frozenset(fits | {LogicalType.STRING})
            fields.append(SourceField(title, column_type, native, readable_as))
    return tuple(fields)


def _on(fit: _Fit, column: str) -> str:
    return re.sub(r"\bv\b", column, fit.condition)


def _narrowest(total: int, fitting: Sequence[int]) -> LogicalType:
    if not total:
        return LogicalType.STRING
    return next(
        (fit.type for fit, n in zip(_FITS, fitting, strict=True) if n == total), LogicalType.STRING
    )


def _first_misfit(
    connection: duckdb.DuckDBPyConnection, found: str, files: Sequence[str], column: str, fit: _Fit
) -> int:
    sql = (
        f"SELECT min(n) FROM (SELECT row_number() OVER () AS n, {column} FROM {found})"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
        f" WHERE {column} IS NOT NULL AND ({_on(fit, column)}) IS NOT TRUE"
    )
    row = connection.execute(sql, list(files)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _unreadable(message: str, file: str, line: int | None) -> Unavailable:
    where = f" It is line {line} of the data." if line else ""
    return Unavailable(
        "source.unreadable",
        message + where,
        remedy="Write the file again: UTF-8, one header line, the same fields in every line.",
        file=file,
        field="servers[0].path",
    )
