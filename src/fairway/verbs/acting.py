"""The one place where permission is asked and where an effect meets its record.

A verb is a function marked `@verb("noun.verb")`. Inside it opens `acting` (to change something) or
`looking` (to read). Both ask `rules.permissions`; `acting` also opens the transaction that its
effect and its audit event share. A verb that returns without having asked raises `NeverAsked`; an
act that ends without an event raises `Unrecorded` and is rolled back. Both are mistakes of ours,
not of a user, so they are not FairwayErrors.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from fairway.nouns.errors import NotSignedIn, Refused, Unproved
from fairway.nouns.events import AuditEvent
from fairway.nouns.people import Actor, Appointment, Person, Role, Via
from fairway.rules.peers import peer_of
from fairway.rules.permissions import PERMISSIONS, Reach, allows, roles_of
from fairway.rules.rights import lacking, listed
from fairway.rules.search import audiences
from fairway.verbs.ports import Platform

P = ParamSpec("P")
R = TypeVar("R")

NOBODY = Actor("", Via.SYSTEM)
"""The actor before anyone has signed in."""

SYSTEM = Actor("system", Via.SYSTEM)
"""The node itself: the calendar, and the making of the node."""

VERBS: dict[str, Callable[..., Any]] = {}
"""Every verb by name, as `@verb` found it."""

_asked: ContextVar[bool] = ContextVar("asked", default=False)


class NeverAsked(AssertionError):
    """A verb returned without asking for permission."""


class Unrecorded(AssertionError):
    """A verb changed something without an event on the ledger."""


def verb(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as a verb. Its name must stand in `rules.permissions.PERMISSIONS`."""
    if name not in PERMISSIONS:
        raise NeverAsked(f"verb {name} has no permission")

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            token = _asked.set(False)
            try:
                result = function(*args, **kwargs)
                if not _asked.get():
                    raise NeverAsked(f"verb {name} never asked for permission")
            finally:
                _asked.reset(token)
            return result

        VERBS[name] = checked
        return checked

    return mark


@dataclass
class Look:
    """What a verb that reads knows of its actor."""

    person: Person | None
    appointments: tuple[Appointment, ...]
    today: date

    @property
    def audiences(self) -> frozenset[str] | None:
        """Whose entries the actor may know about; None for those who may know of all."""
        return audiences(self.person, self.appointments, self.today)

    def roles(self, domain: str | None = None) -> frozenset[Role]:
        """Return the actor's roles: in a domain and at the hub, or held anywhere."""
        return roles_of(self.appointments, self.today, domain)


@dataclass
class Act(Look):
    """What a verb that changes something knows and must do: record."""

    platform: Platform = field(kw_only=True)
    actor: Actor = field(kw_only=True)
    recorded: int = 0

    def record(
        self, action: str, outcome: str = "done", *, by: Actor | None = None, **fields: Any
    ) -> None:
        """Write an event on the ledger, in the transaction of the effect.

        `by` names who did it where that is not the actor: the node itself.
        """
        doer = by or self.actor
        self.platform.ledger.append(event(self.platform, doer, action, outcome, **fields))
        self.recorded += 1


def event(platform: Platform, actor: Actor, action: str, outcome: str, **fields: Any) -> AuditEvent:
    """Return an event of now by this actor."""
    return AuditEvent(
        at=platform.clock.now(),
        actor=actor.person,
        via=actor.via.value,
        action=action,
        outcome=outcome,
        **fields,
    )


@contextmanager
def looking(
    platform: Platform, actor: Actor, name: str, *, domain: str | None = None
) -> Iterator[Look]:
    """Ask for permission to read. Raises `NotSignedIn`, `Refused`; a refusal is recorded."""
    person, appointments, today = _ask(platform, actor, name, domain)
    yield Look(person, appointments, today)


@contextmanager
def acting(
    platform: Platform,
    actor: Actor,
    name: str,
    *,
    domain: str | None = None,
    subject: str = "",
) -> Iterator[Act]:
    """Ask for permission, then open the transaction that effect and event share.

    Raises `NotSignedIn` and `Refused`, which are recorded; `Unrecorded` when the block ends
    without an event.
    """
    person, appointments, today = _ask(platform, actor, name, domain, subject)
    with platform.store.transaction():
        act = Act(person, appointments, today, platform=platform, actor=actor)
        yield act
        if not act.recorded:
            raise Unrecorded(f"{name} ended without an event")


def _ask(
    platform: Platform, actor: Actor, name: str, domain: str | None, subject: str = ""
) -> tuple[Person | None, tuple[Appointment, ...], date]:
    """Decide, record a refusal, and remember that the question was put."""
    _asked.set(True)
    today = platform.clock.now().date()
    if actor == SYSTEM or PERMISSIONS[name].reach is Reach.PUBLIC:
        return None, (), today
    if PERMISSIONS[name].reach is Reach.PEER and actor.via is Via.PEER:
        peer = platform.store.peers.get(peer_of(actor.person))
        if peer is None or peer.blocked:
            refuse(platform, actor, name, str(PERMISSIONS[name]), subject=subject)
        return None, (), today
    person = platform.store.people.get(actor.person)
    if person is None or not person.open(today) or actor.via is Via.PEER:
        raise NotSignedIn(
            "access.not_signed_in",
            "Nobody is signed in.",
            remedy="Sign in, or give a token: fairway token.",
        )
    appointments = tuple(platform.store.people.appointments(person=person.id))
    if not allows(name, appointments, today, domain=domain):
        refuse(platform, actor, name, str(PERMISSIONS[name]), subject=subject, domain=domain)
    check_rights(platform, actor, name, subject=subject)
    if PERMISSIONS[name].proof:
        check_proof(platform, actor, name, subject=subject)
    return person, appointments, today


def check_rights(platform: Platform, actor: Actor, name: str, *, subject: str = "") -> None:
    """Ask whether a limited token may do this. Records what it may not, and raises `Refused`."""
    needed = lacking(name, actor.rights)
    if not needed:
        return
    reason = f"This token may only {listed(actor.rights)}; this needs the right {needed}."
    platform.ledger.append(
        event(platform, actor, f"{name}.refused", "denied", subject=subject, reason=reason)
    )
    raise Refused(
        "access.token_limited",
        reason,
        remedy=f"Make another token: fairway token --only {needed}, or without --only for all.",
    )


def check_proof(platform: Platform, actor: Actor, name: str, *, subject: str = "") -> None:
    """Ask for a recent proof of who acts. Records what lacks it, and raises `Unproved`."""
    if actor.proved:
        return
    minutes = platform.settings["confirm_minutes"]
    reason = f"This needs a proof of who you are from the last {minutes} minutes."
    platform.ledger.append(
        event(platform, actor, f"{name}.refused", "denied", subject=subject, reason=reason)
    )
    raise Unproved(
        "access.prove_again",
        reason,
        remedy="Confirm who you are on the pages, or make a new token with: fairway token.",
    )


def refuse(
    platform: Platform,
    actor: Actor,
    name: str,
    needed: str,
    *,
    subject: str = "",
    domain: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record that the actor may not do this, then raise `Refused`."""
    where = f" in domain {domain}" if domain else ""
    reason = f"This needs: {needed}{where}."
    platform.ledger.append(
        event(
            platform,
            actor,
            f"{name}.refused",
            "denied",
            subject=subject,
            reason=reason,
            details=dict(details or {}),
        )
    )
    raise Refused(
        "access.not_permitted",
        f"{actor.person} may not do this. {reason}",
        remedy="Ask a governance manager for the appointment, or someone who holds it.",
    )
