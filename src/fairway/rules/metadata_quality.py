"""How good a catalogue record is: a score of a hundred, and for each point what to do about it.

The measures and their weights are those of the Metadata Quality Assessment of data.europa.eu
(https://data.europa.eu/mqa/methodology), which puts the FAIR principles into 23 checks of a DCAT
record: 100 points for findability, 100 for accessibility, 110 for interoperability, 75 for
reusability and 20 for contextuality. As there, several distributions of one dataset count as the
same content, so the best one of them counts for each check.

Three things are said here that the method leaves open. An address counts when it is one, not when
it answers: rules call nothing. Whether a record follows DCAT-AP is told by what the profile
requires of it, so that a missing description costs what a broken record costs. And what cannot
apply takes no part, so the score is a share of what could be had: an API has no file, and what is
used here is no download, but is described by its columns.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.rules import file_types


class Principle(StrEnum):
    """The FAIR principles, and the context that helps to judge a record."""

    FINDABLE = "findable"
    ACCESSIBLE = "accessible"
    INTEROPERABLE = "interoperable"
    REUSABLE = "reusable"
    CONTEXT = "context"


class Grade(StrEnum):
    """A score in a letter: A is what the method calls excellent, D what it calls bad."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


RATINGS: Mapping[Grade, str] = {
    Grade.A: "excellent",
    Grade.B: "good",
    Grade.C: "sufficient",
    Grade.D: "bad",
}
"""What the method calls each grade."""

MOST = 405
"""Points that a dataset can have."""

_STEPS = ((351, Grade.A), (221, Grade.B), (121, Grade.C))
"""Points of 405 from which each grade is given."""


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
    """A record's score from 0 to 100, its grade, and every measure behind them.

    `got` and `most` are the points behind the score; `most` is 405 for a dataset that lies
    elsewhere, and less for what some measures do not apply to.
    """

    score: int
    grade: Grade
    points: tuple[Point, ...]

    @property
    def got(self) -> int:
        """The points that the record has."""
        return sum(p.points for p in self.points)

    @property
    def most(self) -> int:
        """The points that it could have."""
        return sum(p.most for p in self.points)

    @property
    def rating(self) -> str:
        """The grade in the word of the method."""
        return RATINGS[self.grade]

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


def assess(entry: CatalogueEntry) -> MetadataQuality:
    """Return the quality of a record."""
    points = tuple(_points(entry))
    got, most = sum(p.points for p in points), sum(p.most for p in points)
    grade = next((g for least, g in _STEPS if got * MOST >= least * most), Grade.D)
    return MetadataQuality(_percent(points), grade, points)


def quality_row(entry: CatalogueEntry) -> dict[str, Any]:
    """Return what a list of qualities says of an entry."""
    quality = assess(entry)
    return {
        "id": entry.id,
        "title": entry.title,
        "kind": entry.kind.value,
        "organisation": entry.organisation,
        "score": quality.score,
        "grade": quality.grade.value,
        "got": quality.got,
        "most": quality.most,
        "by_principle": {p.value: score for p, score in quality.by_principle.items()},
        "advice": list(quality.advice),
    }


def _percent(points: Sequence[Point]) -> int:
    return round(100 * sum(p.points for p in points) / sum(p.most for p in points))


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
    yield _point("keywords", findable, 30, bool(entry.tags), "no keywords", "add some")
    yield _point("theme", findable, 30, bool(entry.themes), "no theme", "add one")
    yield _point("place", findable, 20, bool(entry.places), "no place", "add the area covered")
    yield _point(
        "period",
        findable,
        20,
        entry.period != (None, None),
        "no period",
        "add the first and last day covered",
    )


_ADDRESS = re.compile(r"(?:https?|ftps?|sftp)://[^\s/]+\S*", re.IGNORECASE)


def _is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None


def _here(entry: CatalogueEntry) -> bool:
    return entry.get_at is not GetAt.ELSEWHERE


def _any(entry: CatalogueEntry, holds: Callable[[Distribution], bool]) -> bool:
    """Say whether something holds for the best distribution of a dataset."""
    return any(holds(form) for form in entry.distributions)


def _is_data_elsewhere(entry: CatalogueEntry) -> bool:
    return entry.kind is EntryKind.DATASET and not _here(entry)


def _accessible(entry: CatalogueEntry) -> Iterator[Point]:
    accessible = Principle.ACCESSIBLE
    if not _is_data_elsewhere(entry):
        there = _here(entry) or _is_address(entry.url)
        yield _point("address", accessible, 50, there, "no address", "add where one gets to it")
        if entry.kind is EntryKind.API:
            yield _point(
                "documentation",
                accessible,
                20,
                _any(entry, lambda d: bool(d.url)),
                "no documentation",
                "add the address of the API's documentation",
            )
        return
    yield _point(
        "access address",
        accessible,
        50,
        _any(entry, lambda d: _is_address(d.page or d.url)),
        "no file or service with an address" if entry.distributions else "no file or service",
        "add each form in which the data can be had, with its address",
    )
    downloads = _any(entry, file_types.is_file)
    yield _point(
        "download address",
        accessible,
        20,
        downloads,
        "no address of a file",
        "add the address from which the file itself comes",
    )
    yield _point(
        "download works",
        accessible,
        30,
        _any(entry, lambda d: file_types.is_file(d) and _is_address(d.url)),
        "the address of the file is none" if downloads else "no file that can be fetched",
        "write it whole, with https://",
    )


def _interoperable(entry: CatalogueEntry) -> Iterator[Point]:
    interoperable = Principle.INTEROPERABLE
    if _is_data_elsewhere(entry):
        yield from _formats(entry)
    elif entry.kind is EntryKind.DATASET:
        yield _point(
            "columns", interoperable, 80, bool(entry.columns), "no columns", "describe the columns"
        )
    lacking = tuple(_lacking(entry))
    yield _point(
        "DCAT-AP",
        interoperable,
        30,
        not lacking,
        " and ".join(lacking),
        "add what the profile DCAT-AP requires of every record",
    )


def _formats(entry: CatalogueEntry) -> Iterator[Point]:
    interoperable = Principle.INTEROPERABLE
    yield _point(
        "format",
        interoperable,
        20,
        _any(entry, lambda d: bool(d.format.strip())),
        "no format",
        "add the format of every file or service",
    )
    yield _point(
        "media type",
        interoperable,
        10,
        _any(entry, lambda d: bool(d.media_type.strip())),
        "no media type",
        "add the media type of every file, such as text/csv",
    )
    yield _point(
        "known format",
        interoperable,
        10,
        _any(entry, lambda d: bool(file_types.codes(d)) or file_types.is_media_type(d.media_type)),
        "no format that a list knows",
        "name the format as the EU's list of file types does",
    )
    yield _point(
        "open format",
        interoperable,
        20,
        _any(entry, lambda d: bool(file_types.codes(d) & file_types.NON_PROPRIETARY)),
        "no open format",
        "offer the data in a format that needs no certain product, such as CSV",
    )
    yield _point(
        "machine-readable",
        interoperable,
        20,
        _any(entry, lambda d: bool(file_types.codes(d) & file_types.MACHINE_READABLE)),
        "no format that machines read",
        "offer the data as CSV, JSON or XML too",
    )


def _lacking(entry: CatalogueEntry) -> Iterator[str]:
    """Give what DCAT-AP 3 requires of a record and it does not hold."""
    if entry.kind is EntryKind.API:
        if not _is_address(entry.url) and not _here(entry):
            yield "no address of the service"
        return
    if not entry.description.strip():
        yield "no description"
    if any(not _is_address(form.page or form.url) for form in entry.distributions):
        yield "a file or service without address"


_KNOWN_LICENCES = (
    "publications.europa.eu/resource/authority/licence",
    "open-government-licence",
    "creativecommons.org/",
    "opendatacommons.org/",
    "opensource.org/",
    "apache.org/licenses",
    "rightsstatements.org/",
    "data_share_agreement",
    "dcat-ap.de/def/licenses",
    "govdata.de/dl-de",
    "etalab",
)
"""Parts of the addresses of licences that registers know."""

_KNOWN_LICENCE_NAMES = re.compile(
    r"(?:uk-)?ogl(?:-uk)?(?:[- ]?v?[123](?:\.0)?)?|cc0"
    r"|cc[- ]by(?:[- ](?:sa|nd|nc))*(?:[- ][1-4]\.0)?"
    r"|odc-(?:by|odbl|pddl)|odbl|pddl|open government licen[cs]e.*",
    re.IGNORECASE,
)
_KNOWN_RIGHTS = frozenset(
    [
        "confidential",
        "nonpublic",
        "normal",
        "opdatpro",
        "public",
        "restricted",
        "sensitive",
        "open",
        "internal",
        "commercial",
        "restrictedpublic",
    ]
)
"""The EU's authority table of access rights, those of the UK model, and of Project Open Data."""


def _reusable(entry: CatalogueEntry) -> Iterator[Point]:
    reusable = Principle.REUSABLE
    licences = [t for t in (entry.licence, *(d.licence for d in entry.distributions)) if t.strip()]
    yield _point("licence", reusable, 20, bool(licences), "no licence", "add one")
    yield _point(
        "known licence",
        reusable,
        10,
        any(_is_known(licence) for licence in licences),
        "the licence is none that is known" if licences else "no known licence",
        "name a licence by its address, such as the Open Government Licence",
    )
    rights = entry.access_rights.strip()
    yield _point(
        "access rights",
        reusable,
        10,
        bool(rights) or _here(entry),
        "no access rights",
        "say whether the data are public, restricted or not public",
    )
    tail = re.sub(r"[^a-z]", "", rights.rstrip("/").rpartition("/")[2].casefold())
    yield _point(
        "known access rights",
        reusable,
        5,
        tail in _KNOWN_RIGHTS or _here(entry),
        "the access rights are none that a list knows" if rights else "no known access rights",
        "name them as the EU's list of access rights does: PUBLIC, RESTRICTED or NON_PUBLIC",
    )
    yield _point(
        "contact",
        reusable,
        20,
        bool(entry.contact.strip() or (_here(entry) and entry.owner)),
        "no contact",
        "add whom one can ask",
    )
    yield _point(
        "publisher",
        reusable,
        10,
        bool(entry.organisation.strip()),
        "no publisher",
        "add the organisation that answers for the data",
    )


def _is_known(licence: str) -> bool:
    low = licence.casefold().strip()
    return any(p in low for p in _KNOWN_LICENCES) or bool(_KNOWN_LICENCE_NAMES.fullmatch(low))


def _context(entry: CatalogueEntry) -> Iterator[Point]:
    context = Principle.CONTEXT
    if _is_data_elsewhere(entry):
        yield _point(
            "rights",
            context,
            5,
            _any(entry, lambda d: bool(d.rights.strip())),
            "no rights",
            "say of each file whose the rights are",
        )
        yield _point(
            "size",
            context,
            5,
            _any(entry, lambda d: d.bytes is not None),
            "no size",
            "add the size of each file in bytes",
        )
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
