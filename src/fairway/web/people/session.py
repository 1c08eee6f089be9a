"""The browser's session: who is in it, and that it is a new one after signing in."""

from django.contrib.auth import load_backend, login, update_session_auth_hash
from django.http import HttpRequest

from fairway.nouns.people import Person

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin(request: HttpRequest, person: Person) -> None:
    """Begin a session for a person whose name and password were checked; its key is a new one."""
    user = load_backend(_BACKEND).get_user(person.id)
    login(request, user, backend=_BACKEND)


def keep_after_new_password(request: HttpRequest) -> None:
    """Keep this session and no other: a new password ends every session begun with the old one."""
    user = load_backend(_BACKEND).get_user(request.user.get_username())
    if user is not None:
        update_session_auth_hash(request, user)
