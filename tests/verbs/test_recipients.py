"""Credentials for partners' tools: one for an agreement, shown once, revocable, recorded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fairway.nouns.agreements import Move
from fairway.nouns.errors import BadInput, Conflict, NotFound, NotSignedIn
from fairway.nouns.shares import CredentialKind
from fairway.verbs import recipients
from fairway.verbs.people import token_digest


@pytest.fixture
def agreed(scene):
    scene.publish()
    return scene.approve().id


def made(scene, agreement, **more):
    return recipients.make_profile(scene.platform, scene.analyst, agreement, **more)


def enters(scene, token):
    return recipients.authenticated(scene.platform, token).id


def refused(scene, token):
    with pytest.raises(NotSignedIn) as caught:
        recipients.authenticated(scene.platform, token)
    assert caught.value.code == "share.bad_token"


def test_the_asker_makes_them_and_the_secret_is_kept_as_a_digest(scene, agreed):
    recipient, secret = made(scene, agreed, days=30)
    assert recipient.expires == scene.clock.now() + timedelta(days=30)
    assert recipient.digest == token_digest(secret)
    assert enters(scene, secret) == recipient.id
    event = scene.events(action="share.profile")[-1]
    assert event.subject == agreed
    assert event.details["recipient"] == recipient.id
    assert secret not in str(event)


def test_they_end_with_the_agreement_at_the_latest(scene):
    scene.publish()
    recipient, secret = made(scene, scene.approve(ends=date(2026, 4, 1)).id)
    assert recipient.expires == datetime(2026, 4, 2, tzinfo=UTC)
    scene.clock.time = recipient.expires
    refused(scene, secret)


def test_new_ones_stop_those_before(scene, agreed):
    first, secret = made(scene, agreed)
    second, other = made(scene, agreed)
    refused(scene, secret)
    assert enters(scene, other) == second.id
    assert scene.events(action="share.profile")[-1].details["replaces"] == [first.id]
    listed = recipients.recipients(scene.platform, scene.auditor, agreed)
    assert {r.id for r in listed} == {first.id, second.id}


@pytest.mark.parametrize("days", [0, 100_000])
def test_a_life_is_within_bounds(scene, agreed, days):
    with pytest.raises(BadInput) as caught:
        made(scene, agreed, days=days)
    assert caught.value.field == "days"


def test_nobody_else_makes_them(scene, agreed):
    for actor in (scene.owner, scene.manager, scene.stranger):
        with pytest.raises(NotFound):
            recipients.make_profile(scene.platform, actor, agreed)
    with pytest.raises(NotFound):
        made(scene, "AG-none")


def test_only_for_an_active_agreement(scene, agreed):
    scene.move(scene.owner, agreed, Move.SUSPEND, "Doubt")
    with pytest.raises(Conflict) as caught:
        made(scene, agreed)
    assert caught.value.code == "share.not_active"
    with pytest.raises(Conflict):
        made(scene, scene.submit().id)


@pytest.mark.parametrize("who", ["owner", "manager", "analyst"])
def test_any_party_revokes_them(scene, agreed, who):
    _, secret = made(scene, agreed)
    assert recipients.revoke(scene.platform, getattr(scene, who), agreed) == 1
    refused(scene, secret)
    assert recipients.revoke(scene.platform, getattr(scene, who), agreed) == 0
    assert scene.actions().count("share.revoke") == 2


def test_nobody_else_revokes_or_lists_them(scene, agreed):
    for actor in (scene.stranger, scene.auditor):
        with pytest.raises(NotFound):
            recipients.revoke(scene.platform, actor, agreed)
    for wanted in (agreed, "AG-none"):
        with pytest.raises(NotFound):
            recipients.recipients(scene.platform, scene.stranger, wanted)


def test_an_id_and_a_secret_are_exchanged_for_a_token_of_an_hour(scene, agreed):
    recipient, secret = made(scene, agreed, kind=CredentialKind.OAUTH)
    refused(scene, secret)  # it is no token itself
    token, seconds = recipients.exchange(scene.platform, recipient.id, secret)
    assert seconds == recipients.ACCESS_SECONDS
    assert enters(scene, token) == recipient.id
    scene.clock.forward(seconds=seconds)
    refused(scene, token)


def test_a_token_never_outlives_what_it_was_exchanged_for(scene, agreed):
    recipient, secret = made(scene, agreed, kind=CredentialKind.OAUTH, days=1)
    scene.clock.forward(hours=23, minutes=30)
    token, seconds = recipients.exchange(scene.platform, recipient.id, secret)
    assert seconds == 1800
    recipients.revoke(scene.platform, scene.owner, agreed)
    refused(scene, token)


def test_what_is_not_right_is_not_exchanged(scene, agreed):
    bearer, token = made(scene, agreed)
    with pytest.raises(NotSignedIn):
        recipients.exchange(scene.platform, bearer.id, token)
    oauth, secret = made(scene, agreed, kind=CredentialKind.OAUTH)
    for client, given in ((oauth.id, "x"), ("R-other", secret), (bearer.id, token)):
        with pytest.raises(NotSignedIn):
            recipients.exchange(scene.platform, client, given)
    recipients.revoke(scene.platform, scene.owner, agreed)
    with pytest.raises(NotSignedIn):
        recipients.exchange(scene.platform, oauth.id, secret)
    assert [e.outcome for e in scene.events(action="share.exchange")] == ["denied"] * 5
