"""Peers: registered by key, believed as they signed, their catalogues followed, and blocked."""

import json
from dataclasses import replace
from datetime import date

import pytest
from tests.scene import CLAIMS, REGIONS
from tests.verbs.other_node import CROSSINGS, OPEN, SHOWN, OtherNode
from tests.verbs.partners import ask_us, peer

from fairway.nouns.errors import Conflict, NotFound, NotSignedIn, Refused, Unavailable
from fairway.nouns.people import Actor, Domain, Organisation, Role, Via
from fairway.post.identity import NodeIdentity
from fairway.rules import signatures
from fairway.rules.permissions import allows
from fairway.verbs import (
    following,
    letters,
    peers,
    people,
    products,
)
from fairway.verbs.acting import SYSTEM

# ------------------------------------------------------------------ registering


def test_a_peer_is_registered_with_its_domains(scene):
    made = OtherNode(scene).register(name="", key=" " + OtherNode(scene).identity.public.hex())
    assert (made.peer.name, made.peer.domains) == ("ferries", ("ferries",))
    found = peers.list_all(scene.platform, scene.analyst)
    assert found.fingerprint == peers.own_fingerprint(scene.platform)
    assert found.key == peers.own_key(scene.platform)
    assert [p.peer.id for p in found.partners] == ["ferries"]
    assert scene.platform.store.people.domain("ferries").organisation == "ferries"


def test_an_organisation_that_is_known_stays(scene):
    people.add_domain(
        scene.platform, SYSTEM, Domain("boats", "Boats", "ferries"), Organisation("ferries", "Old")
    )
    OtherNode(scene).register()
    names = {o.id: o.name for o in scene.platform.store.people.organisations()}
    assert names["ferries"] == "Old"


def test_names_keys_and_domains_are_taken_once(scene):
    other = OtherNode(scene)
    other.register()
    key = NodeIdentity(bytes([9] * 32)).public.hex()
    add = peers.add
    given = {"name": "", "address": "https://a.example"}
    for peer_id, key_given, domain, code in (
        ("ferries", key, "boats", "peer.exists"),
        ("boats", other.identity.public.hex(), "boats", "peer.key_taken"),
        ("boats", peers.own_key(scene.platform), "boats", "peer.own_key"),
        ("boats", key, "dwp", "peer.domain_taken"),
        ("boats", key, "ferries", "peer.domain_taken"),
    ):
        with pytest.raises(Conflict) as refused:
            add(scene.platform, scene.manager, peer_id, key=key_given, domains=[domain], **given)
        assert refused.value.code == code


def test_nobody_is_appointed_in_a_peer_s_domain(scene, other):
    with pytest.raises(Refused) as refused:
        people_appoint(scene, "dwp-owner", Role.DATA_OWNER, "ferries")
    assert refused.value.code == "appointment.their_domain"


def people_appoint(scene, person, role, domain):
    people.appoint(
        scene.platform,
        scene.manager,
        person,
        role,
        domain,
        since=date(2026, 1, 1),
        evidence="Letter",
    )


def test_an_unknown_peer_is_not_found(scene):
    with pytest.raises(NotFound):
        peers.block(scene.platform, scene.manager, "nobody")


def test_nobody_is_a_peer_but_a_peer(scene, other):
    assert not allows("peer.use", (), date(2026, 3, 2), domain=None)
    for actor in (scene.manager, Actor("x@nobody", Via.PEER)):
        with pytest.raises(Refused):
            peers.greet(scene.platform, actor)
    with pytest.raises(NotSignedIn):
        peers.list_all(scene.platform, Actor("dwp-owner", Via.PEER))
    assert peers.greet(scene.platform, Actor("@ferries", Via.PEER))["name"] == "Test"


# ------------------------------------------------------------------ asking and believing


def test_how_it_goes_with_a_peer_is_noted(scene, other):
    found = peers.check(scene.platform, scene.manager, "ferries")
    assert found.contact.heard
    assert not found.contact.trouble
    other.said["greeting"] = Unavailable("peer.too_slow", "It is slow.")
    found = peers.check(scene.platform, scene.manager, "ferries")
    assert found.contact.trouble == "It is slow."
    peers.troubled(scene.platform, peer(scene), "Other.")
    peers.troubled(scene.platform, peer(scene), "Other.")
    assert scene.actions().count("peer.troubled") == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"signature": ""}, "peer.unsigned_answer"),
        ({"signature-input": "x"}, "peer.bad_answer_signature"),
        ({"signature": "x"}, "peer.bad_answer_signature"),
        ({"content-digest": "x"}, "peer.wrong_digest"),
        ({"fairway-audience": "x"}, "peer.bad_answer_signature"),
        ({"content-type": "x"}, "peer.bad_answer_signature"),
    ],
)
def test_an_answer_is_believed_as_it_was_signed(scene, other, changed, code):
    other.change = lambda reply: replace(reply, headers={**reply.headers, **changed})
    with pytest.raises(Unavailable) as refused:
        peers.ask_json(scene.platform, peer(scene), "greeting", {})
    assert refused.value.code == code
    assert "ferries" in refused.value.message


def test_an_answer_with_another_key_or_out_of_time_is_not_believed(scene, other):
    honest = other.identity
    other.identity = NodeIdentity(bytes([7] * 32))
    with pytest.raises(Unavailable) as refused:
        peers.ask_json(scene.platform, peer(scene), "greeting", {})
    assert refused.value.code == "peer.wrong_key"
    other.identity = honest

    def late(_):
        other.scene.clock.forward(hours=-1)
        return {}

    other.said["greeting"] = late

    def back(reply):
        other.scene.clock.forward(hours=1)
        return reply

    other.change = back
    with pytest.raises(Unavailable) as refused:
        peers.ask_json(scene.platform, peer(scene), "greeting", {})
    assert refused.value.code == "peer.untimely_answer"


def test_an_answer_of_another_kind_is_not_used(scene, other):
    for answer in (b"x", ["a list"]):
        other.said["greeting"] = answer
        with pytest.raises(Unavailable) as refused:
            peers.ask_json(scene.platform, peer(scene), "greeting", {})
        assert refused.value.code == "peer.bad_answer"
    other.said["greeting"] = {}
    body = peers.ask(scene.platform, peer(scene), "greeting", {})
    assert json.loads(body) == {}


def test_what_is_no_json_is_not_used(scene, other, monkeypatch):
    monkeypatch.setattr(peers, "ask", lambda *_, **__: b"{")
    with pytest.raises(Unavailable):
        peers.ask_json(scene.platform, peer(scene), "greeting", {})


def test_a_refusal_comes_in_the_peer_s_words(scene, other):
    for status, said, kind, code in (
        (403, {"code": "a.b", "detail": "No.", "remedy": "Ask."}, Refused, "peer.refused"),
        (403, ["x"], Refused, "peer.refused"),
        (500, {"code": "a.b", "detail": "No."}, Unavailable, "peer.failed"),
    ):
        other.said["greeting"] = (status, said)
        with pytest.raises(kind) as refused:
            peers.ask_json(scene.platform, peer(scene), "greeting", {})
        assert refused.value.code == code


def test_a_request_is_heard_as_it_was_signed_and_once(scene, other):
    message = other.message("greeting", {})
    heard = peers.hear(scene.platform, message)
    assert heard.peer.id == "ferries"
    told = peers.answer(scene.platform, heard, 200, peers.JSON, b"{}")
    assert signatures.read_signature(told["Signature"])
    with pytest.raises(NotSignedIn) as refused:
        peers.hear(scene.platform, message)
    assert refused.value.code == "peer.replayed"


def test_a_request_that_is_not_believed_is_on_the_record(scene, other):
    def with_header(name, value):
        message = other.message("greeting", {})
        return replace(message, headers={**message.headers, name: value})

    stranger = OtherNode(scene, NodeIdentity(bytes([5] * 32)))
    late = other.message("greeting", {})
    wrong = [
        (with_header("signature", "x"), "peer.not_signed"),
        (with_header("fairway-audience", "x"), "peer.wrong_audience"),
        (stranger.message("greeting", {}), "peer.unknown"),
        (with_header("content-digest", "x"), "peer.request_digest"),
        (with_header("content-type", "x"), "peer.bad_signature"),
    ]
    for message, code in wrong:
        with pytest.raises(NotSignedIn) as refused:
            peers.hear(scene.platform, message)
        assert refused.value.code == code
    scene.clock.forward(minutes=5)
    with pytest.raises(NotSignedIn) as refused:
        peers.hear(scene.platform, late)
    assert refused.value.code == "peer.untimely"
    codes = [e.details["code"] for e in scene.events(action="peer.not_believed")]
    assert codes == [*(code for _, code in wrong), "peer.untimely"]


def test_a_blocked_peer_is_neither_asked_nor_heard(scene, other):
    peers.block(scene.platform, scene.manager, "ferries")
    with pytest.raises(Refused) as refused:
        peers.ask(scene.platform, peer(scene), "greeting", {})
    assert refused.value.code == "peer.blocked"
    with pytest.raises(NotSignedIn):
        peers.hear(scene.platform, other.message("greeting", {}))
    assert letters.deliver_all(scene.platform) == 0
    assert not products.owner_answers(
        scene.platform, scene.platform.store.products.get("ferries.crossings")
    )
    peers.block(scene.platform, scene.manager, "ferries", blocked=False)
    assert peers.hear(scene.platform, other.message("greeting", {}))


# ------------------------------------------------------------------ catalogues


def test_a_peer_is_told_of_what_lies_here(scene, other):
    scene.publish(CLAIMS + SHOWN)
    told = following.catalogue(scene.platform, Actor("@ferries", Via.PEER))
    assert len(told["contracts"]) == 1
    assert "claims" in told["contracts"][0]


def test_a_peer_knows_of_nothing_that_is_not_for_partners(scene, other):
    scene.publish(CLAIMS)
    assert following.catalogue(scene.platform, Actor("@ferries", Via.PEER))["contracts"] == []
    with pytest.raises(NotFound):
        ask_us(scene, other)
    scene.publish(REGIONS)
    with pytest.raises(Refused) as refused:
        other.use(sql="SELECT region FROM dwp.regions")
    assert refused.value.code == "access.no_such_product"


def test_following_again_takes_what_changed(scene, other):
    newer = CROSSINGS.replace("1.0.0", "1.1.0")
    strange = CROSSINGS.replace("domain: ferries", "domain: dwp")
    other.said["catalogue"] = {"contracts": [newer, OPEN, strange, 7, "nothing"]}
    found = following.follow(scene.platform, scene.manager, "ferries")
    assert (found.added, found.changed) == ((), ("ferries.crossings",))
    assert found.unchanged == ("ferries.ports",)
    assert len(found.refused) == 3
    page = products.show(scene.platform, scene.analyst, "ferries.crossings")
    assert page.owner_current


def test_what_a_peer_offers_no_more_is_withdrawn_and_may_come_back(scene, other):
    other.said["catalogue"] = {"contracts": [OPEN, "nothing"]}  # it may be the one that is missing
    assert following.follow(scene.platform, scene.manager, "ferries").withdrawn == ()
    other.said["catalogue"] = {"contracts": [OPEN]}
    found = following.follow(scene.platform, scene.manager, "ferries")
    assert (found.withdrawn, found.unchanged) == (("ferries.crossings",), ("ferries.ports",))
    event = scene.events(action="peer.follow")[-1]
    assert event.products == ("ferries.crossings",)
    with pytest.raises(NotFound):
        products.show(scene.platform, scene.analyst, "ferries.crossings")
    assert products.find(scene.platform, scene.analyst, "crossings").total == 1  # its ports
    other.said["catalogue"] = {"contracts": [OPEN, CROSSINGS]}
    found = following.follow(scene.platform, scene.manager, "ferries")
    assert (found.changed, found.withdrawn) == (("ferries.crossings",), ())
    assert products.find(scene.platform, scene.analyst, "crossings").total == 2


def test_a_catalogue_that_may_go_on_withdraws_nothing(scene, other, monkeypatch):
    monkeypatch.setattr(following, "MOST_PRODUCTS", 1)
    other.said["catalogue"] = {"contracts": [OPEN]}
    assert following.follow(scene.platform, scene.manager, "ferries").withdrawn == ()


def test_what_is_no_catalogue_is_refused(scene, other):
    other.said["catalogue"] = {"contracts": "x"}
    with pytest.raises(Unavailable):
        following.follow(scene.platform, scene.manager, "ferries")


def test_a_peer_takes_no_contract_s_id_from_this_node(scene, other):
    other.said["catalogue"] = {"contracts": [CROSSINGS.replace("crossings-1", "claims-1")]}
    following.follow(scene.platform, scene.manager, "ferries")
    assert scene.publish(CLAIMS + SHOWN).product.id == "dwp.claims"
