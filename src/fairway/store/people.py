"""Accounts, organisations, domains and appointments."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.db import models

from fairway.nouns.errors import NotFound, Unavailable
from fairway.nouns.people import Appointment, Domain, Organisation, Person, Role
from fairway.store import breaches
from fairway.store.database import Prepared, Words, only, reads, writes


class OrganisationRecord(models.Model):
    """A department or public body."""

    id = Words(primary_key=True)
    name = Words()

    class Meta:
        db_table = "store_organisation"


class DomainRecord(models.Model):
    """A business area inside an organisation."""

    id = Words(primary_key=True)
    name = Words()
    organisation = Words()

    class Meta:
        db_table = "store_domain"


class PersonRecord(AbstractBaseUser):
    """An account; also what Django's sessions point to."""

    id = Words(primary_key=True)
    name = Words()
    domain = Words()
    active = models.BooleanField()
    leaves = models.DateField(null=True)
    initial_until = models.DateTimeField(null=True)
    last_login = None  # signing in is on the ledger

    objects = BaseUserManager["PersonRecord"]()
    USERNAME_FIELD = "id"

    class Meta:
        db_table = "store_person"

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # a column here
        """Say whether the account may be signed in to, in Django's word."""
        return self.active


class AppointmentRecord(models.Model):
    """A role held from a day until a day, both included."""

    person = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    domain = Words(null=True)
    since = models.DateField()
    until = models.DateField(null=True)
    appointed_by = Words()
    evidence = Words()
    acts_for = Words(default="")

    class Meta:
        db_table = "store_appointment"
        indexes = (models.Index(fields=("domain", "role"), name="appointment_of_domain"),)


class PeopleStore:
    """`verbs.doors.People` on Django's tables."""

    @reads
    def get(self, person: str) -> Person | None:
        return only(as_person(r) for r in _PERSON(person))

    @reads
    def all(self) -> Sequence[Person]:
        return tuple(as_person(r) for r in PersonRecord.objects.order_by("id"))

    @writes
    def add(
        self, person: Person, password: str | None, initial_until: datetime | None = None
    ) -> None:
        PersonRecord(
            id=person.id,
            name=person.name,
            domain=person.domain,
            active=person.active,
            leaves=person.leaves,
            password=make_password(password),
            initial_until=initial_until,
        ).save(force_insert=True)

    @writes
    def set_active(self, person: str, active: bool) -> None:
        _change(person, active=active)

    @writes
    def set_leaving(self, person: str, leaves: date | None) -> None:
        _change(person, leaves=leaves)

    @writes
    def set_password(
        self, person: str, password: str, initial_until: datetime | None = None
    ) -> None:
        _change(person, password=make_password(password), initial_until=initial_until)

    @reads
    def initial_until(self, person: str) -> datetime | None:
        kept = PersonRecord.objects.filter(pk=person).values_list("initial_until", flat=True)
        return kept.first()

    @reads
    def password_holds(self, person: str, password: str) -> bool:
        kept = PersonRecord.objects.filter(pk=person).values_list("password", flat=True).first()
        # for no person and for no password Django hashes all the same, to take the same time
        return check_password(password, kept or make_password(None))

    def breached(self, password: str) -> bool:
        file = settings.FAIRWAY_BREACHED
        try:
            return bool(file) and breaches.holds(Path(file), password)
        except OSError:
            raise Unavailable(
                "settings.no_breached",
                "The node's list of breached passwords cannot be read.",
                remedy="Ask an administrator to look at sign_in.breached in fairway.toml.",
            ) from None

    @writes
    def add_organisation(self, organisation: Organisation) -> None:
        OrganisationRecord(id=organisation.id, name=organisation.name).save(force_insert=True)

    @reads
    def organisations(self) -> Sequence[Organisation]:
        records = OrganisationRecord.objects.order_by("name", "id")
        return tuple(Organisation(r.id, r.name) for r in records)

    @writes
    def add_domain(self, domain: Domain) -> None:
        DomainRecord(id=domain.id, name=domain.name, organisation=domain.organisation).save(
            force_insert=True
        )

    @reads
    def domain(self, domain: str) -> Domain | None:
        return only(_domain(r) for r in DomainRecord.objects.filter(pk=domain))

    @reads
    def domains(self) -> Sequence[Domain]:
        return tuple(_domain(r) for r in DomainRecord.objects.order_by("name", "id"))

    @writes
    def appoint(self, appointment: Appointment) -> None:
        AppointmentRecord(
            person_id=appointment.person,
            role=appointment.role.value,
            domain=appointment.domain,
            since=appointment.since,
            until=appointment.until,
            appointed_by=appointment.appointed_by,
            evidence=appointment.evidence,
            acts_for=appointment.acts_for,
        ).save(force_insert=True)

    @writes
    def end_appointment(
        self, person: str, role: Role, domain: str | None, until: date, *, acts_for: str = ""
    ) -> int:
        held = AppointmentRecord.objects.filter(person=person, role=role.value, domain=domain)
        if acts_for:
            held = held.filter(acts_for=acts_for)
        lasting = held.filter(models.Q(until=None) | models.Q(until__gt=until))
        return lasting.update(until=until)

    @reads
    def appointments(
        self, *, person: str | None = None, domain: str | None = None, role: Role | None = None
    ) -> Sequence[Appointment]:
        wanted: dict[str, Any] = {"person": person, "domain": domain, "role": role and role.value}
        given = {name: value for name, value in wanted.items() if value is not None}
        return tuple(as_appointment(r) for r in _appointments(*given)(*given.values()))


_PERSON = Prepared(lambda person: PersonRecord.objects.filter(pk=person))


@cache
def _appointments(*names: str) -> Prepared[AppointmentRecord]:
    """Return the look-up of appointments by some of their fields."""

    def asked(*values: str) -> models.QuerySet[AppointmentRecord]:
        wanted = dict(zip(names, values, strict=True))
        return AppointmentRecord.objects.filter(**wanted).order_by("since", "pk")

    return Prepared(asked)


def _change(person: str, **fields: Any) -> None:
    if not PersonRecord.objects.filter(pk=person).update(**fields):
        raise NotFound("person.unknown", f"There is no person {person}.")


def as_person(record: PersonRecord) -> Person:
    """Return an account as the verbs know it."""
    return Person(record.id, record.name, record.domain, record.active, record.leaves)


def _domain(record: DomainRecord) -> Domain:
    return Domain(record.id, record.name, record.organisation)


def as_appointment(record: AppointmentRecord) -> Appointment:
    """Return an appointment as the verbs know it."""
    return Appointment(
        person=record.person_id,
        role=Role(record.role),
        domain=record.domain,
        since=record.since,
        until=record.until,
        appointed_by=record.appointed_by,
        evidence=record.evidence,
        acts_for=record.acts_for,
    )
