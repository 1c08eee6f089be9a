"""One's own agreements, an agreement's page, and the moves that can be made from it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput
from fairway.rules.agreements import ANY_PARTY
from fairway.verbs import agreements, recipients
from fairway.web.agreements.moves import MOVES
from fairway.web.agreements.steps import has_dates
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform, tell

_DECISIONS = (Move.APPROVE, Move.QUESTION, Move.REFUSE)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show one's own requests and agreements."""
    shown = agreements.list_mine(platform(), actor(request))
    return page(request, "agreements/mine.html", section="agreements", mine=shown)


@require_safe
def agreement(request: HttpRequest, agreement: str) -> HttpResponse:
    """Show an agreement in full, with what this person can do about it."""
    return agreement_page(request, agreement, Problems())


def agreement_page(request: HttpRequest, agreement: str, problems: Problems) -> HttpResponse:
    """Render an agreement's page, also when a decision was not chosen."""
    shown = agreements.show(platform(), actor(request), agreement)
    now = platform().clock.now()
    made = recipients.recipients(platform(), actor(request), agreement)
    deciding = any(move in shown.moves for move in _DECISIONS)
    own = shown.agreement.asker == actor(request).person
    return page(
        request,
        "agreements/agreement.html",
        WRONG if problems else 200,
        section="agreements" if own else "inbox",
        shown=shown,
        problems=problems,
        own=own,
        deciding=deciding,
        recipient=next((one for one in made if one.usable(now)), None),
        revocable=bool(ANY_PARTY & shown.parties),
        draft=shown.state is State.DRAFT,
        dated=has_dates(shown.agreement) or shown.state is not State.DRAFT,
        buttons=[
            (move.value, MOVES[move])
            for move in shown.moves
            if move in MOVES and not (deciding and move in _DECISIONS)
        ],
    )


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, agreement: str, move: str) -> HttpResponse:
    """Ask for words where the move needs them, then make it."""
    made = next((m for m in MOVES if m.value == move), None)
    if made is None:
        raise Http404
    shown = agreements.show(platform(), actor(request), agreement)
    words = MOVES[made]
    note = request.POST.get("note", "").strip()
    problems = Problems()
    if request.method == "POST":
        if words.missing and not note:
            problems.add("note", words.missing)
        else:
            try:
                agreements.move(platform(), actor(request), agreement, made, note)
            except BadInput as error:
                problems.add_error(error, "note")
            else:
                tell(request, words.told)
                return redirect("agreement", agreement)
    return page(
        request,
        "agreements/move.html",
        WRONG if problems else 200,
        section="agreements" if shown.agreement.asker == actor(request).person else "inbox",
        shown=shown,
        words=words,
        problems=problems,
        note=note,
    )
