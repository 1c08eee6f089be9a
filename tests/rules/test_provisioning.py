"""Which account a person of the directory has, where they belong, and what a group may give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.errors import BadInput
from fairway.nouns.people import Domain, Role
from fairway.rules.people import check_id
from fairway.rules.provisioning import (
    GIVEN_BY_GROUPS,
    account_id,
    check_group_role,
    domain_of,
    evidence_of,
)
from fairway.rules.sessions import session_id

DOMAINS = (Domain("dwp", "Work and Pensions", "dwp"), Domain("dfe", "Education", "dfe"))


@pytest.mark.parametrize(
    ("name", "taken", "account"),
    [
        ("Ann.Lee@example.gov.uk", (), "ann.lee"),
        ("ann.lee", ("ann.lee",), "ann.lee-2"),
        ("ann.lee", ("ann.lee", "ann.lee-2"), "ann.lee-3"),
        ("O'Brien, Ann", (), "o-brien-ann"),
        ("007@example", (), "p-007"),
        ("@example", (), "p"),
        ("Ærøskøbing", (), "r-sk-bing"),
        ("administrator@elsewhere", ("administrator",), "administrator-2"),
    ],
)
def test_an_account_is_named_after_its_person_and_takes_nobody_s(name, taken, account):
    assert account_id(name, taken) == account


@given(st.text(min_size=1), st.sets(st.text(alphabet="abp-2", max_size=5)))
def test_every_name_gives_a_usable_new_account(name, taken):
    made = account_id(name, taken)
    check_id(made, "person")
    assert made not in taken


def test_a_domain_is_found_by_id_or_name_or_is_the_one_set():
    assert domain_of(["Education"], DOMAINS, "dwp") == "dfe"
    assert domain_of(["elsewhere", "DWP"], DOMAINS, "") == "dwp"
    assert domain_of([], DOMAINS, "dfe") == "dfe"
    with pytest.raises(BadInput) as none:
        domain_of(["elsewhere"], DOMAINS, "")
    assert none.value.code == "provisioning.no_domain"


@pytest.mark.parametrize("role", Role)
def test_only_roles_that_need_no_formal_appointment_come_by_groups(role):
    if role in GIVEN_BY_GROUPS:
        check_group_role(role)
    else:
        with pytest.raises(BadInput):
            check_group_role(role)


def test_evidence_is_the_same_whatever_the_case():
    assert evidence_of("Analysts") == evidence_of("ANALYSTS")


def test_a_session_s_name_does_not_hold_its_key():
    assert session_id("secret").startswith("S-")
    assert "secret" not in session_id("secret")
