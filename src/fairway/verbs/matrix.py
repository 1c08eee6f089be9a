"""Everybody's effective access at once, as of any day. Taking it out is on the record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fairway.nouns.people import Actor
from fairway.rules.effective import EffectiveAccess, Group
from fairway.verbs.acting import event, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.reading import reading_of


@dataclass(frozen=True, slots=True)
class Matrix:
    """Effective access on a day: who may use what for which purpose, in groups that stand alike.

    The groups can be gone through once.
    """

    on: date
    groups: Iterator[Group]


@verb("access.matrix")
def matrix(platform: Platform, actor: Actor, on: date | None = None) -> Matrix:
    """Return everybody's effective access on a day. The question is recorded before the answer."""
    with looking(platform, actor, "access.matrix") as look:
        day = on or look.today
        platform.ledger.append(
            event(platform, actor, "access.matrix", "done", details={"on": day.isoformat()})
        )
        access = EffectiveAccess(reading_of(platform, day), platform.guardrails.in_force())
        return Matrix(day, access.permitted(access.groups()))
