"""Account: list the record, and show whether it was touched."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from fairway.nouns.errors import Unavailable
from fairway.nouns.events import Entry, EventFilter, Verification
from fairway.nouns.people import Actor
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform

MOST_ENTRIES = 500
"""Entries on one page of the record."""


@verb("audit.read")
def read(platform: Platform, actor: Actor, wanted: EventFilter) -> Sequence[Entry]:
    """Return a page of matching entries, newest first. That somebody looked is recorded too."""
    with acting(platform, actor, "audit.read") as act:
        asked = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(wanted).items()
            if value not in ("", None)
        }
        act.record("audit.read", details={"filter": asked})
        bounded = replace(wanted, limit=max(1, min(wanted.limit, MOST_ENTRIES)))
        return platform.ledger.find(bounded)


@verb("audit.verify")
def verify(platform: Platform, actor: Actor) -> Verification:
    """Re-compute the whole record and say whether it is intact; the outcome is recorded.

    A record that was tampered with may refuse to be added to. Then the outcome is still told.
    """
    with looking(platform, actor, "audit.verify"):
        outcome = platform.ledger.verify()
    try:
        with acting(platform, actor, "audit.verify") as act:
            act.record(
                "audit.verify",
                "done" if outcome.intact else "failed",
                reason=outcome.reason,
                details={"entries": outcome.entries, "first_bad": outcome.first_bad},
            )
    except Unavailable:
        if outcome.intact:
            raise
    return outcome
