"""Names and passwords."""

import pytest

from fairway.nouns.errors import BadInput, Refused
from fairway.rules.people import LONGEST_PASSWORD, check_another, check_id, check_password


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
    check_password("abcd" * 3)
    check_password("abcd" * 16)
    for bad in ("x" * 11, "x" * (LONGEST_PASSWORD + 1)):
        with pytest.raises(BadInput):
            check_password(bad)


KNOWN = ("ada.fraser", "Ada Fraser", "dwp", "Data office")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password!2345",
        "qwerty123456",
        "1qaz2wsx3edc",
        "fairway-admin-1",
        "adafraser2026",
        "Ada Fraser 2026!",
        "ada.fraser.dwp",
        "Data office 2026",
        "xxxxxxxxxxxxxxxx",
        "121212121212",
    ],
)
def test_a_password_of_names_and_common_words_is_refused(password):
    with pytest.raises(BadInput) as caught:
        check_password(password, *KNOWN)
    assert caught.value.code == "person.guessable_password"
    assert password not in str(caught.value)


@pytest.mark.parametrize(
    "password",
    [
        "three random words",
        "839102934821",
        "a long password of your own",
        "пароль из слов",
        " " * 4 + "!£$%^&*()_+",
    ],
)
def test_a_password_may_be_of_any_characters(password):
    check_password(password, *KNOWN)


def test_nobody_makes_their_own_password():
    check_another("ada.fraser", "administrator")
    with pytest.raises(Refused) as caught:
        check_another("administrator", "administrator")
    assert caught.value.code == "person.own_password"
