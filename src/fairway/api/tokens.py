"""Bearer tokens: get one, list one's own, revoke one."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor, via
from fairway.nouns.people import Token
from fairway.nouns.rights import Right
from fairway.verbs import people
from fairway.wiring import current

router = Router(tags=["Tokens"])


class Credentials(Schema):
    """A name and password to exchange for a token."""

    person: str = Field(max_length=150)
    password: str = Field(max_length=1024)
    code: str | None = Field(
        None, max_length=40, description="Of the second factor, where the person has one."
    )
    new_password: str | None = Field(
        None, max_length=1024, description="One's own, where the password was made for the person."
    )
    label: str = Field("", max_length=100, description="What the token is for.")
    days: int | None = Field(
        None, description="How long it lives; the node's longest when left out."
    )
    only: list[Right] | None = Field(
        None,
        min_length=1,
        max_length=len(Right),
        description="What it is limited to; all that its person may when left out.",
    )


class TokenOut(Schema):
    """A token without its secret."""

    id: str
    person: str
    label: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    only: list[Right] | None = Field(
        None, description="What it is limited to; null where to nothing."
    )


class NewToken(TokenOut):
    """A new token with its secret, which is shown this once."""

    secret: str


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "person": token.person,
        "label": token.label,
        "created": token.created,
        "expires": token.expires,
        "revoked": token.revoked,
        "only": token.only,
    }


@router.post("/tokens", auth=None, response={201: NewToken}, summary="Get a token")
def create(request: HttpRequest, given: Credentials) -> dict[str, Any]:
    """Exchange a name and password for a bearer token. Its secret is shown this once."""
    platform = current()
    token, secret = people.create_token(
        platform,
        via(request),
        given.person,
        given.password,
        label=given.label,
        days=given.days or int(platform.settings["token_days"]),
        only=given.only,
        code=given.code,
        new_password=given.new_password,
        origin=str(request.META.get("REMOTE_ADDR", "")),
    )
    return {**_token(token), "secret": secret}


@router.get("/tokens", response=list[TokenOut], summary="List one's own tokens")
def list_own(request: HttpRequest) -> list[dict[str, Any]]:
    """Without their secrets, which the node does not keep."""
    return [_token(t) for t in people.list_tokens(current(), actor(request))]


@router.delete("/tokens/{token}", response={204: None}, summary="Revoke a token")
def revoke(request: HttpRequest, token: str) -> None:
    """Have it stop working at once."""
    people.revoke_token(current(), actor(request), token)
