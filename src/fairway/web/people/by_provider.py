"""The two doors of the department's provider: out to it, and back with its answer.

What does the exchange is loaded only where a provider is set.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from fairway.settings.application import PROVIDER
from fairway.web.pages import platform
from fairway.web.people.onward import onward_of


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Send somebody to the provider to sign in."""
    if not platform().settings["sign_in"].issuer:
        return redirect("sign-in")
    from fairway.web.people import provider

    return provider.begin(request, {"onward": onward_of(request)})


@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the provider's answer."""
    if provider_id != PROVIDER or not platform().settings["sign_in"].issuer:
        return redirect("sign-in")
    from fairway.web.people import provider

    return provider.take(request)
