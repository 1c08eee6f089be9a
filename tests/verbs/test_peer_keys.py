"""Keys of nodes that change: announced, entered by hand, and never taken back."""

from dataclasses import replace

import pytest
from tests.verbs.partners import asked, grant, peer

from fairway.nouns.errors import BadInput, Conflict, NotFound, NotSignedIn, Refused, Unavailable
from fairway.post.identity import NodeIdentity
from fairway.rules import peers as rules
from fairway.rules import signatures
from fairway.verbs import letters, peer_keys, peers, seals

NEXT = NodeIdentity(bytes([7] * 32))


def announced(other, key=NEXT, *, signer=None, former="", said=None):
    """What the other node says when it takes a new key, heard here."""
    signed = rules.key_to_sign(former or other.fingerprint, key.public.hex(), other.ours)
    honest = {"key": key.public.hex(), "proof": (signer or key).sign(signed).hex()}
    return other._believed("key", honest | (said or {}))


def test_a_peer_that_announces_its_new_key_is_known_by_it_alone(scene, other):
    heard = announced(other)
    told = peer_keys.hear(scene.platform, heard)
    assert told == {"fingerprint": signatures.fingerprint(NEXT.public)}
    assert peer(scene).key == NEXT.public.hex()
    (former,) = scene.platform.store.peers.former_keys("ferries")
    assert former.key == other.identity.public.hex()
    event = scene.events(action="peer.rekey")[-1]
    assert (event.actor, event.subject) == ("@ferries", "ferries")
    assert event.details["fingerprint"] == told["fingerprint"]
    with pytest.raises(NotSignedIn) as refused:
        other._believed("greeting", {})
    assert refused.value.code == "peer.unknown"
    with pytest.raises(Conflict) as raced:  # believed before, done after
        peer_keys.hear(scene.platform, heard)
    assert raced.value.code == "peer.key_changed"
    other.identity = NEXT
    assert other._believed("greeting", {}).peer.id == "ferries"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"said": {"proof": "00" * 64}}, "peer.bad_key_proof"),
        ({"said": {"proof": "no signature"}}, "peer.bad_key_proof"),
        ({"former": "another node's"}, "peer.bad_key_proof"),
        ({"said": {"key": "00"}}, "peer.bad_key"),
        ({"said": {"key": "00" * 32}}, "peer.bad_key_proof"),  # a key under which much holds
    ],
)
def test_an_announcement_that_proves_nothing_changes_nothing(scene, other, changed, code):
    before, heard = peer(scene), announced(other, **changed)
    with pytest.raises((BadInput, Refused)) as refused:
        peer_keys.hear(scene.platform, heard)
    assert (refused.value.code, peer(scene)) == (code, before)


def test_a_key_that_somebody_else_signs_for_is_not_taken(scene, other):
    with pytest.raises(Refused):
        peer_keys.hear(scene.platform, announced(other, signer=other.identity))


def test_a_key_that_any_node_has_or_had_is_not_taken(scene, other):
    own = scene.platform.identity
    with pytest.raises(Conflict) as taken:
        peer_keys.hear(scene.platform, announced(other, key=own))
    assert taken.value.code == "peer.own_key"
    boats = NodeIdentity(bytes([9] * 32))
    peers.add(
        scene.platform,
        scene.manager,
        "boats",
        name="",
        address="https://boats.example",
        key=boats.public.hex(),
        domains=["boats"],
    )
    with pytest.raises(Conflict) as taken:
        peer_keys.hear(scene.platform, announced(other, key=boats))
    assert taken.value.code == "peer.key_taken"
    first = other.identity
    peer_keys.hear(scene.platform, announced(other))
    other.identity = NEXT
    with pytest.raises(Conflict) as back:  # back to the former key
        peer_keys.hear(scene.platform, announced(other, key=first))
    assert back.value.code == "peer.key_former"
    with pytest.raises(Conflict) as back:
        peer_keys.rekey(scene.platform, scene.manager, "ferries", first.public.hex())
    assert back.value.code == "peer.key_former"
    with pytest.raises(Conflict) as back:
        peers.add(
            scene.platform,
            scene.manager,
            "ships",
            name="",
            address="https://ships.example",
            key=first.public.hex(),
            domains=["ships"],
        )
    assert back.value.code == "peer.key_former"


def test_a_key_is_entered_by_hand_where_the_former_one_is_worth_nothing(scene, other):
    made = peer_keys.rekey(
        scene.platform, scene.manager, "ferries", f" {NEXT.public.hex().upper()} "
    )
    assert made.fingerprint == signatures.fingerprint(NEXT.public)
    assert scene.events(action="peer.rekey")[-1].actor == scene.manager.person
    with pytest.raises(NotSignedIn):
        peer_keys.hear(scene.platform, announced(other))
    with pytest.raises(BadInput):
        peer_keys.rekey(scene.platform, scene.manager, "ferries", "key")
    with pytest.raises(NotFound):
        peer_keys.rekey(scene.platform, scene.manager, "boats", "00" * 32)


def test_agreements_signed_with_former_keys_stay_good(scene, other):
    found = asked(scene, other)
    grant(scene, other, found)
    held = scene.platform.store.agreements.get(found.id)
    (before,) = seals.check(scene.platform, [held])
    peer_keys.hear(scene.platform, announced(other))
    assert seals.check(scene.platform, [held]) == (before,)
    other.identity, other.knows_us = NEXT, other.ours
    other.said["key"] = {}
    peer_keys.renew(scene.platform, scene.administrator)
    assert seals.check(scene.platform, [held]) == (before,)
    forged = replace(before, source_signature=NEXT.sign(rules.to_sign(before.text)).hex())
    with scene.platform.store.transaction():  # the new key signs a text that names the former
        scene.platform.store.peers.put_seal(forged)
    with pytest.raises(Refused):
        seals.check(scene.platform, [held])


def test_this_node_takes_a_new_key_and_tells_its_peers(scene, other):
    before, other.knows_us = peers.own_key(scene.platform), other.ours
    other.said["key"] = {}
    made = peer_keys.renew(scene.platform, scene.administrator)
    assert made.key == peers.own_key(scene.platform) != before
    assert (made.told, made.untold) == (("ferries",), {})
    name, said = other.heard[-1]
    signed = rules.key_to_sign(other.knows_us, made.key, other.fingerprint)
    assert (name, said["key"]) == ("key", made.key)
    holds = scene.platform.identity.holds
    assert holds(bytes.fromhex(made.key), signed, bytes.fromhex(said["proof"]))
    (former,) = scene.platform.store.peers.former_keys("")
    assert former.key == before
    event = scene.events(action="peer.renew_key")[-1]
    assert event.details["former"] == other.knows_us
    assert (event.details["fingerprint"], event.details["told"]) == (made.fingerprint, ["ferries"])
    other.knows_us = ""
    assert peers.check(scene.platform, scene.manager, "ferries").contact.trouble == ""


def test_who_is_not_reached_or_not_told_is_named(scene, other):
    other.said["key"] = Unavailable("peer.unreachable", "It is down.")
    made = peer_keys.renew(scene.platform, scene.administrator)
    assert (made.told, made.untold) == ((), {"ferries": "It is down."})
    asked_before = len(other.heard)
    made = peer_keys.renew(scene.platform, scene.administrator, announced=False)
    assert made.untold == {"ferries": "It was not told."}
    peers.block(scene.platform, scene.manager, "ferries")
    made = peer_keys.renew(scene.platform, scene.administrator)
    assert made.untold == {"ferries": "It is blocked here."}
    assert len(other.heard) == asked_before
    assert len(scene.platform.store.peers.former_keys("")) == 3


def test_a_key_is_not_given_up_while_what_it_signed_is_on_its_way(scene, other):
    other.said["letter"] = Unavailable("peer.unreachable", "It is down.")
    asked(scene, other)
    before = peers.own_key(scene.platform)
    with pytest.raises(Conflict) as waits:
        peer_keys.renew(scene.platform, scene.administrator)
    assert (waits.value.code, peers.own_key(scene.platform)) == ("peer.letters_wait", before)
    other.said["letter"] = {}
    letters.deliver_all(scene.platform)
    other.said["key"] = {}
    other.knows_us = other.ours
    assert peer_keys.renew(scene.platform, scene.administrator).told == ("ferries",)
