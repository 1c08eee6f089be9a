"""What the directory sent: people, groups and members; and which role a group gives."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import models

from fairway.nouns.people import Appointment, Person, Role
from fairway.nouns.provisioning import GroupRole, ProvisionedGroup, ProvisionedPerson
from fairway.nouns.signing_in import Match
from fairway.store.database import Words, only, reads, writes
from fairway.store.people import (
    AppointmentRecord,
    PeopleStore,
    PersonRecord,
    as_appointment,
    as_person,
)


class ProvisionedPersonRecord(models.Model):
    """A person of the directory; `folded` is the user name without regard to case."""

    id = models.TextField(primary_key=True)
    person = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="+")
    user_name = Words()
    folded = Words(unique=True)
    external_id = Words(db_index=True)
    active = models.BooleanField()
    created = models.DateTimeField()
    modified = models.DateTimeField()
    attributes = Words()  # JSON

    class Meta:
        db_table = "store_provisioned_person"


class ProvisionedGroupRecord(models.Model):
    """A group of the directory; `folded` is its name without regard to case."""

    id = models.TextField(primary_key=True)
    name = Words()
    folded = Words(unique=True)
    external_id = Words(db_index=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()

    class Meta:
        db_table = "store_provisioned_group"


class MembershipRecord(models.Model):
    """That a person of the directory is in a group."""

    group = models.ForeignKey(ProvisionedGroupRecord, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(ProvisionedPersonRecord, on_delete=models.CASCADE, related_name="+")
    display = Words(default="")

    class Meta:
        db_table = "store_provisioned_membership"
        constraints = (models.UniqueConstraint(fields=("group", "member"), name="one_membership"),)


class GroupRoleRecord(models.Model):
    """The role that a group gives; the group is known by its name, also before it arrives."""

    group = Words()
    folded = Words(db_index=True)
    role = models.TextField()
    domain = Words()

    class Meta:
        db_table = "store_group_role"
        constraints = (
            models.UniqueConstraint(fields=("folded", "role", "domain"), name="one_group_role"),
        )


class ProvisioningStore:
    """`verbs.ports.Provisioned` on Django's tables."""

    # -------------------------------------------------------------- people

    @reads
    def matching(self, match: Match, word: str) -> Sequence[Person]:
        """Return the accounts that a provider's word for a person stands for."""
        if not word:
            return ()
        if match is Match.ACCOUNT:
            found = PeopleStore().get(word)
            return () if found is None else (found,)
        wanted = {"folded": word.casefold()} if match is Match.USER_NAME else {"external_id": word}
        records = ProvisionedPersonRecord.objects.filter(active=True, **wanted)
        accounts = PersonRecord.objects.filter(pk__in=records.values("person"))
        return tuple(as_person(record) for record in accounts.order_by("id"))

    @reads
    def person(self, id: str) -> ProvisionedPerson | None:
        return only(_person(r) for r in ProvisionedPersonRecord.objects.filter(pk=id))

    @reads
    def find_people(self, **equal: str) -> Sequence[ProvisionedPerson]:
        """Return people by `user_name` (whatever its case), `external_id` or `account`."""
        wanted: dict[str, Any] = {}
        for name, value in equal.items():
            if name == "user_name":
                wanted["folded"] = value.casefold()
            else:
                wanted["person" if name == "account" else name] = value
        records = ProvisionedPersonRecord.objects.filter(**wanted)
        return tuple(_person(r) for r in records.order_by("created", "id"))

    @writes
    def put_person(self, given: ProvisionedPerson) -> None:
        ProvisionedPersonRecord(
            id=given.id,
            person_id=given.person,
            user_name=given.user_name,
            folded=given.user_name.casefold(),
            external_id=given.external_id,
            active=given.active,
            created=given.created,
            modified=given.modified,
            attributes=json.dumps(given.attributes, ensure_ascii=False, sort_keys=True),
        ).save()

    @writes
    def remove_person(self, id: str) -> None:
        ProvisionedPersonRecord.objects.filter(pk=id).delete()

    @writes
    def rename(self, person: str, name: str, domain: str) -> None:
        PersonRecord.objects.filter(pk=person).update(name=name, domain=domain)

    # -------------------------------------------------------------- groups

    @reads
    def group(self, id: str) -> ProvisionedGroup | None:
        return only(_groups(ProvisionedGroupRecord.objects.filter(pk=id)))

    @reads
    def find_groups(self, **equal: str) -> Sequence[ProvisionedGroup]:
        """Return groups by `name` (whatever its case), `external_id` or `member`."""
        records = ProvisionedGroupRecord.objects.order_by("created", "id")
        if "name" in equal:
            records = records.filter(folded=equal["name"].casefold())
        if "external_id" in equal:
            records = records.filter(external_id=equal["external_id"])
        if "member" in equal:
            held = MembershipRecord.objects.filter(member=equal["member"])
            records = records.filter(pk__in=held.values("group"))
        return tuple(_groups(records))

    @writes
    def put_group(self, given: ProvisionedGroup) -> None:
        ProvisionedGroupRecord(
            id=given.id,
            name=given.name,
            folded=given.name.casefold(),
            external_id=given.external_id,
            created=given.created,
            modified=given.modified,
        ).save()
        MembershipRecord.objects.filter(group=given.id).delete()
        MembershipRecord.objects.bulk_create(
            MembershipRecord(group_id=given.id, member_id=member, display=display)
            for member, display in given.members
        )

    @writes
    def remove_group(self, id: str) -> None:
        ProvisionedGroupRecord.objects.filter(pk=id).delete()

    # -------------------------------------------------------------- roles

    @reads
    def group_roles(self, group: str | None = None) -> Sequence[GroupRole]:
        records = GroupRoleRecord.objects.order_by("folded", "role", "domain")
        if group is not None:
            records = records.filter(folded=group.casefold())
        return tuple(GroupRole(r.group, Role(r.role), r.domain) for r in records)

    @writes
    def put_group_role(self, given: GroupRole) -> None:
        GroupRoleRecord(
            group=given.group,
            folded=given.group.casefold(),
            role=given.role.value,
            domain=given.domain,
        ).save(force_insert=True)

    @writes
    def remove_group_role(self, given: GroupRole) -> bool:
        found = GroupRoleRecord.objects.filter(
            folded=given.group.casefold(), role=given.role.value, domain=given.domain
        )
        return bool(found.delete()[0])

    @reads
    def appointments(self, evidence: str, today: date) -> Sequence[Appointment]:
        """Return the appointments that hold today by this evidence."""
        held = AppointmentRecord.objects.filter(evidence=evidence, since__lte=today)
        lasting = held.filter(models.Q(until=None) | models.Q(until__gte=today))
        return tuple(as_appointment(record) for record in lasting.order_by("pk"))

    @writes
    def end_appointments(
        self, evidence: str, people: Collection[str], role: Role, domain: str, until: date
    ) -> None:
        """End what this evidence gave these people; what else they were appointed to stays."""
        held = AppointmentRecord.objects.filter(
            evidence=evidence, person__in=people, role=role.value, domain=domain
        )
        held.filter(models.Q(until=None) | models.Q(until__gt=until)).update(until=until)


def _person(record: ProvisionedPersonRecord) -> ProvisionedPerson:
    return ProvisionedPerson(
        id=record.id,
        person=record.person_id,
        user_name=record.user_name,
        external_id=record.external_id,
        active=record.active,
        created=record.created,
        modified=record.modified,
        attributes=json.loads(record.attributes),
    )


def _groups(records: "models.QuerySet[ProvisionedGroupRecord]") -> Sequence[ProvisionedGroup]:
    found = list(records)
    members: dict[str, list[tuple[str, str]]] = {record.id: [] for record in found}
    held = MembershipRecord.objects.filter(group__in=list(members)).order_by("pk")
    for group, *member in held.values_list("group", "member", "display"):
        members[group].append((member[0], member[1]))
    return tuple(
        ProvisionedGroup(r.id, r.name, r.external_id, tuple(members[r.id]), r.created, r.modified)
        for r in found
    )
