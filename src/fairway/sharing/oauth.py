"""The token endpoint: an id and a secret for an access token (RFC 6749, sections 2.3.1, 4.4, 5)."""

import base64
import binascii
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from fairway.nouns.errors import NotSignedIn
from fairway.sharing.answers import answers_to, said
from fairway.verbs import recipients
from fairway.wiring import current

FORM = "application/x-www-form-urlencoded"


@answers_to("POST")
def token(request: HttpRequest) -> HttpResponseBase:
    """Give an access token that works for an hour, at the most."""
    if request.content_type != FORM:
        return _error("invalid_request", f"The body has to be {FORM}.")
    for name in ("grant_type", "client_id", "client_secret", "scope"):
        if len(request.POST.getlist(name)) > 1:
            return _error("invalid_request", f"{name} is given twice.")
    grant = request.POST.get("grant_type")
    if grant is None:
        return _error("invalid_request", "grant_type is missing.")
    if grant != "client_credentials":
        return _error("unsupported_grant_type", "grant_type has to be client_credentials.")
    given = _credentials(request)
    if given is None:
        return _invalid_client()
    try:
        access, seconds = recipients.exchange(current(), *given)
    except NotSignedIn:
        return _invalid_client()
    response = said({"access_token": access, "token_type": "Bearer", "expires_in": seconds})
    response["Cache-Control"] = "no-store"
    return response


def _credentials(request: HttpRequest) -> tuple[str, str] | None:
    """Return the id and secret, from the header or else from the body; never from the address."""
    scheme, _, packed = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        if scheme.casefold() != "basic":
            return None
        try:
            text = base64.b64decode(packed, validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        client, colon, secret = text.partition(":")
        return (unquote_plus(client), unquote_plus(secret)) if colon else None
    own, own_secret = request.POST.get("client_id"), request.POST.get("client_secret")
    return (own, own_secret) if own and own_secret else None


def _error(code: str, description: str) -> HttpResponse:
    response = said({"error": code, "error_description": description}, 400)
    response["Cache-Control"] = "no-store"
    return response


def _invalid_client() -> HttpResponse:
    response = said(
        {"error": "invalid_client", "error_description": "The credentials are not valid."}, 401
    )
    response["WWW-Authenticate"] = 'Basic realm="delta-sharing"'
    response["Cache-Control"] = "no-store"
    return response
