"""Products that lie in object stores and on file servers, by whatever fsspec can reach.

A contract names a store by the name that the node's administrator gave it, and a path below the
root that the administrator set for it; the address and the secrets are the node's alone. They are
handed to a process of its own (`remote_reader`), which lists the files, or reads the log of a table
format, and reads the columns and rows that one query needs into a private file. No file is opened
in which no row of the scope can lie.
"""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from fairway.nouns.errors import BadInput, BoundExceeded, FairwayError, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source, SourceField
from fairway.nouns.relations import DataFile, Located, Wanted
from fairway.nouns.versions import AsOf
from fairway.rules import versions
from fairway.rules.scope_text import to_text
from fairway.sources import faults, keeping
from fairway.sources.files import GLOB, MOST_FILES
from fairway.verbs.cancelling import Attach, nobody_cancels

TABLES = ("delta", "iceberg")
"""Formats that keep a list of their files, and earlier states."""

FORMATS = ("parquet", "csv", *TABLES)
_DESCRIBES_IN = 120.0
_LISTS_IN = 30.0
_SPARE_SECONDS = 10.0
_ERRORS = {error.__name__: error for error in (BadInput, BoundExceeded, Refused, Unavailable)}


class Store(Protocol):
    """A store as the settings know it: fsspec's name of its kind, the root, fsspec's options."""

    @property
    def kind(self) -> str: ...
    @property
    def root(self) -> str: ...
    @property
    def options(self) -> Mapping[str, Any]: ...


class RemoteSources:
    """Reads the kinds of `nouns.products.STORES` in `FORMATS`.

    What is fetched lies in `folder` while it is used. `select` writes the SELECT that the reader
    runs over the files, in the words of its engine.
    """

    def __init__(
        self, stores: Mapping[str, Store], folder: Path, select: Callable[[Located, Wanted], str]
    ) -> None:
        self._stores = stores
        self._folder = folder
        self._select = select

    def resolve(self, source: Source, file: str) -> Source:
        """Return the source with its path below the root of its store. Raises `Refused`."""
        store = self._store(source, file)
        name, _, path = source.location.partition("/")
        if "://" in path:  # the address in full, as the standard writes it
            scheme, _, rest = path.partition("://")
            below = f"{store.root}/" if store.root else ""
            if scheme != store.kind or not rest.startswith(below):
                raise faults.outside_store(file)
            path = rest.removeprefix(below)
        parts = [part for part in path.split("/") if part]
        pattern = GLOB & set(path) and source.format in TABLES
        if not parts or ".." in parts or "\0" in path or pattern:
            raise faults.outside_store(file)
        return replace(source, location=f"{name}/{'/'.join(parts)}")

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        with self._reader(source, _DESCRIBES_IN, file) as ask:
            found = ask("describe")
        return tuple(
            SourceField(
                name,
                LogicalType(kind) if kind else None,
                native,
                frozenset(map(LogicalType, readable)),
            )
            for name, kind, native, readable in found
        )

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        """Return a table as of a state, or as of now; files as they are.

        What states a store keeps of a file are its own.
        """
        if source.format in TABLES:
            text = versions.to_text(wanted) if wanted is not None else ""
            with self._reader(source, _LISTS_IN, "") as ask:
                return replace(source, version=ask("pin", wanted=text))
        if wanted is not None:
            raise faults.no_versions()
        return source

    def history(self, source: Source) -> Sequence[tuple[int, datetime]]:
        """Return the states that a Delta Lake table's log tells of, oldest first."""
        if source.format != "delta":
            return ()
        with self._reader(source, _LISTS_IN, "") as ask:
            return [(number, datetime.fromisoformat(at)) for number, at in ask("history")]

    def locate(self, source: Source, file: str = "") -> Located:  # noqa: ARG002 - the protocol's
        """Refuse: the files lie elsewhere. Engines are given what `fetch` brings."""
        raise Unavailable("source.not_in_files", "This product is read from a remote store.")

    def stamp(self, source: Source) -> str:
        """Return what tells the source's bytes of now from others, as the store tells it."""
        with self._reader(source, _LISTS_IN, "") as ask:
            return hashlib.sha256(json.dumps(ask("stamp")).encode()).hexdigest()

    def fetch(self, source: Source, wanted: Wanted, attach: Attach = nobody_cancels) -> Path:
        """Read what a query needs into a file of its own, which the caller removes.

        Raises `Unavailable` where the store does not answer, `BoundExceeded` past a bound.
        """
        with (
            keeping.place(self._folder) as path,
            self._reader(source, wanted.seconds, "", attach) as ask,
        ):
            scope = to_text(wanted.scope) if wanted.scope else ""
            files = _located(ask("locate", scope=scope, types=dict(wanted.columns)))
            ask("fetch", sql=self._select(files, wanted), path=str(path), bytes=wanted.bytes)
        return path

    def _store(self, source: Source, file: str) -> Store:
        name = source.location.partition("/")[0]
        found = self._stores.get(name)
        if found is None:
            raise faults.unknown_server("store", name, file)
        return found

    @contextmanager
    def _reader(
        self, source: Source, seconds: float, file: str, attach: Attach = nobody_cancels
    ) -> Iterator["_Reader"]:
        """Start a reader of a source's files; it ends with the work."""
        store = self._store(source, file)
        path = source.location.partition("/")[2]
        where = {
            "store": store.kind,
            "options": dict(store.options),
            "place": f"{store.root}/{path}" if store.root else path,
            "format": source.format,
            "version": source.version,
            "most": MOST_FILES,
        }
        with (
            keeping.folder(self._folder) as scratch,
            subprocess.Popen(
                [sys.executable, "-I", "-m", "fairway.sources.remote_reader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "TZ": "UTC"},
                cwd="/",
                text=True,
            ) as process,
        ):
            attach(process.kill)
            where["scratch"] = str(scratch)
            late = threading.Event()

            def stop() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(seconds + _SPARE_SECONDS, stop)
            timer.start()
            try:
                yield _Reader(process, where, late, seconds, file)
            finally:
                timer.cancel()
                process.kill()


@dataclass(frozen=True, slots=True)
class _Reader:
    """A reader at work, which is told with every order `where` the files lie."""

    process: "subprocess.Popen[str]"
    where: Mapping[str, Any]
    late: threading.Event
    seconds: float
    file: str

    def __call__(self, do: str, **more: Any) -> Any:
        """Give an order and return what was found. Raises what the answer stands for."""
        sent, answered = self.process.stdin, self.process.stdout
        try:
            if sent is None or answered is None:
                raise OSError
            sent.write(json.dumps({**self.where, "do": do, **more}) + "\n")
            sent.flush()
            answer: dict[str, Any] = json.loads(answered.readline())
        except (OSError, ValueError):
            answer = {"problem": "seconds" if self.late.is_set() else "silent"}
        if "error" in answer:
            kind, code, message, remedy, field = answer["error"]
            error = _ERRORS.get(kind, Unavailable)
            raise error(code, message, remedy=remedy, file=self.file, field=field)
        if "problem" in answer:
            raise _problem(answer["problem"], self.where["store"], self.seconds, self.file)
        return answer["found"]


def _located(told: Mapping[str, Any]) -> Located:
    """Return what a reader told of the files, as it was before it went through the pipe."""
    return Located(
        tuple(told["files"]),
        tuple(told["header"]),
        told["delimiter"],
        tuple(
            DataFile(
                part["path"],
                names=tuple((n, inside) for n, inside in part["names"]),
                constants=tuple((n, v) for n, v in part["constants"]),
                deleted=tuple(part["deleted"]),
            )
            for part in told["parts"]
        ),
    )


def _problem(word: str, kind: str, seconds: float, file: str) -> FairwayError:
    besides = ", and for a kind beside S3 the package that fsspec names for it"
    missing = faults.missing_extra(f"a store of kind '{kind}'", "remote", besides)
    lacks = "does not let the node read it"
    return faults.of_reader(word, "store", seconds, missing, lacks=lacks, file=file)
