"""How results are written: Arrow stream, Parquet, CSV, JSON.

Every format takes the chunks of an Arrow IPC stream, which is what engines yield, and gives chunks
of bytes as they become ready; none holds a whole result. `FORMATS` is the list of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fairway.formats.facts import Facts
from fairway.nouns.errors import BadInput
from fairway.nouns.queries import Chunk

Write = Callable[[Iterable[Chunk], Facts], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a result: its name, its media type, its file ending, and how."""

    name: str
    media_type: str
    ending: str
    write: Write


def _arrow(chunks: Iterable[Chunk], _: Facts) -> Iterator[bytes]:
    """Hand the engine's own stream on as it is."""
    yield from map(bytes, chunks)


def _parquet(chunks: Iterable[Chunk], _: Facts) -> Iterator[bytes]:
    from fairway.formats.parquet import write  # deferred: PyArrow is heavy

    return write(chunks)


def _csv(chunks: Iterable[Chunk], _: Facts) -> Iterator[bytes]:
    from fairway.formats.csv import write

    return write(chunks)


def _json(chunks: Iterable[Chunk], facts: Facts) -> Iterator[bytes]:
    from fairway.formats.json import write

    return write(chunks, facts)


FORMATS = {
    f.name: f
    for f in (
        Format("arrow", "application/vnd.apache.arrow.stream", "arrows", _arrow),
        Format("parquet", "application/vnd.apache.parquet", "parquet", _parquet),
        Format("csv", "text/csv", "csv", _csv),
        Format("json", "application/json", "json", _json),
    )
}
"""The formats by name."""


def named(name: str) -> Format:
    """Return the format of a name. Raises `BadInput`."""
    found = FORMATS.get(name.casefold())
    if found is None:
        raise BadInput(
            "format.unknown",
            f"There is no format '{name[:40]}'.",
            remedy=f"The formats are: {', '.join(FORMATS)}.",
            field="format",
        )
    return found


def accepted(accept: str) -> Format:
    """Return the format that an HTTP Accept header prefers; JSON when it leaves the choice.

    Raises `BadInput` when it takes none of ours.
    """
    wanted = sorted(_ranges(accept), key=lambda pair: -pair[1])
    for media_type, quality in wanted:
        if quality <= 0:
            continue
        if media_type in {"*/*", "application/*"}:
            return FORMATS["json"]
        if media_type == "text/*":
            return FORMATS["csv"]
        for known in FORMATS.values():
            if known.media_type == media_type:
                return known
    if not wanted:
        return FORMATS["json"]
    raise BadInput(
        "format.none_accepted",
        "None of the formats that a result can have is accepted.",
        remedy=f"Accept one of: {', '.join(f.media_type for f in FORMATS.values())}.",
        field="Accept",
    )


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Yield the media types of an Accept header with their quality; what is malformed weighs 0."""
    for part in accept.split(","):
        media_type, *parameters = (p.strip().casefold() for p in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if media_type:
            yield media_type, quality
