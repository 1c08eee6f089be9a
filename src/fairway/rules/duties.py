"""Separation of duties: which roles nobody holds together, and who may decide on what.

Who asks never decides; who audits never owns; a data protection officer has no conflict of
interests (UK GDPR Article 38(6)), so neither owns nor decides.
"""

from collections.abc import Iterable
from datetime import date

from fairway.nouns.agreements import Agreement, Party
from fairway.nouns.people import Appointment, Role
from fairway.rules.access import covers
from fairway.rules.permissions import roles_of, teams_of

OWNING = frozenset({Role.DATA_OWNER, Role.DEPUTY, Role.DATA_STEWARD, Role.CUSTODIAN})
"""Roles that answer for data."""

APART = {
    Role.AUDITOR: OWNING | {Role.GOVERNANCE_MANAGER},
    Role.DATA_PROTECTION_OFFICER: OWNING | {Role.GOVERNANCE_MANAGER, Role.ADMINISTRATOR},
}
"""Roles that nobody holds on the same day as one of the others."""


def clash(held: Iterable[Appointment], new: Appointment) -> Appointment | None:
    """Return an appointment that may not be held together with a new one, or None."""
    return next((a for a in held if _apart(a.role, new.role) and _overlap(a, new)), None)


def _apart(one: Role, other: Role) -> bool:
    return other in APART.get(one, ()) or one in APART.get(other, ())


def _overlap(one: Appointment, other: Appointment) -> bool:
    first, last = max(one.since, other.since), min(_last(one), _last(other))
    return first <= last


def _last(appointment: Appointment) -> date:
    return appointment.until or date.max


def parties(
    person: str, appointments: Iterable[Appointment], agreement: Agreement, today: date
) -> frozenset[Party]:
    """Return what a person is to an agreement.

    Nobody is both asker and decider, also not as one of the team that it is for; and an auditor or
    data protection officer decides nothing, whatever other appointment they were given.
    """
    held = tuple(appointments)
    if person == agreement.asker:
        return frozenset({Party.ASKER})
    roles = roles_of(held, today, agreement.product.partition(".")[0])
    covered = covers(agreement, person, teams_of(held, today))
    found: set[Party] = set()
    if roles & {Role.DATA_OWNER, Role.DEPUTY} and not covered and not roles & set(APART):
        found.add(Party.OWNER)
    if Role.GOVERNANCE_MANAGER in roles and not roles & set(APART):
        found.add(Party.HUB)
    if Role.DATA_PROTECTION_OFFICER in roles and not covered:
        found.add(Party.DPO)
    return frozenset(found)


def in_name_of(
    person: str, appointments: Iterable[Appointment], domain: str, owner: str, today: date
) -> str:
    """Return the data owner in whose name a person decides, empty for one who owns themselves.

    A delegate decides for whom they were delegated by; a deputy for the product's own owner.
    """
    current = [a for a in appointments if a.current(today) and a.domain == domain]
    if any(a.role is Role.DATA_OWNER and a.person == person for a in current):
        return ""
    deputy = next((a for a in current if a.role is Role.DEPUTY), None)
    return "" if deputy is None else deputy.acts_for or owner
