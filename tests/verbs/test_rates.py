"""Who asks too often waits; the first stop is on the record, and nothing is read."""

from dataclasses import replace

import pytest

from fairway.nouns.errors import Busy
from fairway.nouns.people import Via
from fairway.nouns.rates import Rates
from fairway.store.rates import ProcessRates
from fairway.verbs import people, queries, rates

ALL = "SELECT * FROM dwp.claims"


def limited(scene, principal=100, agreement=100):
    return replace(
        scene.platform, rates=Rates(principal, agreement), counts=ProcessRates(lambda: 0.0)
    )


def stops(scene):
    return [(e.subject, e.reason) for e in scene.events() if e.action == "rate.stopped"]


def test_the_first_stop_alone_is_recorded(scene):
    platform = limited(scene, principal=2)
    for _ in range(2):
        rates.admit(platform, scene.analyst)
    for _ in range(3):
        with pytest.raises(Busy) as caught:
            rates.admit(platform, scene.analyst)
    assert (caught.value.code, caught.value.status) == ("rate.too_many", 429)
    assert caught.value.retry_after == 30
    assert "30 seconds" in caught.value.remedy
    assert stops(scene) == [("dfe-analyst", "More than 2 requests a minute by dfe-analyst.")]
    rates.admit(platform, scene.owner)


def test_a_token_opens_the_door_so_often(scene):
    _, secret = people.create_token_confirmed(scene.platform, scene.analyst, days=1)
    platform = limited(scene, principal=1)
    assert people.bearer(platform, secret, Via.API) == scene.analyst
    with pytest.raises(Busy):
        people.bearer(platform, secret, Via.API)


def test_an_agreement_has_a_limit_whoever_asks_under_it(scene):
    scene.publish()
    made = scene.approve()
    platform = limited(scene, agreement=1)
    assert b"".join(queries.run(platform, scene.analyst, ALL, "policy-analysis"))
    with pytest.raises(Busy) as caught:
        queries.run(platform, scene.analyst, ALL, "policy-analysis")
    assert made.id in caught.value.message
    assert [subject for subject, _ in stops(scene)] == [made.id]
    rates.admit(platform, scene.stranger)
