"""Deny now: the hub stops a person, a product or an agreement, in every process at once."""

from collections.abc import Sequence
from typing import Any

from fairway.nouns.errors import BadInput, Conflict, NotFound
from fairway.nouns.people import Actor
from fairway.nouns.stops import Stop, Stopped
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.people import known_person
from fairway.verbs.ports import Platform
from fairway.verbs.products import get as get_product

LONGEST_REASON = 1000
"""Characters in the reason of a stop."""


@verb("stop.make")
def make(platform: Platform, actor: Actor, kind: Stopped, subject: str, reason: str) -> Stop:
    """Stop all use by a person, of a product or under an agreement, from this moment on.

    Every decision reads the stops first, whatever agreements say. Raises `NotFound` for what there
    is not, `Conflict` for what is stopped already, `BadInput` without a reason.
    """
    with acting(platform, actor, "stop.make", subject=subject) as act:
        if not 0 < len(reason.strip()) <= LONGEST_REASON:
            raise BadInput(
                "stop.no_reason",
                f"A stop needs a reason of up to {LONGEST_REASON} characters.",
                remedy="Say why; the people concerned will read it.",
                field="reason",
            )
        named = _existing(platform, kind, subject)
        if any((s.kind, s.subject) == (kind, named) for s in platform.store.stops.active()):
            raise Conflict("stop.exists", f"{kind.value.capitalize()} {named} is stopped already.")
        now = platform.clock.now()
        made = Stop(platform.ids.new("S"), kind, named, reason.strip(), actor.person, now)
        platform.store.stops.add(made)
        act.record("stop.make", subject=named, reason=made.reason, **_concerned(made))
    return made


def _existing(platform: Platform, kind: Stopped, subject: str) -> str:
    """Return the id of what is to be stopped, or raise `NotFound`."""
    if kind is Stopped.PERSON:
        return known_person(platform, subject).id
    if kind is Stopped.PRODUCT:
        return get_product(platform, subject).id
    found = platform.store.agreements.get(subject)
    if found is None:
        raise NotFound("agreement.not_found", f"There is no agreement '{subject[:40]}'.")
    return found.id


def _concerned(stop: Stop) -> dict[str, Any]:
    """Return a stop as its event tells it."""
    return {
        "products": (stop.subject,) if stop.kind is Stopped.PRODUCT else (),
        "agreements": (stop.subject,) if stop.kind is Stopped.AGREEMENT else (),
        "details": {"stop": stop.id, "kind": stop.kind.value},
    }


@verb("stop.lift")
def lift(platform: Platform, actor: Actor, stop: str) -> None:
    """Lift a stop. What agreements grant can be used again at once."""
    with acting(platform, actor, "stop.lift", subject=stop) as act:
        found = platform.store.stops.get(stop)
        if found is None or found.lifted_at is not None:
            raise NotFound("stop.not_found", f"There is no stop '{stop[:40]}' in force.")
        platform.store.stops.lift(stop, actor.person, platform.clock.now())
        act.record("stop.lift", subject=found.subject, **_concerned(found))


@verb("stop.list")
def list_all(platform: Platform, actor: Actor) -> Sequence[Stop]:
    """Return the stops in force, oldest first."""
    with looking(platform, actor, "stop.list"):
        return platform.store.stops.active()
