"""Queries: use data in place, and see how a query stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema

from fairway import formats
from fairway.api.signing_in import actor
from fairway.api.streams import response
from fairway.nouns.plans import QueryPlan
from fairway.nouns.queries import Limits, Running
from fairway.verbs import plans, queries
from fairway.verbs.cancelling import leaving
from fairway.wiring import current

router = Router(tags=["Queries"])


class LimitsIn(Schema):
    """Bounds tighter than the node's own: rows and bytes of the result, memory and seconds."""

    rows: int | None = Field(None, ge=1)
    bytes: int | None = Field(None, ge=1)
    memory: int | None = Field(None, ge=1)
    seconds: float | None = Field(None, gt=0)


class QueryIn(Schema):
    """One SELECT over products named `<domain>.<table>`, for a purpose."""

    sql: str = Field(max_length=200_000)
    purpose: str = Field(max_length=100)
    agreement: str | None = Field(None, max_length=100, description="Counts alone where named.")
    limits: LimitsIn | None = None
    as_of: dict[str, str] | None = Field(
        None,
        max_length=100,
        description="Earlier states of the data: products, or `*` for all, to a version's number"
        " or a time.",
    )
    handle: str = Field(
        "", max_length=100, description="A word of your own by which to cancel it while it runs."
    )


class RunningOut(Schema):
    """A query that runs now, or waits for its turn."""

    query: str
    sql: str
    purpose: str
    since: datetime


class QueryOut(Schema):
    """How a query stands on the record."""

    id: str
    sql: str
    purpose: str
    action: str
    outcome: str
    reason: str
    rows: int | None
    at: datetime


_RESULT = {
    "responses": {
        200: {
            "description": "The result, in the format accepted. The headers Fairway-Query-Id,"
            " Fairway-Engine, Fairway-Agreements and Fairway-Versions come with it, and"
            " Fairway-Rows when it is complete at the start.",
            "content": {f.media_type: {} for f in formats.FORMATS.values()},
        }
    }
}


@router.post("/query", summary="Run a query", openapi_extra=_RESULT)
def run(
    request: HttpRequest,
    given: QueryIn,
    format: Annotated[  # noqa: A002 - the word that users write
        str, Query(description="arrow, parquet, csv or json; else the Accept header decides.")
    ] = "",
) -> HttpResponseBase:
    """See only the agreed columns and rows; what was not granted does not exist.

    In CSV a text that a spreadsheet would run as a formula gets an apostrophe in front; Arrow,
    Parquet and JSON give every value as it is.
    """
    accept = request.headers.get("Accept", "")
    wanted = formats.named(format) if format else formats.accepted(accept)
    result = queries.run(
        current(),
        actor(request),
        given.sql,
        given.purpose,
        agreement=given.agreement,
        limits=_limits(given.limits),
        as_of=given.as_of,
        handle=given.handle,
        attach=leaving(request),
    )
    return response(request, result, wanted)


def _limits(given: LimitsIn | None) -> Limits | None:
    """Return the bounds asked for; those left out stay the node's."""
    if given is None:
        return None
    return replace(current().limits, **given.dict(exclude_none=True))


class PlanIn(Schema):
    """A query that is planned and not run: its SQL and purpose, as for a query."""

    sql: str = Field(max_length=200_000)
    purpose: str = Field(max_length=100)
    agreement: str | None = Field(None, max_length=100, description="Counts alone where named.")
    as_of: dict[str, str] | None = Field(None, max_length=100)


class ReadOut(Schema):
    """What the engine would read of a product.

    `files` and `partitions` are left out where they would tell of rows outside the agreement.
    """

    columns: list[str]
    files: int | None
    partitions: list[str]
    barrier: bool = Field(description="The query's own conditions wait above the row scope.")
    below: str = Field(description="What of the query's conditions goes below it all the same.")
    fetched: bool = Field(description="The rows are brought from a database first.")


class ProductPlanOut(Schema):
    """Under which terms a product would be read, and what of it; `read` null for a peer's."""

    product: str
    agreements: list[str] = Field(description="All that it is used under; each is kept.")
    columns: list[tuple[str, str]] = Field(description="Name and treatment of those granted.")
    rows: str
    version: str
    peer: str
    read: ReadOut | None


class FieldOut(Schema):
    """A column of the result, with the engine's type."""

    name: str
    type: str


class PlanOut(Schema):
    """What a query would do. `parts` are what other nodes would be asked: node and SQL."""

    id: str
    engine: str
    why: str
    reasons: list[str]
    fields: list[FieldOut]
    products: list[ProductPlanOut]
    above: list[str] = Field(description="Conditions that can fail, and so stay above a barrier.")
    parts: list[tuple[str, str]]


@router.post("/query/plan", response=PlanOut, summary="Plan a query without running it")
def plan(request: HttpRequest, given: PlanIn) -> QueryPlan:
    """Which products, terms, files and engine a query would use; it is recorded and not run.

    How many files are read is told only where that tells nothing of rows outside the agreement.
    """
    return plans.plan(
        current(),
        actor(request),
        given.sql,
        given.purpose,
        agreement=given.agreement,
        as_of=given.as_of,
    )


@router.get("/queries", response=list[RunningOut], summary="List your queries that run")
def running(request: HttpRequest) -> list[Running]:
    """One's own queries that run now or wait for their turn."""
    return list(queries.running(current(), actor(request)))


@router.delete("/queries/{query}", response=RunningOut, summary="Cancel a query")
def cancel(request: HttpRequest, query: str) -> Running:
    """One's own query that runs or waits, by its id or by the handle it was sent with.

    The work stops at once. Whoever reads the result gets the error `query.cancelled`.
    """
    return queries.cancel(current(), actor(request), query)


@router.get("/queries/{query}", response=QueryOut, summary="Show how a query stands")
def show(request: HttpRequest, query: str) -> Mapping[str, Any]:
    """One's own query: whether it was granted, completed or stopped, and why."""
    return queries.show(current(), actor(request), query)
