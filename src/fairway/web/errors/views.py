"""Error pages: what happened in one sentence, the way out, and the code to quote."""

import logging
import secrets
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from fairway.nouns.errors import FairwayError
from fairway.web.errors.remedies import remedy
from fairway.web.pages import bare_page

_log = logging.getLogger("fairway.web")


def refused(request: HttpRequest, error: FairwayError) -> HttpResponse:
    """Show an error of a verb: its title, sentence, way out and code."""
    page = bare_page(
        request,
        "errors/error.html",
        error.status,
        title=error.title,
        sentence=error.message,
        remedy=remedy(error),
        code=error.code,
    )
    if error.retry_after:
        page["Retry-After"] = str(error.retry_after)
    return page


def problem(error: FairwayError) -> HttpResponse:
    """Tell a program of an error of a verb, as problem details (RFC 9457)."""
    said = {
        "type": f"urn:fairway:error:{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
        "remedy": error.remedy,
    }
    answer = JsonResponse(said, status=error.status, content_type="application/problem+json")
    if error.status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="fairway"'
    if error.retry_after:
        answer["Retry-After"] = str(error.retry_after)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Show that a request could not be read."""
    return bare_page(
        request,
        "errors/error.html",
        400,
        title="There is a problem with this request",
        sentence="The request could not be read.",
        remedy="Go back and try again.",
        code="web.bad_request",
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Show that a page is not for this person."""
    return bare_page(
        request,
        "errors/error.html",
        403,
        title="This is not allowed",
        sentence="You may not open this page.",
        remedy="Ask a governance manager if you need it for your work.",
        code="web.forbidden",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Show that a form was too old, or did not come from one of our pages."""
    return bare_page(
        request,
        "errors/error.html",
        403,
        title="Your form could not be accepted",
        sentence="The form was open for too long, or did not come from this service."
        " Nothing was changed.",
        remedy="Go back, load the page again, and send the form once more."
        " If it happens again, check that your browser accepts cookies from this service.",
        code="web.csrf",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Show that there is no such page."""
    return bare_page(request, "errors/not_found.html", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Show that something failed on our side, with a number by which the log can be searched."""
    incident = secrets.token_hex(4).upper()
    # The traceback stands in the log just before this line, by Django's own handler.
    _log.error("Incident %s at %s %s", incident, request.method, request.resolver_match)
    return bare_page(request, "errors/broken.html", 500, incident=incident)
