"""The checks by section of the protocol, and how they are run."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import httpx

from fairway.sharing.conformance.server import Failed, PassedOver, Server, unreachable

Check = Callable[[Server], None]

CHECKS: list[tuple[str, str, Check]] = []
"""Section, what is promised, and the function that holds the server to it."""

_SECTIONS = ("access", "listing", "tables", "queries", "changes", "links")


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    PASSED_OVER = "not offered"


@dataclass(frozen=True, slots=True)
class Result:
    """One check of one server. `why` says what was wrong, or why it was passed over."""

    section: str
    promise: str
    outcome: Outcome
    why: str = ""


def promises(section: str, promise: str) -> Callable[[Check], Check]:
    """Mark a function as the check of a promise of a section."""

    def mark(check: Check) -> Check:
        CHECKS.append((section, promise, check))
        return check

    return mark


def examine(server: Server) -> Iterator[Result]:
    """Run every check. Raises `Unavailable` when nothing answers at all."""
    load()
    try:
        server.http.get(f"{server.endpoint}/shares")
    except httpx.HTTPError:
        raise unreachable(server.endpoint) from None
    for section, promise, check in CHECKS:
        try:
            check(server)
        except Failed as failed:
            yield Result(section, promise, Outcome.FAILED, str(failed))
        except PassedOver as passed:
            yield Result(section, promise, Outcome.PASSED_OVER, str(passed))
        except httpx.HTTPError as error:
            why = f"The server did not answer: {type(error).__name__}."
            yield Result(section, promise, Outcome.FAILED, why)
        except Exception as error:  # noqa: BLE001 - a server may answer anything at all
            why = f"The answer could not be read: {type(error).__name__}."
            yield Result(section, promise, Outcome.FAILED, why)
        else:
            yield Result(section, promise, Outcome.PASSED)


def load() -> None:
    """Have every section's checks in `CHECKS`, in their order."""
    for name in _SECTIONS:
        importlib.import_module(f"fairway.sharing.conformance.{name}")
