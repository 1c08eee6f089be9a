"""What a browser may do with our pages: nothing but show them, with our own style and script."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_POLICY = (
    "default-src 'none'",
    "script-src 'nonce-{nonce}'",
    "style-src 'nonce-{nonce}'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Headers:
    """Sets the security headers of every answer. A script runs only with the answer's own nonce."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers that the view did not set itself."""
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]  # Django's, which has no type for it
        response = self.get_response(request)
        policy = "; ".join(_POLICY).format(nonce=nonce)
        for name, value in {"Content-Security-Policy": policy, **_HEADERS}.items():
            response.headers.setdefault(name, value)
        if settings.SECURE_HSTS_SECONDS:
            # Said here as well, since Django says it only where it sees the TLS itself: behind a
            # front door on another machine it does not, and `web.https` is the operator's word.
            response.headers.setdefault(
                "Strict-Transport-Security",
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains",
            )
        # What one person may see is kept neither by their browser nor by anything on the way.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
