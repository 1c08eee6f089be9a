"""Peers: registered by key, believed as they signed, agreed with, used, told, and blocked."""

import json
from dataclasses import replace
from datetime import date

import pytest
from tests.scene import CLAIMS, REGIONS, rows_of
from tests.verbs.other_node import CROSSINGS, OPEN, SHOWN, OtherNode, arrow

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput, Conflict, NotFound, NotSignedIn, Refused, Unavailable
from fairway.nouns.people import Actor, Domain, Organisation, Role, Via
from fairway.post.identity import NodeIdentity
from fairway.rules import peers as rules
from fairway.rules import signatures
from fairway.rules.permissions import allows
from fairway.verbs import (
    agreements,
    following,
    hearing,
    letters,
    peers,
    people,
    products,
    queries,
    seals,
)
from fairway.verbs.acting import SYSTEM
from fairway.verbs.asking import Asking

SUMS = "SELECT port, sum(cars) AS cars FROM ferries.crossings GROUP BY port"


@pytest.fixture
def other(scene):
    """Another node, registered and followed."""
    made = OtherNode(scene)
    made.register()
    made.said["catalogue"] = {"contracts": [CROSSINGS, OPEN]}
    following.follow(scene.platform, scene.manager, "ferries")
    return made


def peer(scene):
    return scene.platform.store.peers.get("ferries")


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


# ------------------------------------------------------------------ asking another node


def asked(scene, other, **changed):
    """The analyst's request for a product of the other node, which has arrived there."""
    given = {
        "product": "ferries.crossings",
        "columns": (("port", "keep"), ("cars", "keep")),
        "purpose": "policy-analysis",
        "legal_basis": "gdpr-6-1-e",
        "necessity": "To compare ports.",
        "ends": date(2026, 12, 31),
    } | changed
    draft = agreements.draft(scene.platform, scene.analyst, Asking(**given))
    return agreements.submit(scene.platform, scene.analyst, draft.id)


def grant(scene, other, found, **changed):
    """What the other node tells when its owner approves, signed over the text of it."""
    terms = found.asked
    said = {
        "agreement": found.id,
        "move": "approve",
        "columns": [[c.name, str(c.treatment)] for c in terms.columns],
        "rows": "",
        "starts": terms.starts.isoformat(),
        "ends": terms.ends.isoformat(),
    }
    text = rules.agreement_text(found, terms, other.fingerprint, other.ours)
    signed = {
        "hash": rules.agreement_hash(text),
        "signature": other.identity.sign(rules.to_sign(text)).hex(),
    }
    return other.tell(**said | signed | changed)


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


# ------------------------------------------------------------------ using what lies elsewhere


def test_a_query_is_worked_out_where_the_data_lies(scene, other):
    found = asked(scene, other)
    grant(scene, other, found)
    # The engine's sum is wider than Arrow's whole numbers; a decimal carries it.
    import pyarrow as pa

    table = pa.table({"port": ["A"], "cars": pa.array([3]).cast(pa.decimal128(38, 0))})
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    other.said["use"] = bytes(out.getvalue().to_pybytes())
    assert [(r["port"], int(r["cars"])) for r in scene.query(SUMS)] == [("A", 3)]
    name, said = other.heard[-1]
    assert (name, said["person"], said["purpose"]) == ("use", "dfe-analyst", "policy-analysis")
    seal = scene.platform.store.peers.seal(found.id)
    assert said["agreements"] == {found.id: seal.hash}
    done = scene.events(action="query.completed")[-1]
    assert done.query_id == said["query"]
    assert done.details["parts"][0]["bytes"] > 0


def test_an_open_product_needs_no_agreement(scene, other):
    other.said["use"] = arrow(port=["A"])
    assert scene.query("SELECT port FROM ferries.ports") == [{"port": "A"}]
    assert other.heard[-1][1]["agreements"] == {}


def test_a_peer_that_fails_ends_the_query_and_is_named(scene, other):
    other.said["use"] = Unavailable("peer.too_slow", "The node ferries is slow.")
    with pytest.raises(Unavailable) as refused:
        scene.query("SELECT port FROM ferries.ports")
    assert refused.value.code == "peer.too_slow"
    assert {"peer.troubled", "query.stopped"} <= set(scene.actions())
    other.said["use"] = (403, {"code": "a.b", "detail": "No."})
    with pytest.raises(Refused):
        scene.query("SELECT port FROM ferries.ports")


def test_an_earlier_state_of_another_node_s_product_is_not_served(scene, other):
    allowed = "customProperties: [{property: earlierVersions, value: allowed}, "
    text = OPEN.replace("customProperties: [", allowed).replace("1.0.0", "1.1.0")
    other.said["catalogue"] = {"contracts": [text]}
    following.follow(scene.platform, scene.manager, "ferries")
    with pytest.raises(Refused) as refused:
        scene.query("SELECT port FROM ferries.ports", as_of={"*": "1"})
    assert refused.value.code == "version.elsewhere"


def test_an_agreement_that_is_not_signed_as_it_stands_is_not_used(scene, other):
    found = asked(scene, other)
    grant(scene, other, found)
    store = scene.platform.store
    good = store.peers.seal(found.id)
    for seal, code in (
        (replace(good, source_signature=""), "peer.agreement_unsigned"),
        (replace(good, text=b"{}"), "peer.agreement_differs"),
        (replace(good, source_signature="00" * 64), "peer.agreement_differs"),
    ):
        with store.transaction():
            store.peers.put_seal(seal)
        with pytest.raises(Refused) as refused:
            scene.query(SUMS)
        assert refused.value.code == code
    with store.transaction():
        store.peers.put_seal(good)
    peers.block(scene.platform, scene.manager, "ferries")
    with pytest.raises(Refused) as refused:
        seals.check(scene.platform, store.agreements.get(found.id))
    assert refused.value.code == "peer.blocked"
    with pytest.raises(Refused):
        scene.query(SUMS)


# ------------------------------------------------------------------ being the source


def ask_us(scene, other, **changed):
    said = {
        "kind": "ask",
        "agreement": "AG-000000000000",
        "person": "ferries-analyst",
        "product": "dwp.claims",
        "purpose": "policy-analysis",
        "legal_basis": "gdpr-6-1-e",
        "necessity": "To test.",
        "columns": [["region", "keep"], ["weeks", "keep"]],
        "rows": "weeks > 4",
        "starts": "2026-03-01",
        "ends": "2026-12-31",
    } | changed
    return other.tell(**said)


def countersign(other):
    """Answer an approval as an honest consumer: sign the text that was granted."""

    def answer(said):
        if said.get("move") != "approve":
            return {}
        seal = other.scene.platform.store.peers.seal(said["agreement"])
        return {"signature": other.identity.sign(rules.to_sign(seal.text)).hex()}

    return answer


def test_a_request_from_elsewhere_is_decided_and_used_here(scene, other, monkeypatch):
    scene.publish(CLAIMS + SHOWN)
    assert ask_us(scene, other)["state"] == "submitted"
    page = agreements.inbox(scene.platform, scene.owner)[0]
    assert page.agreement.asker == "ferries-analyst@ferries"
    other.said["letter"] = countersign(other)
    scene.move(scene.owner, "AG-000000000000", Move.APPROVE)
    seal = scene.platform.store.peers.seal("AG-000000000000")
    assert seal.source_signature
    assert seal.consumer_signature
    sql = "SELECT region, sum(weeks) AS weeks FROM dwp.claims GROUP BY region"
    told = {"agreements": {seal.agreement: seal.hash}}
    body = other.use(sql=sql, **told)
    assert sorted(r["region"] for r in rows_of(body)) == ["London", "Scotland", "Wales"]
    done = scene.events(action="query.completed")[-1]
    assert (done.actor, done.query_id) == ("ferries-analyst@ferries", "Q-000000000000")
    assert done.agreements == ("AG-000000000000",)
    with pytest.raises(Refused) as refused:
        other.use(sql=sql, agreements={seal.agreement: "0" * 64})
    assert refused.value.code == "peer.agreement_differs"
    with pytest.raises(Refused):
        other.use(sql="SELECT health FROM dwp.claims", **told)
    with pytest.raises(Refused):
        other.use(sql="SELECT port FROM ferries.ports", **told)
    bad = "SELECT CAST(region AS INTEGER) AS x FROM dwp.claims"
    with pytest.raises(BadInput):
        other.use(sql=bad, **told)
    monkeypatch.setattr(queries, "HELD_BYTES", -1)  # what is large fails while it is gathered
    with pytest.raises(BadInput):
        other.use(sql=bad, **told)
    assert scene.actions()[-1] == "query.stopped"
    other.tell(agreement=seal.agreement, move="terminate", note="x", person="anybody")
    with pytest.raises(Refused):
        other.use(sql=sql, **told)


def test_an_approval_that_the_other_node_does_not_sign_is_not_used(scene, other):
    scene.publish(CLAIMS + SHOWN)
    ask_us(scene, other)
    other.said["letter"] = {"signature": "00"}
    scene.move(scene.owner, "AG-000000000000", Move.APPROVE)
    assert "letter.refused" in scene.actions()
    with pytest.raises(Refused) as refused:
        other.use(sql="SELECT region FROM dwp.claims", agreements={})
    assert refused.value.code == "peer.agreement_unsigned"


def test_the_other_node_s_asker_alone_withdraws(scene, other):
    scene.publish(CLAIMS + SHOWN)
    ask_us(scene, other)
    agreement = "AG-000000000000"
    with pytest.raises(Refused):
        other.tell(agreement=agreement, move="withdraw", person="somebody")
    told = other.tell(agreement=agreement, move="withdraw", person="ferries-analyst")
    assert told["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agreement": ""}, "peer.bad_letter"),
        ({"person": ""}, "peer.bad_letter"),
        ({"product": "dwp.regions"}, "agreement.not_needed"),
        ({"product": "ferries.crossings"}, "product.not_found"),
        ({"columns": []}, "agreement.incomplete"),
    ],
)
def test_a_request_that_cannot_be_taken_is_refused(scene, other, changed, code):
    scene.publish(CLAIMS + SHOWN)
    shown = "customProperties: [{property: visibility, value: partners}, "
    scene.publish(REGIONS.replace("customProperties: [", shown))
    with pytest.raises((BadInput, NotFound, Refused)) as refused:
        ask_us(scene, other, **changed)
    assert refused.value.code == code


def test_a_request_is_taken_once_and_only_where_somebody_decides(scene, other):
    scene.publish(CLAIMS + SHOWN)
    ask_us(scene, other)
    with pytest.raises(Conflict) as refused:
        ask_us(scene, other)
    assert refused.value.code == "peer.agreement_exists"
    people.end_appointment(
        scene.platform, scene.manager, "dwp-owner", Role.DATA_OWNER, "dwp", date(2026, 1, 1)
    )
    with pytest.raises(Refused) as refused:
        ask_us(scene, other, agreement="AG-111111111111")
    assert refused.value.code == "agreement.no_owner"


@pytest.mark.parametrize(
    "changed",
    [{"query": ""}, {"person": ""}, {"agreements": []}, {"seconds": "x"}, {"sql": 1}],
)
def test_a_part_that_cannot_be_read_is_refused(scene, other, changed):
    with pytest.raises(BadInput):
        other.use(**{"sql": "SELECT 1", **changed})


def test_a_name_that_is_no_person_s_is_not_known(scene):
    assert peers.known_person(scene.platform, "dfe-analyst").id == "dfe-analyst"
    assert peers.known_person(scene.platform, "nobody") is None
    assert peers.known_person(scene.platform, "a@ferries").name == "a"
