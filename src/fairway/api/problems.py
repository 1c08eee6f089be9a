"""Errors as problem details (RFC 9457): one shape for everything that can go wrong."""

import json
import logging
import secrets
import traceback
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from fairway.api.signing_in import not_signed_in
from fairway.nouns.errors import BadInput, FairwayError, NotFound
from fairway.verbs.products import Unpublishable

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("fairway.api")


def members(error: FairwayError) -> dict[str, Any]:
    """Return an error's members; what it does not say is left out."""
    said: dict[str, Any] = {
        "code": error.code,
        "detail": error.message,
        "remedy": error.remedy,
        "file": error.file,
        "field": error.field,
        "line": error.line,
        "column": error.column,
    }
    return {name: value for name, value in said.items() if value not in ("", None)}


def problem(error: FairwayError, status: int | None = None, **more: Any) -> HttpResponse:
    """Return an error as a response."""
    code = status or error.status
    body: dict[str, Any] = {
        "type": f"urn:fairway:error:{error.code}",
        "title": error.title,
        "status": code,
        **members(error),
        **more,
    }
    if isinstance(error, Unpublishable):
        body["errors"] = [members(p) for p in error.problems]
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=code, content_type=MEDIA_TYPE
    )
    response["Cache-Control"] = "no-store"
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    if code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="fairway"'
    return response


def install(api: NinjaAPI) -> None:
    """Have the API answer every error with a problem."""
    handlers: Mapping[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        FairwayError: lambda _, error: problem(error),
        ValidationError: lambda _, error: _invalid(error),
        AuthenticationError: lambda *_: problem(not_signed_in()),
        HttpError: lambda _, error: _http_error(error),
        Http404: lambda request, _: no_such_route(request),
        RequestDataTooBig: lambda *_: too_large(),
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


_PLACES = {"body", "query", "path", "header", "payload", "parameters"}


def _invalid(error: ValidationError) -> HttpResponse:
    """Name every field that does not fit; what was given is not repeated."""
    found = [
        {
            "code": "request.invalid",
            "field": ".".join(str(p) for p in e.get("loc", ()) if p not in _PLACES),
            "detail": str(e.get("msg", "This does not fit.")),
        }
        for e in error.errors
    ]
    fields = ", ".join(dict.fromkeys(f["field"] for f in found if f["field"]))
    first = found[0]["field"] if found else ""
    return problem(
        BadInput(
            "request.invalid",
            f"This does not fit: {fields}." if fields else "The request does not fit.",
            remedy="See what is expected in openapi.json.",
            field=first,
        ),
        errors=found,
    )


def _http_error(error: HttpError) -> HttpResponse:
    bad = BadInput("request.malformed", "The request cannot be read.", remedy="Send valid JSON.")
    return problem(bad, status=error.status_code)


def too_large() -> HttpResponse:
    """Return the problem of a body that is larger than the node takes."""
    return problem(
        BadInput("request.too_large", "The request is larger than this node takes."), status=413
    )


def incident(error: BaseException, where: str) -> str:
    """Log an unexpected error without what it says, which may hold data; return its name."""
    name = f"I-{secrets.token_hex(4)}"
    frames = traceback.extract_tb(error.__traceback__)
    path = "".join(f"\n  {f.filename}:{f.lineno} in {f.name}" for f in frames)
    # An address may hold what would end a line of the log and begin a false one.
    written = "".join(c if c.isprintable() else "?" for c in where)[:300]
    log.error("incident %s: %s at %s%s", name, type(error).__name__, written, path)
    return name


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    name = incident(error, f"{request.method} {request.path}")
    return problem(
        FairwayError(
            "internal.error",
            f"Something went wrong in the node. The incident is {name}.",
            remedy="Tell the node's administrator the name of the incident.",
        ),
        incident=name,
    )


def no_such_route(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every route is called so
    """Answer an address of the API that does not exist."""
    return problem(
        NotFound(
            "request.no_such_route",
            "There is nothing at this address of the API.",
            remedy="See the addresses in /api/v1/openapi.json.",
        )
    )


def as_problem(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Turn a view's own "method not allowed" into a problem."""

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        if response.status_code != 405:
            return response
        allowed = response.headers.get("Allow", "")
        wrong = problem(
            BadInput(
                "request.method_not_allowed",
                "This address does not answer to this method.",
                remedy=f"It answers to: {allowed}.",
            ),
            status=405,
        )
        wrong["Allow"] = allowed
        return wrong

    return answered
