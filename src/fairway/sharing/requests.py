"""Reading requests of the sharing protocol: the token, the body, numbers and moments.

Everything may have been written by anybody; what cannot be used is one clear 400.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from fairway.nouns.errors import BadInput, NotSignedIn
from fairway.nouns.versions import AsOf, Moment, Version
from fairway.verbs.shared_tables import Reading, Span
from fairway.wiring import current

LARGEST_BODY = 1024 * 1024
LARGEST_INT = 2**31 - 1
LARGEST_LONG = 2**63 - 1


def token(request: HttpRequest) -> str:
    """Return the bearer token of a request (RFC 6750). Raises `NotSignedIn` without one."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not given.strip():
        raise NotSignedIn(
            "share.no_token",
            "The request carries no bearer token.",
            remedy="Send the profile's as `Authorization: Bearer ...`.",
        )
    return given.strip()


def base(request: HttpRequest) -> str:
    """Return the address of the sharing server, as partners reach it."""
    address = str(current().settings["address"]).rstrip("/")
    if not address:
        address = request.build_absolute_uri("/").rstrip("/")
        if current().settings["https"]:
            address = "https://" + address.partition("://")[2]
    return f"{address}/delta-sharing"


def number(text: str | None, field: str, largest: int = LARGEST_INT) -> int | None:
    """Read a whole number, zero or more, or None where nothing is given."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > largest:
        raise _bad(field, f"This has to be a whole number from 0 to {largest}.")
    return int(text)


def moment(text: str | None, field: str) -> datetime | None:
    """Read a moment in ISO 8601 with its zone, such as 2026-01-01T00:00:00Z."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text) if len(text) < 40 else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _bad(field, "This has to be a moment such as 2026-01-01T00:00:00Z.")
    return found


def reading(request: HttpRequest) -> Reading | Span:
    """Read the body of a query: of a version, or of the changes since a starting version.

    Predicates are hints: clients apply them themselves. One in JSON leaves out files in which no
    row can satisfy it; those in SQL, which the protocol calls deprecated, are looked at for their
    form alone. A file of a share is chosen by nothing but what is in it, and a row never.
    """
    given = _object(request)
    hints = given.get("predicateHints")
    if hints is not None and not _texts(hints):
        raise _bad("predicateHints", "This has to be a list of texts.")
    predicate = given.get("jsonPredicateHints")
    if not isinstance(predicate, str | None):
        raise _bad("jsonPredicateHints", "This has to be a text.")
    version, timestamp = _whole(given, "version", LARGEST_LONG), given.get("timestamp")
    if timestamp is not None and not isinstance(timestamp, str):
        raise _bad("timestamp", "This has to be a text.")
    if version is not None and timestamp is not None:
        raise _bad("version", "Give a version or a timestamp, not both.")
    tokens = {field: given.get(field) or "" for field in ("pageToken", "refreshToken")}
    for field, text in tokens.items():
        if not isinstance(text, str):
            raise _bad(field, "This has to be a text.")
    start, end = (_whole(given, f, LARGEST_LONG) for f in ("startingVersion", "endingVersion"))
    if start is not None:
        if version is not None or timestamp is not None:
            raise _bad("startingVersion", "Give a version or a starting version, not both.")
        return Span(start=start, end=end)
    most = _whole(given, "maxFiles")
    if most == 0:
        raise _bad("maxFiles", "This has to be more than 0.")
    return Reading(
        version=version,
        timestamp=moment(timestamp, "timestamp"),
        limit=_whole(given, "limitHint"),
        predicate=predicate or "",
        filtered=bool(predicate or hints),
        max_files=most,
        page=tokens["pageToken"],
        refresh=tokens["refreshToken"],
        wants_refresh=given.get("includeRefreshToken") is True,
    )


def as_of(request: HttpRequest) -> AsOf | None:
    """Read which version the metadata is asked of: None for the newest."""
    version = number(request.GET.get("version"), "version", LARGEST_LONG)
    at = moment(request.GET.get("timestamp"), "timestamp")
    if version is not None and at is not None:
        raise _bad("version", "Give a version or a timestamp, not both.")
    if version is not None:
        return Version(version)
    return None if at is None else Moment(at)


def _object(request: HttpRequest) -> Mapping[str, Any]:
    body = request.body
    if len(body) > LARGEST_BODY:
        raise _bad("body", f"The body has more than {LARGEST_BODY:,} bytes.")
    try:
        given = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise _bad("body", "The body is not JSON.") from None
    if not isinstance(given, dict):
        raise _bad("body", "The body has to be a JSON object.")
    return given


def _whole(given: Mapping[str, Any], field: str, largest: int = LARGEST_INT) -> int | None:
    value = given.get(field)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= largest:
        raise _bad(field, f"This has to be a whole number from 0 to {largest}.")
    return value


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def span(request: HttpRequest) -> Span:
    """Read which changes are asked for."""
    given = request.GET
    return Span(
        start=number(given.get("startingVersion"), "startingVersion", LARGEST_LONG),
        since=moment(given.get("startingTimestamp"), "startingTimestamp"),
        end=number(given.get("endingVersion"), "endingVersion", LARGEST_LONG),
        until=moment(given.get("endingTimestamp"), "endingTimestamp"),
    )


def _bad(field: str, message: str) -> BadInput:
    return BadInput("share.bad_request", message, field=field)
