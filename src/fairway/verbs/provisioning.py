"""Joiners, movers and leavers, as the department's directory reports them (SCIM 2.0).

Each write changes the account, its appointments by groups and its sessions in one transaction, so
access follows with the next request. An account that is closed keeps its history.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from fairway.nouns.errors import Conflict, NotFound
from fairway.nouns.people import Actor, Appointment, Person, Role
from fairway.nouns.provisioning import GroupRole, ProvisionedGroup, ProvisionedPerson
from fairway.rules.duties import clash
from fairway.rules.provisioning import account_id, check_group_role, domain_of, evidence_of
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform

# ------------------------------------------------------------------ people


@verb("provisioning.read")
def find_people(platform: Platform, actor: Actor, **equal: str) -> Sequence[ProvisionedPerson]:
    """Return people by `user_name` or `external_id`, or all of them."""
    with looking(platform, actor, "provisioning.read"):
        return platform.store.provisioned.find_people(**equal)


@verb("provisioning.read_person")
def person(platform: Platform, actor: Actor, id: str) -> ProvisionedPerson:  # SCIM's word
    """Return a person of the directory. Raises `NotFound`."""
    with looking(platform, actor, "provisioning.read_person"):
        return _person(platform, id)


@verb("provisioning.add_person")
def add_person(
    platform: Platform,
    actor: Actor,
    *,
    user_name: str,
    external_id: str,
    active: bool,
    name: str,
    places: Collection[str],
    attributes: Mapping[str, Any],
) -> ProvisionedPerson:
    """Open an account for somebody who joined. `places` are words that may name their domain.

    Raises `Conflict` for a user name that is there, `BadInput` where no domain is found.
    """
    with acting(platform, actor, "provisioning.add_person", subject=user_name) as act:
        _free(platform, user_name)
        people = platform.store.people
        account = account_id(user_name, {p.id for p in people.all()})
        domain = domain_of(places, people.domains(), platform.settings["provisioning_domain"])
        people.add(Person(account, name or user_name, domain, active), None)
        now = platform.clock.now()
        made = ProvisionedPerson(
            str(uuid.uuid4()), account, user_name, external_id, active, now, now, attributes
        )
        platform.store.provisioned.put_person(made)
        act.record("person.add", subject=account, details={"domain": domain, "directory": True})
        return made


@verb("provisioning.change_person")
def change_person(
    platform: Platform,
    actor: Actor,
    id: str,  # SCIM's word
    *,
    user_name: str,
    external_id: str,
    active: bool | None,
    name: str,
    places: Collection[str],
    attributes: Mapping[str, Any],
) -> ProvisionedPerson:
    """Take over what the directory says of somebody now. Closing the account ends its sessions.

    Where it does not say whether the account is `active`, that stays as it is.
    """
    with acting(platform, actor, "provisioning.change_person", subject=id) as act:
        was = _person(platform, id)
        active = was.active if active is None else active
        if user_name.casefold() != was.user_name.casefold():
            _free(platform, user_name)
        people = platform.store.people
        domain = domain_of(places, people.domains(), platform.settings["provisioning_domain"])
        platform.store.provisioned.rename(was.person, name or user_name, domain)
        changed = replace(
            was,
            user_name=user_name,
            external_id=external_id,
            active=active,
            modified=platform.clock.now(),
            attributes=attributes,
        )
        platform.store.provisioned.put_person(changed)
        if active != was.active:
            _open(platform, was.person, active)
        act.record(
            "person.change", subject=was.person, details={"domain": domain, "active": active}
        )
        return changed


@verb("provisioning.remove_person")
def remove_person(platform: Platform, actor: Actor, id: str) -> None:  # SCIM's word
    """Close the account of somebody who left, and forget what the directory said of them."""
    with acting(platform, actor, "provisioning.remove_person", subject=id) as act:
        gone = _person(platform, id)
        for group in platform.store.provisioned.find_groups(member=id):
            _end(platform, group.name, {gone.person})
        platform.store.provisioned.remove_person(id)
        _open(platform, gone.person, False)
        act.record("person.deactivate", subject=gone.person, details={"directory": True})


def _person(platform: Platform, id: str) -> ProvisionedPerson:  # SCIM's word
    found = platform.store.provisioned.person(id)
    if found is None:
        raise NotFound("provisioning.no_person", f"The directory sent no person {id[:40]}.")
    return found


def _free(platform: Platform, user_name: str) -> None:
    if platform.store.provisioned.find_people(user_name=user_name):
        raise Conflict(
            "provisioning.person_exists",
            "There is a person of that user name already.",
            field="userName",
        )


def _open(platform: Platform, account: str, active: bool) -> None:
    platform.store.people.set_active(account, active)
    if not active:
        platform.store.sessions.end_all(account)


# ------------------------------------------------------------------ groups


@verb("provisioning.read_groups")
def find_groups(platform: Platform, actor: Actor, **equal: str) -> Sequence[ProvisionedGroup]:
    """Return groups by `name`, `external_id` or `member`, or all of them."""
    with looking(platform, actor, "provisioning.read_groups"):
        return platform.store.provisioned.find_groups(**equal)


@verb("provisioning.read_group")
def group(platform: Platform, actor: Actor, id: str) -> ProvisionedGroup:  # SCIM's word
    """Return a group of the directory. Raises `NotFound`."""
    with looking(platform, actor, "provisioning.read_group"):
        return _group(platform, id)


@verb("provisioning.put_group")
def put_group(
    platform: Platform,
    actor: Actor,
    id: str | None,  # SCIM's word
    *,
    name: str,
    external_id: str,
    members: Sequence[tuple[str, str]],
) -> ProvisionedGroup:
    """Take over a group and its members, new or known; what it gives follows at once.

    Raises `Conflict` for a name that is there, `NotFound` for a member that is not.
    """
    with acting(platform, actor, "provisioning.put_group", subject=id or name) as act:
        store = platform.store.provisioned
        was = _group(platform, id) if id is not None else None
        if (was is None or was.name.casefold() != name.casefold()) and store.find_groups(name=name):
            raise Conflict(
                "provisioning.group_exists",
                "There is a group of that name already.",
                field="displayName",
            )
        now: datetime = platform.clock.now()
        there = dict(members)
        accounts = {_person(platform, member).person for member in there}
        made = ProvisionedGroup(
            was.id if was else str(uuid.uuid4()),
            name,
            external_id,
            tuple(there.items()),
            was.created if was else now,
            now,
        )
        if was is not None and was.name != name:
            _end(platform, was.name, _accounts(platform, was))
        store.put_group(made)
        given = _give(platform, actor, name, accounts)
        act.record("group.change", subject=made.id, details={"members": len(there), "given": given})
        return made


@verb("provisioning.remove_group")
def remove_group(platform: Platform, actor: Actor, id: str) -> None:  # SCIM's word
    """Forget a group; what it gave ends."""
    with acting(platform, actor, "provisioning.remove_group", subject=id) as act:
        gone = _group(platform, id)
        _end(platform, gone.name, _accounts(platform, gone))
        platform.store.provisioned.remove_group(id)
        act.record("group.remove", subject=id, details={"name": gone.name})


def _group(platform: Platform, id: str) -> ProvisionedGroup:  # SCIM's word
    found = platform.store.provisioned.group(id)
    if found is None:
        raise NotFound("provisioning.no_group", f"The directory sent no group {id[:40]}.")
    return found


def _accounts(platform: Platform, of: ProvisionedGroup) -> set[str]:
    return {_person(platform, member).person for member, _ in of.members}


# ------------------------------------------------------------------ what groups give


@verb("provisioning.group_roles")
def group_roles(platform: Platform, actor: Actor) -> Sequence[GroupRole]:
    """Return which role in which domain each group gives."""
    with looking(platform, actor, "provisioning.group_roles"):
        return platform.store.provisioned.group_roles()


@verb("provisioning.set_group_role")
def set_group_role(
    platform: Platform, actor: Actor, name: str, role: Role, domain: str, *, given: bool
) -> None:
    """Have a group give a role in a domain, or no longer. Its members follow at once.

    Raises `BadInput` for a role that is held by formal appointment, `NotFound`, `Conflict`.
    """
    check_group_role(role)
    with acting(platform, actor, "provisioning.set_group_role", subject=name) as act:
        store = platform.store.provisioned
        if platform.store.people.domain(domain) is None:
            raise NotFound("domain.not_found", f"There is no domain {domain}.")
        mapped = GroupRole(name, role, domain)
        members = {a for found in store.find_groups(name=name) for a in _accounts(platform, found)}
        if given:
            if any((m.role, m.domain) == (role, domain) for m in store.group_roles(name)):
                raise Conflict("provisioning.role_given", "The group gives that role already.")
            store.put_group_role(mapped)
            _give(platform, actor, name, members)
        else:
            if not store.remove_group_role(mapped):
                raise NotFound("provisioning.role_not_given", "The group gives no such role.")
            store.end_appointments(evidence_of(name), members, role, domain, _yesterday(platform))
        act.record(
            "group.set_role",
            subject=name,
            details={"role": role.value, "domain": domain, "given": given},
        )


def _give(platform: Platform, actor: Actor, name: str, accounts: Collection[str]) -> int:
    """Bring what a group gives in line with who is in it; return how many appointments it made."""
    store, today = platform.store.provisioned, platform.clock.now().date()
    evidence = evidence_of(name)
    held = store.appointments(evidence, today)
    made = 0
    for mapped in store.group_roles(name):
        have = {a.person for a in held if (a.role, a.domain) == (mapped.role, mapped.domain)}
        gone = have - set(accounts)
        if gone:
            store.end_appointments(evidence, gone, mapped.role, mapped.domain, _yesterday(platform))
        for account in sorted(set(accounts) - have):
            new = Appointment(
                account, mapped.role, mapped.domain, today, None, actor.person, evidence
            )
            # who audits never owns, whatever a directory says: such a member is given nothing
            if clash(platform.store.people.appointments(person=account), new) is None:
                platform.store.people.appoint(new)
                made += 1
    return made


def _end(platform: Platform, name: str, accounts: Collection[str]) -> None:
    for mapped in platform.store.provisioned.group_roles(name):
        platform.store.provisioned.end_appointments(
            evidence_of(name), accounts, mapped.role, mapped.domain, _yesterday(platform)
        )


def _yesterday(platform: Platform) -> date:
    """Return the last day of what ends now: a last day is included, and today's is over."""
    return platform.clock.now().date() - timedelta(days=1)
