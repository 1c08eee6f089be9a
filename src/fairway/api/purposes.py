"""The hub's lists: purposes and legal bases."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from fairway.api.signing_in import actor
from fairway.verbs import purposes
from fairway.wiring import current

router = Router(tags=["Purposes"])


class PurposeOut(Schema):
    """A purpose that a request can name. `statistical` purposes need no names of people."""

    code: str
    name: str
    description: str
    statistical: bool


class LegalBasisOut(Schema):
    """A power or lawful basis. `article_9` also meets a condition for special category data."""

    code: str
    name: str
    citation: str
    url: str
    article_9: bool


@router.get("/purposes", response=list[PurposeOut], summary="List the purposes")
def list_purposes(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the hub's controlled list."""
    return [asdict(p) for p in purposes.list_all(current(), actor(request))[0]]


@router.get("/legal-bases", response=list[LegalBasisOut], summary="List the legal bases")
def list_legal_bases(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the powers and lawful bases that a request can rest on."""
    return [asdict(b) for b in purposes.list_all(current(), actor(request))[1]]
