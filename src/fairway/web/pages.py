"""What every view needs: who acts, the node, a rendered page, and a word of what was just done."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from fairway import wiring
from fairway.nouns.errors import FairwayError
from fairway.nouns.people import Actor, Via
from fairway.rules.permissions import PERMISSIONS, offered
from fairway.verbs import people
from fairway.verbs.acting import refuse
from fairway.verbs.people import Me
from fairway.verbs.ports import Platform
from fairway.web.sessions import is_confirmed

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

NOTICE = "notice"
"""The session's key for what was just done, told on the next page and then forgotten."""


def platform() -> Platform:
    """Return the node that serves this request."""
    return wiring.current()


def actor(request: HttpRequest) -> Actor:
    """Return who acts: the person of the session. Verbs check that the account is still open."""
    device = wiring.vouched(request.headers.get(wiring.DEVICE))
    return Actor(request.user.get_username(), Via.WEB, device, proved=is_confirmed(request))


def me(request: HttpRequest) -> Me | None:
    """Return the signed-in person with roles, looked up once per request."""
    if not hasattr(request, "fairway_me"):
        found: Me | None = None
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            found = people.me(platform(), actor(request))
        request.fairway_me = found  # type: ignore[attr-defined]  # Django's, which has no type for it
    return request.fairway_me  # type: ignore[attr-defined, no-any-return]  # set above


def offers(request: HttpRequest, verb: str) -> bool:
    """Say whether to offer the person of the session a verb; nothing to nobody."""
    signed_in = me(request)
    return signed_in is not None and offered(verb, signed_in.roles)


def only_for(verb: str) -> Callable[[View[P]], View[P]]:
    """Close a page to those whom its verb would surely refuse, so that they meet no form of it.

    The refusal is the verb's own, and on the record as such.
    """

    def closing(view: View[P]) -> View[P]:
        def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not offers(request, verb):
                refuse(platform(), actor(request), verb, str(PERMISSIONS[verb]))
            return view(request, *args, **kwargs)

        update_wrapper(opened, view)
        return opened

    return closing


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page for the person of the session."""
    signed_in = me(request)
    return render(
        request,
        template,
        {
            "me": signed_in,
            "offers": partial(offers, request),
            "notice": request.session.pop(NOTICE, "") if signed_in else "",
            "node": platform().settings["name"],
            **context,
        },
        status=status,
    )


def bare_page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """Render a page that must not fail: who is signed in is told only when that can be known."""
    try:
        return page(request, template, status, **context)
    except FairwayError:
        plain = {"me": None, "offers": lambda _verb: False, "notice": "", "node": "", **context}
        return render(request, template, plain, status=status)


def tell(request: HttpRequest, text: str) -> None:
    """Say on the next page what was just done."""
    request.session[NOTICE] = text
