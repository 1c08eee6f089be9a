"""The owner's side: the inbox, the decision, and approving with less than was asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput, Refused
from fairway.verbs import agreements
from fairway.verbs.agreements import AgreementPage
from fairway.verbs.asking import Granting
from fairway.web.agreements import choices
from fairway.web.agreements.views import agreement_page
from fairway.web.forms import WRONG, Problems, read_date, shown_date, typed_date
from fairway.web.pages import actor, page, platform, tell
from fairway.web.sessions import confirmed

_WAITING = frozenset({State.SUBMITTED, State.IN_QUESTION})


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits for the owner, then what was decided."""
    shown = agreements.inbox(platform(), actor(request))
    return page(
        request,
        "agreements/inbox.html",
        section="inbox",
        waiting=[p for p in shown if p.state in _WAITING],
        decided=[p for p in shown if p.state not in _WAITING],
    )


@require_safe
def decision(request: HttpRequest, agreement: str) -> HttpResponse:
    """Go to the page of the chosen decision."""
    pages = {
        "approve": reverse("approve", args=[agreement]),
        "less": reverse("approve-less", args=[agreement]),
        "question": reverse("move", args=[agreement, "question"]),
        "refuse": reverse("move", args=[agreement, "refuse"]),
    }
    chosen = request.GET.get("decision", "")
    if chosen in pages:
        return redirect(pages[chosen])
    problems = Problems({"decision": "Select your decision"})
    return agreement_page(request, agreement, problems)


@confirmed
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, agreement: str) -> HttpResponse:
    """Ask, then grant all that was asked."""
    shown = agreements.show(platform(), actor(request), agreement)
    problems = Problems()
    note = request.POST.get("note", "").strip()
    if request.method == "POST":
        try:
            agreements.move(platform(), actor(request), agreement, Move.APPROVE, note)
        except (BadInput, Refused) as error:
            problems.add_error(error, "note")
        else:
            tell(request, f"You approved {agreement}.")
            return redirect("agreement", agreement)
    return page(
        request,
        "agreements/approve.html",
        WRONG if problems else 200,
        section="inbox",
        shown=shown,
        problems=problems,
        note=note,
    )


@confirmed
@require_http_methods(["GET", "POST"])
def approve_less(request: HttpRequest, agreement: str) -> HttpResponse:
    """Grant fewer columns, stronger treatments, fewer rows or a shorter time."""
    shown = agreements.show(platform(), actor(request), agreement)
    asked = shown.agreement.asked
    problems = Problems()
    values: dict[str, Any] = {
        "chosen": {c.name: str(c.treatment) for c in asked.columns},
        "treatments": {c.name: str(c.treatment) for c in asked.columns},
        "scope": "",
        "note": "",
        "starts": shown_date(asked.starts),
        "ends": shown_date(asked.ends),
    }
    if request.method == "POST":
        values = _typed(request.POST, shown)
        granting = _granting(request.POST, values, problems)
        if not problems:
            try:
                agreements.move(
                    platform(), actor(request), agreement, Move.APPROVE, values["note"], granting
                )
            except (BadInput, Refused) as error:
                default = "ends" if error.code == "agreement.longer_time" else "columns"
                problems.add_error(error, default, ("scope", "note", "starts", "ends"))
            else:
                tell(request, f"You approved {agreement}, with less than was asked.")
                return redirect("agreement", agreement)
    return page(
        request,
        "agreements/less.html",
        WRONG if problems else 200,
        section="inbox",
        shown=shown,
        problems=problems,
        rows=_rows(shown, values),
        examples=[choices.example(c) for c in shown.product.columns],
        **values,
    )


def _typed(data: QueryDict, shown: AgreementPage) -> dict[str, Any]:
    treatments = {
        c.name: data.get(f"treatment-{c.name}") or str(c.treatment)
        for c in shown.agreement.asked.columns
    }
    return {
        "chosen": {n: treatments[n] for n in data.getlist("columns") if n in treatments},
        "treatments": treatments,
        "scope": data.get("scope", "").strip(),
        "note": data.get("note", "").strip(),
        "starts": typed_date(data, "starts"),
        "ends": typed_date(data, "ends"),
    }


def _granting(data: QueryDict, values: dict[str, Any], problems: Problems) -> Granting:
    if not values["chosen"]:
        problems.add("columns", "Select at least one column, or go back and refuse the request")
    return Granting(
        columns=tuple(values["chosen"].items()),
        scope=values["scope"],
        starts=read_date(data, "starts", "first day", problems),
        ends=read_date(data, "ends", "last day", problems),
    )


def _rows(shown: AgreementPage, values: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "column": column,
            "asked": asked.treatment,
            "checked": asked.name in values["chosen"],
            "treatment": values["treatments"][asked.name],
            "offered": choices.offered(column, asked.treatment),
        }
        for asked in shown.agreement.asked.columns
        if (column := shown.product.column(asked.name)) is not None
    ]
