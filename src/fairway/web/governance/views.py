"""Tasks, the review of a product's access, and what is stopped."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.agreements import State
from fairway.nouns.errors import BadInput, NotFound
from fairway.nouns.stops import Stopped
from fairway.verbs import reviews
from fairway.verbs import stops as stop_verbs
from fairway.verbs import tasks as task_verbs
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform, tell


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person, by when."""
    found = task_verbs.list_all(platform(), actor(request))
    return page(request, "governance/tasks.html", section="tasks", tasks=found)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, product: str) -> HttpResponse:
    """Show a product's live agreements, and confirm those that are still needed."""
    problems = Problems()
    if request.method == "POST":
        chosen = request.POST.getlist("agreements")
        try:
            done = reviews.confirm(platform(), actor(request), product, chosen)
        except BadInput:
            problems.add("agreements", "Select at least one agreement that is still needed")
        else:
            tell(request, f"Confirmed: {done}. What is not confirmed lapses on its day.")
            return redirect("review", product)
    shown = reviews.show(platform(), actor(request), product)
    return page(
        request,
        "governance/review.html",
        WRONG if problems else 200,
        section="tasks",
        shown=shown,
        problems=problems,
        active=State.ACTIVE,
    )


@require_http_methods(["GET", "POST"])
def stops(request: HttpRequest) -> HttpResponse:
    """Show what is stopped, and stop a person, a product or an agreement."""
    given = {name: request.POST.get(name, "").strip() for name in ("kind", "subject", "reason")}
    problems = Problems()
    if request.method == "POST":
        kind = next((k for k in Stopped if k.value == given["kind"]), None)
        if kind is None:
            problems.add("kind", "Select what to stop")
        if not given["subject"]:
            problems.add("subject", "Enter whom or what to stop")
        if not given["reason"]:
            problems.add("reason", "Enter why; the people concerned will read it")
        if kind is not None and not problems:
            try:
                made = stop_verbs.make(
                    platform(), actor(request), kind, given["subject"], given["reason"]
                )
            except (BadInput, NotFound) as error:
                problems.add_error(error, "subject", ("reason",))
            else:
                tell(request, f"{made.subject} is stopped from this moment on.")
                return redirect("stops")
    return page(
        request,
        "governance/stops.html",
        WRONG if problems else 200,
        section="stops",
        stops=stop_verbs.list_all(platform(), actor(request)),
        problems=problems,
        **given,
    )


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, stop: str) -> HttpResponse:
    """Ask, then lift a stop."""
    if request.method == "POST":
        stop_verbs.lift(platform(), actor(request), stop)
        tell(request, "The stop is lifted.")
        return redirect("stops")
    known = [s for s in stop_verbs.list_all(platform(), actor(request)) if s.id == stop]
    if not known:
        raise NotFound("stop.not_found", f"There is no stop '{stop[:40]}' in force.")
    return page(request, "governance/lift.html", section="stops", stop=known[0])
