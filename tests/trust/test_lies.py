"""A node that lies: each lie is refused under a code that names it, and the rest goes on."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.trust.attacks import FORGERIES
from tests.trust.conftest import PURPOSE, contract
from tests.trust.liar import LIES, Liar, honest
from tests.trust.wire import Caller, Wire

from fairway.nouns.errors import FairwayError
from fairway.post.identity import NodeIdentity
from fairway.rules import peers as rules
from fairway.rules import signatures

SQL = "SELECT area, n FROM liar.open"


@pytest.fixture(scope="module")
def liar(pair):
    kinds = {"area": "string", "n": "integer"}
    contracts = [
        contract("liar", "open", kinds, is_open=True),
        contract("liar", "closed", {**kinds, "secret": "string"}),
        contract("dwp", "households", kinds),
        contract("dfe", "places", kinds),
        "not a contract",
    ]
    with Liar(NodeIdentity(bytes(range(7, 39))), contracts).serving() as made:
        pair.dfe.keeper.add_peer(
            "liar", address=made.address, key=made.identity.public.hex(), domains=["liar"]
        )
        yield made


@pytest.fixture
def followed(pair, liar):
    found = pair.dfe.keeper.follow("liar")
    liar.lie = honest
    return found


def test_a_node_offers_only_what_it_speaks_for(pair, followed):
    assert {*followed.added, *followed.unchanged} == {"liar.open", "liar.closed"}
    assert len(followed.refused) == 3
    assert pair.dfe.analyst.show("dwp.households").version == "1.0.0"


def test_the_honest_answer_is_taken(pair, followed):
    assert pair.query(SQL).to_arrow().to_pydict() == {"area": ["E1", "E2"], "n": [1, 2]}


@pytest.mark.parametrize(("category", "name", "lie", "codes"), LIES)
def test_a_lie_is_named_and_nothing_of_it_is_used(pair, followed, liar, category, name, lie, codes):
    liar.lie = lie
    with pytest.raises(FairwayError) as refused:
        pair.dfe.analyst.query(
            SQL, purpose=PURPOSE, limits={"seconds": 1.0} if "slow" in category else None
        )
    assert refused.value.code in codes
    assert "liar" in refused.value.message


def test_an_answer_that_was_given_before_is_no_answer(pair, followed, liar):
    caught = []

    def remembered(answering) -> bytes:
        caught.append(honest(answering))
        return caught[0]

    liar.lie = remembered
    assert pair.query(SQL).to_arrow().num_rows == 2
    with pytest.raises(FairwayError) as refused:
        pair.query(SQL)
    assert refused.value.code == "peer.bad_answer_signature"


def test_the_others_go_on(pair, followed, liar):
    liar.lie = lambda _: b""
    assert pair.query("SELECT count(*) AS n FROM dfe.places").to_arrow().to_pydict() == {"n": [3]}
    with pytest.raises(FairwayError):
        pair.query(SQL)
    page = next(p for p in pair.dfe.keeper.peers()["items"] if p.id == "liar")
    assert "liar" in page.trouble


# ------------------------------------------------------------------ what the source forges


@pytest.fixture
def request_of_ours(pair, followed, liar):
    """A request for two columns that waits for the liar's decision, and how the liar speaks."""
    asked = pair.dfe.analyst.request(
        "liar.closed",
        columns=["area", "n"],
        scope="n > 1",
        purpose=PURPOSE,
        legal_basis="gdpr-6-1-e",
        necessity="To test.",
        ends=datetime.now(UTC).date() + timedelta(days=30),
    )
    own = signatures.fingerprint(bytes.fromhex(pair.dfe.keeper.peers().own.key))
    wire = Wire(pair.dfe.address)
    yield asked, Caller(liar.identity, own), wire
    wire.close()


def granted(asked, caller: Caller, **changed):
    """The letter of an approval, signed over what it says."""
    said = {
        "letter": f"L-{time.monotonic_ns()}",
        "kind": "move",
        "agreement": asked.id,
        "person": "liar-owner",
        "move": "approve",
        "note": "",
        "columns": [["area", "keep"], ["n", "keep"]],
        "rows": "n > 1",
        "starts": asked.asked.starts,
        "ends": asked.asked.ends,
        **changed,
    }
    text = rules.agreement_text(
        _as_agreement(asked, said), _terms(said), caller.fingerprint, caller.audience
    )
    signature = caller.identity.sign(rules.to_sign(text)).hex()
    return {"hash": rules.agreement_hash(text), "signature": signature} | said


def _terms(said):
    from datetime import date

    from fairway.nouns.agreements import GrantedColumn, Terms
    from fairway.nouns.products import LogicalType
    from fairway.rules import scopes, treatments

    kinds = {"area": LogicalType.STRING, "n": LogicalType.INTEGER, "secret": LogicalType.STRING}
    return Terms(
        tuple(GrantedColumn(name, treatments.parse(how)) for name, how in said["columns"]),
        scopes.parse(said["rows"], kinds) if said["rows"] else None,
        date.fromisoformat(said["starts"]),
        date.fromisoformat(said["ends"]),
    )


def _as_agreement(asked, said):
    from fairway.nouns.agreements import Agreement, State

    return Agreement(
        asked.id,
        "liar.closed",
        "dfe-analyst",
        PURPOSE,
        "gdpr-6-1-e",
        "To test.",
        _terms(said),
        None,
        State.SUBMITTED,
        datetime.now(UTC),
    )


@pytest.mark.parametrize("changed", FORGERIES, ids=lambda c: str(c)[:40])
def test_a_grant_of_more_than_was_asked_or_signed_is_refused(pair, request_of_ours, changed):
    asked, caller, wire = request_of_ours
    status, _ = wire.send(caller.request("letter", granted(asked, caller, **changed)))
    assert 400 <= status < 500
    assert pair.dfe.analyst.agreement(asked.id).state == "submitted"


def test_an_honest_grant_is_signed_by_both(pair, request_of_ours):
    asked, caller, wire = request_of_ours
    status, body = wire.send(caller.request("letter", granted(asked, caller)))
    assert status == 200, body
    made = pair.dfe.analyst.agreement(asked.id)
    assert made.state == "active"
    text = made.seal.text.encode()
    own = bytes.fromhex(pair.dfe.keeper.peers().own.key)
    signed = bytes.fromhex(made.seal.consumer_signature)
    assert caller.identity.holds(own, rules.to_sign(text), signed)


def test_the_source_cannot_change_what_was_signed(pair, request_of_ours):
    asked, caller, wire = request_of_ours
    assert wire.send(caller.request("letter", granted(asked, caller)))[0] == 200
    again = granted(asked, caller, columns=[["area", "keep"]])
    assert wire.send(caller.request("letter", again))[0] == 409
