from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from fairway.nouns.errors import BadInput, Conflict, NotFound
from fairway.nouns.people import Appointment, Domain, Organisation, Person, Role, Token
from fairway.nouns.rights import WHOLE, Right
from fairway.rules.rights import listed

PERSON = Person("analyst", "An analyst", "labour")
DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def people(node):
    with node.store.transaction():
        node.store.people.add(PERSON, "a long password")
        node.store.people.add(Person("owner", "An owner", "labour"), None)
    return node.store.people


def appointment(role=Role.ANALYST, domain="labour", since=DAY, until=None, person="analyst"):
    return Appointment(person, role, domain, since, until, "governance", "minute 7")


# ------------------------------------------------------------------ accounts


def test_people_are_listed_by_name_of_account(people):
    assert [person.id for person in people.all()] == ["analyst", "owner"]
    assert people.get("analyst") == PERSON
    assert people.get("nobody") is None


def test_a_password_holds_for_its_person_alone(people):
    assert people.password_holds("analyst", "a long password")
    assert not people.password_holds("analyst", "A long password")
    assert not people.password_holds("analyst", "")
    assert not people.password_holds("owner", "a long password")
    assert not people.password_holds("nobody", "a long password")
    assert not people.password_holds("\x00", "a long password")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_check_hashes_whether_or_not_there_is_a_password(people, monkeypatch):
    """The same work means the same time, which a test on a busy machine cannot measure."""
    hashed = []
    hasher = "fairway.store.passwords.Argon2.encode"
    from fairway.store.passwords import Argon2

    encode = Argon2.encode
    monkeypatch.setattr(hasher, lambda *a, **k: hashed.append(1) or encode(*a, **k))
    for person in ("owner", "nobody"):
        hashed.clear()
        people.password_holds(person, "a long password")
        assert hashed == [1]


def test_a_password_is_kept_as_argon2_and_nowhere_else(people):
    kept = get_user_model().objects.get(pk="analyst").password
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_can_be_changed(node, people):
    with node.store.transaction():
        people.set_password("analyst", "another password")
    assert people.password_holds("analyst", "another password")
    assert not people.password_holds("analyst", "a long password")


def test_an_account_can_be_closed_and_opened(node, people):
    for active in (False, True):
        with node.store.transaction():
            people.set_active("analyst", active)
        assert people.get("analyst").active is active
        assert get_user_model().objects.get(pk="analyst").is_active is active


def test_what_is_done_to_nobody_is_an_error(node, people):
    with node.store.transaction():
        with pytest.raises(NotFound):
            people.set_active("nobody", True)
        with pytest.raises(NotFound):
            people.set_password("nobody", "a password")


def add(node, person):
    with node.store.transaction():
        node.store.people.add(person, None)


def test_a_name_is_given_once(node, people):
    with pytest.raises(Conflict):
        add(node, PERSON)
    assert people.password_holds("analyst", "a long password")


def test_a_name_that_no_database_keeps_is_refused(node, people):
    for name in ("a\x00b", "half \ud800"):
        with pytest.raises(BadInput):
            add(node, Person("third", name, "labour"))
        assert people.get("third") is None


# ------------------------------------------------------------------ organisations and domains


def test_organisations_and_domains_are_listed_by_name(node):
    with node.store.transaction():
        for code, name in (("z", "Alpha"), ("a", "Beta")):
            node.store.people.add_organisation(Organisation(code, name))
            node.store.people.add_domain(Domain(f"{code}-d", name, code))
    assert [o.id for o in node.store.people.organisations()] == ["z", "a"]
    assert [d.id for d in node.store.people.domains()] == ["z-d", "a-d"]
    assert node.store.people.domain("z-d") == Domain("z-d", "Alpha", "z")
    assert node.store.people.domain("none") is None


# ------------------------------------------------------------------ appointments


def test_appointments_are_found_by_each_of_their_parts(node, people):
    given = [
        appointment(),
        appointment(role=Role.DATA_OWNER, person="owner", since=DAY - timedelta(1)),
        appointment(role=Role.AUDITOR, domain=None, since=DAY + timedelta(1)),
    ]
    with node.store.transaction():
        for each in given:
            people.appoint(each)
    first, second, third = given
    assert people.appointments() == (second, first, third)
    assert people.appointments(person="analyst") == (first, third)
    assert people.appointments(domain="labour") == (second, first)
    assert people.appointments(role=Role.DATA_OWNER, domain="labour") == (second,)
    assert people.appointments(role=Role.DATA_OWNER, domain="other") == ()


def test_ending_sets_the_last_day_of_what_would_go_on(node, people):
    gone = appointment(since=DAY - timedelta(90), until=DAY - timedelta(60))
    going = appointment(since=DAY - timedelta(30))
    far = appointment(since=DAY, until=DAY + timedelta(365))
    hub = appointment(domain=None)
    with node.store.transaction():
        for each in (gone, going, far, hub):
            people.appoint(each)
        ended = people.end_appointment("analyst", Role.ANALYST, "labour", DAY + timedelta(7))
    assert ended == 2
    lasts = [each.until for each in people.appointments(person="analyst", domain="labour")]
    assert lasts == [gone.until, DAY + timedelta(7), DAY + timedelta(7)]
    with node.store.transaction():
        assert people.end_appointment("analyst", Role.ANALYST, None, DAY) == 1
        assert people.end_appointment("analyst", Role.AUDITOR, None, DAY) == 0


def appoint(node, each):
    with node.store.transaction():
        node.store.people.appoint(each)


def test_nobody_cannot_be_appointed(node):
    with pytest.raises(Conflict):
        appoint(node, appointment(person="nobody"))


# ------------------------------------------------------------------ tokens


def test_a_token_is_found_by_its_digest_until_it_is_revoked(node, people):
    token = Token("tok-1", "analyst", "laptop", "d" * 64, NOW, NOW + timedelta(90))
    later = Token("tok-2", "analyst", "notebook", "e" * 64, NOW + timedelta(1), NOW)
    tokens = node.store.tokens
    with node.store.transaction():
        tokens.add(token)
        tokens.add(later)
    assert tokens.by_digest("d" * 64) == token
    assert tokens.by_digest("none") is None
    assert tokens.of("analyst") == (later, token)
    assert tokens.of("owner") == ()
    with node.store.transaction():
        tokens.revoke("tok-1", NOW)
        tokens.revoke("tok-1", NOW + timedelta(1))  # what is revoked stays revoked from then
        tokens.revoke("none", NOW)
    assert tokens.by_digest("d" * 64).revoked == NOW
    assert tokens.by_digest("e" * 64).revoked is None


@pytest.mark.parametrize(
    "rights", [WHOLE, frozenset({Right.READ, Right.ACCOUNT}), frozenset()], ids=listed
)
def test_the_rights_of_a_token_are_kept(node, people, rights):
    token = Token("tok-1", "analyst", "", "d" * 64, NOW, NOW + timedelta(90), rights=rights)
    with node.store.transaction():
        node.store.tokens.add(token)
    assert node.store.tokens.by_digest("d" * 64) == token


@pytest.mark.parametrize("kept", ["", "everything", "ALL", "all read", "readquery", "all,read"])
def test_kept_rights_that_are_unknown_give_nothing_by_themselves(node, people, kept):
    from fairway.store.tokens import TokenRecord

    token = Token("tok-1", "analyst", "", "d" * 64, NOW, NOW + timedelta(90))
    with node.store.transaction():
        node.store.tokens.add(token)
        TokenRecord.objects.update(rights=kept)
    found = node.store.tokens.by_digest("d" * 64).rights
    assert found == ({Right.READ} if kept == "all read" else frozenset())
