"""Proving again who is there, before what cannot be taken back; and the second factor's pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import FairwayError, NotSignedIn, Refused
from fairway.verbs import factors, sessions, signing_in
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform, tell
from fairway.web.people.onward import onward_of
from fairway.web.sessions import STASHED, confirm_now, confirmed, stashed


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask who is there, and go on to what was wanted."""
    onward = onward_of(request)
    rules = platform().settings["sign_in"]
    by_provider = bool(rules.issuer) and actor(request).person not in rules.break_glass
    problems = Problems()
    if request.method == "POST":
        if by_provider:
            from fairway.web.people import provider  # loaded only where a provider is set

            data = {"confirm": True, "onward": onward, "stashed": STASHED in request.session}
            return provider.begin(request, data, again=True)
        _check(request, problems)
        if not problems:
            confirm_now(request)
            return (
                redirect("confirmed") if STASHED in request.session else redirect(onward or "home")
            )
    return page(
        request,
        "people/confirm.html",
        WRONG if problems else 200,
        problems=problems,
        onward=onward,
        by_provider=by_provider,
        label=rules.label,
        factor=factors.enrolled(platform(), actor(request)),
    )


def _check(request: HttpRequest, problems: Problems) -> None:
    password, code = request.POST.get("password", ""), request.POST.get("code", "").strip()
    if not password:
        problems.add("password", "Enter your password")
        return
    try:
        origin = request.META.get("REMOTE_ADDR", "")
        signing_in.confirm(platform(), actor(request), password, code=code, origin=origin)
    except (NotSignedIn, Refused) as error:
        problems.add_error(error, "password", ("code",))


@require_safe
def went_on(request: HttpRequest) -> HttpResponse:
    """Show what was about to be done, with a button that does it: a form is not sent by itself."""
    address, fields = stashed(request)
    if not address:
        return redirect("home")
    return page(request, "people/confirmed.html", address=address, fields=fields)


# ------------------------------------------------------------------ second factor


@confirmed
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Say what a second factor is, make its secret when told to, and take its first code."""
    if request.method != "POST":
        return page(request, "people/begin_factor.html", section="account")
    from fairway.web.people.codes import picture  # loads what draws

    problems = Problems()
    shown: dict[str, Any] = request.session.get("factor", {})
    if "code" in request.POST and shown:
        try:
            codes = factors.complete(platform(), actor(request), request.POST.get("code", ""))
        except FairwayError as error:
            problems.add_error(error, "code", ("code",))
        else:
            del request.session["factor"]
            return page(request, "people/recovery_codes.html", section="account", codes=codes)
    else:
        secret, address = factors.begin(platform(), actor(request))
        shown = request.session["factor"] = {"secret": secret, "address": address}
    return page(
        request,
        "people/factor.html",
        WRONG if problems else 200,
        section="account",
        problems=problems,
        secret=" ".join(shown["secret"][n : n + 4] for n in range(0, len(shown["secret"]), 4)),
        picture=picture(shown["address"]),
    )


@require_http_methods(["GET", "POST"])
def remove_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code, then remove the second factor."""
    problems = Problems()
    if request.method == "POST":
        try:
            factors.remove(platform(), actor(request), request.POST.get("code", ""))
        except Refused as error:
            problems.add_error(error, "code", ("code",))
        else:
            tell(request, "Your second factor is removed.")
            return redirect("account")
    return page(
        request,
        "people/remove_factor.html",
        WRONG if problems else 200,
        section="account",
        problems=problems,
    )


# ------------------------------------------------------------------ sessions


@confirmed
@require_http_methods(["GET", "POST"])
def end_session(request: HttpRequest, session: str) -> HttpResponse:
    """Ask, then end one of one's own sessions."""
    if request.method == "POST":
        sessions.end(platform(), actor(request), session)
        tell(request, f"Session {session} is ended.")
        return redirect("account")
    return page(request, "people/end_session.html", section="account", session=session)
