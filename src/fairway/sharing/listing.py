"""What a profile opens: shares, schemas, tables. A token opens one share, with one table."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from fairway.sharing import requests
from fairway.sharing.actions import share_id, table_id
from fairway.sharing.answers import answers_to, said
from fairway.verbs import shares
from fairway.verbs.shares import Shared
from fairway.wiring import current

_READS = ("GET", "HEAD")


@answers_to(*_READS)
def list_shares(request: HttpRequest) -> HttpResponseBase:
    """List the one share."""
    shared = shares.look(current(), requests.token(request))
    return _page(request, shared, "shares", [_share(shared)])


@answers_to(*_READS)
def get_share(request: HttpRequest, share: str) -> HttpResponseBase:
    """Show the share, if it is the token's own."""
    shared = shares.look(current(), requests.token(request), share)
    return said({"share": _share(shared)})


@answers_to(*_READS)
def list_schemas(request: HttpRequest, share: str) -> HttpResponseBase:
    """List the one schema, which is named for the domain."""
    shared = shares.look(current(), requests.token(request), share)
    found = {"name": shared.product.domain, "share": shared.name}
    return _page(request, shared, "schemas", [found])


@answers_to(*_READS)
def list_tables(request: HttpRequest, share: str, schema: str) -> HttpResponseBase:
    """List the one table of the schema."""
    shared = shares.look(current(), requests.token(request), share, schema)
    return _page(request, shared, "tables", [_table(shared)])


@answers_to(*_READS)
def list_all_tables(request: HttpRequest, share: str) -> HttpResponseBase:
    """List the one table of the share."""
    shared = shares.look(current(), requests.token(request), share)
    return _page(request, shared, "all-tables", [_table(shared)])


def _share(shared: Shared) -> dict[str, Any]:
    return {"name": shared.name, "id": share_id(shared)}


def _table(shared: Shared) -> dict[str, Any]:
    return {
        "name": shared.product.table,
        "schema": shared.product.domain,
        "share": shared.name,
        "shareId": share_id(shared),
        "id": table_id(shared),
    }


def _page(
    request: HttpRequest, shared: Shared, what: str, found: list[dict[str, Any]]
) -> HttpResponseBase:
    most = requests.number(request.GET.get("maxResults"), "maxResults")
    given = request.GET.get("pageToken", "")
    start, stop, after = shares.paged(current(), shared, what, len(found), most, given)
    body: dict[str, Any] = {"items": found[start:stop]}
    if after:
        body["nextPageToken"] = after
    return said(body)
