"""Asking for access: a page per question, the draft saved at each, then check and send."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.agreements import State
from fairway.nouns.errors import BadInput, Conflict
from fairway.verbs import agreements, products, purposes
from fairway.verbs.agreements import AgreementPage
from fairway.verbs.asking import Asking
from fairway.web.agreements import choices
from fairway.web.agreements.steps import STEPS, after, asking_of, before, has_dates
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, product: str) -> HttpResponse:
    """Say what will be asked; begin a draft."""
    if request.method == "POST":
        made = agreements.draft(platform(), actor(request), Asking(product=product))
        return redirect("ask-step", made.id, "columns")
    shown = products.show(platform(), actor(request), product)
    return page(request, "agreements/begin.html", section="find", shown=shown)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, agreement: str, step: str) -> HttpResponse:
    """Ask one thing, and keep the answer in the draft."""
    if step not in STEPS:
        raise Http404
    shown = agreements.show(platform(), actor(request), agreement)
    if shown.agreement.state is not State.DRAFT:
        return redirect("agreement", agreement)
    asked = STEPS[step]
    problems = Problems()
    if request.method == "POST":
        answer = asked.read(request.POST, shown, problems)
        if not problems:
            try:
                asking = replace(asking_of(shown.agreement), **answer)
                agreements.draft(platform(), actor(request), asking, agreement)
            except BadInput as error:
                fields = [step, *answer, *(f"columns-{c.name}" for c in shown.product.columns)]
                problems.add_error(error, "scope" if step == "rows" else next(iter(answer)), fields)
        if not problems:
            return redirect(_onward(request, agreement, step))
        values = asked.typed(request.POST, shown)
    else:
        values = asked.kept(shown)
    all_purposes, bases = purposes.list_all(platform(), actor(request))
    return page(
        request,
        f"agreements/ask_{step}.html",
        WRONG if problems else 200,
        section="agreements",
        step=asked,
        shown=shown,
        problems=problems,
        anchors={f"columns-{c.name}": f"treatment-{c.name}" for c in shown.product.columns},
        back=_back(request, agreement, step),
        purposes=all_purposes,
        legal_bases=bases,
        examples=[choices.example(c) for c in shown.product.columns],
        **values,
    )


def _onward(request: HttpRequest, agreement: str, step: str) -> str:
    following = None if "change" in request.GET else after(step)
    if following is None:
        return reverse("ask-check", args=[agreement])
    return reverse("ask-step", args=[agreement, following])


def _back(request: HttpRequest, agreement: str, step: str) -> str:
    if "change" in request.GET:
        return reverse("ask-check", args=[agreement])
    earlier = before(step)
    if earlier is None:
        return reverse("agreement", args=[agreement])
    return reverse("ask-step", args=[agreement, earlier])


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, agreement: str) -> HttpResponse:
    """Show what the owner will see; send it."""
    shown = agreements.show(platform(), actor(request), agreement)
    if shown.agreement.state is not State.DRAFT:
        return redirect("agreement", agreement)
    problems = Problems()
    if request.method == "POST":
        try:
            agreements.submit(platform(), actor(request), agreement)
        except (BadInput, Conflict) as error:
            known = {"ends": "dates"}.get(error.field, error.field)
            problems.add(known if known in STEPS else "columns", error.remedy or error.message)
        else:
            return redirect("ask-sent", agreement)
    return _check_page(request, shown, problems)


def _check_page(request: HttpRequest, shown: AgreementPage, problems: Problems) -> HttpResponse:
    return page(
        request,
        "agreements/check.html",
        WRONG if problems else 200,
        section="agreements",
        shown=shown,
        problems=problems,
        anchors={name: f"change-{name}" for name in STEPS},
        dated=has_dates(shown.agreement),
    )


@require_safe
def sent(request: HttpRequest, agreement: str) -> HttpResponse:
    """Confirm that the request was sent, and say what happens next."""
    shown = agreements.show(platform(), actor(request), agreement)
    return page(request, "agreements/sent.html", section="agreements", shown=shown)
