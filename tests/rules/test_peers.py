"""What holds between nodes: names, the text that both sign, and who may move what."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fairway.nouns.agreements import Agreement, GrantedColumn, Move, Party, State, Step, Terms
from fairway.nouns.errors import BadInput
from fairway.nouns.peers import Part, Peer
from fairway.nouns.scopes import Comparison, Operator
from fairway.nouns.treatments import KEEP
from fairway.rules import peers as rules

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PEER = Peer("dwp", "DWP", "https://data.example.gov.uk", "ab" * 32, ("dwp",), "admin", NOW)
TERMS = Terms((GrantedColumn("area", KEEP),), None, date(2026, 3, 2), date(2027, 3, 2))
AGREEMENT = Agreement(
    "AG-000000000000",
    "dwp.households",
    "dfe-analyst",
    "policy-analysis",
    "gdpr-6-1-e",
    "To test.",
    TERMS,
    TERMS,
    State.ACTIVE,
    NOW,
)


def test_a_peer_as_it_should_be_is_taken():
    rules.check_peer(PEER)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id", "", "peer.bad_id"),
        ("id", "DWP", "peer.bad_id"),
        ("id", "a@b", "peer.bad_id"),
        ("key", "ab", "peer.bad_key"),
        ("key", "zz" * 32, "peer.bad_key"),
        ("address", "ftp://data.example", "peer.bad_address"),
        ("address", "https://data.example/path", "peer.bad_address"),
        ("address", "https://user@data.example", "peer.bad_address"),
        ("domains", (), "peer.no_domain"),
        ("domains", ("d-w-p",), "domain.bad_id"),
    ],
)
def test_a_peer_that_cannot_be_is_refused(field, value, code):
    with pytest.raises(BadInput) as refused:
        rules.check_peer(replace(PEER, **{field: value}))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example",
        "http://127.0.0.1:8000",
        "https://[::1]:8000/",
        "https://a",
        "http://a:1",
    ],
)
def test_an_address_of_a_node(address):
    assert rules.is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "a.example", "https://", "https://a.example?x", "https://a.example#x", "https://a b"),
        *("https://a.example:0", "https://a.example:65536", "https://a.example:x", "file:///etc"),
        *("https://a.example\r\nHost: b", "https://a.example/../x", "https://é.example", "//a"),
        *("https://-a", "https://a@b", "https://a\\b", "https://a%2eb", "javascript:alert(1)"),
    ],
)
def test_what_is_no_address_of_a_node(address):
    assert not rules.is_address(address)


def test_a_person_of_a_peer_has_a_name_that_nobody_here_can_have():
    name = rules.person_at("dfe-analyst", "dfe")
    assert (rules.own_name(name), rules.peer_of(name)) == ("dfe-analyst", "dfe")
    assert rules.peer_of("dfe-analyst") == ""
    with pytest.raises(BadInput):
        rules.check_id(name, "person")


@pytest.mark.parametrize(
    "told", [{"person": "a@b"}, {"query": "Q-1"}, {"agreement": "AG-../etc"}, {"person": "A"}]
)
def test_a_name_that_a_peer_tells_is_checked(told):
    with pytest.raises(BadInput):
        rules.check_told(**told)
    rules.check_told(person="a", query="Q-0123456789ab", agreement="AG-0123456789ab")


def text(agreement: Agreement = AGREEMENT, terms: Terms = TERMS) -> bytes:
    return rules.agreement_text(agreement, terms, "s" * 64, "c" * 64)


def test_both_nodes_write_the_same_text():
    elsewhere = replace(AGREEMENT, asker="dfe-analyst@dfe", state=State.SUSPENDED)
    assert text(elsewhere) == text()
    assert json.loads(text())["columns"] == [["area", "keep"]]
    assert len(rules.agreement_hash(text())) == 64
    assert rules.to_sign(text()).endswith(text())


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "AG-000000000001"},
        {"product": "dwp.other"},
        {"asker": "other"},
        {"purpose": "research"},
        {"legal_basis": "other"},
        {"necessity": "Other."},
    ],
)
def test_another_agreement_has_another_text(changed):
    assert text(replace(AGREEMENT, **changed)) != text()


def test_other_terms_have_another_text():
    scope = Comparison("area", Operator.EQUAL, "E1")
    for terms in (
        replace(TERMS, columns=()),
        replace(TERMS, scope=scope),
        replace(TERMS, starts=date(2026, 3, 3)),
        replace(TERMS, ends=date(2027, 3, 3)),
    ):
        assert text(terms=terms) != text()
    assert rules.agreement_text(AGREEMENT, TERMS, "c" * 64, "s" * 64) != text()


def test_each_side_tells_its_own_moves_only():
    at_source = replace(AGREEMENT, asker="dfe-analyst@dfe")
    assert rules.told_by(at_source, "dfe") is rules.FROM_CONSUMER
    assert rules.told_by(AGREEMENT, "dwp") is rules.FROM_SOURCE
    deciding = {Move.APPROVE, Move.REFUSE, Move.QUESTION}
    assert not deciding & set(rules.FROM_CONSUMER)
    assert Party.ASKER not in rules.FROM_SOURCE.values()
    assert Party.OWNER not in rules.FROM_CONSUMER.values()


@pytest.mark.parametrize(
    ("state", "who", "asks", "may"),
    [
        (State.SUSPENDED, "dwp-owner", "", True),
        (State.SUSPENDED, "dwp-owner", "dfe", False),
        (State.SUSPENDED, "manager@dfe", "dfe", True),
        (State.SUSPENDED, "manager@dfe", "", False),
        (State.SUSPENDED, "manager@dfe", "hmrc", False),
        (State.ACTIVE, "dwp-owner", "", False),
    ],
)
def test_only_the_side_that_suspended_resumes(state, who, asks, may):
    step = Step(NOW, who, Move.SUSPEND, State.ACTIVE, State.SUSPENDED, "Why.")
    assert rules.may_resume(replace(AGREEMENT, state=state, history=(step,)), asks) is may


def test_a_suspension_without_a_history_is_of_this_node():
    assert rules.may_resume(replace(AGREEMENT, state=State.SUSPENDED))


def test_a_part_is_named_by_where_its_answer_stands():
    assert Part("dwp", "SELECT 1", "fairway parts", "p1", ()).name == "fairway parts.p1"


def test_what_is_no_business_of_the_other_node_is_not_told():
    here, there = AGREEMENT, replace(AGREEMENT, asker="dfe-analyst@dfe")
    assert rules.worth_telling(here, Move.SUBMIT)
    assert rules.worth_telling(there, Move.APPROVE)
    assert not rules.worth_telling(here, Move.APPROVE)
    assert not rules.worth_telling(there, Move.ANSWER)
