"""The record: a page of entries by filter, and the check that nobody has touched it."""

from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import BadInput
from fairway.nouns.events import EventFilter
from fairway.verbs import audit, logs, purposes, subjects
from fairway.web.audit.actions import ACTIONS, OUTCOMES
from fairway.web.forms import WRONG, Problems, read_date, typed_date
from fairway.web.pages import actor, page, platform

PER_PAGE = 25
_TEXTS = ("person", "product", "agreement", "action", "purpose", "outcome")
_DATES = ("since", "until")


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Show the newest matching entries, and a way to older ones."""
    problems = Problems()
    texts = {name: request.GET.get(name, "").strip()[:200] for name in _TEXTS}
    since = read_date(request.GET, "since", "first day", problems, required=False)
    until = read_date(request.GET, "until", "last day", problems, required=False)
    if since and until and until < since:
        problems.add("until", "The last day must be the same as or after the first day")
    before = request.GET.get("before", "")
    wanted = EventFilter(
        actor=texts["person"],
        action=texts["action"],
        product=texts["product"],
        agreement=texts["agreement"],
        purpose=texts["purpose"],
        outcome=texts["outcome"],
        since=_moment(since, time.min),
        until=_moment(until, time.max),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        limit=PER_PAGE + 1,
    )
    found = [] if problems else list(audit.read(platform(), actor(request), wanted))
    shown = found[:PER_PAGE]
    return page(
        request,
        "audit/entries.html",
        WRONG if problems else 200,
        section="audit",
        problems=problems,
        texts=texts,
        dates={name: typed_date(request.GET, name) for name in _DATES},
        filtered=any(texts.values()) or bool(since or until),
        entries=shown,
        actions=ACTIONS,
        outcomes=OUTCOMES,
        purposes=purposes.list_all(platform(), actor(request))[0],
        older=_link(request, shown[-1].sequence) if len(found) > PER_PAGE else "",
        newest=_link(request, None) if wanted.before else "",
    )


def _moment(day: date | None, hour: time) -> datetime | None:
    """Return the first or last moment of a day in London."""
    return None if day is None else timezone.make_aware(datetime.combine(day, hour))


def _link(request: HttpRequest, before: int | None) -> str:
    kept: dict[str, Any] = {n: v for n, v in request.GET.items() if v and n != "before"}
    return "?" + urlencode(kept if before is None else {**kept, "before": before})


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Re-compute the record on request, and say whether it is intact."""
    outcome = audit.verify(platform(), actor(request)) if request.method == "POST" else None
    return page(request, "audit/verify.html", section="audit", outcome=outcome)


@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Show how the record stands: size, rate, lag, signed head, witnesses, alarms."""
    found = logs.state(platform(), actor(request))
    return page(
        request,
        "audit/state.html",
        section="audit",
        state=found,
        head=found.pace.checkpoint.split("\n")[2],
        size=f"{found.pace.bytes / 1024**2:,.1f} MB",
    )


@require_http_methods(["GET", "POST"])
def subject(request: HttpRequest) -> HttpResponse:
    """Show a data protection officer the uses of one person's data. A POST, so that what identifies
    the person stands in no address."""
    problems = Problems()
    reason = request.POST.get("reason", "").strip()[:2000]
    view = None
    if request.method == "POST":
        identifier = request.POST.get("identifier", "").strip()[:300]
        try:
            view = subjects.view(platform(), actor(request), identifier, reason)
        except BadInput as error:
            problems.add_error(error, "identifier", ("identifier", "reason"))
    return page(
        request,
        "audit/subject.html",
        WRONG if problems else 200,
        section="person",
        problems=problems,
        reason=reason,
        view=view,
    )
