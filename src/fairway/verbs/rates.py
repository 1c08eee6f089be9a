"""How often one may ask: a limit by who asks, and one by the agreement that is asked under."""

from collections.abc import Iterable

from fairway.nouns.errors import Busy
from fairway.nouns.people import Actor
from fairway.verbs.acting import event
from fairway.verbs.ports import Platform


def admit(platform: Platform, actor: Actor) -> None:
    """Let one request of the actor through, or raise `Busy` with the seconds to wait.

    Not a verb: it says whether a surface goes on at all, before anything is read. The first stop
    since a request was let through is recorded; those that follow at once are not, or a flood would
    fill the record.
    """
    _take(platform, actor, f"by {actor.person}", actor.person, platform.rates.principal)


def admit_under(platform: Platform, actor: Actor, agreements: Iterable[str]) -> None:
    """Let one request under each of these agreements through, whoever asks; else as `admit`."""
    for agreement in dict.fromkeys(agreements):
        what = f"under the agreement {agreement}"
        _take(platform, actor, what, agreement, platform.rates.agreement)


def _take(platform: Platform, actor: Actor, what: str, who: str, limit: int) -> None:
    taken = platform.counts.take(what, limit)
    if not taken.wait:
        return
    message = f"More than {limit} requests a minute {what}."
    if taken.first:
        stopped = event(platform, actor, "rate.stopped", "denied", subject=who, reason=message)
        platform.ledger.append(stopped)
    raise Busy(
        "rate.too_many",
        message,
        remedy=f"Wait {taken.wait} seconds, then ask more slowly.",
        retry_after=taken.wait,
    )
