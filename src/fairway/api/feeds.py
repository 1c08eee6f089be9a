"""What other nodes read of this catalogue, all of it in other formats, and following others."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from fairway.api.entries import of_node
from fairway.api.pages import Offset, link
from fairway.api.signing_in import actor
from fairway.nouns.follows import Follow
from fairway.standards import dcat
from fairway.standards.representations import published, whole
from fairway.verbs import entries, feeds, follows
from fairway.wiring import current

router = Router(tags=["Catalogue"])

_LINKED = "application/ld+json"
_TEXT = {"schema": {"type": "string"}}
_OBJECT = {"schema": {"type": "object"}}


@router.get(
    "/catalogue/feed",
    summary="Follow what changes",
    openapi_extra={"responses": {200: {"content": {_LINKED: _OBJECT}}}},
)
def feed(
    request: HttpRequest,
    after: Annotated[
        str, Query(max_length=60, description="The `fairway:cursor` of the answer before.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="The most changes.")] = 500,
) -> HttpResponse:
    """Return what changed among products that say `visibility: partners`, as DCAT-AP in JSON-LD.

    `fairway:cursor` is where to go on; `fairway:more` says that there is more already, and
    `fairway:whole` that this begins with the first entry. Of a withdrawn one there is its name.
    """
    changes = feeds.feed(current(), actor(request), after, limit)
    mine = of_node(request)
    shown = replace(changes, entries=tuple(published(e, mine) for e in changes.entries))
    text = dcat.write_changes(shown, mine)
    return HttpResponse(text, content_type=f"{_LINKED}; charset=utf-8")


@router.get(
    "/catalogue/export",
    summary="Export the catalogue",
    openapi_extra={"responses": {200: {"content": {_LINKED: _OBJECT, "text/turtle": _TEXT}}}},
)
def export(
    request: HttpRequest,
    format: Annotated[  # noqa: A002 - the word that users write
        str,
        Query(
            max_length=40,
            description="dcat, dcat-turtle, dcat-xml, data.json, ukgov, odps or ckan.",
        ),
    ] = "dcat",
    source: Annotated[str, Query(max_length=200, description="From this source alone.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="The most entries.")] = 1000,
    offset: Offset = 0,
) -> HttpResponse:
    """Return a page of every entry that you may know of, products first, in a standard's format.

    The header `Link` names the next page; `Fairway-Total` counts all entries.
    """
    total, found = entries.entries(
        current(), actor(request), source=source, limit=limit, offset=offset
    )
    text, media_type = whole(format, (one.entry for one in found), of_node(request))
    response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    response["Fairway-Total"] = str(total)
    if offset + limit < total:
        following = request.build_absolute_uri(link(request, offset=offset + limit, limit=limit))
        response["Link"] = f'<{following}>; rel="next"'
    return response


class FollowIn(Schema):
    """A catalogue to follow: a name for it, the node's address, and a token of that node."""

    source: str
    address: str
    token: str = ""


class FollowOut(Schema):
    """A catalogue that is followed. `fault` says why the last turn failed, if it did."""

    source: str
    address: str
    by: str
    since: datetime
    changed: datetime | None
    fault: str
    with_token: bool


class FollowEndedOut(Schema):
    """How many entries were withdrawn."""

    withdrawn: int


def _follow(follow: Follow) -> dict[str, Any]:
    return {
        "source": follow.source,
        "address": follow.address,
        "by": follow.by,
        "since": follow.since,
        "changed": follow.changed,
        "fault": follow.fault,
        "with_token": bool(follow.sealed),
    }


@router.post("/catalogue/follows", response={201: FollowOut}, summary="Follow a node")
def begin(request: HttpRequest, given: FollowIn) -> dict[str, Any]:
    """Take over what the node shows its partners, and keep it up to date while this node serves.

    The token is kept encrypted, and never shown.
    """
    made = follows.begin(current(), actor(request), given.source, given.address, given.token)
    return _follow(made)


@router.get("/catalogue/follows", response=list[FollowOut], summary="List what is followed")
def listing(request: HttpRequest) -> list[dict[str, Any]]:
    """Every catalogue that is followed, and how that goes."""
    return [_follow(one) for one in follows.follows(current(), actor(request))]


@router.delete(
    "/catalogue/follows/{source}", response=FollowEndedOut, summary="Follow a node no more"
)
def end(request: HttpRequest, source: str) -> dict[str, int]:
    """Withdraw here what was taken over from it."""
    return {"withdrawn": follows.end(current(), actor(request), source)}
