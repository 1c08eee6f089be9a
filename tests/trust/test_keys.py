"""A node takes a new key, over the network: its peers follow it, and nobody takes its place."""

import pytest
from tests.trust.test_use import SUMS
from tests.trust.wire import Caller, Wire, identity_of

from fairway.nouns.errors import FairwayError
from fairway.post.identity import NodeIdentity
from fairway.rules import peers as rules
from fairway.rules import signatures

STRANGER = NodeIdentity(bytes(range(3, 35)))
NEXT = NodeIdentity(bytes(range(4, 36)))


def announcement(key: NodeIdentity, former: NodeIdentity, audience: str) -> dict[str, str]:
    fingerprint = signatures.fingerprint(former.public)
    signed = rules.key_to_sign(fingerprint, key.public.hex(), audience)
    return {"key": key.public.hex(), "proof": key.sign(signed).hex()}


def known(pair) -> str:
    """The key by which DWP knows DfE."""
    return next(p.key for p in pair.dwp.keeper.peers()["items"] if p.id == "dfe")


def test_a_new_key_is_followed_and_the_former_one_is_worth_nothing(pair):
    agreement = pair.agree()
    sealed = pair.dfe.analyst.agreement(agreement).seal.hash
    assert pair.query(SUMS, agreement=agreement).to_arrow().num_rows == 4
    former = identity_of(pair.dfe.workspace)
    audience = signatures.fingerprint(bytes.fromhex(pair.dwp.keeper.peers().own.key))
    wire, dfe = Wire(pair.dwp.address), Caller(former, audience)
    stranger = Caller(STRANGER, audience)
    caught = dfe.request("key", announcement(NEXT, former, audience))

    made = pair.dfe.as_("administrator").renew_key()
    assert list(made.told) == ["dwp"]
    assert known(pair) == made.key == identity_of(pair.dfe.workspace).public.hex()
    assert made.key != former.public.hex()

    # What was agreed stays good, here and there, under the hash of that day; news is signed anew.
    assert pair.query(SUMS, agreement=agreement).to_arrow().num_rows == 4
    assert pair.dfe.analyst.agreement(agreement).seal.hash == sealed
    assert pair.query(SUMS, agreement=pair.agree()).to_arrow().num_rows == 4
    assert pair.dwp.keeper.check_peer("dfe").trouble == ""

    for said in (
        caught,  # on its way since before, and heard too late
        dfe.request("greeting", {}),
        dfe.request("key", announcement(NEXT, former, audience)),
        stranger.request("key", announcement(STRANGER, STRANGER, audience)),
        Caller(STRANGER, audience, claims=dfe.fingerprint).request(
            "key", announcement(STRANGER, former, audience)
        ),
    ):
        assert wire.send(said)[0] == 401
    now = Caller(identity_of(pair.dfe.workspace), audience)
    for key, signer in (
        (former, now.identity),  # back to the former key
        (identity_of(pair.dwp.workspace), now.identity),  # the key of who is told
        (now.identity, now.identity),  # the key that it has
    ):
        status, body = wire.send(now.request("key", announcement(key, signer, audience)))
        assert (status, b"peer." in body) == (409, True)
    wire.close()
    assert known(pair) == made.key


def test_where_nobody_is_told_people_enter_the_key(pair):
    made = pair.dfe.as_("administrator").renew_key(announced=False)
    assert (list(made.told), made["untold"]["dwp"]) == ([], "It was not told.")
    with pytest.raises(FairwayError):
        pair.query(SUMS)
    pair.dwp.keeper.rekey_peer("dfe", made.key)
    assert pair.query(SUMS).to_arrow().num_rows == 4
    told = pair.dwp.as_("auditor").audit(action="peer.rekey", subject="dfe")
    assert told[0].actor == "governance-manager"
