"""Using data in place: write a query, see its first rows, take it as a file, draw it.

Nothing of a result is kept on the node. So a file or a chart runs the query again, as a use of its
own on the record; the page says so where it offers them.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairway import formats
from fairway.nouns.agreements import State
from fairway.nouns.errors import BadInput, FairwayError, NotFound, NotSignedIn
from fairway.verbs import agreements, products, purposes, queries
from fairway.verbs.agreements import AgreementPage
from fairway.verbs.cancelling import leaving
from fairway.verbs.queries import QueryResult
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform
from fairway.web.queries import charts, tables
from fairway.web.queries.streams import download as streamed
from fairway.web.sessions import confirmed

FILES = {"csv": "CSV, for a spreadsheet", "parquet": "Parquet", "arrow": "Arrow stream"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A query as it was typed."""

    sql: str = ""
    purpose: str = ""
    agreement: str = ""


def _typed(request: HttpRequest) -> Typed:
    data = request.POST
    return Typed(
        data.get("sql", "").replace("\r\n", "\n").strip(),
        data.get("purpose", ""),
        data.get("agreement", ""),
    )


def _run(request: HttpRequest, typed: Typed, problems: Problems) -> QueryResult | None:
    """Run a query, or say at which field it went wrong."""
    if not typed.sql:
        problems.add("sql", "Enter a query")
    if not typed.purpose:
        problems.add("purpose", "Select what you use the data for")
    if problems:
        return None
    try:
        return queries.run(
            platform(),
            actor(request),
            typed.sql,
            typed.purpose,
            agreement=typed.agreement or None,
            attach=leaving(request),
        )
    except NotSignedIn:
        raise
    except FairwayError as error:
        problems.add_error(error, _FIELDS.get(error.code, "sql"))
        return None


_FIELDS = {
    "access.unknown_purpose": "purpose",
    "access.other_purpose": "purpose",
    "access.no_such_agreement": "agreement",
    "access.agreement_not_active": "agreement",
}
"""Where on the page an error belongs that names no field itself; the rest belongs to the query."""


_EXPLAINED = frozenset(
    {
        "access.agreement_not_active",
        "access.column_not_granted",
        "access.guardrail",
        "access.no_agreement",
        "access.nothing_granted",
        "access.other_purpose",
        "access.terms_do_not_apply",
    }
)
"""Refusals by what was agreed or not, which a page of their own explains."""


@require_http_methods(["GET", "POST"])
def query(request: HttpRequest) -> HttpResponse:
    """Ask for a query; run it and show its first rows."""
    if request.method != "POST":
        return _form(request, _suggested(request), Problems())
    typed, problems = _typed(request), Problems()
    result = _run(request, typed, problems)
    if result is None:
        return _form(request, typed, problems)
    return _result(request, typed, result)


@require_POST
def chart(request: HttpRequest) -> HttpResponse:
    """Run the query again and draw it."""
    typed, problems = _typed(request), Problems()
    result = _run(request, typed, problems)
    if result is None:
        return _form(request, typed, problems)
    return _result(request, typed, result, drawing=True)


@confirmed
@require_POST
def download(request: HttpRequest) -> HttpResponseBase:
    """Run the query again and give the whole result as a file."""
    typed, problems = _typed(request), Problems()
    name = request.POST.get("format", "")
    if name not in FILES:
        problems.add("sql", "Select the kind of file, and download again")
    result = _run(request, typed, problems)
    if result is None:
        return _form(request, typed, problems)
    return streamed(request, result, formats.named(name))


@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """List one's own queries that run now or wait, each with a button that stops it."""
    found = queries.running(platform(), actor(request))
    return page(request, "queries/running.html", section="query", running=found)


@require_POST
def stop(request: HttpRequest, query: str) -> HttpResponse:
    """Stop one of one's own queries; one that has ended meanwhile needs no stopping."""
    with suppress(NotFound):
        queries.cancel(platform(), actor(request), query)
    return redirect("running")


def _suggested(request: HttpRequest) -> Typed:
    """Return what the form begins with: a query of one's own again, or one on a product."""
    if again := request.GET.get("again", ""):
        earlier = queries.show(platform(), actor(request), again)
        return Typed(earlier["sql"], earlier["purpose"])
    name, agreement = request.GET.get("product", ""), request.GET.get("agreement", "")
    if not name:
        return Typed()
    product = products.show(platform(), actor(request), name).product
    mine = [p for p in _active(request) if p.product.id == product.id]
    chosen = next((p for p in mine if p.agreement.id == agreement), mine[0] if mine else None)
    granted = chosen.agreement.granted if chosen else None
    columns = [c.name for c in granted.columns] if granted else [c.name for c in product.columns]
    listed = ",\n       ".join(columns)
    return Typed(
        # The page begins with it; what is sent goes through the gate as everything does.
        f"SELECT {listed}\nFROM {product.id}\nLIMIT 100",  # nosec B608
        chosen.agreement.purpose if chosen else "",
        chosen.agreement.id if chosen and agreement else "",
    )


def _active(request: HttpRequest) -> Sequence[AgreementPage]:
    mine = agreements.list_mine(platform(), actor(request))
    return [p for p in mine if p.state is State.ACTIVE]


def _lists(request: HttpRequest) -> dict[str, Any]:
    return {
        "section": "query",
        "purposes": purposes.list_all(platform(), actor(request))[0],
        "usable": _active(request),
    }


def _form(request: HttpRequest, typed: Typed, problems: Problems) -> HttpResponse:
    refused = bool(problems.codes & _EXPLAINED)
    return page(
        request,
        "queries/query.html",
        WRONG if problems else 200,
        typed=typed,
        problems=problems,
        refused=queries.products_named(platform(), typed.sql) if refused else (),
        **_lists(request),
    )


def _result(
    request: HttpRequest, typed: Typed, result: QueryResult, *, drawing: bool = False
) -> HttpResponse:
    problems = Problems()
    most = charts.MOST_POINTS if drawing else tables.ROWS_SHOWN
    try:
        table = tables.taken(result, most)
    except FairwayError as error:
        problems.add_error(error, "sql")
        return _form(request, typed, problems)
    drawn, columns = None, table.headings
    if drawing:
        try:
            wanted = _wanted(request)
            drawn = charts.draw(wanted, table)
            chosen = (wanted.x, wanted.series, wanted.y)
            columns = tuple(table.headings[number] for number in chosen if number is not None)
        except BadInput as error:
            problems.add(f"chart-{error.field}", error.message)
    return page(
        request,
        "queries/result.html",
        WRONG if problems else 200,
        typed=typed,
        problems=problems,
        result=result,
        table=table,
        columns=columns,
        cell=tables.cell,
        chart=drawn,
        wanted={name: request.POST.get(name, "") for name in ("kind", "x", "y", "series")},
        files=FILES,
        most_points=charts.MOST_POINTS,
        **_lists(request),
    )


def _wanted(request: HttpRequest) -> charts.Wanted:
    def column(name: str) -> int:
        text = request.POST.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1

    return charts.Wanted(
        request.POST.get("kind", ""),
        column("x"),
        column("y"),
        column("series") if request.POST.get("series") else None,
    )
