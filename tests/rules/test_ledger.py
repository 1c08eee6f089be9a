import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.ledger.events import an_event, events, json_values, texts

from fairway.rules.ledger import (
    GENESIS,
    Kept,
    body_bytes,
    canonical,
    check,
    checkpoint_bytes,
    entry_hash,
    event_bytes,
    event_facets,
    facets,
    moment,
    plain,
    read_event,
    seal,
)


def kept(event, sequence=1, previous=GENESIS):
    entry = seal(event, sequence, previous)
    return Kept(sequence, entry.body, previous, entry.hash, event_facets(event))


# ------------------------------------------------------------------ bytes


def test_the_bytes_of_an_entry_are_these_and_no_others():
    event = replace(an_event(), query="Prys £ — 'x'", details={"b": [1, 2.5, None], "a": True})
    entry = seal(event, 7, "ab" * 32)
    assert entry.body.decode() == (
        '{"event":{"action":"query.completed","actor":"analyst","agreements":["agr-1"],'
        '"at":"2026-03-01T12:00:00.000000Z","columns":["labour.claims.region"],'
        '"details":{"a":true,"b":[1,2.5,null]},"outcome":"done","products":["labour.claims"],'
        '"purpose":"policy-analysis","query":"Prys £ — \'x\'","query_id":"q-0","rows":12,'
        '"subject":"q-0","via":"python"},"previous":"' + "ab" * 32 + '","sequence":7}'
    )
    assert entry.hash == hashlib.sha256(b"\x00" + entry.body).hexdigest()
    assert (entry.sequence, entry.event, entry.previous) == (7, event, "ab" * 32)


def test_bytes_written_before_are_used_as_they_are():
    event = an_event()
    assert seal(event, 1, GENESIS, event_bytes(event)) == seal(event, 1, GENESIS)


@given(events)
@example(an_event(query="half a pair: \ud800", actor="nul: \x00"))
def test_an_event_comes_back_as_it_was(event):
    body = body_bytes(event_bytes(event), 1, GENESIS)
    assert read_event(body) == event
    assert canonical(json.loads(body)) == body


@given(st.dictionaries(texts, json_values, min_size=2))
def test_the_order_of_keys_makes_no_difference(details):
    turned = dict(reversed(details.items()))
    assert event_bytes(an_event(details=details)) == event_bytes(an_event(details=turned))


def test_a_time_is_kept_in_utc_to_the_microsecond():
    summer = timezone(timedelta(hours=1))
    assert moment(datetime(2026, 7, 1, 9, tzinfo=summer)) == "2026-07-01T08:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2026, 7, 1, 9))


@pytest.mark.parametrize(
    "details",
    [{"n": float("nan")}, {"n": float("inf")}, {1: "a"}, {"a": [{2: 3}]}, {"a": {None: 1}},
     {"a": object()}, {"a": {"b": {1: 2}}}],
)  # fmt: skip
def test_details_that_json_would_change_are_refused(details):
    with pytest.raises((ValueError, TypeError)):
        event_bytes(an_event(details=details))


@pytest.mark.parametrize("rows", [-1, 2**63, True, 1.5, "12"])
def test_rows_are_a_number_that_a_table_holds(rows):
    with pytest.raises(ValueError, match="rows"):
        event_bytes(an_event(rows=rows))


def test_a_body_that_is_not_an_entrys_is_refused():
    for body in (b"", b"[]", b"{}", b'{"event":3}', b'{"event":{"at":3}}', b"\xff"):
        with pytest.raises(ValueError):  # noqa: PT011
            read_event(body)


# ------------------------------------------------------------------ facets


def test_facets_are_what_an_event_is_found_by():
    found = event_facets(an_event(products=("b.b", "a.a", "b.b"), agreements=()))
    assert found.products == ("a.a", "b.b")
    assert found.agreements == ()
    assert (found.actor, found.purpose, found.subject) == ("analyst", "policy-analysis", "q-0")
    assert found.rows == 12


@given(events)
@example(an_event(actor="nul: \x00", products=("\ud800", "\x00", "a")))
def test_facets_are_the_same_from_the_event_and_from_its_bytes(event):
    assert facets(json.loads(event_bytes(event))) == event_facets(event)


def test_only_a_completed_query_counts_as_a_use():
    assert facets({"action": "query.completed", "outcome": "done"}).rows == 0
    assert facets({"action": "query.completed", "outcome": "failed", "rows": 3}).rows is None
    assert facets({"action": "query.granted", "outcome": "done", "rows": 3}).rows is None


def test_what_no_database_keeps_is_marked():
    assert plain("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    assert plain("plain") == "plain"
    assert plain("plaën") == "plaën"


# ------------------------------------------------------------------ the chain


@given(events, st.integers(1, 2**62))
def test_a_sealed_entry_follows(event, sequence):
    assert check(kept(event, sequence, "cd" * 32), sequence, "cd" * 32) == ""


def test_each_fault_is_named():
    good = kept(an_event())
    other = kept(an_event(actor="someone else"))
    assert check(good, 1, GENESIS) == ""
    faults = {
        "it is missing": good._replace(sequence=2),
        "its place is not a place": good._replace(sequence=0),
        "its bytes are not those that were hashed": good._replace(body=other.body),
        "it does not follow the entry before it": good._replace(previous="0" * 63 + "1"),
        "its actor is not what its body says": good._replace(facets=other.facets),
        "its rows is not what its body says": good._replace(
            facets=good.facets._replace(rows=12.0)  # equal, and not the same
        ),
        "its products is not what its body says": good._replace(
            facets=good.facets._replace(products=("labour.claims", "labour.people"))
        ),
    }
    assert {reason: check(bad, 1, GENESIS) for reason, bad in faults.items()} == {
        reason: reason for reason in faults
    }


def test_a_body_hashed_for_another_place_does_not_verify():
    moved = kept(an_event(), sequence=2, previous=entry_hash(b""))
    assert check(moved._replace(sequence=1, previous=GENESIS), 1, GENESIS) == (
        "its body was written for another place"
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event":3,"previous":"","sequence":1}'])
def test_a_hashed_body_that_is_no_entry_does_not_verify(body):
    bad = kept(an_event())._replace(body=body, hash=entry_hash(body))
    assert check(bad, 1, GENESIS) == "its body is not that of an entry"


def test_a_checkpoint_says_what_it_is():
    at = moment(datetime(2026, 3, 1, tzinfo=UTC))
    assert checkpoint_bytes(2, "ab", at) == (
        b"fairway ledger 1\n2\nab\n2026-03-01T00:00:00.000000Z\n"
    )
