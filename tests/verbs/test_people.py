"""Signing in, accounts, appointments, tokens."""

import hashlib
from datetime import date

import pytest
from tests.scene import PASSWORD

from fairway.nouns.errors import BadInput, Conflict, NotFound, NotSignedIn, Refused, Unavailable
from fairway.nouns.people import Domain, Organisation, Person, Role, Via
from fairway.nouns.rights import Right
from fairway.verbs import people, signing_in
from fairway.verbs.acting import SYSTEM


def test_signing_in_is_recorded_whether_it_works_or_not(scene):
    assert signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", PASSWORD).id == "dfe-analyst"
    with pytest.raises(NotSignedIn) as caught:
        signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", "something else")
    assert caught.value.code == "access.wrong_name_or_password"
    outcomes = [e.outcome for e in scene.events(action="person.sign_in")]
    assert outcomes == ["done", "denied"]
    assert PASSWORD not in str(scene.events())


def test_an_unknown_name_and_a_wrong_password_answer_alike(scene):
    said = []
    for name in ("dfe-analyst", "no-one-here", "dwp-owner", "x" * 500):
        with pytest.raises(NotSignedIn) as caught:
            signing_in.sign_in(scene.platform, Via.WEB, name, "something else")
        said.append(str(caught.value))
    assert len(set(said)) == 1


def test_too_many_failures_close_the_door_for_a_while(scene):
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", "something else")
    with pytest.raises(Refused) as caught:
        signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", PASSWORD)
    assert caught.value.code == "access.too_many_tries"
    scene.clock.forward(minutes=16)
    assert signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", PASSWORD)


def test_a_closed_account_cannot_sign_in(scene):
    people.deactivate(scene.platform, scene.administrator, "dfe-analyst")
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", PASSWORD)


def test_signing_out_is_recorded(scene):
    signing_in.sign_out(scene.platform, scene.analyst)
    assert scene.actions()[-1] == "person.sign_out"


def test_me_is_the_account_with_its_current_roles(scene):
    me = people.me(scene.platform, scene.owner)
    assert me.person.id == "dwp-owner"
    assert me.roles == {Role.DATA_OWNER}
    with pytest.raises(NotFound):
        people.me(scene.platform, SYSTEM)


def test_the_list_of_people_shows_appointments(scene):
    over = date(2025, 6, 1)
    people.appoint(
        scene.platform, SYSTEM, "dwp-steward", Role.ANALYST, "dwp", since=over, until=over
    )
    listed = {m.person.id: m.roles for m in people.list_people(scene.platform, scene.auditor)}
    assert listed["dwp-steward"] == {Role.DATA_STEWARD}
    assert listed["dfe-stranger"] == frozenset()
    with pytest.raises(Refused):
        people.list_people(scene.platform, scene.analyst)


def test_accounts_are_added_once_in_a_known_domain(scene):
    new = Person("hmrc-analyst", "Analyst", "dwp")
    people.add_person(scene.platform, scene.administrator, new)
    with pytest.raises(Conflict):
        people.add_person(scene.platform, scene.administrator, new)
    with pytest.raises(NotFound):
        people.add_person(scene.platform, scene.administrator, Person("x", "X", "nowhere"))
    with pytest.raises(BadInput):
        people.add_person(scene.platform, scene.administrator, Person("x", "X", "dwp"), "short")
    with pytest.raises(NotFound):
        people.deactivate(scene.platform, scene.administrator, "no-one-here")


def test_a_password_is_changed_by_who_knows_the_old_one(scene):
    with pytest.raises(Refused) as caught:
        people.change_password(scene.platform, scene.analyst, "wrong", "four random words now")
    assert caught.value.code == "access.wrong_password"
    people.change_password(scene.platform, scene.analyst, PASSWORD, "four random words now")
    assert signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", "four random words now")
    outcomes = [e.outcome for e in scene.events(action="person.change_password")]
    assert outcomes == ["denied", "done"]


def test_a_password_of_one_s_own_name_is_refused(scene):
    with pytest.raises(BadInput) as changed:
        people.change_password(scene.platform, scene.analyst, PASSWORD, "dfe-analyst-2026")
    new = Person("grace.hopper", "Grace Hopper", "dfe")
    with pytest.raises(BadInput) as added:
        people.add_person(scene.platform, scene.administrator, new, "GraceHopper99")
    assert changed.value.code == added.value.code == "person.guessable_password"
    assert signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", PASSWORD)


def test_a_password_that_is_known_from_a_breach_is_refused(scene, tmp_path):
    from django.test import override_settings

    lost, found = "four random words now", "four other words now"
    digest = hashlib.sha1(lost.encode(), usedforsecurity=False).hexdigest().upper()
    (tmp_path / "breached.txt").write_text(f"{digest}:3\r\n")
    new = Person("newcomer", "Newcomer", "dfe")
    with override_settings(FAIRWAY_BREACHED=str(tmp_path / "breached.txt")):
        with pytest.raises(BadInput) as changed:
            people.change_password(scene.platform, scene.analyst, PASSWORD, lost)
        with pytest.raises(BadInput) as added:
            people.add_person(scene.platform, scene.administrator, new, lost)
        people.change_password(scene.platform, scene.analyst, PASSWORD, found)
    assert changed.value.code == added.value.code == "person.breached_password"
    with override_settings(FAIRWAY_BREACHED=str(tmp_path / "gone")), pytest.raises(Unavailable):
        people.change_password(scene.platform, scene.analyst, found, lost)
    assert signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", found)


def test_domains_are_added_once_with_their_organisation(scene):
    hmrc = Domain("hmrc", "Revenue", "hmrc")
    people.add_domain(scene.platform, scene.manager, hmrc, Organisation("hmrc", "HM Revenue"))
    second = Domain("hmrc_paye", "PAYE", "hmrc")
    people.add_domain(scene.platform, scene.manager, second, Organisation("hmrc", "HM Revenue"))
    with pytest.raises(Conflict):
        people.add_domain(scene.platform, scene.manager, hmrc, Organisation("hmrc", "HM Revenue"))
    listed = {d.id for d in people.list_domains(scene.platform, scene.analyst)}
    assert listed == {"dwp", "dfe", "hmrc", "hmrc_paye"}


SINCE = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("person", "role", "domain", "until", "code"),
    [
        ("no-one-here", Role.ANALYST, "dwp", None, "person.not_found"),
        ("dfe-stranger", Role.ANALYST, None, None, "appointment.wrong_place"),
        ("dfe-stranger", Role.AUDITOR, "dwp", None, "appointment.wrong_place"),
        ("dfe-stranger", Role.ANALYST, "nowhere", None, "domain.not_found"),
        ("dfe-stranger", Role.ANALYST, "dfe", date(2025, 1, 1), "appointment.ends_before_start"),
        ("governance-manager", Role.AUDITOR, None, None, "appointment.own"),
    ],
)
def test_appointments_that_cannot_be(scene, person, role, domain, until, code):
    with pytest.raises((NotFound, BadInput, Refused)) as caught:
        people.appoint(
            scene.platform, scene.manager, person, role, domain, since=SINCE, until=until
        )
    assert caught.value.code == code


def test_an_appointment_is_made_and_ended_on_the_record(scene):
    platform, stranger = scene.platform, "dfe-stranger"
    last = date(2026, 12, 31)
    people.appoint(platform, scene.manager, stranger, Role.ANALYST, "dfe", since=SINCE, until=last)
    people.appoint(platform, scene.manager, stranger, Role.DATA_STEWARD, "dfe", since=SINCE)
    assert people.me(platform, scene.stranger).roles == {Role.ANALYST, Role.DATA_STEWARD}
    yesterday = date(2026, 2, 28)
    people.end_appointment(platform, scene.manager, stranger, Role.DATA_STEWARD, "dfe", yesterday)
    assert people.me(platform, scene.stranger).roles == {Role.ANALYST}
    with pytest.raises(NotFound):
        people.end_appointment(platform, scene.manager, stranger, Role.AUDITOR, None, yesterday)
    assert scene.events()[-1].details["until"] == "2026-02-28"


def token(scene, **more):
    more = {"label": "notebook", "days": 7, **more}
    return people.create_token(scene.platform, Via.API, "dfe-analyst", PASSWORD, **more)


def test_a_token_stands_for_its_person_until_it_ends(scene):
    made, secret = token(scene)
    actor = people.bearer(scene.platform, secret, Via.PYTHON)
    assert (actor.person, actor.via) == ("dfe-analyst", Via.PYTHON)
    assert secret not in str(people.list_tokens(scene.platform, scene.analyst))
    assert secret not in str(scene.events())
    scene.clock.forward(days=7)
    with pytest.raises(NotSignedIn) as caught:
        people.bearer(scene.platform, secret, Via.PYTHON)
    assert caught.value.code == "access.bad_token"
    assert scene.events()[-1].subject == made.id


def test_a_revoked_token_stops_at_once_and_is_only_its_owners_to_revoke(scene):
    made, secret = token(scene)
    with pytest.raises(NotFound):
        people.revoke_token(scene.platform, scene.owner, made.id)
    people.revoke_token(scene.platform, scene.analyst, made.id)
    with pytest.raises(NotSignedIn):
        people.bearer(scene.platform, secret, Via.API)


def test_an_unknown_token_and_that_of_a_closed_account_open_nothing(scene):
    with pytest.raises(NotSignedIn):
        people.bearer(scene.platform, "nothing", Via.API)
    _, secret = token(scene)
    people.deactivate(scene.platform, scene.administrator, "dfe-analyst")
    with pytest.raises(NotSignedIn):
        people.bearer(scene.platform, secret, Via.API)


def test_a_limited_token_does_what_it_was_made_for_and_no_more(scene):
    made, secret = token(scene, only=["read"])
    assert scene.events()[-1].details["only"] == ["read"]
    actor = people.bearer(scene.platform, secret, Via.API)
    assert people.me(scene.platform, actor).person.id == "dfe-analyst"
    with pytest.raises(Refused) as caught:
        people.revoke_token(scene.platform, actor, made.id)
    assert caught.value.code == "access.token_limited"
    assert caught.value.message == "This token may only read; this needs the right account."
    assert "fairway token --only account" in caught.value.remedy
    last = scene.events()[-1]
    assert (last.action, last.outcome) == ("token.revoke.refused", "denied")
    _, whole = token(scene)
    assert scene.events()[-1].details["only"] is None
    people.revoke_token(scene.platform, people.bearer(scene.platform, whole, Via.API), made.id)


def test_no_token_makes_a_token_that_may_do_more(scene):
    _, secret = token(scene, only=["account", "read"])
    limited = people.bearer(scene.platform, secret, Via.API)
    assert limited.proved
    before = people.list_tokens(scene.platform, scene.analyst)
    for more in (["query"], ["read", "govern"], [*Right]):
        with pytest.raises(Refused) as caught:
            people.create_token_confirmed(scene.platform, limited, days=1, only=more)
        assert caught.value.code == "token.more_than_own"
    assert people.list_tokens(scene.platform, scene.analyst) == before
    heir, _ = people.create_token_confirmed(scene.platform, limited, days=1)
    assert heir.only == (Right.READ, Right.ACCOUNT)
    fewer, _ = people.create_token_confirmed(scene.platform, limited, days=1, only=["read"])
    assert fewer.only == (Right.READ,)


@pytest.mark.parametrize("days", [0, 100_000])
def test_a_token_lives_no_longer_than_the_node_allows(scene, days):
    with pytest.raises(BadInput) as caught:
        token(scene, days=days)
    assert caught.value.code == "token.wrong_lifetime"
