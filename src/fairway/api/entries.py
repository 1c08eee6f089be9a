"""The catalogue: harvest another one, list and show entries, and how complete they are."""

import logging
import zlib
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema

from fairway.api.pages import Limit, Offset, Page, page
from fairway.api.signing_in import actor
from fairway.nouns.entries import EntryKind, GetAt
from fairway.nouns.errors import BadInput, BoundExceeded
from fairway.nouns.harvests import Harvest, Shown
from fairway.rules.entries import where
from fairway.rules.metadata_quality import quality_row
from fairway.standards.dcat import About
from fairway.standards.representations import (
    REPRESENTATIONS,
    Representation,
    about,
    chosen,
    links,
    published,
)
from fairway.verbs import entries, harvests
from fairway.wiring import current

router = Router(tags=["Catalogue"])
log = logging.getLogger("fairway.api")

LARGEST_CATALOGUE = 64 * 1024 * 1024
"""Bytes of a catalogue when it is unpacked."""


class HarvestOut(Schema):
    """How a harvest went, or goes. `ended` is null while it is under way, or was stopped."""

    id: str
    source: str
    format: str
    by: str
    begun: datetime
    total: int
    faults: int
    withdraws: bool
    position: int
    added: int
    changed: int
    unchanged: int
    withdrawn: int
    ended: datetime | None


class FaultOut(Schema):
    """Why a record cannot be used: its place in the catalogue from 0, the field, the reason."""

    index: int | None
    field: str
    reason: str


class HarvestReportOut(HarvestOut):
    """How a harvest went, where it went on if it was stopped before, and what it could not use."""

    resumed: int
    problems: list[FaultOut]


class SourceOut(Schema):
    """A place where the record was found."""

    source: str
    identifier: str
    url: str
    harvested: datetime | None


class ListedOut(Schema):
    """An entry in a list; `where` says how one gets to it, `missing` what it lacks."""

    id: str
    kind: EntryKind
    title: str
    organisation: str
    get_at: GetAt
    where: str
    product: str | None
    url: str
    licence: str
    modified: date | None
    score: int
    grade: str
    missing: list[str]
    sources: list[str]


class EntriesOut(Page):
    """A page of entries."""

    items: list[ListedOut]


class DistributionOut(Schema):
    """One form in which a dataset can be had."""

    title: str
    url: str
    format: str
    media_type: str
    licence: str
    bytes: int | None
    download: bool
    page: str
    rights: str


class PointOut(Schema):
    """One measure of a record, what is amiss, and what to do about it."""

    code: str
    principle: str
    points: int
    most: int
    advice: str


class SignalOut(Schema):
    """How a product is used. `people` is null where they are too few to be counted for you."""

    people: int | None
    purposes: list[str]
    more_purposes: bool
    since: date | None


class RelatedOut(Schema):
    """Another entry; `people` counts those who use both, where that is why."""

    id: str
    title: str
    organisation: str
    people: int | None


class EntryOut(Schema):
    """Everything about an entry, with its quality point by point."""

    id: str
    kind: EntryKind
    title: str
    description: str
    organisation: str
    domain: str
    owner: str
    contact: str
    get_at: GetAt
    where: str
    product: str | None
    url: str
    licence: str
    classification: str
    tags: list[str]
    themes: list[str]
    places: list[str]
    columns: list[str]
    period: list[date | None]
    frequency: str
    issued: date | None
    modified: date | None
    language: str
    identifiers: list[str]
    distributions: list[DistributionOut]
    sources: list[SourceOut]
    version: str
    access_rights: str
    withdrawn: bool
    signal: SignalOut | None
    together: list[RelatedOut]
    similar: list[RelatedOut]
    score: int
    grade: str
    points: list[PointOut]


class CoverageOut(Schema):
    """How complete the entries of one kind from one source or domain are; `score` is the mean."""

    source: str
    domain: str
    kind: EntryKind
    entries: int
    without_description: int
    without_licence: int
    without_owner: int
    score: float


class CompletenessOut(Schema):
    """Completeness by source, domain and kind, and the last harvest of each source."""

    coverage: list[CoverageOut]
    harvests: list[HarvestOut]


def _harvest(harvest: Harvest) -> dict[str, Any]:
    return asdict(harvest)


_CATALOGUE = {
    "requestBody": {
        "required": True,
        "description": "The catalogue's text in UTF-8; with `Content-Encoding: gzip`, packed.",
        "content": {"application/octet-stream": {"schema": {"type": "string"}}},
    }
}


@router.post(
    "/catalogue/harvests",
    response={201: HarvestReportOut},
    summary="Harvest a catalogue",
    openapi_extra=_CATALOGUE,
)
def harvest(
    request: HttpRequest,
    source: Annotated[str, Query(max_length=200, description="What the catalogue is called.")],
    format: Annotated[  # noqa: A002 - the word that users write
        str, Query(max_length=40, description="Its format; else the one that it looks like.")
    ] = "",
    organisation: Annotated[
        str, Query(max_length=300, description="The publisher of records that name none.")
    ] = "",
    licence: Annotated[
        str, Query(max_length=300, description="The licence of records that name none.")
    ] = "",
    complete: Annotated[
        bool, Query(description="Whether what is not in it is withdrawn from the source.")
    ] = True,
) -> dict[str, Any]:
    """Take over what is new or changed, withdraw what is gone, and report what cannot be used.

    Sending the same catalogue again goes on with a harvest that was stopped.
    """
    report = harvests.harvest(
        current(),
        actor(request),
        source,
        _text(request),
        format=format,
        organisation=organisation,
        licence=licence,
        complete=complete,
        progress=_progress,
    )
    return {
        **_harvest(report.harvest),
        "resumed": report.resumed,
        "problems": [asdict(fault) for fault in report.faults],
    }


def _progress(done: int, total: int) -> None:
    if done < total:
        log.info("harvest: %d of %d records", done, total)


def _text(request: HttpRequest) -> str:
    """Return the body as text, unpacked. Raises `BadInput`, `BoundExceeded`."""
    body = request.read(LARGEST_CATALOGUE + 1)
    if request.headers.get("Content-Encoding", "") == "gzip":
        body = _unpacked(body)
    if len(body) > LARGEST_CATALOGUE:
        raise BoundExceeded(
            "harvest.too_large",
            f"A catalogue may have {LARGEST_CATALOGUE >> 20} MB.",
            remedy="Harvest it in parts: fairway harvest --part.",
        )
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(
            "harvest.not_text", "This catalogue is not text in UTF-8.", remedy="Save it as UTF-8."
        ) from None


def _unpacked(body: bytes) -> bytes:
    """Unpack no more than may be sent, and one byte, so that a bomb stays small."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(body, LARGEST_CATALOGUE + 1)
    except zlib.error:
        text = b""
    if not unpacking.eof and len(text) <= LARGEST_CATALOGUE:
        raise BadInput("harvest.not_gzip", "What was sent cannot be unpacked with gzip.")
    return text


@router.get("/catalogue/entries", response=EntriesOut, summary="List the catalogue")
def listing(
    request: HttpRequest,
    kind: Annotated[EntryKind | None, Query(description="Of this kind alone.")] = None,
    source: Annotated[str, Query(max_length=200, description="From this source alone.")] = "",
    missing: Annotated[
        str, Query(max_length=40, description="Without this: description, licence or owner.")
    ] = "",
    order: Annotated[
        str, Query(max_length=40, description="title; best or worst quality first.")
    ] = "title",
    limit: Limit = 20,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Governed products first, then what lives elsewhere; records of several sources as one."""
    total, found = entries.entries(
        current(),
        actor(request),
        kind=kind,
        source=source,
        missing=missing,
        order=order,
        limit=limit,
        offset=offset,
    )
    return page(request, [_listed(one) for one in found], total, limit, offset)


def _listed(one: Shown) -> dict[str, Any]:
    entry = one.entry
    return {
        "id": entry.id,
        "kind": entry.kind,
        "title": entry.title,
        "organisation": entry.organisation,
        "get_at": entry.get_at,
        "where": where(entry),
        "product": entry.product,
        "url": entry.url,
        "licence": entry.licence,
        "modified": entry.modified,
        "score": one.score,
        "grade": one.grade,
        "missing": list(one.missing),
        "sources": [s.source for s in entry.sources],
    }


_FORMS: dict[str, Any] = {
    "responses": {200: {"content": {r.media_type: {} for r in REPRESENTATIONS}}}
}


@router.get(
    "/catalogue/entries/{entry}",
    response=EntryOut,
    summary="Show an entry",
    openapi_extra=_FORMS,
)
def show(
    request: HttpRequest,
    entry: str,
    format: Annotated[  # noqa: A002 - the word that users write
        str, Query(max_length=40, description="A form by its name, instead of by `Accept`.")
    ] = "",
) -> Any:
    """Everything about an entry; in a standard's form for who accepts that, or names it.

    Forms are DCAT-AP as JSON-LD (`application/ld+json`), Turtle or RDF/XML, the contract as ODCS,
    ODPS, the UK model, schema.org, data.json and CKAN; the header `Link` names them all.
    """
    shown = entries.show(current(), actor(request), entry)
    form = chosen(
        request.get_preferred_type,
        "application/json",
        product=shown.contract is not None,
        name=format,
    )
    if form is not None:
        return _written(request, shown, form)
    said = asdict(shown.entry)
    said.pop("extra")
    quality = shown.quality
    return {
        **said,
        "where": shown.where,
        "signal": shown.signal and asdict(shown.signal),
        "together": [asdict(one) for one in shown.together],
        "similar": [asdict(one) for one in shown.similar],
        "score": quality.score,
        "grade": quality.grade.value,
        "points": [
            {
                "code": point.code,
                "principle": point.principle.value,
                "points": point.points,
                "most": point.most,
                "advice": point.advice,
            }
            for point in quality.points
        ],
    }


def _written(request: HttpRequest, shown: entries.EntryPage, form: Representation) -> HttpResponse:
    mine = of_node(request)
    if form.write is None:
        text = current().contracts.write(shown.contract) if shown.contract else ""
    else:
        text = form.write(published(shown.entry, mine), mine)
    response = HttpResponse(text, content_type=f"{form.media_type}; charset=utf-8")
    response["Vary"] = "Accept"
    response["Link"] = links(
        request.build_absolute_uri(request.path), product=shown.contract is not None
    )
    return response


def of_node(request: HttpRequest) -> About:
    """Return what this node's catalogue says of itself."""
    base = request.build_absolute_uri(reverse("entry", args=["x"]))[:-1]
    return about(current().settings["name"], base)


class QualityOut(Schema):
    """The quality of an entry: points got of those that there are, by principle, and what to do."""

    id: str
    title: str
    kind: EntryKind
    organisation: str
    score: int
    grade: str
    got: int
    most: int
    by_principle: dict[str, int]
    advice: list[str]


class QualityPageOut(Page):
    """A page of qualities."""

    items: list[QualityOut]


@router.get("/catalogue/quality", response=QualityPageOut, summary="Show the quality of entries")
def quality(
    request: HttpRequest,
    source: Annotated[str, Query(max_length=200, description="From this source alone.")] = "",
    order: Annotated[
        str, Query(max_length=40, description="title; best or worst quality first.")
    ] = "worst",
    limit: Limit = 20,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Score every entry that you may know of, with what would make each better."""
    total, found = entries.entries(
        current(), actor(request), source=source, order=order, limit=limit, offset=offset
    )
    items = [quality_row(one.entry) for one in found]
    return page(request, items, total, limit, offset)


@router.get("/catalogue/coverage", response=CompletenessOut, summary="Show what entries lack")
def coverage(request: HttpRequest) -> dict[str, Any]:
    """Entries without description, licence or owner, by source or domain, and mean quality."""
    found = entries.coverage(current(), actor(request))
    return {
        "coverage": [asdict(one) for one in found.coverage],
        "harvests": [_harvest(one) for one in found.harvests],
    }
