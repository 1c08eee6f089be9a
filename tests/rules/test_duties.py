"""Who decides in whose name, and which duties are apart."""

from datetime import date

from tests.builders import TODAY, an_agreement, an_appointment

from fairway.nouns.agreements import Party
from fairway.nouns.people import Role
from fairway.rules.duties import clash, in_name_of, parties


def of(*roles, person="somebody"):
    held = [
        an_appointment(r, "dwp" if r in {Role.DATA_OWNER, Role.DEPUTY} else None) for r in roles
    ]
    return parties(person, held, an_agreement(), TODAY)


def test_parties():
    assert of() == frozenset()
    assert of(Role.DATA_OWNER) == {Party.OWNER}
    assert of(Role.DEPUTY, Role.GOVERNANCE_MANAGER) == {Party.OWNER, Party.HUB}
    assert of(Role.DATA_PROTECTION_OFFICER) == {Party.DPO}
    assert of(Role.DATA_OWNER, Role.GOVERNANCE_MANAGER, person="dfe-analyst") == {Party.ASKER}


def test_an_auditor_decides_nothing_whatever_else_they_were_given():
    assert of(Role.DATA_OWNER, Role.AUDITOR) == frozenset()
    assert of(Role.GOVERNANCE_MANAGER, Role.AUDITOR) == frozenset()
    assert of(Role.DATA_OWNER, Role.DATA_PROTECTION_OFFICER) == {Party.DPO}


def test_in_whose_name():
    owner = an_appointment(Role.DATA_OWNER, "dwp")
    deputy = an_appointment(Role.DEPUTY, "dwp")
    delegate = an_appointment(Role.DEPUTY, "dwp", acts_for="another")

    def name(*held):
        return in_name_of("somebody", held, "dwp", "the-owner", TODAY)

    assert name() == ""
    assert name(owner, deputy) == ""
    assert name(deputy) == "the-owner"
    assert name(delegate) == "another"


def test_duties_clash_only_on_days_they_share():
    audits = an_appointment(Role.AUDITOR)
    owns = an_appointment(Role.DATA_OWNER, "dwp")
    assert clash([audits], owns) is audits
    assert clash([owns], audits) is owns
    before = an_appointment(Role.AUDITOR, until=date(2026, 1, 31))
    after = an_appointment(Role.DATA_OWNER, "dwp", since=date(2026, 2, 1))
    assert clash([before], after) is None
    assert clash([an_appointment(Role.ANALYST, "dwp")], owns) is None
