"""People: oneself, accounts, domains, appointments."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.guardrails import ImpactOut, impact_out
from fairway.api.pages import Limit, Offset, Page, page
from fairway.api.signing_in import actor
from fairway.nouns.people import Domain, Organisation, Person, Role
from fairway.verbs import appointments, people
from fairway.wiring import current

router = Router(tags=["People"])


class AppointmentOut(Schema):
    """A role held from a day until a day, both included; `domain` is null at the hub.

    `acts_for` is the data owner in whose name a delegate decides.
    """

    role: Role
    domain: str | None
    since: date
    until: date | None
    appointed_by: str = ""
    evidence: str = ""
    acts_for: str = ""


class PersonOut(Schema):
    """An account with the appointments that hold today."""

    id: str
    name: str
    domain: str
    active: bool
    leaves: date | None = None
    appointments: list[AppointmentOut]


class People(Page):
    """A page of accounts."""

    items: list[PersonOut]


class NewPerson(Schema):
    """An account to add. Without a password nobody can sign in to it."""

    id: str
    name: str = Field(min_length=1, max_length=200)
    domain: str
    password: str | None = None


class MadePassword(Schema):
    """A password that was made for somebody, shown once, and until when it opens."""

    person: str
    password: str
    until: datetime


class NewPassword(Schema):
    """One's own password, old and new."""

    old: str
    new: str


class OrganisationIn(Schema):
    """A department or public body."""

    id: str = Field(min_length=1, max_length=63)
    name: str = Field(min_length=1, max_length=200)


class DomainIn(Schema):
    """A domain to add, and the organisation it belongs to; a new organisation is added too."""

    id: str
    name: str = Field(min_length=1, max_length=200)
    organisation: OrganisationIn


class DomainOut(Schema):
    """A spoke that owns data products."""

    id: str
    name: str
    organisation: str


class NewAppointment(Schema):
    """An appointment to make. `domain` is left out for the hub's roles."""

    person: str
    role: Role
    domain: str | None = None
    since: date | None = Field(None, description="The first day; today when left out.")
    until: date | None = None
    evidence: str = Field("", max_length=1000)


class Delegation(Schema):
    """Somebody who decides in one's own name, in a domain that one owns."""

    person: str
    domain: str
    since: date | None = None
    until: date
    evidence: str = Field("", max_length=1000)


class DelegationOut(Schema):
    """Who decides in one's name, where and until when."""

    person: str
    domain: str
    since: date
    until: date
    evidence: str


class EndedDelegation(Schema):
    """A delegation to end at once."""

    person: str
    domain: str


class LeavingIn(Schema):
    """A person's last day; null takes it away."""

    leaves: date | None


class EndedAppointment(Schema):
    """An appointment to end on a last day."""

    person: str
    role: Role
    domain: str | None = None
    until: date


def _person(me: people.Me) -> dict[str, Any]:
    return {
        "id": me.person.id,
        "name": me.person.name,
        "domain": me.person.domain,
        "active": me.person.active,
        "leaves": me.person.leaves,
        "appointments": [
            {name: getattr(a, name) for name in AppointmentOut.model_fields}
            for a in me.appointments
        ],
    }


@router.get("/me", response=PersonOut, summary="Show who one is")
def me(request: HttpRequest) -> dict[str, Any]:
    """One's own account and current appointments."""
    return _person(people.me(current(), actor(request)))


@router.post("/me/password", response={204: None}, summary="Change one's own password")
def change_password(request: HttpRequest, given: NewPassword) -> None:
    """Needs the old one."""
    people.change_password(current(), actor(request), given.old, given.new)


@router.get("/people", response=People, summary="List the accounts")
def list_people(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """For administrators, governance managers and auditors."""
    found: Sequence[people.Me] = people.list_people(current(), actor(request))
    shown = [_person(p) for p in found[offset : offset + limit]]
    return page(request, shown, len(found), limit, offset)


@router.post("/people", response={201: PersonOut}, summary="Add an account")
def add_person(request: HttpRequest, given: NewPerson) -> dict[str, Any]:
    """For administrators."""
    person = Person(given.id, given.name, given.domain)
    people.add_person(current(), actor(request), person, given.password)
    return _person(people.Me(person, ()))


@router.post("/people/{person}/deactivate", response={204: None}, summary="Close an account")
def deactivate(request: HttpRequest, person: str) -> None:
    """Its tokens and sessions stop working with the next request."""
    people.deactivate(current(), actor(request), person)


@router.post(
    "/people/{person}/password",
    response={201: MadePassword},
    summary="Make a password for somebody",
)
def give_password(request: HttpRequest, person: str) -> dict[str, Any]:
    """For administrators. It opens once, for the person to choose their own, and is shown once."""
    made, until = people.give_password(current(), actor(request), person)
    return {"person": person, "password": made, "until": until}


@router.post("/people/{person}/leaving", response={204: None}, summary="Set a last day")
def leaving(request: HttpRequest, person: str, given: LeavingIn) -> None:
    """After it the account is closed; guardrails may forbid more in the days before."""
    people.leaving(current(), actor(request), person, given.leaves)


@router.get("/domains", response=list[DomainOut], summary="List the domains")
def list_domains(request: HttpRequest) -> list[Domain]:
    """Return the spokes that own data products."""
    return list(people.list_domains(current(), actor(request)))


@router.post("/domains", response={201: DomainOut}, summary="Add a domain")
def add_domain(request: HttpRequest, given: DomainIn) -> Domain:
    """For administrators and governance managers."""
    organisation = Organisation(given.organisation.id, given.organisation.name)
    domain = Domain(given.id, given.name, organisation.id)
    people.add_domain(current(), actor(request), domain, organisation)
    return domain


@router.post("/appointments", response={201: AppointmentOut}, summary="Appoint to a role")
def appoint(request: HttpRequest, given: NewAppointment) -> dict[str, Any]:
    """For administrators and governance managers; nobody appoints themselves."""
    platform = current()
    since = given.since or platform.clock.now().date()
    people.appoint(
        platform,
        actor(request),
        given.person,
        given.role,
        given.domain,
        since=since,
        until=given.until,
        evidence=given.evidence,
    )
    return {
        "role": given.role,
        "domain": given.domain,
        "since": since,
        "until": given.until,
    }


@router.post("/appointments/delegate", response={204: None}, summary="Let somebody stand in")
def delegate(request: HttpRequest, given: Delegation) -> None:
    """For data owners, until a day; what the delegate decides is recorded as both's."""
    appointments.delegate(
        current(),
        actor(request),
        given.person,
        given.domain,
        until=given.until,
        since=given.since,
        evidence=given.evidence,
    )


@router.get("/appointments/delegations", response=list[DelegationOut], summary="List who stands in")
def delegations(request: HttpRequest) -> list[dict[str, Any]]:
    """Whom one lets decide in one's name, now or from a day to come. For data owners."""
    found = appointments.delegations(current(), actor(request))
    return [{name: getattr(a, name) for name in DelegationOut.model_fields} for a in found]


@router.post(
    "/appointments/delegations/end", response={204: None}, summary="Let nobody stand in any more"
)
def end_delegation(request: HttpRequest, given: EndedDelegation) -> None:
    """For data owners; it holds from this moment on."""
    appointments.end_delegation(current(), actor(request), given.person, given.domain)


@router.get("/appointments/impact", response=ImpactOut, summary="Show what hangs on one")
def impact(
    request: HttpRequest, person: str, role: Role, domain: str | None = None
) -> dict[str, Any]:
    """Who would lose what if the appointment ended today."""
    found = appointments.impact(current(), actor(request), person, role, domain)
    return impact_out(found)


@router.post("/appointments/end", response={204: None}, summary="End an appointment")
def end_appointment(request: HttpRequest, given: EndedAppointment) -> None:
    """Set its last day."""
    people.end_appointment(
        current(), actor(request), given.person, given.role, given.domain, given.until
    )
