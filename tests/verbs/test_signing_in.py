"""Signing in with a second factor and by a provider, confirming, sessions and factors."""

from base64 import b32decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from tests.scene import PASSWORD

from fairway.nouns.errors import BadInput, Conflict, NotFound, NotSignedIn, Refused
from fairway.nouns.people import Via
from fairway.nouns.provisioning import ProvisionedPerson
from fairway.nouns.signing_in import Match, SignIn
from fairway.verbs import factors, people, sessions, signing_in

RULES = SignIn(issuer="https://id.example.gov.uk", client="fairway", break_glass=("dfe-analyst",))


def with_provider(scene, **changes):
    rules = replace(RULES, **changes)
    settings = {**scene.platform.settings, "sign_in": rules}
    scene.platform = replace(scene.platform, settings=settings)
    return scene.platform


def enrolled(scene) -> TOTP:
    secret, address = factors.begin(scene.platform, scene.analyst)
    assert f"secret={secret}" in address
    app = TOTP(b32decode(secret), 6, SHA1(), 30)
    factors.complete(scene.platform, scene.analyst, code(app, -1))
    return app


MOMENT = 1_780_000_000


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """A code that was made must not grow old while a test runs."""
    monkeypatch.setattr("fairway.store.factors.time", SimpleNamespace(time=lambda: MOMENT))


def code(app: TOTP, steps: int = 0) -> str:
    return app.generate(MOMENT + 30 * steps).decode()


def test_a_code_is_asked_for_where_there_is_a_factor(scene):
    app = enrolled(scene)
    with pytest.raises(NotSignedIn) as needed:
        signing_in.sign_in(scene.platform, Via.API, "dfe-analyst", PASSWORD)
    assert needed.value.code == "access.code_needed"
    with pytest.raises(NotSignedIn) as wrong:
        signing_in.sign_in(scene.platform, Via.API, "dfe-analyst", PASSWORD, code="000000")
    assert wrong.value.code == "access.wrong_code"
    given = code(app)
    found = signing_in.sign_in(scene.platform, Via.API, "dfe-analyst", PASSWORD, code=given)
    assert found.id == "dfe-analyst"
    with pytest.raises(NotSignedIn):  # a code opens once
        signing_in.sign_in(scene.platform, Via.API, "dfe-analyst", PASSWORD, code=given)
    assert [e.action for e in scene.events(actor="dfe-analyst")][-4:] == [
        "person.code_asked",
        "person.sign_in",
        "person.sign_in",
        "person.sign_in",
    ]


def test_a_wrong_password_never_says_that_a_code_is_needed(scene):
    enrolled(scene)
    with pytest.raises(NotSignedIn) as wrong:
        signing_in.sign_in(scene.platform, Via.API, "dfe-analyst", "not the password")
    assert wrong.value.code == "access.wrong_name_or_password"


def test_a_token_needs_the_code_too(scene):
    app = enrolled(scene)
    with pytest.raises(NotSignedIn):
        people.create_token(scene.platform, Via.API, "dfe-analyst", PASSWORD, days=1)
    token, _ = people.create_token(
        scene.platform, Via.API, "dfe-analyst", PASSWORD, days=1, code=code(app)
    )
    assert token.person == "dfe-analyst"
    made, _ = people.create_token_confirmed(scene.platform, scene.analyst, days=1)
    assert made.person == "dfe-analyst"


def test_with_a_provider_passwords_open_emergency_accounts_with_a_factor_alone(scene):
    app = enrolled(scene)
    platform = with_provider(scene)
    given = {"code": code(app)}
    assert signing_in.sign_in(platform, Via.WEB, "dfe-analyst", PASSWORD, **given)
    platform = with_provider(scene, break_glass=("administrator",))
    with pytest.raises(Refused) as refused:
        signing_in.sign_in(platform, Via.WEB, "dfe-analyst", PASSWORD, code="000000")
    assert refused.value.code == "access.by_provider"


def test_an_emergency_account_without_a_factor_stays_shut(scene):
    platform = with_provider(scene)
    with pytest.raises(Refused) as refused:
        signing_in.sign_in(platform, Via.WEB, "dfe-analyst", PASSWORD)
    assert refused.value.code == "access.factor_missing"
    assert scene.events(action="person.sign_in")[-1].details["refused"] == "access.factor_missing"


def provisioned(scene, **changes):
    now = datetime(2026, 6, 1, tzinfo=UTC)
    given = ProvisionedPerson(
        "u1", "dfe-analyst", "Ann@example.gov.uk", "e-1", True, now, now, {"title": "Dr"}
    )
    with scene.platform.store.transaction():
        scene.platform.store.provisioned.put_person(replace(given, **changes))


@pytest.mark.parametrize(
    ("match", "word", "opens"),
    [
        (Match.ACCOUNT, "dfe-analyst", True),
        (Match.ACCOUNT, "DFE-analyst", False),
        (Match.ACCOUNT, "", False),
        (Match.USER_NAME, "ann@EXAMPLE.gov.uk", True),
        (Match.USER_NAME, "dfe-analyst", False),
        (Match.EXTERNAL_ID, "e-1", True),
        (Match.EXTERNAL_ID, "E-1", False),
    ],
)
def test_the_provider_s_word_is_matched_as_set(scene, match, word, opens):
    provisioned(scene)
    platform = with_provider(scene, match=match)
    if opens:
        assert signing_in.sign_in_by_provider(platform, Via.WEB, word).id == "dfe-analyst"
    else:
        with pytest.raises(NotSignedIn) as refused:
            signing_in.sign_in_by_provider(platform, Via.WEB, word)
        assert refused.value.code == "access.no_account"
    event = scene.events(action="person.sign_in")[-1]
    assert event.outcome == ("done" if opens else "denied")


def test_a_word_that_two_accounts_answer_to_opens_neither(scene):
    provisioned(scene)
    provisioned(scene, id="u2", person="dfe-stranger", user_name="other@example.gov.uk")
    platform = with_provider(scene, match=Match.EXTERNAL_ID)
    with pytest.raises(NotSignedIn):
        signing_in.sign_in_by_provider(platform, Via.WEB, "e-1")
    assert scene.events(action="person.sign_in")[-1].details["matched"] == 2


def test_without_a_provider_its_word_opens_nothing(scene):
    with pytest.raises(NotSignedIn):
        signing_in.sign_in_by_provider(scene.platform, Via.WEB, "dfe-analyst")
    with pytest.raises(Refused):
        signing_in.confirm_by_provider(scene.platform, scene.analyst, "dfe-analyst")


def test_a_closed_account_is_not_opened_by_the_provider(scene):
    people.deactivate(scene.platform, scene.administrator, "dfe-analyst")
    with pytest.raises(NotSignedIn):
        signing_in.sign_in_by_provider(with_provider(scene), Via.WEB, "dfe-analyst")


def test_the_provider_confirms_the_same_person_alone(scene):
    platform = with_provider(scene)
    signing_in.confirm_by_provider(platform, scene.analyst, "dfe-analyst")
    with pytest.raises(Refused) as refused:
        signing_in.confirm_by_provider(platform, scene.analyst, "dwp-owner")
    assert refused.value.code == "access.somebody_else"
    assert [e.outcome for e in scene.events(action="person.confirm")] == ["done", "denied"]


def test_confirming_takes_password_and_code(scene):
    signing_in.confirm(scene.platform, scene.analyst, PASSWORD)
    app = enrolled(scene)
    with pytest.raises(NotSignedIn):
        signing_in.confirm(scene.platform, scene.analyst, PASSWORD)
    signing_in.confirm(scene.platform, scene.analyst, PASSWORD, code=code(app))
    with pytest.raises(Refused) as wrong:
        signing_in.confirm(scene.platform, scene.analyst, "not the password", code=code(app, 1))
    assert wrong.value.code == "access.wrong_password"


def test_failures_to_confirm_and_to_sign_in_count_together(scene):
    for _ in range(10):
        with pytest.raises(Refused):
            signing_in.confirm(scene.platform, scene.analyst, "not the password")
    with pytest.raises(Refused) as locked:
        signing_in.confirm(scene.platform, scene.analyst, PASSWORD)
    assert locked.value.code == "access.too_many_tries"
    with pytest.raises(Refused):
        signing_in.sign_in(scene.platform, Via.WEB, "dfe-analyst", PASSWORD)


def test_a_factor_is_begun_completed_and_removed_by_its_owner(scene):
    assert not factors.enrolled(scene.platform, scene.analyst)
    factors.begin(scene.platform, scene.analyst)
    assert not factors.enrolled(scene.platform, scene.analyst)  # pending asks for nothing
    with pytest.raises(BadInput) as wrong:
        factors.complete(scene.platform, scene.analyst, "000000")
    assert wrong.value.code == "factor.wrong_code"
    with pytest.raises(Refused):
        factors.remove(scene.platform, scene.analyst, "000000")
    app = enrolled(scene)
    assert factors.enrolled(scene.platform, scene.analyst)
    with pytest.raises(Conflict):
        factors.begin(scene.platform, scene.analyst)
    factors.remove(scene.platform, scene.analyst, code(app))
    assert not factors.enrolled(scene.platform, scene.analyst)


def test_recovery_codes_are_long_enough_to_be_kept_as_digests(scene):
    secret, _ = factors.begin(scene.platform, scene.analyst)
    app = TOTP(b32decode(secret), 6, SHA1(), 30)
    codes = factors.complete(scene.platform, scene.analyst, code(app))
    assert len(set(codes)) == 10
    assert all(len(b32decode(f"{made.upper()}======")) * 8 == 128 for made in codes)


def test_a_reset_is_for_somebody_else_who_has_one(scene):
    with pytest.raises(NotFound):
        factors.reset(scene.platform, scene.administrator, "dfe-analyst")
    with pytest.raises(Refused) as own:
        factors.reset(scene.platform, scene.administrator, "administrator")
    assert own.value.code == "factor.own"
    enrolled(scene)
    factors.reset(scene.platform, scene.administrator, "dfe-analyst")
    assert not factors.enrolled(scene.platform, scene.analyst)
    with pytest.raises(Refused):
        factors.reset(scene.platform, scene.owner, "dfe-analyst")


def test_sessions_that_are_not_one_s_own_are_not_there(scene):
    assert sessions.list_own(scene.platform, scene.analyst) == ()
    with pytest.raises(NotFound):
        sessions.end(scene.platform, scene.analyst, "S-000000000000")
    assert sessions.end_all(scene.platform, scene.analyst) == 0
    assert scene.events(action="session.end_all")[-1].details == {"sessions": 0}


def test_one_s_own_session_is_listed_and_ended(scene):
    from fairway.store.sessions import SessionStore

    begun = SessionStore()
    begun.update({"_auth_user_id": "dfe-analyst", "started": 1, "seen": 2})
    begun.save()
    (listed,) = sessions.list_own(scene.platform, scene.analyst)
    assert begun.session_key not in listed.id
    assert listed.started < listed.seen
    sessions.end(scene.platform, scene.analyst, listed.id)
    assert sessions.list_own(scene.platform, scene.analyst) == ()


# ------------------------------------------------------------------ passwords that are made


OWN = "three words of my own"


def signs_in(scene, password, **more):
    return signing_in.sign_in(scene.platform, Via.API, "dfe-analyst", password, **more)


def said(work, *wanted):
    with pytest.raises(wanted or NotSignedIn) as refused:
        work()
    return refused.value.code


def test_a_password_that_was_made_opens_once_to_choose_one_s_own(scene):
    made, until = people.give_password(scene.platform, scene.administrator, "dfe-analyst")
    assert len(made) >= 32
    assert until == scene.clock.now() + timedelta(days=7)
    assert said(lambda: signs_in(scene, PASSWORD)) == "access.wrong_name_or_password"
    assert said(lambda: signs_in(scene, made)) == "access.new_password_needed"
    same = said(lambda: signs_in(scene, made, new_password=made), BadInput)
    assert same == "person.same_password"
    short = said(lambda: signs_in(scene, made, new_password="short"), BadInput)
    assert short == "person.bad_password"
    assert signs_in(scene, made, new_password=OWN).id == "dfe-analyst"
    assert said(lambda: signs_in(scene, made)) == "access.wrong_name_or_password"
    assert signs_in(scene, OWN).id == "dfe-analyst"
    assert [e.subject for e in scene.events(action="person.change_password")] == ["dfe-analyst"]


def test_a_new_password_is_taken_only_in_place_of_one_that_was_made(scene):
    assert signs_in(scene, PASSWORD, new_password=OWN).id == "dfe-analyst"
    assert said(lambda: signs_in(scene, OWN)) == "access.wrong_name_or_password"


def test_a_password_that_was_made_is_over_after_a_week(scene):
    made, _ = people.give_password(scene.platform, scene.administrator, "dfe-analyst")
    scene.clock.forward(days=7)
    for more in ({}, {"new_password": OWN}):
        assert said(lambda more=more: signs_in(scene, made, **more), Refused) == (
            "access.initial_password_over"
        )
    again, _ = people.give_password(scene.platform, scene.administrator, "dfe-analyst")
    assert signs_in(scene, again, new_password=OWN)


def test_a_forgotten_password_is_no_way_around_a_second_factor(scene):
    app = enrolled(scene)
    made, _ = people.give_password(scene.platform, scene.administrator, "dfe-analyst")
    assert said(lambda: signs_in(scene, made, new_password=OWN)) == "access.code_needed"
    wrong = {"code": "000000", "new_password": OWN}
    assert said(lambda: signs_in(scene, made, **wrong)) == "access.wrong_code"
    assert said(lambda: signs_in(scene, OWN, code="000000")) == "access.wrong_name_or_password"
    given = code(app)
    assert said(lambda: signs_in(scene, made, code=given)) == "access.new_password_needed"
    assert signs_in(scene, made, code=given, new_password=OWN).id == "dfe-analyst"


def test_passwords_are_made_by_administrators_for_others(scene):
    with pytest.raises(Refused):
        people.give_password(scene.platform, scene.manager, "dfe-analyst")
    own = said(
        lambda: people.give_password(scene.platform, scene.administrator, "administrator"), Refused
    )
    assert own == "person.own_password"
    with pytest.raises(NotFound):
        people.give_password(scene.platform, scene.administrator, "nobody")
