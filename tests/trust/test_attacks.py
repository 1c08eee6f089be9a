"""Attacks on a real, served node: requests caught and changed, and those a bad node signs."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from tests.trust import attacks
from tests.trust.astray import ASTRAY, UNUSABLE
from tests.trust.attacks import AGREEMENT, GRANTED, OTHERS
from tests.trust.wire import Caller, Request, Wire, identity_of

from fairway.nouns.errors import FairwayError
from fairway.post.identity import NodeIdentity
from fairway.rules import signatures

STRANGER = NodeIdentity(bytes(range(1, 33)))
HMRC = NodeIdentity(bytes(range(2, 34)))


class Field:
    """DWP's node under attack: an agreement with DfE, one with HMRC, and DfE's own key."""

    def __init__(self, pair) -> None:
        self.pair = pair
        self.wire = Wire(pair.dwp.address)
        audience = signatures.fingerprint(bytes.fromhex(pair.dwp.keeper.peers().own.key))
        self.dfe = Caller(identity_of(pair.dfe.workspace), audience)
        self.hmrc = Caller(HMRC, audience)
        self.stranger = Caller(STRANGER, audience)
        pair.dwp.keeper.add_peer(
            "hmrc", address="http://127.0.0.1:1", key=HMRC.public.hex(), domains=["hmrc"]
        )
        self.agreement = pair.agree()
        self.others = "AG-333333333333"
        asked = attacks.asking(
            agreement=self.others,
            letter="L-hmrc",
            person="hmrc-analyst",
            ends=(datetime.now(UTC).date() + timedelta(days=30)).isoformat(),
        )
        status, body = self.wire.send(self.hmrc.request("letter", asked))
        assert status == 200, body
        pair.dwp.owner.decide(self.others, "approve", "As asked.")
        self.hash = pair.dfe.analyst.agreement(self.agreement).seal.hash
        self.letters = 0

    def real(self, said):
        """The names and the hash in place of what stands for them."""
        self.letters += 1
        text = json.dumps(said).replace(AGREEMENT, self.agreement).replace(OTHERS, self.others)
        return json.loads(
            text.replace('"HASH"', json.dumps(self.hash)).replace(
                "L-000000000000", f"L-{self.letters}"
            )
        )

    def states(self):
        return [self.pair.dwp.owner.agreement(a).state for a in (self.agreement, self.others)]

    def refused(self, request: Request) -> bytes:
        status, body = self.wire.send(request)
        assert status == 0 or 400 <= status < 500, (status, body[:200])
        assert b"CANARY" not in body
        assert b"ARROW" not in body
        return body


@pytest.fixture(scope="module")
def field(pair):
    made = Field(pair)
    yield made
    made.wire.close()


def test_the_honest_request_is_heard(field):
    """Otherwise every attack below would be refused for nothing."""
    said = field.real(attacks.letter(move="suspend", person="governance-manager"))
    status, body = field.wire.send(field.dfe.request("letter", said))
    assert (status, json.loads(body)["state"]) == (200, "suspended")
    said = field.real(attacks.letter(move="resume", person="governance-manager"))
    assert field.wire.send(field.dfe.request("letter", said))[0] == 200
    status, body = field.wire.send(field.dfe.request("use", field.real(attacks.use())))
    assert status == 200
    assert b"E1" in body
    assert b"CANARY" not in body


def test_what_is_caught_and_changed_is_not_heard(field):
    wrong = []
    for category, name, change in attacks.TAMPERED:
        said = field.real(attacks.letter(move="terminate"))
        try:
            request = change(field.dfe.request("letter", said))
            field.refused(request)
        except (AssertionError, ValueError, http.client.InvalidURL) as error:
            wrong.append((category, name, str(error)[:200]))
    assert wrong == []
    assert field.states() == ["active", "active"]


@pytest.mark.parametrize("who", ["stranger", "hmrc"])
def test_a_key_speaks_for_its_own_node_only(field, who):
    other = getattr(field, who)
    said = field.real(attacks.letter(move="terminate"))
    field.refused(other.request("letter", said))
    claims = Caller(other.identity, other.audience, claims=field.dfe.fingerprint)
    assert b"peer.bad_signature" in field.refused(claims.request("letter", said))
    field.refused(other.request("use", field.real(attacks.use())))
    assert field.states() == ["active", "active"]


@pytest.mark.parametrize(("created", "lifetime"), attacks.TIMES)
def test_a_signature_out_of_time_is_not_heard(field, created, lifetime):
    made = field.dfe.made(created, lifetime)
    request = field.dfe.request("use", field.real(attacks.use()), made=made)
    assert b"peer.untimely" in field.refused(request) or created + lifetime <= 0 or lifetime <= 0


def test_what_was_heard_is_not_heard_again(field):
    request = field.dfe.request("use", field.real(attacks.use()))
    assert field.wire.send(request)[0] == 200
    for _ in range(3):
        assert b"peer.replayed" in field.refused(request)


def test_of_many_at_once_one_is_heard(field):
    request = field.dfe.request("greeting", {})

    def send(_: int) -> int:
        wire = Wire(field.pair.dwp.address)
        try:
            return wire.send(request)[0]
        finally:
            wire.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [200] + [401] * 7


def test_a_request_to_one_node_is_no_request_to_another(field):
    request = field.dfe.request("greeting", {}, audience="ab" * 32)
    assert b"peer.wrong_audience" in field.refused(request)
    other = Wire(field.pair.dfe.address)
    status, body = other.send(field.dfe.request("greeting", {}))  # DWP is meant, DfE gets it
    other.close()
    assert status == 401, body


@pytest.mark.parametrize("path", ["greeting", "catalogue", "letter", "use"])
def test_other_doors_keys_do_not_open_this_one(field, path):
    """A person's token, the key of the record, a shared secret: none of them is a node's key."""
    plain = field.dfe.request(path, {})
    token = field.pair.dwp.as_("administrator").create_token(
        "administrator", "three random words", days=1
    )
    bare = Request("POST", plain.target, (("content-type", "application/json"),), plain.body)
    field.refused(bare)
    field.refused(bare.with_header("authorization", f"Bearer {token.secret}"))
    workspace = field.pair.dfe.workspace
    record = NodeIdentity(bytes.fromhex((workspace / "secrets/ledger.key").read_text().strip()))
    field.refused(Caller(record, field.dfe.audience).request(path, {}))
    field.refused(
        Caller(record, field.dfe.audience, claims=field.dfe.fingerprint).request(path, {})
    )


@pytest.mark.parametrize(("category", "name", "said"), attacks.FORGED)
def test_a_forged_letter_changes_nothing(field, category, name, said):
    if category == "the other side's suspension":
        field.pair.dwp.owner.decide(field.agreement, "suspend", "A test.")
        before = ["suspended", "active"]
    else:
        before = ["active", "active"]
    field.refused(field.dfe.request("letter", field.real(said)))
    assert field.states() == before
    if before[0] == "suspended":
        field.pair.dwp.owner.decide(field.agreement, "resume")


@pytest.mark.parametrize(("category", "name", "said"), attacks.USES)
def test_nothing_is_served_past_what_both_signed(field, category, name, said):
    field.refused(field.dfe.request("use", field.real(said)))


@pytest.mark.parametrize("body", attacks.SHAPES, ids=lambda b: repr(b[:12]))
def test_what_is_no_message_is_refused(field, body):
    for path in ("letter", "use"):
        field.refused(field.dfe.request(path, body))


def test_a_suspended_agreement_serves_nothing_from_the_next_request_on(field):
    field.pair.dwp.owner.decide(field.agreement, "suspend", "A test.")
    request = field.dfe.request("use", field.real(attacks.use()))
    assert b"access.agreement_not_active" in field.refused(request)
    field.pair.dwp.owner.decide(field.agreement, "resume")
    assert field.wire.send(field.dfe.request("use", field.real(attacks.use())))[0] == 200


def test_a_blocked_node_is_not_heard(field):
    field.pair.dwp.keeper.block_peer("dfe")
    try:
        request = field.dfe.request("use", field.real(attacks.use()))
        assert b"peer.unknown" in field.refused(request)
        with pytest.raises(FairwayError) as refused:
            field.pair.query(GRANTED)
        assert refused.value.code in {"peer.unsigned_answer", "peer.refused"}
    finally:
        field.pair.dwp.keeper.unblock_peer("dfe")
    assert field.pair.query(GRANTED).to_arrow().num_rows == 4


def test_the_record_names_each_that_was_not_believed(field):
    request = field.dfe.request("greeting", {})
    assert field.wire.send(request)[0] == 200
    field.refused(request)
    created, lifetime = attacks.TIMES[0]
    field.refused(field.dfe.request("greeting", {}, made=field.dfe.made(created, lifetime)))
    field.refused(Request("POST", request.target, (("content-type", "application/json"),), b"{}"))
    field.refused(
        Caller(field.hmrc.identity, field.hmrc.audience, claims=field.dfe.fingerprint).request(
            "greeting", {}
        )
    )
    auditor = field.pair.dwp.as_("auditor")
    codes = {e.details["code"] for e in auditor.audit(action="peer.not_believed", limit=500)}
    assert {"peer.not_signed", "peer.bad_signature", "peer.replayed", "peer.untimely"} <= codes
    assert auditor.verify().intact


# ------------------------------------------------------------------ addresses that lead astray


@pytest.mark.parametrize("address", UNUSABLE)
def test_what_is_no_address_is_not_registered(pair, address):
    with pytest.raises(FairwayError) as refused:
        pair.dfe.keeper.add_peer("astray", address=address, key="ab" * 32, domains=["astray"])
    assert refused.value.code in {"peer.bad_address", "request.invalid"}


def test_an_address_that_leads_to_a_private_network_is_not_gone_to(pair):
    for number, address in enumerate(ASTRAY):
        key = NodeIdentity(bytes([number] * 32)).public.hex()
        name = f"astray{number}"
        pair.dfe.keeper.add_peer(name, address=address, key=key, domains=[name])
        trouble = pair.dfe.keeper.check_peer(name).trouble
        assert "leads to this machine or to a private network" in trouble, (address, trouble)
        pair.dfe.keeper.block_peer(name)
