"""The front page, and what the law and good manners say must be told."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from fairway.nouns.agreements import State
from fairway.verbs import agreements
from fairway.web.home.glossary import TERMS
from fairway.web.pages import actor, offers, page, platform

_WAITING = frozenset({State.SUBMITTED, State.IN_QUESTION})


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the search box, and what waits for this person."""
    deciding = offers(request, "agreement.inbox")
    inbox = agreements.inbox(platform(), actor(request)) if deciding else ()
    mine = agreements.list_mine(platform(), actor(request))
    return page(
        request,
        "home/home.html",
        to_decide=sum(p.state is State.SUBMITTED for p in inbox),
        to_answer=[p for p in mine if p.state is State.IN_QUESTION],
        active=sum(p.state is State.ACTIVE for p in mine),
        waiting=sum(p.state in _WAITING for p in mine),
    )


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Say in plain words what the terms mean."""
    return page(request, "home/glossary.html", terms=TERMS)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible the pages are, how that was tested, and what to do about a fault."""
    return page(request, "home/accessibility.html")


@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """Say which cookies are kept, and why."""
    return page(request, "home/cookies.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say in plain words what is kept about the people who use Fairway."""
    return page(request, "home/privacy.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Say that the pages are served; the first thing that a monitor asks."""
    return JsonResponse({"status": "ok"})
