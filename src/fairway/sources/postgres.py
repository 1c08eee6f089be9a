"""Products that lie in PostgreSQL: columns and rows are chosen there, by ADBC, as Arrow.

A contract names a database by the name that the node's administrator gave it, and a table that the
administrator has listed for it; the address and the password are the node's secret alone. They are
handed to a process of its own (`postgres_reader`), which reads what one query needs into a private
file, and nothing else. What the agreement hides, and what the query cannot use, never leaves the
database.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from fairway.nouns.errors import BadInput, FairwayError, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source, SourceField
from fairway.nouns.relations import Located, Wanted
from fairway.nouns.scopes import Scope, Value
from fairway.nouns.versions import AsOf
from fairway.rules.scopes import written
from fairway.rules.treatments import INTEGER_MAX, INTEGER_MIN
from fairway.sources import faults, keeping
from fairway.verbs.cancelling import Attach, nobody_cancels

KIND, FORMAT = "postgres", "table"
_DESCRIBES_IN = 30.0
_TYPES = {
    "text": LogicalType.STRING,
    "boolean": LogicalType.BOOLEAN,
    "date": LogicalType.DATE,
    "real": LogicalType.NUMBER,
    "double precision": LogicalType.NUMBER,
    "smallint": LogicalType.INTEGER,
    "integer": LogicalType.INTEGER,
    "bigint": LogicalType.INTEGER,
}
_CASTS = {
    LogicalType.STRING: "text",
    LogicalType.INTEGER: "bigint",
    LogicalType.NUMBER: "double precision",
    LogicalType.BOOLEAN: "boolean",
    LogicalType.DATE: "date",
    LogicalType.TIMESTAMP: "timestamp",
}


class Reached(Protocol):
    """A database as the settings know it."""

    @property
    def address(self) -> str: ...
    @property
    def tables(self) -> tuple[str, ...]: ...


class PostgresSources:
    """Reads kind `postgres`, format `table`. What is fetched lies in `folder` while it is used."""

    def __init__(self, connections: Mapping[str, Reached], folder: Path) -> None:
        self._connections = connections
        self._folder = folder

    def resolve(self, source: Source, file: str) -> Source:
        self._connection(source, file)
        return source

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        answer = self._ask(source, {"table": _table(source)}, _DESCRIBES_IN, file)
        return tuple(SourceField(name, _logical(native), native) for name, native in answer)

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        """Return the source as it is; a table keeps no earlier states."""
        if wanted is not None:
            raise faults.no_versions()
        return source

    def locate(self, source: Source, file: str = "") -> Located:  # noqa: ARG002 - the protocol's
        """Refuse: a table lies in no file. Engines are given what `fetch` brings."""
        raise Unavailable("source.not_in_files", "This product is read from a database.")

    def fetch(self, source: Source, wanted: Wanted, attach: Attach = nobody_cancels) -> Path:
        """Read what a query needs into a file of its own, which the caller removes.

        Raises `Unavailable` where the database does not answer, `BoundExceeded` past a bound.
        """
        with keeping.place(self._folder) as path:
            job = {"sql": _select(source, wanted), "path": str(path), "bytes": wanted.bytes}
            self._ask(source, job, wanted.seconds, "", attach)
        return path

    def _connection(self, source: Source, file: str) -> Reached:
        name, _, table = source.location.partition("/")
        found = self._connections.get(name)
        if found is None:
            raise faults.unknown_server("database", name, file)
        if table not in found.tables:
            raise Refused(
                "source.table_not_listed",
                f"The table '{table[:80]}' of this database may not be offered.",
                remedy="Ask the administrator to list it in the node's secrets/sources.toml.",
                file=file,
                field="servers[0].schema",
            )
        return found

    def _ask(
        self,
        source: Source,
        job: dict[str, Any],
        seconds: float,
        file: str,
        attach: Attach = nobody_cancels,
    ) -> Any:
        """Have the reader's process do a job; its answer, or the error that its word stands for."""
        connection = self._connection(source, file)
        order = {**job, "address": connection.address, "seconds": seconds}
        with subprocess.Popen(
            [sys.executable, "-I", "-B", "-m", "fairway.sources.postgres_reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "TZ": "UTC"},
            cwd="/",
        ) as process:
            attach(process.kill)
            try:
                said, _ = process.communicate(json.dumps(order).encode(), seconds + 10)
                answer = json.loads(said)
            except subprocess.TimeoutExpired:
                answer = {"problem": "seconds"}
            except ValueError:
                answer = {"problem": "silent"}
            finally:
                process.kill()
        if "problem" in answer:
            raise _problem(answer["problem"], seconds, file)
        return answer["found"]


def _problem(word: str, seconds: float, file: str) -> FairwayError:
    missing = faults.missing_extra("PostgreSQL", "adbc")
    lacks = "does not have the table"
    return faults.of_reader(word, "database", seconds, missing, lacks=lacks, file=file)


def _logical(native: str) -> LogicalType | None:
    plain = re.sub(r"\([0-9,]+\)", "", native)
    if plain.startswith("timestamp"):
        return LogicalType.TIMESTAMP
    if plain in {"character varying", "character"}:
        return LogicalType.STRING
    return LogicalType.NUMBER if plain == "numeric" else _TYPES.get(plain)


def _name(written: str) -> str:
    return '"' + written.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _table(source: Source) -> str:
    schema, _, table = source.location.partition("/")[2].partition(".")
    return f"{_name(schema)}.{_name(table)}"


def _select(source: Source, wanted: Wanted) -> str:
    """Return the one SELECT that the database is asked. Every name and text in it is quoted."""
    types = dict(wanted.columns)
    columns = ", ".join(
        f"CAST({_name(name)} AS {_CASTS[kind]}) AS {_name(name)}" for name, kind in types.items()
    )
    tests = [_condition(part, types) for part in (wanted.scope, wanted.condition) if part]
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT {columns or 'true AS row'} FROM {_table(source)}{where}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound


def _condition(scope: Scope, types: Mapping[str, LogicalType]) -> str:
    """Return a scope as PostgreSQL's condition, with its meaning in `rules.scopes`."""
    return written(
        scope,
        lambda column: _column(column, types),
        lambda column, value: _constant(value, types[column]),
    )


def _column(name: str, types: Mapping[str, LogicalType]) -> str:
    """Return a column as its promised type; text compares by code point, as everywhere here."""
    cast = f"CAST({_name(name)} AS {_CASTS[types[name]]})"
    return f'{cast} COLLATE "C"' if types[name] is LogicalType.STRING else cast


def _constant(value: Value, kind: LogicalType) -> str:
    if kind is LogicalType.BOOLEAN:
        return "true" if value else "false"
    if kind is LogicalType.INTEGER and isinstance(value, int):
        fits = INTEGER_MIN <= value <= INTEGER_MAX
        return f"CAST('{value}' AS {'bigint' if fits else 'numeric'})"
    if kind is LogicalType.NUMBER and isinstance(value, int | float):
        return f"CAST('{float(value)!r}' AS double precision)"
    if isinstance(value, datetime):
        return f"CAST('{value.isoformat(sep=' ')}' AS timestamp)"
    if isinstance(value, date):
        return f"CAST('{value.isoformat()}' AS {_CASTS[kind]})"
    return _text(str(value))


class FetchedSources:
    """Says where what was fetched lies. No contract can name it: nothing resolves to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, source: Source, file: str) -> Source:
        raise BadInput(
            "source.unknown_kind",
            f"A server of type '{source.kind[:40]}' cannot be read.",
            remedy="Use 'local' or 'postgres'.",
            file=file,
            field="servers[0].type",
        )

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        raise NotImplementedError

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        raise NotImplementedError

    def locate(self, source: Source, file: str = "") -> Located:
        path = Path(source.location)
        if path.parent != self._folder:
            raise faults.outside(file)
        return Located((source.location,))
