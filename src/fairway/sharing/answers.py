"""What every answer of the sharing server looks like: JSON, lines of JSON, errors.

Errors have the two members that the protocol gives them, `errorCode` and `message`. A denial is
403, never 5xx: clients try those again for minutes.
"""

import json
import logging
import secrets
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from fairway.nouns.errors import BadInput, Busy, FairwayError, NotFound, NotSignedIn, Refused

JSON = "application/json; charset=utf-8"
LINES = "application/x-ndjson; charset=utf-8"
log = logging.getLogger("fairway.sharing")

View = Callable[..., HttpResponseBase]
_CODES = {
    400: "INVALID_PARAMETER_VALUE",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    405: "METHOD_NOT_ALLOWED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL_ERROR",
}


def answers_to(*methods: str) -> Callable[[View], View]:
    """Have a view answer to some methods, in the protocol's own way when something is wrong."""

    def mark(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, **names: str) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    return _not_allowed(methods)
                return view(request, **names)
            except FairwayError as error:
                return refusal(error)
            except RequestDataTooBig:
                return error_of(400, "The request is larger than allowed.")
            except Exception as error:  # noqa: BLE001 - what it says may hold data
                return _unexpected(request, error)

        return answered

    return mark


def said(body: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Return one JSON object."""
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=JSON)


def lines(objects: Iterable[Mapping[str, Any]], **headers: str) -> HttpResponse:
    """Return JSON objects, a line each, with headers; whole, so that its length is known."""
    body = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
    response = HttpResponse(body, content_type=LINES)
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def error_of(status: int, message: str) -> HttpResponse:
    """Return an error as the protocol writes it."""
    return said({"errorCode": _CODES[status], "message": message}, status)


def refusal(error: FairwayError) -> HttpResponse:
    """Return one of our errors as the protocol writes it."""
    status = 500
    if isinstance(error, NotSignedIn):
        status = 401
    elif isinstance(error, Refused):
        status = 403
    elif isinstance(error, NotFound):
        status = 404
    elif isinstance(error, BadInput):
        status = 400
    elif isinstance(error, Busy):
        status = 429
    message = f"{error.field}: {error.message}" if error.field else error.message
    response = error_of(status, f"{message} {error.remedy}".rstrip())
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="delta-sharing"'
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response


def _not_allowed(methods: tuple[str, ...]) -> HttpResponse:
    response = error_of(405, "This address does not answer to this method.")
    response["Allow"] = ", ".join(methods)
    return response


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """Log where, without what the error says, which may hold data; tell its name alone."""
    name = f"I-{secrets.token_hex(4)}"
    frames = traceback.extract_tb(error.__traceback__)
    path = "".join(f"\n  {f.filename}:{f.lineno} in {f.name}" for f in frames)
    log.error("incident %s: %s at %s%s", name, type(error).__name__, request.method, path)
    return error_of(500, f"Something went wrong in the node. The incident is {name}.")
