"""What is asked of another node and agreed with it, letter by letter."""

import pytest
from tests.scene import CLAIMS
from tests.verbs.other_node import SHOWN
from tests.verbs.partners import asked, grant

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput, NotFound, Refused, Unavailable
from fairway.rules import peers as rules
from fairway.verbs import (
    agreements,
    hearing,
    letters,
    peers,
)
from fairway.verbs.asking import Asking


def test_a_request_travels_and_comes_back_signed(scene, other):
    found = asked(scene, other)
    assert found.state is State.SUBMITTED
    name, said = other.heard[-1]
    assert (name, said["kind"], said["person"]) == ("letter", "ask", "dfe-analyst")
    told = grant(scene, other, found)
    page = agreements.show(scene.platform, scene.analyst, found.id)
    assert (told["state"], page.state) == ("active", State.ACTIVE)
    assert page.peer.id == "ferries"
    text = page.seal.text
    own = bytes.fromhex(peers.own_key(scene.platform))
    signature = bytes.fromhex(told["signature"])
    assert other.identity.holds(own, rules.to_sign(text), signature)
    sealed = scene.events(action="agreement.sealed")
    assert [e.details["hash"] for e in sealed] == [told["hash"]]


def test_a_request_that_is_turned_away_is_refused(scene, other):
    other.said["letter"] = (403, {"code": "a.b", "detail": "Not here."})
    found = asked(scene, other)
    assert found.state is State.REFUSED
    assert found.history[-1].person == "@ferries"
    assert "letter.refused" in scene.actions()


def test_a_letter_that_cannot_be_delivered_waits(scene, other):
    other.said["letter"] = Unavailable("peer.unreachable", "Nobody answers.")
    found = asked(scene, other)
    assert found.state is State.SUBMITTED
    assert peers.list_all(scene.platform, scene.analyst).partners[0].waiting == 1
    other.said["letter"] = {}
    assert letters.deliver_all(scene.platform) == 1
    assert letters.deliver_all(scene.platform) == 0
    assert scene.platform.store.peers.letters(found.id)[0].delivered


def test_a_request_withdrawn_before_it_was_refused_stays_withdrawn(scene, other):
    other.said["letter"] = Unavailable("peer.unreachable", "Nobody answers.")
    found = asked(scene, other)
    scene.move(scene.analyst, found.id, Move.WITHDRAW)
    other.said["letter"] = (403, {"code": "a.b", "detail": "Not here."})
    assert letters.deliver_all(scene.platform) == 2
    assert scene.platform.store.agreements.get(found.id).state is State.WITHDRAWN


def test_a_letter_that_arrives_twice_counts_once(scene, other):
    found = asked(scene, other)
    said = {"letter": "L-twice", "agreement": found.id, "move": "question", "note": "Why?"}
    assert other.tell(**said)["state"] == "in question"
    assert other.tell(**said)["state"] == "in question"
    assert "letter.again" in scene.actions()


def test_two_that_deliver_at_once_deliver_once(scene, other):
    delivered = []

    def answer(said):
        waiting = scene.platform.store.peers.waiting("ferries")
        if waiting and not delivered:
            delivered.append(waiting[0].id)
            with scene.platform.store.transaction():
                scene.platform.store.peers.delivered(waiting[0].id, scene.clock.now())
        return {}

    other.said["letter"] = answer
    asked(scene, other)
    assert "letter.delivered" not in scene.actions()


def test_a_draft_withdrawn_is_nobody_else_s_business(scene, other):
    draft = agreements.draft(scene.platform, scene.analyst, Asking(product="ferries.crossings"))
    scene.move(scene.analyst, draft.id, Move.WITHDRAW)
    assert not scene.platform.store.peers.letters(draft.id)


def test_either_side_suspends_and_only_that_side_resumes(scene, other):
    found = asked(scene, other)
    grant(scene, other, found)
    other.tell(agreement=found.id, move="suspend", note="Why.")
    with pytest.raises(Refused) as refused:
        scene.move(scene.manager, found.id, Move.RESUME)
    assert refused.value.code == "peer.other_side_suspended"
    other.tell(agreement=found.id, move="resume")
    scene.move(scene.manager, found.id, Move.SUSPEND, "Why.")
    assert other.heard[-1][1]["move"] == "suspend"
    with pytest.raises(Refused) as refused:
        other.tell(agreement=found.id, move="resume")
    assert refused.value.code == "peer.other_side_suspended"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"hash": "0" * 64}, "peer.agreement_differs"),
        ({"signature": "00"}, "peer.bad_agreement_signature"),
        ({"signature": "x"}, "peer.bad_agreement_signature"),
        ({"rows": "cars > 1"}, "peer.bad_agreement_signature"),
        ({"columns": "x"}, "peer.bad_letter"),
        ({"columns": [["a"]]}, "peer.bad_letter"),
        ({"starts": "x"}, "peer.bad_letter"),
        ({"ends": "2999-01-01"}, "agreement.longer_time"),
        ({"move": "praise"}, "peer.bad_letter"),
        ({"move": "answer", "note": "x"}, "peer.not_their_move"),
        ({"move": "resume"}, "peer.other_side_suspended"),
        ({"move": "suspend", "note": "x"}, "agreement.wrong_state"),
        ({"move": "question"}, "agreement.note_missing"),
        ({"agreement": "AG-000000000000"}, "agreement.not_found"),
        ({"kind": "x"}, "peer.bad_letter"),
        ({"letter": ""}, "peer.bad_letter"),
        ({"note": 1}, "peer.bad_letter"),
    ],
)
def test_what_a_source_may_not_tell_is_refused(scene, other, changed, code):
    found = asked(scene, other)
    with pytest.raises((BadInput, NotFound, Refused)) as refused:
        grant(scene, other, found, **changed)
    assert refused.value.code == code
    assert scene.platform.store.agreements.get(found.id).state is State.SUBMITTED


def test_what_is_no_letter_is_refused(scene, other):
    for body in (b"{", b"[]"):
        with pytest.raises(BadInput):
            hearing.hear(scene.platform, peers.hear(scene.platform, other.message("letter", body)))


def test_a_letter_about_an_agreement_within_this_node_finds_none(scene, other):
    scene.publish(CLAIMS + SHOWN)
    found = scene.approve()
    with pytest.raises(NotFound):
        other.tell(agreement=found.id, move="suspend", note="Why.")
    said = {"letter": "L-x", "agreement": found.id, "move": "suspend", "note": "Why."}
    with scene.platform.store.transaction():
        scene.platform.store.peers.heard("ferries", "L-x", scene.clock.now())
    with pytest.raises(NotFound):
        other.tell(**said)
