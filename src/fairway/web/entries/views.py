"""An entry's page and its other forms, feedback, the owner's page and the hub's."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from fairway.nouns.errors import BadInput, NotFound
from fairway.nouns.feedback import Feedback
from fairway.nouns.people import Actor, Via
from fairway.standards.dcat import About
from fairway.standards.representations import (
    REPRESENTATIONS,
    Representation,
    about,
    address,
    chosen,
    links,
    offered,
    published,
)
from fairway.standards.schema_org import script
from fairway.verbs import entries, estates, feedback, people, purposes
from fairway.verbs.entries import EntryPage
from fairway.web.doors import bearer
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform, tell

_SUFFIXES = tuple(f".{r.name}" for r in REPRESENTATIONS)


@require_safe
def entry(request: HttpRequest, entry: str) -> HttpResponse:
    """Show an entry: to people as a page, to programs in the form that they accept.

    A form can also be named: `?format=ttl`, or at the end of the address, where no entry has that
    name. Who comes with a token is a program.
    """
    token = bearer(request)
    reader = people.bearer(platform(), token, Via.API) if token else actor(request)
    shown, name = _shown(reader, entry, request.GET.get("format", ""))
    product = shown.contract is not None
    own = REPRESENTATIONS[0].media_type if token else "text/html"
    form = chosen(request.get_preferred_type, own, product=product, name=name)
    if form is None and token:
        form = REPRESENTATIONS[0]
    base = request.build_absolute_uri(reverse("entry", args=["x"]))[:-1]
    mine = about(platform().settings["name"], base)
    here = address(shown.entry, mine)
    answer = _page(request, shown, here) if form is None else _written(shown, form, mine)
    answer["Vary"] = "Accept, Authorization, Cookie"
    answer["Link"] = links(here, product=product)
    return answer


def _shown(reader: Actor, name: str, form: str) -> tuple[EntryPage, str]:
    try:
        return entries.show(platform(), reader, name), form
    except NotFound:
        ending = next((s for s in _SUFFIXES if name.endswith(s)), "")
        if form or not ending:
            raise
        return entries.show(platform(), reader, name.removesuffix(ending)), ending[1:]


def _written(shown: EntryPage, form: Representation, mine: About) -> HttpResponse:
    if form.write is None:
        text = platform().contracts.write(shown.contract) if shown.contract else ""
    else:
        text = form.write(published(shown.entry, mine), mine)
    return HttpResponse(text, content_type=f"{form.media_type}; charset=utf-8")


def _page(request: HttpRequest, shown: EntryPage, here: str) -> HttpResponse:
    reader = actor(request)
    return page(
        request,
        "entries/entry.html",
        section="find",
        shown=shown,
        entry=shown.entry,
        quality=shown.quality,
        purposes=_purposes(reader),
        said=feedback.of_entry(platform(), reader, shown.entry.id),
        forms=offered(product=shown.contract is not None),
        linked=Markup(script(published(shown.entry, about("", "")), here)),  # nosec B704 # noqa: S704 - escaped there
    )


def _purposes(reader: Actor) -> dict[str, str]:
    return {p.code: p.name for p in purposes.list_all(platform(), reader)[0]}


# ------------------------------------------------------------------ feedback


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, entry: str) -> HttpResponse:
    """Ask what somebody has to say of an entry, and take it to its owner."""
    shown = entries.show(platform(), actor(request), entry)
    problems, text = Problems(), request.POST.get("text", "")
    if request.method == "POST":
        try:
            feedback.give(platform(), actor(request), shown.entry.id, text)
        except BadInput as error:
            problems.add_error(error, "text", ("text",))
        else:
            tell(request, "Your feedback was sent to those who answer for this entry.")
            return HttpResponseRedirect(reverse("entry", args=[shown.entry.id]))
    return page(
        request,
        "entries/give.html",
        WRONG if problems else 200,
        section="find",
        entry=shown.entry,
        text=text,
        problems=problems,
    )


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the feedback that somebody answers for, and what they gave."""
    found = feedback.inbox(platform(), actor(request))
    return page(request, "entries/inbox.html", section="feedback", found=found)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, feedback_id: str) -> HttpResponse:
    """Show a piece of feedback, and take the answer to it."""
    found = _feedback(request, feedback_id)
    problems, text = Problems(), request.POST.get("answer", found.answer)
    if request.method == "POST":
        try:
            feedback.answer(platform(), actor(request), found.id, text)
        except BadInput as error:
            problems.add_error(error, "answer", ("answer",))
        else:
            tell(request, "Your answer is sent.")
            return HttpResponseRedirect(reverse("feedback"))
    return page(
        request,
        "entries/answer.html",
        WRONG if problems else 200,
        section="feedback",
        found=found,
        text=text,
        problems=problems,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, feedback_id: str) -> HttpResponse:
    """Ask whether feedback is to be closed, and close it."""
    found = _feedback(request, feedback_id)
    if request.method == "POST":
        feedback.close(platform(), actor(request), found.id)
        tell(request, "The feedback is closed.")
        return HttpResponseRedirect(reverse("feedback"))
    return page(request, "entries/close.html", section="feedback", found=found)


def _feedback(request: HttpRequest, feedback_id: str) -> Feedback:
    for one in feedback.inbox(platform(), actor(request)):
        if one.id == feedback_id:
            return one
    raise NotFound(
        "feedback.not_found",
        "There is no such feedback, or it is not for you.",
        remedy="See what there is under ‘Feedback’.",
    )


# ------------------------------------------------------------------ who answers for data


@require_safe
def owned(request: HttpRequest) -> HttpResponse:
    """Show an owner their products: what is missing, who asked, what is used."""
    reader = actor(request)
    found = estates.owned(platform(), reader)
    return page(
        request, "entries/owned.html", section="owned", found=found, purposes=_purposes(reader)
    )


@require_safe
def hub(request: HttpRequest) -> HttpResponse:
    """Show the hub how the domains stand."""
    found = estates.hub(platform(), actor(request))
    return page(request, "entries/hub.html", section="hub", hub=found)
