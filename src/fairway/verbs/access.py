"""The one step at which access is decided: queries take it, and explanations of queries ask it.

What is explained and what is enforced cannot differ, because they are this function.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial

from fairway.nouns.access import AccessRequest, Decision, Effect, Grant, GuardrailFacts
from fairway.nouns.agreements import Agreement
from fairway.nouns.people import Appointment, Person
from fairway.nouns.products import DataProduct
from fairway.nouns.purposes import Purpose
from fairway.nouns.stops import Stop
from fairway.rules.access import decide, guardrail_facts, judged
from fairway.rules.permissions import roles_of, teams_of
from fairway.verbs.acting import SYSTEM, event
from fairway.verbs.ports import Platform
from fairway.verbs.products import owner_answers


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision rests on: who asks, what there is, what is stopped, and which day it is.

    `products` are those of the request that exist, by id; `agreements` are the person's and their
    teams'; `appointments` are the person's. `stops` None are those in force now.
    """

    person: Person | None
    products: Mapping[str, DataProduct]
    agreements: Sequence[Agreement]
    today: date
    appointments: Sequence[Appointment] = ()
    stops: Sequence[Stop] | None = None


def situation(
    platform: Platform, person: str, products: Mapping[str, DataProduct], today: date
) -> Situation:
    """Read what a decision on a person's request rests on today. Stops are read first."""
    stops = platform.store.stops.active()
    appointments = platform.store.people.appointments(person=person)
    return Situation(
        person=platform.store.people.get(person),
        products=products,
        agreements=agreements_of(platform, person, appointments, today),
        today=today,
        appointments=appointments,
        stops=stops,
    )


def agreements_of(
    platform: Platform, person: str, appointments: Iterable[Appointment], today: date
) -> Sequence[Agreement]:
    """Return a person's own agreements and those of their teams that day, newest first."""
    own = platform.store.agreements.find(asker=person)
    teams = teams_of(appointments, today)
    if not teams:
        return own
    known = {a.id for a in own}
    shared = [a for a in platform.store.agreements.find(teams=teams) if a.id not in known]
    shared = [a for a in shared if a.history]  # a draft is its asker's own
    return tuple(sorted((*own, *shared), key=lambda a: (a.created, a.id), reverse=True))


def decided(
    platform: Platform,
    request: AccessRequest,
    situation: Situation,
    *,
    shared: frozenset[str] = frozenset(),
) -> Decision:
    """Decide a request by the agreements, then ask the hub's guardrails about each grant.

    `shared` are the names that are columns of more than one of the products. What is wrong with
    the guardrails themselves goes on the record as an alarm.
    """
    stops = platform.store.stops.active() if situation.stops is None else situation.stops
    purpose = platform.store.purposes.get(request.purpose)
    asked = partial(
        decide,
        person=situation.person,
        purpose=purpose,
        products=situation.products,
        agreements=situation.agreements,
        today=situation.today,
        teams=teams_of(situation.appointments, situation.today),
        stops=stops,
    )
    decision = asked(request)
    if decision.effect is Effect.DENY and shared:
        # A name that several products have may mean the one that is granted. Binding tells: what
        # was not granted does not exist there.
        fewer = tuple((name, columns - shared) for name, columns in request.columns)
        again = asked(replace(request, columns=fewer))
        decision = again if again.effect is Effect.PERMIT else decision
    person = situation.person
    if purpose is None or person is None or decision.effect is Effect.DENY:
        return decision
    facts = _Facts(platform, situation, person, purpose, request.managed_device)
    decision, alarm = judged(decision, facts, platform.guardrails.verdicts())
    if alarm:
        raise_alarm(platform, alarm)
    return decision


class _Facts:
    """What the guardrails are told of each grant of one request. What it reads, it reads once."""

    def __init__(
        self,
        platform: Platform,
        situation: Situation,
        person: Person,
        purpose: Purpose,
        managed_device: bool,
    ) -> None:
        self._platform = platform
        self._today = situation.today
        self._known = partial(
            guardrail_facts,
            person=person,
            purpose=purpose,
            today=situation.today,
            roles=roles_of(situation.appointments, situation.today),
            managed_device=managed_device,
        )
        self._basis = cache(platform.store.purposes.legal_basis)
        self._answered: dict[tuple[str, str, str], bool] = {}

    def __call__(self, grant: Grant) -> GuardrailFacts:
        agreement, product = grant.agreement, grant.product
        key = product.source.kind, product.domain, product.contract.owner
        if key not in self._answered:
            self._answered[key] = owner_answers(self._platform, product, self._today)
        return self._known(
            grant,
            basis=self._basis(agreement.legal_basis) if agreement else None,
            owner_current=self._answered[key],
        )


def raise_alarm(platform: Platform, alarm: str) -> None:
    """Put on the record that the guardrails themselves are not right."""
    platform.ledger.append(event(platform, SYSTEM, "guardrail.alarm", "failed", reason=alarm))
