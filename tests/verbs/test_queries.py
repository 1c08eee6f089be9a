"""Use in place: exactly the terms agreed, on the record before the first byte."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from tests.scene import REGIONS, rows_of
from tests.waiting import until

from fairway.nouns.access import Verdict
from fairway.nouns.agreements import Move
from fairway.nouns.errors import (
    BadInput,
    BoundExceeded,
    Cancelled,
    FairwayError,
    NotFound,
    Refused,
    Unavailable,
)
from fairway.nouns.queries import Limits
from fairway.nouns.treatments import PSEUDONYM
from fairway.verbs import people, queries
from fairway.verbs.acting import SYSTEM
from fairway.verbs.asking import Granting

ALL = "SELECT * FROM dwp.claims ORDER BY 1"


@pytest.fixture(autouse=True)
def published(scene):
    scene.publish()
    scene.publish(REGIONS)


def refused(scene, sql, **more):
    with pytest.raises(FairwayError) as caught:
        scene.query(sql, **more)
    return caught.value.code


def test_a_query_sees_the_agreed_columns_and_rows_and_nothing_else(scene):
    agreement = scene.approve(scope="weeks < 50")
    assert scene.query("SELECT * FROM dwp.claims ORDER BY weeks") == [
        {"region": "Wales", "weeks": 4},
        {"region": "London", "weeks": 7},
        {"region": "Wales", "weeks": 12},
    ]
    granted, completed = scene.events()[-2:]
    assert (granted.action, completed.action) == ("query.granted", "query.completed")
    assert (completed.rows, completed.agreements) == (3, (agreement.id,))
    assert granted.query == "SELECT * FROM dwp.claims ORDER BY weeks"
    assert completed.columns == ("dwp.claims.region", "dwp.claims.weeks")
    assert completed.purpose == "policy-analysis"
    assert agreement.id in granted.reason


def test_treatments_are_applied_and_pseudonyms_do_not_join_across_agreements(scene):
    columns = (("person", "pseudonym"), ("born", "year"), ("weeks", "band:10"), ("health", "null"))
    first = scene.approve(columns=columns, legal_basis="gdpr-6-1-e")
    rows = scene.query("SELECT * FROM dwp.claims ORDER BY weeks, born")
    assert [(r["born"], r["weeks"], r["health"]) for r in rows] == [
        (1980, 0, None),
        (2001, 0, None),
        (1991, 10, None),
        (None, 90, None),
    ]
    assert all(len(r["person"]) == 32 for r in rows)
    second = scene.approve(columns=columns[:1])
    pinned = scene.query("SELECT person FROM dwp.claims", agreement=second.id)
    assert not {r["person"] for r in pinned} & {r["person"] for r in rows}
    again = scene.query("SELECT person FROM dwp.claims", agreement=first.id)
    assert {r["person"] for r in again} == {r["person"] for r in rows}
    assert first.granted.columns[0].treatment == PSEUDONYM


def test_an_open_product_is_for_everyone_signed_in_and_on_the_record(scene):
    rows = scene.query("SELECT sum(households) AS n FROM dwp.regions", scene.stranger)
    assert rows == [{"n": 3_800_000}]
    completed = scene.events()[-1]
    assert (completed.actor, completed.agreements) == ("dfe-stranger", ())
    assert completed.columns == ("dwp.regions.households",)


def test_several_products_are_served_together(scene):
    scene.approve()
    rows = scene.query(
        "SELECT c.region, r.households FROM dwp.claims c JOIN dwp.regions r USING (region)"
        " WHERE c.weeks = 99"
    )
    assert rows == [{"region": "Scotland", "households": 2_500_000}]


@pytest.mark.parametrize(
    ("sql", "more", "code"),
    [
        (ALL, {}, "access.no_agreement"),
        (ALL, {"purpose": "idle-curiosity"}, "access.unknown_purpose"),
        ("SELECT * FROM dwp.nothing", {}, "access.no_such_product"),
        ("SELECT 1", {}, "access.no_product"),
        ("SELEC 1", {}, "query.syntax"),
        ("DROP TABLE dwp.claims", {}, "query.not_a_select"),
    ],
)
def test_what_is_refused_is_on_the_record_and_serves_nothing(scene, sql, more, code):
    assert refused(scene, sql, **more) == code
    last = scene.events()[-1]
    assert (last.action, last.outcome) == ("query.denied", "denied")
    assert last.query == sql
    assert last.reason


def test_a_column_outside_the_agreement_does_not_exist(scene):
    scene.approve()
    assert refused(scene, "SELECT health FROM dwp.claims") == "access.column_not_granted"
    assert refused(scene, "SELECT months FROM dwp.claims") == "query.does_not_bind"
    assert refused(scene, "SELECT weeks FROM dwp.claims WHERE born > DATE '2000-01-01'") == (
        "access.column_not_granted"
    )


def test_a_suspended_or_expired_agreement_shows_nothing(scene):
    agreement = scene.approve(ends=date(2026, 4, 1))
    scene.move(scene.owner, agreement.id, Move.SUSPEND, "Check")
    assert refused(scene, ALL) == "access.agreement_not_active"
    scene.move(scene.owner, agreement.id, Move.RESUME)
    assert len(scene.query(ALL)) == 4
    scene.clock.forward(days=60)
    assert refused(scene, ALL) == "access.agreement_not_active"


def test_an_owner_who_goes_stops_a_granted_use(scene):
    scene.approve()
    people.end_appointment(
        scene.platform, SYSTEM, "dwp-owner", scene_role(), "dwp", date(2026, 2, 1)
    )
    assert refused(scene, ALL) == "access.no_owner"
    assert "data owner" in scene.events()[-1].reason


def scene_role():
    from fairway.nouns.people import Role

    return Role.DATA_OWNER


class Mute:
    def verdicts(self):
        return lambda _: Verdict(False)


def test_a_guardrail_that_forbids_without_a_word_still_forbids(scene):
    scene.approve()
    scene.platform = replace(scene.platform, guardrails=Mute())
    assert refused(scene, ALL) == "access.guardrail"
    assert scene.events()[-1].reason == "A guardrail of the hub forbids this."


def test_bounds_stop_a_query_and_say_so(scene):
    scene.approve()
    with pytest.raises(BoundExceeded) as caught:
        scene.query(ALL, limits=Limits(rows=2))
    assert caught.value.code == "query.too_many_rows"
    last = scene.events()[-1]
    assert (last.action, last.outcome) == ("query.stopped", "failed")


def test_limits_can_only_be_tighter():
    own = Limits(rows=10, bytes=10, memory=10, seconds=10)
    assert queries.tighter(own, None) == own
    wanted = Limits(rows=5, bytes=50, memory=5, seconds=50)
    assert queries.tighter(own, wanted) == Limits(rows=5, bytes=10, memory=5, seconds=10)


class FullLedger:
    """A ledger that cannot be written once it is full."""

    def __init__(self, ledger, allowed):
        self.ledger, self.allowed = ledger, allowed

    def append(self, event):
        if event.action in self.allowed:
            return self.ledger.append(event)
        raise Unavailable("ledger.unavailable", "The record cannot be written.")

    def __getattr__(self, name):
        return getattr(self.ledger, name)


@pytest.mark.parametrize("allowed", [(), ("query.granted",)])
def test_what_cannot_be_recorded_is_not_served(scene, allowed):
    scene.approve()
    scene.platform = replace(scene.platform, ledger=FullLedger(scene.platform.ledger, allowed))
    assert refused(scene, ALL) == "ledger.unavailable"


class Dead:
    def run(self, query, relations, limits):
        raise Unavailable("engine.dead", "The engine does not answer.")


def test_an_engine_that_does_not_answer_is_on_the_record(scene):
    scene.approve()
    scene.platform = replace(scene.platform, engine=Dead())
    assert refused(scene, ALL) == "engine.dead"
    assert scene.actions()[-2:] == ["query.granted", "query.stopped"]


class Stream:
    """A result that is too large to hold: real Arrow bytes are not needed to count them."""

    engine = "test"

    def __init__(self, chunks, error=None):
        self.chunks, self.error, self.rows, self.closed = chunks, error, 0, 0

    def __iter__(self):
        for _ in range(self.chunks):
            self.rows += 1
            yield bytes(4 * 1024 * 1024)
        if self.error:
            raise self.error

    def stop(self):
        self.error = Unavailable("query.worker_died", "The process ended before its time.")
        self.chunks = 0

    def close(self):
        self.closed += 1


class Large:
    def __init__(self, *given):
        self.stream = Stream(*given)

    def run(self, query, relations, limits):
        return self.stream


def large(scene, *given):
    scene.approve()
    engine = Large(*given)
    scene.platform = replace(scene.platform, engine=engine)
    result = queries.run(scene.platform, scene.analyst, ALL, "policy-analysis")
    assert not result.complete
    assert result.fields[0].name == "region"
    return result, engine.stream


def test_a_large_result_streams_and_its_rows_are_recorded_at_its_end(scene):
    result, stream = large(scene, 9)
    assert scene.actions()[-1] == "query.granted"
    assert len(list(result)) == 9
    assert result.complete
    last = scene.events()[-1]
    assert (last.action, last.rows, stream.closed) == ("query.completed", 9, 1)


def test_a_reader_who_goes_away_stops_the_work_and_it_is_recorded(scene):
    result, stream = large(scene, 9)
    chunks = iter(result)
    next(chunks)
    chunks.close()
    assert stream.closed == 1
    last = scene.events()[-1]
    assert (last.action, last.reason) == ("query.stopped", "The reader went away.")
    result.abandon()
    assert scene.events()[-1] == last


def test_a_bound_met_while_streaming_is_recorded_once_with_the_rows_so_far(scene):
    bound = BoundExceeded("query.too_many_bytes", "The result is too large.")
    result, _ = large(scene, 9, bound)
    with pytest.raises(BoundExceeded):
        list(result)
    stopped = [e for e in scene.events() if e.action == "query.stopped"]
    assert [(e.rows, e.reason) for e in stopped] == [(9, "The result is too large.")]


def test_one_can_ask_how_ones_own_query_stands(scene):
    scene.approve()
    result = queries.run(scene.platform, scene.analyst, ALL, "policy-analysis")
    rows_of(b"".join(result))
    shown = queries.show(scene.platform, scene.analyst, result.id)
    assert (shown["action"], shown["rows"]) == ("query.completed", 4)
    with pytest.raises(NotFound):
        queries.show(scene.platform, scene.owner, result.id)


def test_less_is_granted_less_is_seen(scene):
    scene.approve(Granting(columns=(("region", "prefix:1"),)))
    assert scene.query("SELECT DISTINCT region FROM dwp.claims ORDER BY 1") == [
        {"region": "L"},
        {"region": "S"},
        {"region": "W"},
    ]
    assert isinstance(BadInput("a", "b"), FairwayError)


def test_a_person_who_is_not_signed_in_runs_nothing(scene):
    with pytest.raises(Refused):
        scene.query(ALL, replace(scene.analyst, person="nobody"))


# ------------------------------------------------------------------ cancelling


def test_a_running_query_is_cancelled_by_its_own_person_and_recorded(scene):
    endless = (
        "SELECT count(*) AS n FROM dwp.regions, range(1000000) a, range(1000000) b"
        " WHERE a.range * b.range = 7"
    )
    found = []

    def work():
        try:
            scene.query(endless, handle="mine")
        except Cancelled as error:
            found.append(error.code)

    thread = threading.Thread(target=work)
    thread.start()
    (one,) = until(lambda: queries.running(scene.platform, scene.analyst))
    until(lambda: scene.events(subject=one.query))  # it stands in the line before it is granted
    assert (one.sql, one.person) == (endless, scene.analyst.person)
    with pytest.raises(NotFound):
        queries.cancel(scene.platform, scene.owner, one.query)
    assert queries.cancel(scene.platform, scene.analyst, "mine").query == one.query
    thread.join(30)
    assert found == ["query.cancelled"]
    assert queries.running(scene.platform, scene.analyst) == ()
    said = scene.events(subject=one.query)
    assert [(e.action, e.outcome) for e in said] == [
        ("query.granted", "granted"),
        ("query.cancelled", "done"),
        ("query.stopped", "failed"),
    ]
    assert said[-1].reason == "The query was cancelled."
    with pytest.raises(NotFound):
        queries.cancel(scene.platform, scene.analyst, one.query)


def test_a_query_that_was_cancelled_while_it_waited_is_not_run(scene):
    class Turn:
        cancelled = True

        def cancel(self):
            raise AssertionError("nobody cancels it again")

        def release(self):
            self.released = True

    class Turns:
        turn = Turn()

        def take(self, running, handle="", attach=None):
            return self.turn

    scene.platform = replace(scene.platform, turns=Turns())
    with pytest.raises(Cancelled):
        scene.query("SELECT * FROM dwp.regions")
    assert Turns.turn.released
    assert scene.events(action="query.granted") == []
    assert [e.reason for e in scene.events(action="query.denied")] == ["The query was cancelled."]


def test_ctrl_c_in_a_node_of_one_s_own_stops_the_work(scene):
    class Interrupted(Stream):
        def __iter__(self):
            raise KeyboardInterrupt
            yield b""

    large = Large(0)
    large.stream = Interrupted(0)
    scene.platform = replace(scene.platform, engine=large)
    with pytest.raises(KeyboardInterrupt):
        scene.query("SELECT * FROM dwp.regions")
    assert large.stream.closed
    assert queries.running(scene.platform, scene.analyst) == ()
    assert [e.reason for e in scene.events(action="query.stopped")] == ["The reader went away."]
