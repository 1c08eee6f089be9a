"""How good a catalogue record is: a score of a hundred, and for each point what to do about it.

The measures and their weights follow the Metadata Quality Assessment of the European data portal,
which puts the FAIR principles into checks of a DCAT record. It is changed in three ways. A link is
judged by being there, not by being called: rules call nothing. A description counts, which DCAT-AP
requires. And what cannot apply to a record takes no part: an API has no file, so it needs no file
format; a product that is used here needs no download, and is described by its columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt


class Principle(StrEnum):
    """The FAIR principles, and the context that helps to judge a record."""

    FINDABLE = "findable"
    ACCESSIBLE = "accessible"
    INTEROPERABLE = "interoperable"
    REUSABLE = "reusable"
    CONTEXT = "context"


class Grade(StrEnum):
    """A score in a letter."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


@dataclass(frozen=True, slots=True)
class Point:
    """One measure of a record: what was got of what could be, what is amiss, and the way out."""

    code: str
    principle: Principle
    points: int
    most: int
    finding: str = ""
    remedy: str = ""

    @property
    def met(self) -> bool:
        """Whether nothing is amiss."""
        return self.points == self.most

    @property
    def advice(self) -> str:
        """What is amiss and what to do, in one line; nothing where nothing is."""
        return "" if self.met else f"{self.finding}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class MetadataQuality:
    """A record's score from 0 to 100, its grade, and every measure behind them."""

    score: int
    grade: Grade
    points: tuple[Point, ...]

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do, that which gains most first."""
        amiss = sorted((p for p in self.points if not p.met), key=lambda p: p.points - p.most)
        return tuple(p.advice for p in amiss)

    @property
    def by_principle(self) -> Mapping[Principle, int]:
        """The score under each principle that applies, from 0 to 100."""
        return {
            principle: _percent([p for p in self.points if p.principle is principle])
            for principle in Principle
            if any(p.principle is principle for p in self.points)
        }


_LEAST_DESCRIPTION = 60
"""Characters under which a description says little more than a title."""

_MACHINE_READABLE = frozenset(
    {
        *("csv", "tsv", "json", "geojson", "jsonl", "xml", "kml", "kmz", "gml", "rdf", "ttl"),
        *("turtle", "n3", "jsonld", "json-ld", "parquet", "arrow", "avro", "delta", "iceberg"),
        *("xls", "xlsx", "ods", "sqlite", "gpkg", "geopackage", "shp", "shapefile", "wfs", "wms"),
        *("api", "rest", "sparql", "excel", "netcdf", "topojson", "px", "ndjson", "gtfs"),
    }
)
_OPEN = frozenset(
    {
        *("csv", "tsv", "json", "geojson", "jsonl", "xml", "kml", "gml", "rdf", "ttl", "turtle"),
        *("n3", "jsonld", "json-ld", "parquet", "arrow", "avro", "delta", "iceberg", "ods", "txt"),
        *("sqlite", "gpkg", "geopackage", "wfs", "wms", "html", "pdf", "sparql", "netcdf", "px"),
        *("topojson", "kmz", "ndjson", "gtfs"),
    }
)
_NOT_FORMATS = frozenset({"ogc", "ms", "arcgis", "esri", "application", "text", "vnd", "geo", "x"})
_KNOWN_LICENCES = (
    "open-government-licence",
    "creativecommons.org/",
    "opendatacommons.org/",
    "opensource.org/",
    "apache.org/licenses",
    "rightsstatements.org/",
    "data_share_agreement",
)


def assess(entry: CatalogueEntry) -> MetadataQuality:
    """Return the quality of a record."""
    points = tuple(_points(entry))
    score = _percent(points)
    return MetadataQuality(score, _grade(score), points)


def _percent(points: Sequence[Point]) -> int:
    return round(100 * sum(p.points for p in points) / sum(p.most for p in points))


def _grade(score: int) -> Grade:
    steps = ((80, Grade.A), (65, Grade.B), (50, Grade.C), (35, Grade.D))
    return next((grade for least, grade in steps if score >= least), Grade.E)


def _points(entry: CatalogueEntry) -> Iterator[Point]:
    yield from _findable(entry)
    yield from _accessible(entry)
    yield from _interoperable(entry)
    yield from _reusable(entry)
    yield from _context(entry)


def _point(
    code: str, principle: Principle, most: int, met: bool, finding: str, remedy: str
) -> Point:
    return Point(code, principle, most if met else 0, most, finding, remedy)


def _findable(entry: CatalogueEntry) -> Iterator[Point]:
    findable = Principle.FINDABLE
    length = len(entry.description.strip())
    yield Point(
        "description",
        findable,
        30 if length >= _LEAST_DESCRIPTION else 15 if length else 0,
        30,
        "the description is very short" if length else "no description",
        "say what the data hold, of whom, from when and for what they are collected",
    )
    yield _point("tags", findable, 30, bool(entry.tags), "no keywords", "add some")
    yield _point("themes", findable, 30, bool(entry.themes), "no theme", "add one")
    yield _point("places", findable, 20, bool(entry.places), "no place", "add the area covered")
    yield _point(
        "period",
        findable,
        20,
        entry.period != (None, None),
        "no period",
        "add the first and last day covered",
    )


def _here(entry: CatalogueEntry) -> bool:
    return entry.get_at is not GetAt.ELSEWHERE


def _addresses(entry: CatalogueEntry) -> tuple[Distribution, ...]:
    return tuple(d for d in entry.distributions if d.url)


def _accessible(entry: CatalogueEntry) -> Iterator[Point]:
    accessible = Principle.ACCESSIBLE
    there = _here(entry) or bool(entry.url) or bool(_addresses(entry))
    yield _point("address", accessible, 50, there, "no address", "add where one gets to the data")
    if entry.kind is EntryKind.DATASET and not _here(entry):
        every, reached = len(entry.distributions), len(_addresses(entry))
        yield Point(
            "distributions",
            accessible,
            round(30 * reached / every) if every else 0,
            30,
            f"{every - reached} of {every} without address" if every else "no file or service",
            "add each form in which the data can be had, with its address",
        )
    if entry.kind is EntryKind.API:
        yield _point(
            "documentation",
            accessible,
            20,
            bool(_addresses(entry)),
            "no documentation",
            "add the address of the API's documentation",
        )


def _words(distribution: Distribution) -> frozenset[str]:
    """Return the words of a format and a media type: `text/csv` holds csv, `OGC WFS` holds wfs."""
    text = f"{distribution.format} {distribution.media_type}".casefold()
    words = "".join(c if c.isalnum() or c == "-" else " " for c in text).split()
    return frozenset(words) - _NOT_FORMATS


def _interoperable(entry: CatalogueEntry) -> Iterator[Point]:
    if entry.kind is not EntryKind.DATASET:
        return
    interoperable = Principle.INTEROPERABLE
    if _here(entry):
        yield _point(
            "columns", interoperable, 60, bool(entry.columns), "no columns", "describe the columns"
        )
        return
    forms = _addresses(entry)
    words = [_words(d) for d in forms]
    every = "of every file or service" if len(forms) > 1 else "of the file or service"
    stated = sum(bool(w) for w in words)
    yield Point(
        "format",
        interoperable,
        round(20 * stated / len(forms)) if forms else 0,
        20,
        f"{len(forms) - stated} of {len(forms)} without format" if forms else "no format",
        f"add the format {every}",
    )
    yield _point(
        "media type",
        interoperable,
        10,
        any(d.media_type for d in forms),
        "no media type",
        f"add the media type {every}, such as text/csv",
    )
    yield _point(
        "machine-readable",
        interoperable,
        30,
        any(w & _MACHINE_READABLE for w in words),
        "no format that machines read",
        "offer the data as CSV, JSON or Parquet too",
    )
    yield _point(
        "open format",
        interoperable,
        20,
        any(w & _OPEN for w in words),
        "no open format",
        "offer the data in a format that needs no certain product, such as CSV",
    )


def _reusable(entry: CatalogueEntry) -> Iterator[Point]:
    reusable = Principle.REUSABLE
    licence = entry.licence or next((d.licence for d in entry.distributions if d.licence), "")
    known = any(part in licence.casefold() for part in _KNOWN_LICENCES)
    yield _point("licence", reusable, 20, bool(licence), "no licence", "add one")
    yield _point(
        "known licence",
        reusable,
        10,
        known,
        "the licence is none that is known" if licence else "no known licence",
        "name a licence by its address, such as the Open Government Licence",
    )
    yield _point(
        "access rights",
        reusable,
        15,
        bool(entry.access_rights) or _here(entry),
        "no access rights",
        "say whether the data are public, restricted or not public",
    )
    yield _point("contact", reusable, 20, bool(entry.contact), "no contact", "add whom one can ask")
    yield _point(
        "publisher",
        reusable,
        10,
        bool(entry.organisation),
        "no publisher",
        "add the organisation that answers for the data",
    )


def _context(entry: CatalogueEntry) -> Iterator[Point]:
    context = Principle.CONTEXT
    yield _point(
        "issued", context, 5, entry.issued is not None, "no date of issue", "add the first day"
    )
    yield _point(
        "modified",
        context,
        5,
        entry.modified is not None,
        "no date of change",
        "add the day of the last change",
    )
    if entry.kind is not EntryKind.PUBLICATION:
        yield _point(
            "frequency",
            context,
            5,
            bool(entry.frequency),
            "no frequency",
            "add how often the data are renewed",
        )
    if entry.kind is EntryKind.DATASET and not _here(entry):
        yield _point(
            "size",
            context,
            5,
            any(d.bytes is not None for d in entry.distributions),
            "no size",
            "add the size of each file in bytes",
        )
