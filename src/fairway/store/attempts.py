"""Failed tries to sign in, counted by the address that they come from (django-axes)."""

from django.http import HttpRequest

_PATH = "/sign-in"


class AttemptStore:
    """`verbs.ports.Attempts`. How many and for how long is in the settings of django-axes."""

    def allowed(self, origin: str) -> bool:
        if not origin:
            return True
        from axes.handlers.proxy import AxesProxyHandler

        return bool(AxesProxyHandler.is_allowed(_request(origin), {"username": ""}))

    def failed(self, person: str, origin: str) -> None:
        if not origin:
            return
        from axes.handlers.proxy import AxesProxyHandler

        AxesProxyHandler.user_login_failed(
            sender=AttemptStore, credentials={"username": person[:150]}, request=_request(origin)
        )


def _request(origin: str) -> HttpRequest:
    """Return what django-axes reads an address from."""
    request = HttpRequest()
    request.META.update({"REMOTE_ADDR": origin, "PATH_INFO": _PATH})
    request.path = request.path_info = _PATH
    return request
