"""Every kind of source that a node reads, behind one face: which adapter answers for which source.

Another kind is one more entry of the mapping that `wiring` hands over.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from fairway.nouns.errors import BadInput
from fairway.nouns.products import Source, SourceField
from fairway.nouns.relations import Located, Wanted
from fairway.nouns.versions import AsOf
from fairway.sources import faults
from fairway.verbs.cancelling import Attach, nobody_cancels

FETCHED = "fetched"
"""The kind of what was fetched for one query; no contract can name it."""


class Place(Protocol):
    """One kind of source: `verbs.ports.Sources` for the kind and format it is registered under."""

    def resolve(self, source: Source, file: str) -> Source: ...
    def describe(self, source: Source, file: str) -> Sequence[SourceField]: ...
    def pin(self, source: Source, wanted: AsOf | None) -> Source: ...
    def locate(self, source: Source, file: str = "") -> Located: ...


class Places:
    """Implements `verbs.ports.Sources` by asking the place of a source's kind and format."""

    def __init__(self, places: Mapping[tuple[str, str], Place]) -> None:
        self._places = dict(places)

    def resolve(self, source: Source, file: str) -> Source:
        return self._place(source, file).resolve(source, file)

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        return self._place(source, file).describe(source, file)

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        return self._place(source, "").pin(source, wanted)

    def locate(self, source: Source, file: str = "") -> Located:
        """Return where the source's bytes lie now, for engines."""
        return self._place(source, file).locate(source, file)

    def open(self, source: Source, number: int) -> BinaryIO:
        try:
            return Path(self.locate(source).files[number]).open("rb")
        except (OSError, IndexError):  # gone between two looks
            raise faults.unreachable("") from None

    def history(self, source: Source) -> Sequence[tuple[int, datetime]]:
        """Return the states of a source by number, with when they were written, oldest first.

        Empty for one whose place keeps no states, which has no such method.
        """
        told = getattr(self._place(source, ""), "history", None)
        return told(source) if told else ()

    def state(self, source: Source) -> str:
        """Return what tells the source's bytes of now from others: each file with size and times.

        A file that is written again in place has another time of change, which nobody can set. A
        place whose files lie elsewhere says it in its own words.
        """
        stamp = getattr(self._place(source, ""), "stamp", None)
        if stamp is not None:
            return str(stamp(source))
        located = self.locate(source)
        told = hashlib.sha256(repr((source.version, located.header, located.parts)).encode())
        for path in located.files:
            try:
                found = os.stat(path)  # noqa: PTH116 - the path is a text
            except OSError:  # gone between two looks
                raise faults.unreachable("") from None
            marks = (path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            told.update(repr(marks).encode())
        return told.hexdigest()

    def fetch(self, source: Source, wanted: Wanted, attach: Attach = nobody_cancels) -> Path:
        """Bring what a query needs of a source that lies in no file here, into one."""
        place: Any = self._place(source, "")
        brought: Path = place.fetch(source, wanted, attach)
        return brought

    def _place(self, source: Source, file: str) -> Place:
        found = self._places.get((source.kind, source.format))
        if found is not None:
            return found
        kinds = [
            kind for kind in dict.fromkeys(kind for kind, _ in self._places) if kind != FETCHED
        ]
        if source.kind not in kinds:
            raise BadInput(
                "source.unknown_kind",
                f"A server of type '{source.kind[:40]}' cannot be read.",
                remedy=f"Use {_listed(kinds)}.",
                file=file,
                field="servers[0].type",
            )
        formats = [form for kind, form in self._places if kind == source.kind]
        raise BadInput(
            "source.unknown_format",
            f"Files of format '{source.format[:40]}' cannot be read.",
            remedy=f"Use {_listed(formats)}.",
            file=file,
            field="servers[0].format",
        )


def _listed(words: Sequence[str]) -> str:
    quoted = [f"'{word}'" for word in words]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
