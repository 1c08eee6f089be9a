"""Using what lies at another node."""

import threading
from dataclasses import replace

import pytest
from tests.verbs.other_node import OPEN, arrow
from tests.verbs.partners import SUMS, asked, grant

from fairway.nouns.errors import Cancelled, Refused, Unavailable
from fairway.verbs import (
    following,
    peers,
    queries,
    seals,
)


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


def test_a_query_is_cancelled_while_another_node_works_on_it(scene, other):
    def never(_):
        (running,) = queries.running(scene.platform, scene.analyst)
        cancelling = threading.Thread(
            target=queries.cancel, args=(scene.platform, scene.analyst, running.query)
        )
        cancelling.start()
        cancelling.join()
        assert other.broken.is_set()
        return Unavailable("peer.broken_off", "The answer of the node ferries broke off.")

    other.said["use"] = never
    with pytest.raises(Cancelled):
        scene.query("SELECT port FROM ferries.ports")
    assert scene.events(action="query.stopped")[-1].reason == "The query was cancelled."
    assert "peer.troubled" not in scene.actions()
    assert queries.running(scene.platform, scene.analyst) == ()


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
        seals.check(scene.platform, [store.agreements.get(found.id)])
    assert refused.value.code == "peer.blocked"
    with pytest.raises(Refused):
        scene.query(SUMS)
