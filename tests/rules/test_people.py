"""Names and passwords."""

import pytest

from fairway.nouns.errors import BadInput
from fairway.rules.people import LONGEST_PASSWORD, check_id, check_password


@pytest.mark.parametrize("name", ["dwp-owner", "a", "a.b_c-1"])
def test_names_of_people(name):
    check_id(name, "person")


@pytest.mark.parametrize("name", ["", "A", "1a", "a b", "a" * 64, "a\n", "é"])
def test_names_that_cannot_be(name):
    with pytest.raises(BadInput) as caught:
        check_id(name, "person")
    assert caught.value.code == "person.bad_id"


def test_a_domain_must_stand_in_sql():
    check_id("labour_market", "domain")
    with pytest.raises(BadInput) as caught:
        check_id("labour-market", "domain")
    assert caught.value.code == "domain.bad_id"


def test_passwords_have_a_least_and_a_most():
    check_password("x" * 12)
    for bad in ("x" * 11, "x" * (LONGEST_PASSWORD + 1)):
        with pytest.raises(BadInput):
            check_password(bad)
