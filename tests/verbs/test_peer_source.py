"""Being the source: what another node asks of this one, and what it gets."""

from datetime import date

import pytest
from tests.scene import CLAIMS, REGIONS, rows_of
from tests.verbs.other_node import SHOWN
from tests.verbs.partners import ask_us

from fairway.nouns.agreements import Move
from fairway.nouns.errors import BadInput, Cancelled, Conflict, NotFound, Refused
from fairway.nouns.people import Role
from fairway.rules import peers as rules
from fairway.verbs import (
    agreements,
    peers,
    people,
    queries,
)
from fairway.verbs.cancelling import Cancellation


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


def test_a_part_is_worked_out_under_the_agreements_that_are_named_with_it(scene, other):
    scene.publish(CLAIMS + SHOWN)
    other.said["letter"] = countersign(other)
    names = ["AG-000000000000", "AG-000000000001"]
    hashes = {}
    for name, rows in zip(names, ("weeks > 4", "region = 'Wales'"), strict=True):
        ask_us(scene, other, agreement=name, rows=rows)
        scene.move(scene.owner, name, Move.APPROVE)
        hashes[name] = scene.platform.store.peers.seal(name).hash
    sql = "SELECT region, weeks FROM dwp.claims"

    def regions(*told):
        body = other.use(sql=sql, agreements={name: hashes[name] for name in told})
        assert scene.events(action="query.completed")[-1].agreements == told
        return {r["region"] for r in rows_of(body)}

    assert regions(*names) == {"Wales"}
    assert regions(names[0]) == {"London", "Scotland", "Wales"}
    assert regions(names[1]) == {"Wales"}
    with pytest.raises(Refused) as refused:
        other.use(sql=sql, agreements={})
    assert refused.value.code == "peer.agreement_differs"


def test_a_part_whose_caller_hung_up_is_not_worked_out(scene, other):
    scene.publish(REGIONS.replace("customProperties: [", SHOWN.strip().removesuffix("]") + ", "))
    gone = Cancellation()
    gone.cancel()
    with pytest.raises(Cancelled):
        other.use(gone.attach, sql="SELECT * FROM dwp.regions", agreements={})
    assert [e.reason for e in scene.events(action="query.denied")] == ["The query was cancelled."]
    assert scene.events(action="query.granted") == []
