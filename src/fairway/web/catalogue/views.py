"""The results of a search, and suggestions while somebody types."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from fairway.nouns.search import FACETS, Facet, SearchHit, SearchPage, SearchQuery, Sort
from fairway.rules.search import everyday
from fairway.verbs import catalogue
from fairway.web.pages import actor, page, platform
from fairway.web.products.paging import numbered, page_number
from fairway.web.words import host

PER_PAGE = 20
FEW = 8
"""How many values of a facet are listed before somebody asks for more."""

_IN_ORDER = ("grade", "freshness", "period")
"""Facets whose values have an order of their own; in the others the most frequent come first."""

LONGEST_TEXT = 500
MOST_CHOSEN = 20


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show a page of what a search found, and how it can be narrowed."""
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    number = page_number(request.GET.get("page", ""))
    sort = _sort(request.GET.get("sort", ""))
    chosen = {
        name: tuple(v for v in request.GET.getlist(name) if v)[:MOST_CHOSEN]
        for name in FACETS
        if any(request.GET.getlist(name))
    }
    query = SearchQuery(text, chosen, sort, PER_PAGE, (number - 1) * PER_PAGE)
    found = catalogue.search(platform(), actor(request), query)
    asked = _asked(text, sort, chosen)
    every = request.GET.get("more", "")
    return page(
        request,
        "catalogue/search.html",
        section="find",
        words=text,
        sort=sort.value,
        found=found,
        hits=[(hit, _address(hit)) for hit in found.hits],
        facets=[_facet(facet, every, asked) for facet in found.facets],
        taken=_taken(asked, chosen),
        suggested=_suggested(request, text, number, chosen, found),
        meant=f"?{urlencode({**asked, 'q': found.did_you_mean}, doseq=True)}",
        plain=f"?{urlencode({'q': text})}",
        number=number,
        first=f"?{urlencode(asked, doseq=True)}",
        paging=numbered(number, found.total, PER_PAGE, asked),
    )


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """Give titles that hold what was typed so far, for the list beneath the box."""
    text = request.GET.get("q", "")[:LONGEST_TEXT]
    return JsonResponse(
        {"titles": list(catalogue.suggest(platform(), actor(request), text))},
        headers={"Cache-Control": "private, no-store"},
    )


@require_safe
def moved(request: HttpRequest) -> HttpResponse:
    """Lead from where the search was before."""
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(reverse("search") + (f"?{asked}" if asked else ""))


def _sort(text: str) -> Sort:
    return Sort(text) if text in tuple(Sort) else Sort.RELEVANCE


def _asked(text: str, sort: Sort, chosen: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return a search as an address names it."""
    sorted_by = {} if sort is Sort.RELEVANCE else {"sort": sort.value}
    return {"q": text, **sorted_by, **{name: list(values) for name, values in chosen.items()}}


def _address(hit: SearchHit) -> str:
    """Return where an entry's page is."""
    if hit.product:
        return reverse("product", args=[hit.product])
    try:
        return reverse("entry", args=[hit.id])
    except NoReverseMatch:
        return hit.url if host(hit.url) else ""


def _facet(facet: Facet, every: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return a facet with as many of its values as are listed: what was chosen always is."""
    ordered = sorted(facet.values, key=lambda v: v.value, reverse=facet.name != "grade")
    listed = ordered if facet.name in _IN_ORDER else facet.values
    values = [v for i, v in enumerate(listed) if i < FEW or v.chosen or facet.name == every]
    return {
        "name": facet.name,
        "values": values,
        "open": facet.name == every or any(v.chosen for v in facet.values),
        "left": len(facet.values) - len(values),
        "more": f"?{urlencode({**asked, 'more': facet.name}, doseq=True)}#by-{facet.name}",
    }


def _taken(asked: dict[str, Any], chosen: dict[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """Return what was chosen, each with the address of the same search without it."""
    return [
        {
            "name": name,
            "value": value,
            "href": "?" + urlencode({**asked, name: [v for v in values if v != value]}, doseq=True),
        }
        for name, values in chosen.items()
        for value in values
    ]


def _suggested(
    request: HttpRequest,
    text: str,
    number: int,
    chosen: dict[str, tuple[str, ...]],
    found: SearchPage,
) -> list[str]:
    """Return titles that go on from what was typed and are not on the page already."""
    if not text or number > 1 or chosen or not everyday(text):
        return []
    shown = {"".join(piece.text for piece in hit.title) for hit in found.hits}
    titles = catalogue.suggest(platform(), actor(request), text)
    return [title for title in titles if title not in shown][:5]
