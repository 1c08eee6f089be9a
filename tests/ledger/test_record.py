"""The record on both databases: appending, finding, summing up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger import tampering
from tests.ledger.events import NOON, an_event, events

from fairway.ledger import finding, segments
from fairway.nouns.errors import Unavailable
from fairway.nouns.events import EventFilter
from fairway.rules.ledger import event_facets, seal
from fairway.rules.merkle import EMPTY
from fairway.verbs import logs
from fairway.verbs.acting import SYSTEM
from fairway.wiring import open_node

on_one_node = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_new_record_is_empty_and_verifies(node):
    outcome = node.ledger.verify()
    assert (outcome.entries, outcome.intact, outcome.head) == (0, True, EMPTY.hex())
    assert node.ledger.find(EventFilter()) == ()
    assert node.ledger.usage(product="labour.claims") == ()
    assert node.ledger.together(product="labour.claims") == {}


def test_an_entry_is_durable_when_append_returns(node, made):
    assert node.ledger.append(an_event()) == 1
    entry = node.ledger.entry(1)
    assert entry == seal(an_event(), 1, entry.salt)
    assert node.ledger.find(EventFilter()) == (entry,)
    assert made.open().ledger.verify().head == entry.hash


def test_entries_have_places_and_salts_of_their_own(node):
    first, second = (node.ledger.entry(node.ledger.append(an_event())) for _ in range(2))
    assert [(e.sequence, e.index) for e in (first, second)] == [(1, 0), (2, 1)]
    assert len({first.salt, second.salt}) == len({first.leaf, second.leaf}) == 2


@on_one_node
@given(st.lists(events, max_size=4), st.booleans())
def test_every_event_comes_back_as_it_was(node, given_events, together):
    before = node.ledger.verify().entries
    if together:
        with node.store.transaction():
            places = [node.ledger.append(event) for event in given_events]
    else:
        places = [node.ledger.append(event) for event in given_events]
    entries = [node.ledger.entry(place) for place in places]
    found = node.ledger.find(EventFilter(limit=len(given_events)))
    assert list(reversed(found)) == entries
    assert [entry.event for entry in entries] == given_events
    outcome = node.ledger.verify()
    assert outcome.intact, outcome
    assert outcome.entries == before + len(given_events)


# ------------------------------------------------------------------ with a transaction


def test_in_a_transaction_an_event_commits_with_it(node):
    with node.store.transaction():
        first = node.ledger.append(an_event(1))
        second = node.ledger.append(an_event(2))
    assert [entry.sequence for entry in node.ledger.find(EventFilter())] == [second, first]
    assert node.ledger.verify().intact


def test_in_a_transaction_an_event_vanishes_with_it(node):
    kept = node.ledger.append(an_event(0))
    with pytest.raises(LookupError):
        append_and_fail(node)
    assert [entry.sequence for entry in node.ledger.find(EventFilter())] == [kept]
    assert node.ledger.append(an_event(2)) == 2
    assert node.ledger.verify().intact


def append_and_fail(node):
    with node.store.transaction():
        node.ledger.append(an_event(1))
        raise LookupError


def test_what_could_not_be_recorded_is_not_done(node):
    """Even for a caller that goes on after the error."""
    spoil()
    purposes = node.store.purposes
    with node.store.transaction():
        purposes.put(replace(purposes.get("research"), name="Changed"))
        with pytest.raises(Unavailable):
            node.ledger.append(an_event())
        with pytest.raises(Unavailable):
            purposes.get("research")
    assert purposes.get("research").name != "Changed"


def spoil():
    """Take the signed head away, against the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER ledger_head_no_delete")
        else:
            cursor.execute("ALTER TABLE ledger_head DISABLE TRIGGER ALL")
        cursor.execute("DELETE FROM ledger_head")


def test_nothing_is_added_to_a_record_that_does_not_fit_its_head(node):
    node.ledger.append(an_event())
    spoil()
    with pytest.raises(Unavailable) as caught:
        node.ledger.append(an_event())
    assert caught.value.code == "ledger.broken"


def test_an_event_that_is_not_one_is_refused_at_once(node):
    with pytest.raises(ValueError, match="zone"):
        node.ledger.append(an_event(at=NOON.replace(tzinfo=None)))
    assert node.ledger.verify().entries == 0


# ------------------------------------------------------------------ many at once


def test_threads_make_one_chain(node):
    def some(number):
        try:
            return [node.ledger.append(an_event(number * 100 + n)) for n in range(20)]
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        sequences = [sequence for several in pool.map(some, range(12)) for sequence in several]
    assert sorted(sequences) == list(range(1, 241))
    outcome = node.ledger.verify()
    assert (outcome.intact, outcome.entries) == (True, 240)


def test_transactions_and_the_sequencer_make_one_chain(node):
    def alone():
        try:
            for n in range(40):
                node.ledger.append(an_event(n))
        finally:
            connection.close()

    other = threading.Thread(target=alone)
    other.start()
    for n in range(40):
        with node.store.transaction():
            node.ledger.append(an_event(100 + n))
            node.ledger.append(an_event(200 + n))
    other.join()
    outcome = node.ledger.verify()
    assert (outcome.intact, outcome.entries) == (True, 120), outcome


def test_verifying_while_others_append_raises_no_alarm(node):
    stop = threading.Event()

    def alone():
        number = 0
        while not stop.is_set():
            node.ledger.append(an_event(number, products=("labour.claims", "labour.jobs")))
            number += 1

    others = [threading.Thread(target=alone) for _ in range(2)]
    for other in others:
        other.start()
    try:
        outcomes = [node.ledger.verify()]
        # on a slow machine an empty record is verified 25 times before the first entry is there
        while len(outcomes) < 25 or outcomes[-1].entries == outcomes[0].entries:
            outcomes.append(node.ledger.verify())
    finally:
        stop.set()
        for other in others:
            other.join()
    assert [outcome for outcome in outcomes if not outcome.intact] == []
    assert outcomes[-1].entries > outcomes[0].entries


def test_a_closed_ledger_opens_again(node, made):
    node.ledger.append(an_event(0))
    node.ledger.close()
    assert node.ledger.append(an_event(1)) == 2
    assert open_node(made.workspace, database=made.database).ledger.verify().entries == 2


# ------------------------------------------------------------------ finding


@pytest.fixture
def found(node):
    """Ask for entries, get the numbers of their events."""
    for n in range(12):
        node.ledger.append(
            an_event(
                n,
                actor="analyst" if n % 2 else "owner",
                action="query.completed" if n % 3 else "query.denied",
                outcome="done" if n % 3 else "denied",
                purpose="research" if n % 4 else "",
                products=("labour.claims", f"labour.p{n}"),
                agreements=(f"agr-{n % 2}",),
            )
        )

    def ask(**wanted):
        return [int(e.event.query_id[2:]) for e in node.ledger.find(EventFilter(**wanted))]

    return ask


def test_each_field_of_a_filter_is_read(found):
    everything = list(range(11, -1, -1))
    assert found() == everything
    assert found(actor="owner") == [10, 8, 6, 4, 2, 0]
    assert found(action="query.denied") == [9, 6, 3, 0]
    assert found(outcome="denied") == [9, 6, 3, 0]
    assert found(outcome="done", limit=3) == [11, 10, 8]
    assert found(purpose="research", limit=2) == [11, 10]
    assert found(subject="q-5") == [5]
    assert found(product="labour.claims") == everything
    assert found(product="labour.p7") == [7]
    assert found(agreement="agr-1", product="labour.claims", limit=2) == [11, 9]
    assert found(since=NOON + timedelta(seconds=9)) == [11, 10, 9]
    assert found(until=NOON + timedelta(seconds=2)) == [2, 1, 0]
    assert found(before=4) == [2, 1, 0]
    assert found(limit=0) == []
    assert found(actor="analyst", outcome="denied", purpose="research") == [9, 3]


def test_looking_for_what_cannot_be_there_finds_nothing(found):
    for nothing in ("nobody", "' OR 1=1 --", "\x00", "\ud800", "%"):
        assert found(actor=nothing) == found(product=nothing) == found(subject=nothing) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # the other plans by statistics
@pytest.mark.parametrize(
    "wanted",
    [
        *({"actor": "a"}, {"action": "a"}, {"purpose": "a"}, {"outcome": "denied"}),
        *({"subject": "a"}, {"product": "a"}, {"agreement": "a"}, {"since": NOON}, {"until": NOON}),
        *({"product": "a", "actor": "b"}, {"agreement": "a", "product": "b"}, {"before": 9}),
        {"actor": "a", "action": "person.sign_in", "outcome": "denied", "since": NOON},
        {"actor": "a", "purpose": "b"},
    ],
    ids="+".join,
)
def test_no_question_looks_at_every_entry(node, wanted):
    plans = []

    def explain(execute, sql, values, many, context):
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", values or ())
            plans.extend(row[3] for row in cursor.fetchall())
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explain):
        node.ledger.find(EventFilter(**wanted))
    assert plans
    assert [step for step in plans if step.startswith("SCAN")] == []
    if any("TEMP" in step for step in plans):  # sorted are only those of some buckets
        assert any("(<expr>=?" in step for step in plans)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # the other has no buckets
def test_what_is_far_back_in_the_record_is_found_and_summed_up(node):
    """Over more entries than lie together in one part of the index."""
    far = {3: "a", 8_190: "b", 8_193: "a", 16_390: "b", 16_500: "a", 16_999: "b"}
    with node.store.transaction():
        for n in range(17_000):
            rare = {"actor": "auditor", "products": (f"labour.{far[n]}",)} if n in far else {}
            node.ledger.append(an_event(n, **rare))

    def places(**wanted):
        return [entry.sequence - 1 for entry in node.ledger.find(EventFilter(**wanted))]

    assert places(actor="auditor") == sorted(far, reverse=True)
    assert places(actor="auditor", limit=4) == [16_999, 16_500, 16_390, 8_193]
    assert places(product="labour.a", actor="auditor", before=16_501) == [8_193, 3]
    since, until = NOON + timedelta(seconds=8_190), NOON + timedelta(seconds=16_500)
    assert places(actor="auditor", since=since, until=until) == [16_500, 16_390, 8_193, 8_190]
    assert places(product="labour.b", since=since, until=until) == [16_390, 8_190]
    assert len(places(actor="analyst", limit=9_000)) == 9_000
    assert places(actor="auditor", since=NOON + timedelta(seconds=17_000)) == []
    logs.erase(node, SYSTEM, [8_194], "Request 17")
    (left,) = node.ledger.usage(product="labour.a")
    assert (left.queries, left.first) == (2, NOON + timedelta(seconds=3))
    assert node.ledger.verify().intact


# ------------------------------------------------------------------ usage


def test_usage_counts_completed_queries_by_product_person_and_purpose(node):
    node.ledger.append(an_event(1, rows=5))
    node.ledger.append(an_event(3, rows=7))
    node.ledger.append(an_event(2, rows=None, products=("labour.claims", "labour.jobs")))
    node.ledger.append(an_event(4, actor="owner", purpose="research"))
    node.ledger.append(an_event(5, action="query.denied", outcome="denied"))
    node.ledger.append(an_event(6, outcome="failed"))
    first, second = node.ledger.usage(product="labour.claims")
    assert (first.person, first.purpose, first.queries, first.rows) == ("owner", "research", 1, 12)
    assert (second.person, second.queries, second.rows) == ("analyst", 3, 12)
    assert (second.first, second.last) == (NOON + timedelta(seconds=1), NOON + timedelta(seconds=3))
    assert [use.person for use in node.ledger.usage(product="labour.jobs")] == ["analyst"]
    assert node.ledger.usage(product="labour.unknown") == ()


def test_products_that_the_same_people_use_are_counted_by_people(node):
    with node.store.transaction():
        for n, (person, products) in enumerate(
            [("a", "xy"), ("a", "x"), ("b", "x"), ("b", "z"), ("b", "y"), ("c", "yz"), ("d", "q")]
        ):
            node.ledger.append(an_event(n, actor=person, products=tuple(products)))
            node.ledger.append(an_event(n, actor=person, purpose="other", products=tuple(products)))
    assert node.ledger.together(product="x") == {"y": 2, "z": 1}
    assert node.ledger.together(product="q") == {}


def test_usage_without_what_was_erased(node):
    with node.store.transaction():
        for n, rows in enumerate((5, 7, 11), start=1):
            node.ledger.append(an_event(n, rows=rows))
        node.ledger.append(an_event(4, purpose="research"))
    logs.erase(node, SYSTEM, [3, 4], "Request 17")
    (use,) = node.ledger.usage(product="labour.claims")
    assert (use.queries, use.rows, use.last) == (2, 12, NOON + timedelta(seconds=2))
    assert node.ledger.verify().intact


def test_usage_that_no_number_holds_stops_nothing(node):
    for _ in range(2):
        with node.store.transaction():
            for n in range(2):
                node.ledger.append(an_event(n, rows=2**63 - 1))
    (use,) = node.ledger.usage(product="labour.claims")
    assert use.queries == 4
    assert node.ledger.verify().intact


def test_usage_is_verified_as_it_was_at_a_size(node):
    """Of a record that grows meanwhile, what came after is taken off again."""
    sums = {}
    for n in range(3):
        node.ledger.append(an_event(n))
        rows = finding.rows_of(n + 1, 0, event_facets(an_event(n)))["product"]
        finding.summed(rows, sums)
    assert finding.wrong_sums(sums, 3) == []
    node.ledger.append(an_event(9))
    node.ledger.append(an_event(9, actor="owner"))
    assert finding.wrong_sums(sums, 3) == []
    assert len(finding.wrong_sums(sums, 5)) == 2
    assert len(finding.wrong_sums({}, 3)) == 1
    tampering.sql("DELETE FROM ledger_usage")
    assert finding.wrong_sums(sums, 3) != []
    assert "sum of the uses" in node.ledger.verify().reason


# ------------------------------------------------------------------ when the database fails


def test_an_entry_that_cannot_be_read_is_not_shown(node):
    node.ledger.append(an_event())
    tampering.disarm()
    tampering.write("ledger_segment", "bodies", (0,), b"not an entry")
    with pytest.raises(Unavailable) as caught:
        node.ledger.find(EventFilter())
    assert caught.value.code == "ledger.broken"


def test_a_record_without_tables_is_unavailable(node):
    tampering.sql("DROP TABLE ledger_segment")
    for ask in (
        node.ledger.verify,
        lambda: node.ledger.find(EventFilter()),
        lambda: node.ledger.append(an_event()),
    ):
        with pytest.raises(Unavailable) as caught:
            ask()
        assert caught.value.code == "ledger.unavailable"


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_server_that_went_away_is_found_again(node, monkeypatch):
    """The sequencer holds a connection for long; the server may have been restarted since."""

    def cut():
        tampering.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    node.ledger.append(an_event(0))
    cut()
    with pytest.raises(Unavailable):
        node.ledger.append(an_event(1))
    assert node.ledger.append(an_event(2)) == 2
    monkeypatch.setattr("fairway.ledger.record.IDLE", 0.0)
    cut()
    assert node.ledger.append(an_event(3)) == 3
    assert node.ledger.verify().intact


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_who_indexes_holds_up_nobody_who_appends(node):
    """What is appended meanwhile is indexed after, by whoever looks for it first."""
    node.ledger.append(an_event(0))
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            segments.lock_index()
            assert pool.submit(node.ledger.append, an_event(1)).result(60) == 2
            found = pool.submit(_found_elsewhere, node)
            assert node.ledger.pace(NOON).lag == 1
            assert not found.done()
        assert found.result(60) == 2
    assert node.ledger.pace(NOON).lag == 0
    assert node.ledger.verify().intact


def _found_elsewhere(node):
    try:
        return len(node.ledger.find(EventFilter()))
    finally:
        connection.close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_end_that_is_no_text_any_more_is_found(node):
    node.ledger.append(an_event(0))
    tampering.disarm()
    tampering.write("ledger_head", "note", (1,), b"\xff" * 64)
    outcome = node.ledger.verify()
    assert (outcome.intact, outcome.first_bad) == (False, None)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_product_row_that_says_something_else_is_found(node):
    node.ledger.append(an_event(0))
    tampering.disarm()
    tampering.write("ledger_product", "person", (1, "labour.claims"), "somebody")
    assert "product" in node.ledger.verify().reason
