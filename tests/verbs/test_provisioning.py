"""Joiners, movers and leavers by the directory: what the SCIM suite does not meet."""

from dataclasses import replace
from datetime import date

import pytest

from fairway.nouns.errors import BadInput, Conflict, NotFound
from fairway.nouns.people import Actor, Person, Role, Via
from fairway.verbs import people, provisioning
from fairway.verbs.acting import SYSTEM

DIRECTORY = Actor("directory", Via.API)


@pytest.fixture
def provisioned(scene):
    people.add_person(scene.platform, SYSTEM, Person("directory", "Directory", "dwp"))
    since = date(2025, 1, 1)
    people.appoint(scene.platform, SYSTEM, "directory", Role.PROVISIONER, None, since=since)
    return scene


def given(name, /, **more):
    told = {"external_id": "", "active": True, "name": "", "places": ["dfe"], "attributes": {}}
    return {"user_name": name, **told, **more}


def test_a_person_joins_moves_and_leaves(provisioned):
    platform = provisioned.platform
    ann = provisioning.add_person(platform, DIRECTORY, **given("ann"))
    provisioning.add_person(platform, DIRECTORY, **given("bob"))
    with pytest.raises(Conflict):
        provisioning.add_person(platform, DIRECTORY, **given("ANN"))
    with pytest.raises(Conflict):
        provisioning.change_person(platform, DIRECTORY, ann.id, **given("Bob"))
    moved = provisioning.change_person(
        platform, DIRECTORY, ann.id, **given("Ann.New", name="Ann", places=["dwp"])
    )
    assert moved.user_name == "Ann.New"
    assert platform.store.people.get("ann") == Person("ann", "Ann", "dwp")
    closed = provisioning.change_person(
        platform, DIRECTORY, ann.id, **given("Ann.New", active=False)
    )
    assert not closed.active
    unsaid = provisioning.change_person(
        platform, DIRECTORY, ann.id, **given("Ann.New", active=None)
    )
    assert not unsaid.active  # what is not said stays as it is
    assert provisioning.person(platform, DIRECTORY, ann.id) == unsaid
    assert len(provisioning.find_people(platform, DIRECTORY)) == 2
    provisioning.remove_person(platform, DIRECTORY, ann.id)
    with pytest.raises(NotFound):
        provisioning.person(platform, DIRECTORY, ann.id)


def test_somebody_of_no_domain_gets_no_account(provisioned):
    with pytest.raises(BadInput):
        provisioning.add_person(
            provisioned.platform, DIRECTORY, **given("nobody", places=["elsewhere"])
        )
    settings = {**provisioned.platform.settings, "provisioning_domain": "dwp"}
    platform = replace(provisioned.platform, settings=settings)
    provisioning.add_person(platform, DIRECTORY, **given("nobody", places=[]))
    assert platform.store.people.get("nobody").domain == "dwp"


def group(platform, name, *members, id=None):
    listed = [(member.id, "") for member in members]
    return provisioning.put_group(
        platform, DIRECTORY, id, name=name, external_id="", members=listed
    )


def test_groups_have_names_of_their_own(provisioned):
    platform = provisioned.platform
    made = group(platform, "One")
    group(platform, "Two")
    with pytest.raises(Conflict):
        group(platform, "ONE")
    with pytest.raises(Conflict):
        group(platform, "two", id=made.id)
    assert group(platform, "ONE", id=made.id).name == "ONE"
    assert provisioning.group(platform, DIRECTORY, made.id).name == "ONE"
    assert {g.name for g in provisioning.find_groups(platform, DIRECTORY)} == {"ONE", "Two"}
    with pytest.raises(NotFound):
        group(platform, "Three", id="none")
    provisioning.remove_group(platform, DIRECTORY, made.id)
    with pytest.raises(NotFound):
        provisioning.group(platform, DIRECTORY, made.id)


def test_the_hub_says_what_groups_give(provisioned):
    platform, manager = provisioned.platform, provisioned.manager
    ann = provisioning.add_person(platform, DIRECTORY, **given("ann"))
    group(platform, "Analysts", ann)
    set_role = provisioning.set_group_role
    set_role(platform, manager, "Analysts", Role.ANALYST, "dfe", given=True)
    assert [m.group for m in provisioning.group_roles(platform, manager)] == ["Analysts"]
    with pytest.raises(Conflict):
        set_role(platform, manager, "ANALYSTS", Role.ANALYST, "dfe", given=True)
    with pytest.raises(NotFound):
        set_role(platform, manager, "Analysts", Role.ANALYST, "nowhere", given=True)
    set_role(platform, manager, "analysts", Role.ANALYST, "dfe", given=False)
    with pytest.raises(NotFound):
        set_role(platform, manager, "Analysts", Role.ANALYST, "dfe", given=False)
    with pytest.raises(BadInput):
        set_role(platform, manager, "Analysts", Role.DATA_OWNER, "dfe", given=True)


def test_members_come_go_and_are_never_given_what_is_kept_apart(provisioned):
    platform, manager = provisioned.platform, provisioned.manager
    ann, bob = (provisioning.add_person(platform, DIRECTORY, **given(n)) for n in ("ann", "bob"))
    people.appoint(platform, SYSTEM, "bob", Role.AUDITOR, None, since=date(2025, 1, 1))
    provisioning.set_group_role(platform, manager, "G", Role.DATA_STEWARD, "dfe", given=True)
    made = group(platform, "G", ann, bob)

    def roles(person):
        today = platform.clock.now().date()
        held = platform.store.people.appointments(person=person)
        return [a.role for a in held if a.current(today)]

    assert roles("ann") == [Role.DATA_STEWARD]
    assert roles("bob") == [Role.AUDITOR]
    group(platform, "G", bob, id=made.id)
    assert roles("ann") == []
    group(platform, "G", ann, bob, id=made.id)
    assert roles("ann") == [Role.DATA_STEWARD]
    group(platform, "Renamed", ann, bob, id=made.id)
    assert roles("ann") == []
