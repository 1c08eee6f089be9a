"""Problem details from the node, raised as the errors they are."""

from collections.abc import Mapping
from typing import Any

from fairway.nouns.errors import (
    BadInput,
    BoundExceeded,
    Busy,
    Cancelled,
    Conflict,
    FairwayError,
    NotFound,
    NotSignedIn,
    Refused,
    Unavailable,
)
from fairway.verbs.products import Unpublishable

_BY_STATUS: Mapping[int, type[FairwayError]] = {
    401: NotSignedIn,
    403: Refused,
    404: NotFound,
    409: Conflict,
    413: BoundExceeded,
    429: Busy,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def raised(status: int, problem: Any) -> FairwayError:
    """Return the error that a problem stands for; `problem` is None when there was none to read."""
    if not isinstance(problem, dict) or "code" not in problem:
        return _silent(status)
    kind = _kind(status, str(problem["code"]))
    several = problem.get("errors")
    if kind is BadInput and several and problem["code"] != "request.invalid":
        return Unpublishable([_one(BadInput, each) for each in several])
    error = _one(kind, problem)
    if problem["code"] == "request.invalid" and several:
        error.message = "; ".join(f"{e.get('field', '')}: {e.get('detail', '')}" for e in several)
        error.field = ""
    return error


def _kind(status: int, code: str) -> type[FairwayError]:
    if code == "request.too_large":
        return BadInput
    if code == "query.cancelled":
        return Cancelled
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return BadInput if 400 <= status < 500 else FairwayError


def _one(kind: type[FairwayError], said: Mapping[str, Any]) -> FairwayError:
    return kind(
        str(said.get("code", "")),
        str(said.get("detail", "")),
        remedy=str(said.get("remedy", "")),
        file=str(said.get("file", "")),
        field=str(said.get("field", "")),
        line=_number(said.get("line")),
        column=_number(said.get("column")),
    )


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _silent(status: int) -> FairwayError:
    """Return the error of an answer that is no problem: something else answers at the address."""
    kind = _BY_STATUS.get(status, Unavailable)
    if kind in (NotFound, Unavailable):
        return Unavailable(
            "node.not_a_node",
            f"What answers at this address is not a Fairway node (status {status}).",
            remedy="Check the address.",
        )
    return kind("node.no_reason", f"The node answered with status {status} and no reason.")
