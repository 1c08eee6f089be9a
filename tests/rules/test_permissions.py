"""One table says who may do what, and what is not in it may be done by nobody."""

import pytest
from tests.builders import TODAY, an_appointment

from fairway.nouns.people import HUB_ROLES, Role
from fairway.rules.permissions import PERMISSIONS, Permission, Reach, allows, offered, roles_of


def may(verb, *appointments, domain=None):
    return allows(verb, appointments, TODAY, domain=domain)


def test_an_unknown_verb_is_allowed_to_nobody():
    everything = [an_appointment(r, None if r in HUB_ROLES else "dwp") for r in Role]
    assert not may("no.such_verb", *everything, domain="dwp")


def test_a_role_in_a_domain_counts_in_that_domain_only():
    steward = an_appointment(Role.DATA_STEWARD, "dwp")
    assert may("product.publish", steward, domain="dwp")
    assert not may("product.publish", steward, domain="dfe")
    assert not may("product.publish", steward)
    assert not may("product.publish", an_appointment(Role.ANALYST, "dwp"), domain="dwp")


def test_a_role_at_the_hub_counts_in_every_domain():
    assert may("product.usage", an_appointment(Role.AUDITOR), domain="dfe")


def test_an_ended_appointment_gives_nothing():
    ended = an_appointment(Role.AUDITOR, until=TODAY.replace(year=2025), since=TODAY.replace(2024))
    assert not may("audit.read", ended)
    assert may("audit.read", an_appointment(Role.AUDITOR))


def test_signed_in_is_enough_where_no_role_is_named():
    assert may("product.find")
    assert may("query.run")


def test_roles_are_told_by_domain_or_in_all():
    held = [an_appointment(Role.DATA_OWNER, "dwp"), an_appointment(Role.AUDITOR)]
    assert roles_of(held, TODAY) == {Role.DATA_OWNER, Role.AUDITOR}
    assert roles_of(held, TODAY, "dfe") == {Role.AUDITOR}


@pytest.mark.parametrize("verb", sorted(PERMISSIONS))
def test_every_permission_reads_as_a_phrase_and_is_consistent(verb):
    permission = PERMISSIONS[verb]
    assert str(permission)
    assert bool(permission.roles) == (permission.reach in (Reach.DOMAIN, Reach.ANYWHERE))
    assert isinstance(permission, Permission)


def test_a_page_offers_what_one_of_the_roles_may_do():
    assert offered("agreement.inbox", {Role.ANALYST, Role.DEPUTY})
    assert not offered("agreement.inbox", {Role.ANALYST})
    assert offered("product.find", ())
    with pytest.raises(KeyError):
        offered("no.such_verb", set(Role))
