"""Shares: profiles by which a partner's tool reads an agreement, and those that were made."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.formats.profiles import endpoint, profile
from fairway.nouns.shares import CredentialKind, Recipient
from fairway.verbs import recipients
from fairway.wiring import current

router = Router(tags=["Shares"])


class ProfileIn(Schema):
    """What kind of profile, how long it lives, and at which address partners reach the node."""

    kind: CredentialKind = CredentialKind.BEARER
    days: int | None = Field(None, description="The node's longest when left out.")
    address: str = Field("", max_length=300, description="Else the node's own, or this request's.")


class RecipientOut(Schema):
    """Credentials without their secret."""

    id: str
    agreement: str
    kind: CredentialKind
    made_by: str
    created: datetime
    expires: datetime
    revoked: datetime | None
    usable: bool


class ProfileOut(RecipientOut):
    """New credentials, with the profile file that holds their secret, which is shown this once."""

    profile: dict[str, Any]


class RevokedOut(Schema):
    """How many credentials were revoked."""

    revoked: int


def _recipient(made: Recipient) -> dict[str, Any]:
    return {
        "id": made.id,
        "agreement": made.agreement,
        "kind": made.kind,
        "made_by": made.made_by,
        "created": made.created,
        "expires": made.expires,
        "revoked": made.revoked,
        "usable": made.usable(current().clock.now()),
    }


def _address(request: HttpRequest, given: str) -> str:
    """Return the node's address: as given, as set, or as this request came over the network."""
    known = given or str(current().settings["address"])
    if known or not hasattr(request, "scope"):
        return known
    scheme = "https" if current().settings["https"] else request.scheme
    return f"{scheme}://{request.get_host()}"


@router.post(
    "/agreements/{agreement}/profile", response={201: ProfileOut}, summary="Make a profile"
)
def make(request: HttpRequest, agreement: str, given: ProfileIn) -> dict[str, Any]:
    """For the asker of an active agreement. What was made before stops working."""
    address = _address(request, given.address)
    endpoint(address)  # before anything is made
    made, secret = recipients.make_profile(
        current(), actor(request), agreement, given.kind, given.days
    )
    return {**_recipient(made), "profile": profile(made, secret, address)}


@router.delete("/agreements/{agreement}/profile", response=RevokedOut, summary="Revoke the profile")
def revoke(request: HttpRequest, agreement: str) -> dict[str, int]:
    """By any party to the agreement. Links that were handed out stop working too."""
    return {"revoked": recipients.revoke(current(), actor(request), agreement)}


@router.get(
    "/agreements/{agreement}/recipients",
    response=list[RecipientOut],
    summary="List an agreement's profiles",
)
def list_all(request: HttpRequest, agreement: str) -> list[dict[str, Any]]:
    """For the agreement's parties and auditors; newest first, without secrets."""
    found = recipients.recipients(current(), actor(request), agreement)
    return [_recipient(one) for one in found]
