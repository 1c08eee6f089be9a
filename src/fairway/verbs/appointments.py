"""Appointments that act for others, and what hangs on an appointment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from fairway.nouns.agreements import Agreement
from fairway.nouns.errors import BadInput, NotFound, Refused
from fairway.nouns.guardrails import Impact
from fairway.nouns.people import Actor, Appointment, Role, Team
from fairway.rules.effective import EffectiveAccess
from fairway.rules.impact import of_readings
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.people import known_person, put_appointment
from fairway.verbs.ports import Platform
from fairway.verbs.reading import reading_of

LONGEST_DELEGATION = 92
"""Days for which a data owner may be stood in for before they have to say so again."""


@verb("appointment.delegate")
def delegate(
    platform: Platform,
    actor: Actor,
    person: str,
    domain: str,
    *,
    until: date,
    since: date | None = None,
    evidence: str = "",
) -> None:
    """Let somebody decide in one's name, as deputy in a domain that one owns, until a day.

    What they decide is on the record as theirs and in one's name. It ends with one's own
    appointment at the latest.
    """
    with acting(platform, actor, "appointment.delegate", domain=domain, subject=person) as act:
        known_person(platform, person)
        first = since or act.today
        if not first <= until or (until - first).days > LONGEST_DELEGATION:
            raise BadInput(
                "appointment.delegation_too_long",
                f"A delegation lasts {LONGEST_DELEGATION} days at the most.",
                remedy="Choose an earlier last day; it can be made again.",
                field="until",
            )
        if not 0 <= (first - act.today).days <= LONGEST_DELEGATION:
            raise BadInput(
                "appointment.delegation_begins",
                f"A delegation begins within {LONGEST_DELEGATION} days, and on no day gone by.",
                remedy="Choose another first day.",
                field="since",
            )
        if person == actor.person:
            raise Refused("appointment.own", "Nobody appoints themselves.")
        put_appointment(
            act,
            Appointment(
                person, Role.DEPUTY, domain, first, until, actor.person, evidence, actor.person
            ),
        )


@verb("appointment.delegations")
def delegations(platform: Platform, actor: Actor) -> Sequence[Appointment]:
    """Return whom the actor lets decide in their name, now or from a day to come."""
    with looking(platform, actor, "appointment.delegations") as look:
        deputies = platform.store.people.appointments(role=Role.DEPUTY)
        return [
            a
            for a in deputies
            if a.acts_for == actor.person and (a.until is None or look.today <= a.until)
        ]


@verb("appointment.end_delegation")
def end_delegation(platform: Platform, actor: Actor, person: str, domain: str) -> None:
    """Have somebody decide in one's name no longer, from this moment on. Raises `NotFound`."""
    with acting(
        platform, actor, "appointment.end_delegation", domain=domain, subject=person
    ) as act:
        last = act.today - timedelta(days=1)  # a last day is included, and today's is over
        if not platform.store.people.end_appointment(
            person, Role.DEPUTY, domain, last, acts_for=actor.person
        ):
            raise NotFound(
                "appointment.no_delegation", f"{person} does not decide for you in {domain}."
            )
        act.record(
            "appointment.end",
            subject=person,
            details={
                "role": Role.DEPUTY.value,
                "domain": domain,
                "until": last.isoformat(),
                "acts_for": actor.person,
            },
        )


@verb("appointment.impact")
def impact(platform: Platform, actor: Actor, person: str, role: Role, domain: str | None) -> Impact:
    """Say what would change if a person's appointment ended today: who would lose what."""
    with looking(platform, actor, "appointment.impact") as look:
        before = reading_of(platform, look.today)
        ends = [
            a
            for a in before.appointments
            if (a.person, a.role, a.domain) == (person, role, domain) and a.current(look.today)
        ]
        if not ends:
            raise NotFound("appointment.not_found", f"{person} holds no appointment as {role}.")
        judge = platform.guardrails.in_force()
        kept = [a for a in before.appointments if a not in ends]
        after = replace(before, appointments=kept)
        team = None if domain is None else Team(role, domain)

        def concerned(agreement: Agreement) -> bool:
            product = before.products.get(agreement.product)
            owned = product is not None and product.contract.owner == person
            return (
                owned or agreement.asker == person or (team is not None and agreement.team == team)
            )

        return of_readings(EffectiveAccess(before, judge), EffectiveAccess(after, judge), concerned)
