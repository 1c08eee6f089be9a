"""How long a session lasts, and when somebody is asked again who they are.

A session ends when it has not been used for a while, and in any case some hours after it began
(OWASP ASVS 5.0, 7.3.1 and 7.3.2). What cannot be taken back asks for a recent proof of who is
there (7.5.3): `confirmed` marks such views.
"""

import time
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

P = ParamSpec("P")

STARTED = "started"
SEEN = "seen"
CONFIRMED = "confirmed"
STASHED = "stashed"
"""What was sent when the proof was too old: it is kept until it can be sent again."""
LARGEST_STASH = 100_000
_NOTED_EVERY = 60
"""Seconds between two notes of a session's use, so that not every request writes."""


def _stamp(sender: object, request: HttpRequest, **_: Any) -> None:  # noqa: ARG001 # a signal
    now = int(time.time())
    request.session.update({STARTED: now, SEEN: now, CONFIRMED: now})


user_logged_in.connect(_stamp, dispatch_uid="fairway.web.sessions")


class Sessions:
    """Ends the sessions that have lasted long enough. A session without its marks has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session before anything is done with it."""
        if request.user.is_authenticated:
            now = int(time.time())
            if _ended(request, now):
                logout(request)
            elif now - request.session[SEEN] >= _NOTED_EVERY:
                request.session[SEEN] = now
            request.fairway_proved = is_confirmed(request)  # type: ignore[attr-defined]  # for the API, which has no other way to ask
        return self.get_response(request)


def _ended(request: HttpRequest, now: int) -> bool:
    started, seen = request.session.get(STARTED), request.session.get(SEEN)
    if not isinstance(started, int) or not isinstance(seen, int):
        return True
    return now - started >= settings.SESSION_COOKIE_AGE or now - seen >= _seconds(
        "FAIRWAY_IDLE_SECONDS"
    )


def _seconds(name: str) -> int:
    return int(getattr(settings, name))


def confirm_now(request: HttpRequest) -> None:
    """Note that the person of the session has just proved who they are."""
    request.session[CONFIRMED] = int(time.time())
    request.session.cycle_key()


def is_confirmed(request: HttpRequest, *, reading: bool = False) -> bool:
    """Say whether the proof is recent; to open a form it must leave half the time to fill it in."""
    age = int(time.time()) - int(request.session.get(CONFIRMED, 0))
    allowed = _seconds("FAIRWAY_CONFIRM_SECONDS")
    return age < (allowed // 2 if reading else allowed)


def confirmed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Mark a view that asks for a recent proof of who is there, and comes back afterwards."""

    def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        reading = request.method in {"GET", "HEAD"}
        if is_confirmed(request, reading=reading):
            return view(request, *args, **kwargs)
        return ask_again(request)

    update_wrapper(asked, view)
    return asked


def ask_again(request: HttpRequest) -> HttpResponse:
    """Return the way to the page that asks who is there, and from there back to where one was."""
    if request.method not in {"GET", "HEAD"}:
        _stash(request)
    onward = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('confirm')}?{onward}")


def _stash(request: HttpRequest) -> None:
    """Keep what was typed into a form, so that asking who is there loses nothing."""
    fields = [(n, v) for n, values in request.POST.lists() if n != _CSRF for v in values]
    if sum(len(str(v)) for _, v in fields) <= LARGEST_STASH:
        request.session[STASHED] = [request.get_full_path(), fields]


def stashed(request: HttpRequest) -> tuple[str, list[tuple[str, str]]]:
    """Take what was kept: an address of ours and the fields of its form, or nothing."""
    address, fields = request.session.pop(STASHED, ("", []))
    return address, [(name, value) for name, value in fields]


_CSRF = "csrfmiddlewaretoken"
