"""Whose query runs next: bounded, fair among people, cancelled at any time."""

import threading
import time
from datetime import UTC, datetime

import pytest
from tests.waiting import until

from fairway.engines.turns import FairTurns
from fairway.nouns.errors import Busy
from fairway.nouns.queries import Running
from fairway.verbs.cancelling import Cancellation


def asked(person, query="Q-1"):
    return Running(query, person, "SELECT 1", "p", datetime(2026, 1, 1, tzinfo=UTC))


class Crowd:
    """People who wait for turns in threads of their own, and the order in which they got them."""

    def __init__(self, turns):
        self.turns = turns
        self.order = []
        self.failed = []
        self.threads = []

    def wait(self, person, query):
        def run():
            try:
                turn = self.turns.take(asked(person, query))
            except Busy as error:
                self.failed.append((person, error.code))
                return
            self.order.append(turn)

        before = len(self.turns._all())
        thread = threading.Thread(target=run)
        thread.start()
        self.threads.append(thread)
        while len(self.turns._all()) == before and thread.is_alive():
            time.sleep(0.001)

    def got(self, count):
        until = time.monotonic() + 60
        while len(self.order) < count and time.monotonic() < until:
            time.sleep(0.001)
        return [turn.running.query for turn in self.order]


def test_a_place_is_free_or_is_waited_for():
    turns = FairTurns(1)
    first = turns.take(asked("ann"))
    crowd = Crowd(turns)
    crowd.wait("bob", "Q-2")
    assert crowd.order == []
    first.release()
    first.release()
    assert crowd.got(1) == ["Q-2"]
    assert [r.query for r in turns.running("bob")] == ["Q-2"]
    assert turns.running("ann") == ()


def test_one_person_never_holds_all_the_places():
    turns = FairTurns(3)
    crowd = Crowd(turns)
    for number in range(4):
        crowd.wait("ann", f"Q-a{number}")
    assert crowd.got(2) == ["Q-a0", "Q-a1"]
    assert turns.take(asked("bob", "Q-b")).admitted
    crowd.order[0].release()
    assert crowd.got(3)[2] == "Q-a2"
    for turn in list(turns._all()):
        turn.cancel()


def test_a_free_place_goes_to_who_has_fewest_and_was_served_longest_ago():
    turns = FairTurns(1)
    held = turns.take(asked("ann", "Q-a"))
    crowd = Crowd(turns)
    for person, query in [
        ("ann", "a1"),
        ("ann", "a2"),
        ("bob", "b1"),
        ("cay", "c1"),
        ("bob", "b2"),
    ]:
        crowd.wait(person, query)
    held.release()
    for number in range(1, 5):
        crowd.got(number)
        crowd.order[number - 1].release()
    # Ann came first with two, and was served last of all: the others go before her.
    assert crowd.got(5) == ["b1", "c1", "a1", "b2", "a2"]


def test_a_line_and_a_wait_are_bounded():
    turns = FairTurns(1, line=2, seconds=0.2)
    turns.take(asked("ann"))
    crowd = Crowd(turns)
    crowd.wait("ann", "Q-2")
    crowd.wait("ann", "Q-3")
    with pytest.raises(Busy) as caught:
        turns.take(asked("ann", "Q-4"))
    assert (caught.value.code, caught.value.status) == ("query.too_many_waiting", 429)
    for thread in crowd.threads:
        thread.join(60)
    assert crowd.failed == [("ann", "query.busy")] * 2
    assert [r.query for r in turns.running("ann")] == ["Q-1"]


def test_what_waits_can_be_cancelled_and_what_runs_is_stopped():
    turns = FairTurns(1)
    stopped = []
    first = turns.take(asked("ann", "Q-1"), handle="mine")
    first.attach(lambda: stopped.append(1))
    crowd = Crowd(turns)
    crowd.wait("ann", "Q-2")
    assert turns.find("bob", "Q-1") is None
    turns.find("ann", "Q-2").cancel()
    assert crowd.got(1) == ["Q-2"]
    assert crowd.order[0].cancelled
    assert not crowd.order[0].admitted
    turns.find("ann", "mine").cancel()
    assert (stopped, first.cancelled) == ([1], True)
    late = turns.take(asked("bob", "Q-3")) if first.release() is None else None
    late.cancel()
    late.attach(lambda: stopped.append(3))
    assert stopped == [1, 3]


def test_what_waits_leaves_the_line_at_once_when_who_asked_goes_away():
    turns = FairTurns(1)
    held = turns.take(asked("ann", "Q-1"))
    gone = Cancellation()
    found = []
    waiting = threading.Thread(
        target=lambda: found.append(turns.take(asked("bob", "Q-2"), attach=gone.attach))
    )
    waiting.start()
    until(lambda: turns.running("bob"))
    gone.cancel()
    waiting.join()
    assert (found[0].cancelled, found[0].admitted) == (True, False)
    assert turns.running("bob") == ()
    held.release()
    assert turns.take(asked("cat", "Q-3"), attach=gone.attach).cancelled  # gone before it came


def test_who_holds_a_place_too_long_gives_way_to_who_waits():
    turns = FairTurns(1, longest=0.01, seconds=5)
    slow = turns.take(asked("ann"))
    slow.attach(slow.release)
    assert not turns.take(asked("bob", "Q-2")).cancelled
    assert slow.cancelled


def test_nobody_is_starved_under_load():
    """One person has forty queries in the line; another's single ones are each the next to go."""
    turns = FairTurns(1, line=100)
    held = turns.take(asked("ann", "Q-a"))
    crowd = Crowd(turns)
    for number in range(40):
        crowd.wait("ann", f"a{number}")
    for number in range(5):
        crowd.wait("bob", f"b{number}")
        held.release()
        assert crowd.got(2 * number + 1)[-1] == f"b{number}"
        crowd.order[-1].release()
        assert crowd.got(2 * number + 2)[-1] == f"a{number}"
        held = crowd.order[-1]
    for turn in list(turns._all()):
        turn.cancel()
