"""Connecting a tool: the profile by which a partner's tool reads an agreement, made and revoked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from fairway.formats import profiles
from fairway.nouns.errors import BadInput
from fairway.nouns.shares import CredentialKind
from fairway.verbs import agreements, recipients
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform, tell


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, agreement: str) -> HttpResponse:
    """Ask what kind and for how long, then make the profile: shown, or as a file, this once."""
    shown = agreements.show(platform(), actor(request), agreement)
    kind, days = request.POST.get("kind", "bearer"), request.POST.get("days", "30").strip()
    problems = Problems()
    if request.method == "POST":
        if kind not in set(CredentialKind):
            problems.add("kind", "Choose how the tool says who it is")
        if not (days.isascii() and days.isdigit() and len(days) < 6):
            problems.add("days", "Enter the number of days as a whole number, for example 30")
        if not problems:
            try:
                made, secret = recipients.make_profile(
                    platform(), actor(request), agreement, CredentialKind(kind), int(days)
                )
            except BadInput as error:
                problems.add_error(error, "days")
            else:
                text = profiles.text(profiles.profile(made, secret, _address(request)))
                if request.POST.get("as") == "file":
                    return _file(text, agreement)
                return page(
                    request,
                    "agreements/profile_made.html",
                    section="agreements",
                    shown=shown,
                    made=made,
                    text=text,
                )
    return page(
        request,
        "agreements/profile.html",
        WRONG if problems else 200,
        section="agreements",
        shown=shown,
        problems=problems,
        kind=kind,
        days=days,
        longest=int(platform().settings["token_days"]),
    )


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, agreement: str) -> HttpResponse:
    """Ask, then revoke what opens the agreement's share."""
    shown = agreements.show(platform(), actor(request), agreement)
    if request.method == "POST":
        recipients.revoke(platform(), actor(request), agreement)
        tell(request, "The profile is revoked. It stopped working at once.")
        return redirect("agreement", agreement)
    return page(request, "agreements/profile_revoke.html", section="agreements", shown=shown)


def _address(request: HttpRequest) -> str:
    """Return where partners reach the node: as set, or as this person reaches it."""
    known = str(platform().settings["address"])
    scheme = "https" if platform().settings["https"] else request.scheme
    return known or f"{scheme}://{request.get_host()}"


def _file(text: str, agreement: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/json")
    name = f"{agreement}.{profiles.ENDING}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
