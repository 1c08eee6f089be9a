import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.ledger.events import an_event, events, json_values, texts

from fairway.rules.ledger import (
    GONE,
    LEAF,
    at_micros,
    canonical,
    commitment,
    erasures,
    event_bytes,
    event_facets,
    facets,
    held_facets,
    leaf_entry,
    micros,
    moment,
    packed,
    plain,
    read_event,
    read_facets,
    read_leaf,
    salted,
    seal,
    unpacked,
)

SALT = bytes(range(16))


# ------------------------------------------------------------------ bytes


def test_the_bytes_of_an_entry_are_these_and_no_others():
    event = replace(an_event(), query="Prys £ — 'x'", details={"b": [1, 2.5, None], "a": True})
    entry = seal(event, 7, SALT)
    assert entry.body.decode() == (
        '{"action":"query.completed","actor":"analyst","agreements":["agr-1"],'
        '"at":"2026-03-01T12:00:00.000000Z","columns":["labour.claims.region"],'
        '"details":{"a":true,"b":[1,2.5,null]},"outcome":"done","products":["labour.claims"],'
        '"purpose":"policy-analysis","query":"Prys £ — \'x\'","query_id":"q-0","rows":12,'
        '"subject":"q-0","via":"python"}'
    )
    committed = hashlib.sha256(SALT + entry.body).digest()
    at = 1_772_366_400_000_000
    assert entry.leaf == b"\x01" + at.to_bytes(8, "big") + committed
    assert len(entry.leaf) == LEAF
    assert entry.hash == hashlib.sha256(b"\x00" + entry.leaf).hexdigest()
    assert (entry.sequence, entry.index, entry.event, entry.salt) == (7, 6, event, SALT)


def test_each_body_has_the_salt_of_its_place():
    chance = bytes(range(48))
    assert salted([b"a", b"b"], chance) == [(chance[:16], b"a"), (chance[16:32], b"b")]


@given(events)
@example(an_event(query="half a pair: \ud800", actor="nul: \x00"))
def test_an_event_comes_back_as_it_was(event):
    body = event_bytes(event)
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
    for body in (b"", b"[]", b"{}", b'{"at":3}', b'{"at":"x"}', b"3", b"\xff"):
        with pytest.raises(ValueError):  # noqa: PT011
            read_event(body)
        with pytest.raises(ValueError):  # noqa: PT011
            read_facets(body)


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
    assert read_facets(event_bytes(event)) == event_facets(event)


def test_only_a_completed_query_counts_as_a_use():
    at = {"at": moment(an_event().at)}
    assert facets({**at, "action": "query.completed", "outcome": "done"}).rows == 0
    assert facets({**at, "action": "query.completed", "outcome": "failed", "rows": 3}).rows is None
    assert facets({**at, "action": "query.granted", "outcome": "done", "rows": 3}).rows is None


def test_the_marks_of_data_subjects_are_facets():
    found = event_facets(an_event(details={"subjects": ["b", "a", "b", 3]}))
    assert found.subjects == ("a", "b")
    for none in ({}, {"subjects": "abc"}, {"subjects": None}):
        assert event_facets(an_event(details=none)).subjects == ()


def test_what_no_database_keeps_is_marked():
    assert plain("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    assert plain("plain") == "plain"
    assert plain("plaën") == "plaën"


# ------------------------------------------------------------------ leaves and bodies


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_in_microseconds_is_exact(at):
    assert at_micros(micros(at)) == at


@given(events)
def test_a_sealed_entry_is_what_its_leaf_stands_for(event):
    entry = seal(event, 1, SALT)
    assert held_facets(entry.leaf, entry.salt, entry.body) == event_facets(event)
    assert read_leaf(entry.leaf) == (micros(event.at), commitment(SALT, entry.body))


def test_each_fault_is_named():
    entry, other = seal(an_event(), 1, SALT), seal(an_event(actor="someone else"), 1, SALT)
    later = leaf_entry(1, commitment(SALT, entry.body))
    nothing = leaf_entry(1, commitment(SALT, b"[]"))
    for leaf, salt, body, said in (
        (entry.leaf, SALT, other.body, "bytes are not those that were hashed"),
        (entry.leaf, bytes(16), entry.body, "bytes are not those that were hashed"),
        (later, SALT, entry.body, "its time is not that of its leaf"),
        (nothing, SALT, b"[]", "its body is not that of an entry"),
        (b"", SALT, entry.body, "its leaf is not one"),
        (entry.leaf[:-1], SALT, entry.body, "its leaf is not one"),
        (b"\x02" + entry.leaf[1:], SALT, entry.body, "its leaf is not one"),
    ):
        with pytest.raises(ValueError, match=said):
            held_facets(leaf, salt, body)


@given(st.lists(st.none() | st.tuples(st.binary(min_size=16, max_size=16), st.binary())))
def test_bodies_come_back_as_they_were_packed(given_bodies):
    assert list(unpacked(packed(given_bodies))) == given_bodies


def test_a_run_of_bodies_that_is_cut_short_is_refused():
    run = packed([(SALT, b"body"), None])
    assert run.endswith(GONE)
    for cut in (5, 20, 23):
        with pytest.raises(ValueError, match="short"):
            list(unpacked(run[:cut]))


def test_only_an_erasure_says_what_was_erased():
    said = {"details": {"sequences": [3, 5, "7", True]}}
    erased = event_bytes(an_event(action="audit.erase", outcome="done", **said))
    assert erasures(erased) == {3, 5}
    assert erasures(event_bytes(an_event(**said))) == set()
    denied = event_bytes(an_event(action="audit.erase", outcome="denied", **said))
    assert erasures(denied) == set()
    quoted = event_bytes(an_event(reason='"action":"audit.erase"', details=said["details"]))
    assert erasures(quoted) == set()
    hidden = event_bytes(an_event(details={"x": {"action": "audit.erase"}, **said["details"]}))
    assert erasures(hidden) == set()
    assert erasures(event_bytes(an_event(action="audit.erase", details={}))) == set()
