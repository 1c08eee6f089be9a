"""Lists a page at a time: `limit` and `offset`, answered with `total` and `next`."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Query, Schema

Limit = Annotated[int, Query(ge=1, le=100, description="The most items on a page.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many items to pass over.")]


class Page(Schema):
    """What every list says about itself."""

    total: int
    limit: int
    offset: int
    next: str | None


def page(
    request: HttpRequest, items: Sequence[Any], total: int, limit: int, offset: int
) -> dict[str, Any]:
    """Return a page; `items` are those on it, `total` counts all."""
    following = offset + limit
    return {
        "items": items,
        "total": total,
        "limit": limit,
        "offset": offset,
        "next": link(request, offset=following, limit=limit) if following < total else None,
    }


def link(request: HttpRequest, **changed: Any) -> str:
    """Return the request's own address with some parameters changed."""
    parameters = {**request.GET.dict(), **changed}
    return f"{request.path}?{urlencode(parameters)}"
