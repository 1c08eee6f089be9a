"""Who gets in: nobody without signing in, but to the pages on an explicit list."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fairway.nouns.errors import Busy, FairwayError, NotSignedIn, Unproved
from fairway.nouns.people import Actor, Via
from fairway.verbs.rates import admit
from fairway.web.errors.views import problem, refused
from fairway.web.sessions import ask_again
from fairway.wiring import current

PUBLIC = frozenset(
    {
        "sign-in",
        "sign-in-by-provider",
        "openid_connect_callback",
        "accessibility",
        "cookies",
        "privacy",
        "health",
    }
)
"""The pages that anyone may open, by name. Everything else asks who is there."""

OWN_DOOR = ("api/v1/", "delta-sharing/", "peers/v1/", "scim/v2/")
"""Routes that check by themselves who is there, by bearer token, link or signature."""


BY_TOKEN = frozenset({"entry"})
"""Pages that programs read too: a bearer token opens them as a session does."""


def is_public(name: str | None, route: str) -> bool:
    """Say whether a route opens without a session."""
    return name in PUBLIC or route.startswith(OWN_DOOR)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in page, and back here afterwards if they came by a link."""
    came_by_link = request.method in {"GET", "HEAD"}
    onward = urlencode({"next": request.get_full_path()}) if came_by_link else ""
    return HttpResponseRedirect(reverse("sign-in") + (f"?{onward}" if onward else ""))


def bearer(request: HttpRequest) -> str:
    """Return the bearer token that a request carries, empty when it carries none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def is_program(request: HttpRequest) -> bool:
    """Say whether a page is read by a program: with a token, or in no form for people."""
    return bool(bearer(request)) or not request.accepts("text/html")


class Doors:
    """Asks for a session before every view that is not public, and turns errors into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on to the view."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        *_: Any,
    ) -> HttpResponse | None:
        """Let pass who is signed in, and everyone to what is public."""
        match = request.resolver_match
        if match is not None and is_public(match.view_name, match.route):
            return None
        if match is not None and match.view_name in BY_TOKEN and bearer(request):
            return None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        try:
            admit(current(), Actor(str(request.user.pk), Via.WEB))
        except Busy as error:
            return refused(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show an error of a verb as a page. Anything else is ours to mend: a page of 500."""
        match = request.resolver_match
        if match is not None and match.route.startswith(OWN_DOOR):
            return None
        if match is not None and match.view_name in BY_TOKEN and is_program(request):
            return problem(error) if isinstance(error, FairwayError) else None
        if isinstance(error, NotSignedIn):
            logout(request)  # the account was closed since
            return to_sign_in(request)
        if isinstance(error, Unproved):
            return ask_again(request)
        return refused(request, error) if isinstance(error, FairwayError) else None
