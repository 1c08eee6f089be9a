"""The catalogue: search everything one may know of, and suggestions while typing."""

from collections import defaultdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fairway.api.pages import Limit, Offset, Page, page
from fairway.api.signing_in import actor
from fairway.nouns.search import Piece, SearchHit, SearchPage, SearchQuery, Sort
from fairway.verbs import catalogue, indexing
from fairway.wiring import current

router = Router(tags=["Catalogue"])


class PieceOut(Schema):
    """A piece of text, marked where it matched."""

    text: str
    marked: bool


class FoundOut(Schema):
    """An entry that was found, what to show of it, and why it matched."""

    id: str
    kind: str
    title: str
    snippet: list[PieceOut]
    columns: list[str]
    why: list[str]
    organisation: str
    domain: str
    get_at: str
    product: str | None
    url: str
    licence: str
    changed: str
    grade: str
    sources: list[str]


class FacetValueOut(Schema):
    """A value of a facet, and how many of the entries found have it."""

    value: str
    count: int
    chosen: bool


class FacetOut(Schema):
    """A way to narrow a search."""

    name: str
    values: list[FacetValueOut]


class SearchOut(Page):
    """A page of what was found. `also` is what was searched besides what was typed.

    `loosened` are phrases that stand nowhere, so that their words were searched instead.
    """

    items: list[FoundOut]
    facets: list[FacetOut]
    also: list[str]
    did_you_mean: str
    loosened: list[str]


class SearchIn(Schema):
    """A search. `facet` narrows, as name:value, and may stand several times."""

    q: str = Field("", max_length=500)
    facet: list[str] = Field([], max_length=50, description="Such as kind:api.")
    sort: Sort = Sort.RELEVANCE


def _chosen(given: list[str]) -> dict[str, tuple[str, ...]]:
    chosen: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for one in given:
        name, _, value = one.partition(":")
        chosen[name] += (value,)
    return dict(chosen)


def _text(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def _found(hit: SearchHit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "kind": hit.kind,
        "title": _text(hit.title),
        "snippet": [{"text": p.text, "marked": p.marked} for p in hit.snippet],
        "columns": [_text(column) for column in hit.columns],
        "why": list(hit.why),
        "organisation": hit.organisation,
        "domain": hit.domain,
        "get_at": hit.get_at,
        "product": hit.product,
        "url": hit.url,
        "licence": hit.licence,
        "changed": hit.changed,
        "grade": hit.grade,
        "sources": list(hit.sources),
    }


def _facets(found: SearchPage) -> list[dict[str, Any]]:
    return [
        {
            "name": facet.name,
            "values": [
                {"value": v.value, "count": v.count, "chosen": v.chosen} for v in facet.values
            ],
        }
        for facet in found.facets
    ]


@router.get("/catalogue/search", response=SearchOut, summary="Search the catalogue")
def search(
    request: HttpRequest, given: Query[SearchIn], limit: Limit = 20, offset: Offset = 0
) -> dict[str, Any]:
    """Products of this node, and data, services and publications elsewhere.

    Words in any order; phrases in quotes; owner:, domain:, column:, tag:, kind:, licence: and
    format: narrow. Nothing of an entry that one may not know of is in any part of the answer.
    """
    query = SearchQuery(given.q, _chosen(given.facet), given.sort, limit, offset)
    found = catalogue.search(current(), actor(request), query)
    shown = page(request, [_found(hit) for hit in found.hits], found.total, limit, offset)
    return {
        **shown,
        "facets": _facets(found),
        "also": list(found.also),
        "did_you_mean": found.did_you_mean,
        "loosened": list(found.loosened),
    }


class ReindexedOut(Schema):
    """What the index holds: products, and entries of other catalogues."""

    products: int
    entries: int


@router.post("/catalogue/index", response=ReindexedOut, summary="Make the search index anew")
def reindex(request: HttpRequest) -> indexing.Reindexed:
    """Make the index anew from what the node keeps. Changes wait until it is done."""
    return indexing.reindex(current(), actor(request))


@router.get("/catalogue/suggestions", response=list[str], summary="Suggest while typing")
def suggest(request: HttpRequest, q: Annotated[str, Query(max_length=200)] = "") -> list[str]:
    """Titles that hold what was typed so far, the last word begun."""
    return list(catalogue.suggest(current(), actor(request), q))
