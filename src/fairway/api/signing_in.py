"""Who calls: a bearer token, or the session of somebody signed in on the web pages."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyBase
from ninja.utils import check_csrf

from fairway.nouns.errors import NotSignedIn, Refused
from fairway.nouns.people import Actor, Via
from fairway.verbs import people
from fairway.verbs.rates import admit
from fairway.wiring import DEVICE, current, vouched

SURFACES = {"cli": Via.COMMAND_LINE, "python": Via.PYTHON}
"""What the header `X-Fairway-Surface` may say. It is for the record and opens no door."""


def via(request: HttpRequest) -> Via:
    """Return the surface that a request says it comes from."""
    return SURFACES.get(request.headers.get("X-Fairway-Surface", ""), Via.API)


class BearerToken(HttpBearer):
    """`Authorization: Bearer SECRET`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """Return who the token stands for. Raises `NotSignedIn`; a bad token is recorded."""
        found = people.bearer(current(), token, via(request))
        return replace(found, managed_device=vouched(request.headers.get(DEVICE)))


class WebSession(APIKeyBase):
    """The session cookie of the web pages; what changes something needs the page's CSRF token."""

    openapi_in = "cookie"
    param_name = "sessionid"  # `__Host-sessionid` over TLS

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(settings.SESSION_COOKIE_NAME)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Return who is signed in on the web pages, or None."""
        user: Any = getattr(request, "user", None)
        if not key or user is None or not user.is_authenticated:
            return None
        if check_csrf(request):
            raise Refused(
                "request.csrf",
                "This request does not carry the token of the page that it comes from.",
                remedy="Load the page again, or sign in with a bearer token.",
            )
        device, proved = (
            vouched(request.headers.get(DEVICE)),
            getattr(request, "fairway_proved", False),
        )
        found = Actor(str(user.pk), Via.WEB, device, proved=proved)
        admit(current(), found)
        return found


def actor(request: HttpRequest) -> Actor:
    """Return who calls, as signing in found."""
    found = getattr(request, "auth", None)
    if not isinstance(found, Actor):
        raise not_signed_in()
    return found


def not_signed_in() -> NotSignedIn:
    """Return the error of a call without a token."""
    return NotSignedIn(
        "access.not_signed_in",
        "Nobody is signed in.",
        remedy="Send a token as `Authorization: Bearer ...`; get one with: fairway token.",
    )


__all__ = ["BearerToken", "WebSession", "actor", "not_signed_in", "via"]
