"""Signing in and out, one's account, password and tokens."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.nouns.errors import BadInput, NotSignedIn, Refused
from fairway.nouns.people import Via
from fairway.nouns.rights import Right
from fairway.rules.rights import MEANINGS
from fairway.rules.sessions import session_id
from fairway.verbs import factors, people, sessions, signing_in
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform, tell
from fairway.web.people import session
from fairway.web.people.onward import onward_of
from fairway.web.sessions import confirmed


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; begin a session and go on to where the person wanted to be."""
    onward = onward_of(request)
    if request.method != "POST":
        return (
            redirect(onward or "home")
            if request.user.is_authenticated
            else _sign_in_page(request, onward, Problems())
        )
    name, password = request.POST.get("person", "").strip(), request.POST.get("password", "")
    problems = Problems()
    if not name:
        problems.add("person", "Enter your user name")
    if not password:
        problems.add("password", "Enter your password")
    code = request.POST.get("code", "").strip() or None
    if not problems:
        try:
            found = signing_in.sign_in(
                platform(),
                Via.WEB,
                name,
                password,
                code=code,
                new_password=request.POST.get("new_password") or None,
                origin=_origin(request),
            )
        except (BadInput, NotSignedIn, Refused) as error:
            asked = ("code", "new_password")
            default = "new_password" if isinstance(error, BadInput) else "person"
            problems.add_error(error, default, asked)
        else:
            session.begin(request, found)
            return redirect(onward or "home")
    return _sign_in_page(request, onward, problems, name)


def _origin(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _sign_in_page(
    request: HttpRequest, onward: str, problems: Problems, name: str = ""
) -> HttpResponse:
    return page(
        request,
        "people/sign_in.html",
        WRONG if problems else 200,
        problems=problems,
        onward=onward,
        name=name,
        rules=platform().settings["sign_in"],
        asks_code="code" in problems or "code" in request.POST,
        asks_new="new_password" in problems or "new_password" in request.POST,
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    signing_in.sign_out(platform(), actor(request))
    logout(request)
    answer = redirect("sign-in")
    answer["Clear-Site-Data"] = '"cache"'  # no page of this session is one step back
    return answer


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show one's roles and tokens."""
    tokens = people.list_tokens(platform(), actor(request))
    now = platform().clock.now()
    mine = session_id(request.session.session_key or "")
    return page(
        request,
        "people/account.html",
        section="account",
        tokens=[(token, token.usable(now)) for token in tokens],
        sessions=sessions.list_own(platform(), actor(request)),
        mine=mine,
        factor=factors.enrolled(platform(), actor(request)),
    )


_ALL = "all"
"""What the form has for a token that is not limited."""


@confirmed
@require_http_methods(["GET", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token; its secret is shown on this answer and never again."""
    longest = int(platform().settings["token_days"])
    label = request.POST.get("label", "").strip()
    days = request.POST.get("days", "30").strip()
    only = request.POST.getlist("only")
    problems = Problems()
    if request.method == "POST":
        if not label:
            problems.add("label", "Enter what the token is for")
        elif len(label) > 100:
            problems.add("label", "What the token is for must be 100 characters or fewer")
        if not (days.isascii() and days.isdigit() and len(days) < 6):
            problems.add("days", "Enter the number of days as a whole number, for example 30")
        if not only:
            problems.add("only", "Choose what a program may do with the token")
        elif _ALL in only and len(only) > 1:
            problems.add("only", "Choose some of what you may do, or all of it, not both")
        if not problems:
            try:
                token, secret = people.create_token_confirmed(
                    platform(),
                    actor(request),
                    label=label,
                    days=int(days),
                    only=None if only == [_ALL] else only,
                )
            except BadInput as error:
                problems.add_error(error, "days", ("only",))
            else:
                return page(
                    request,
                    "people/token_made.html",
                    section="account",
                    token=token,
                    secret=secret,
                )
    return page(
        request,
        "people/new_token.html",
        WRONG if problems else 200,
        section="account",
        problems=problems,
        label=label,
        days=days,
        longest=longest,
        only=only,
        rights=[
            *({"value": right.value, "text": _offer(right)} for right in Right),
            {"divider": "or"},
            {"value": _ALL, "text": "All that you may do", "behaviour": "exclusive"},
        ],
    )


def _offer(right: Right) -> str:
    said = MEANINGS[right]
    return said[0].upper() + said[1:]


@require_http_methods(["GET", "POST"])
def revoke_token(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then revoke one of one's own tokens."""
    if request.method == "POST":
        people.revoke_token(platform(), actor(request), token)
        tell(request, f"Token {token} is revoked. It stopped working at once.")
        return redirect("account")
    return page(request, "people/revoke_token.html", section="account", token=token)


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions of the person end."""
    problems = Problems()
    if request.method == "POST":
        old, new = request.POST.get("old", ""), request.POST.get("new", "")
        if not old:
            problems.add("old", "Enter your old password")
        if not new:
            problems.add("new", "Enter a new password")
        if not problems:
            try:
                people.change_password(platform(), actor(request), old, new)
            except BadInput as error:
                problems.add_error(error, "new")
            except Refused as error:
                problems.add_error(error, "old")
            else:
                session.keep_after_new_password(request)
                tell(request, "Your password is changed.")
                return redirect("account")
    return page(
        request,
        "people/password.html",
        WRONG if problems else 200,
        section="account",
        problems=problems,
    )
