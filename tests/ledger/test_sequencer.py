"""The thread that commits for everybody, without a database."""

import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.ledger.events import an_event
from tests.waiting import until

from fairway.ledger import sequencer
from fairway.ledger.sequencer import Sequencer
from fairway.nouns.errors import Unavailable
from fairway.rules.ledger import event_bytes


class Tape:
    """Commits in memory. `pause` holds a commit up, `fault` makes it fail."""

    def __init__(self):
        self.groups = []
        self.rested = 0
        self.fault = None
        self.untidy = 0
        self.tidied = []
        self.begun = threading.Event()
        self.go = threading.Event()
        self.go.set()
        self.sequencer = Sequencer(self.commit, self.rest, self.tidy)

    def commit(self, group):
        self.begun.set()
        self.go.wait(60)
        if self.fault:
            raise self.fault
        start = sum(map(len, self.groups)) + 1
        self.groups.append(group)
        return start

    def rest(self):
        self.rested += 1

    def tidy(self, *, waited_for):
        if self.untidy:
            self.untidy -= 1
            self.tidied.append(waited_for)
            if self.untidy < 0:
                raise LookupError
        return self.untidy > 0

    def append(self, number=0):
        event = an_event(number)
        return self.sequencer.append(event, event_bytes(event))

    def appending(self, pool, number):
        """Append in a pool's thread; return when the event waits or is under way."""
        return pool.submit(self.append, number)


@pytest.fixture
def tape():
    tape = Tape()
    yield tape
    tape.go.set()
    tape.sequencer.close()


def test_what_waits_together_commits_together(tape):
    with ThreadPoolExecutor(8) as pool:
        tape.go.clear()
        first = tape.appending(pool, 0)
        assert tape.begun.wait(60)
        others = [tape.appending(pool, n) for n in range(1, 7)]
        until(lambda: tape.sequencer._queue.qsize() == 6)
        tape.go.set()
        places = [each.result(60) for each in (first, *others)]
    assert [len(group) for group in tape.groups] == [1, 6]
    assert sorted(places) == list(range(1, 8))


def test_a_group_is_bounded(tape, monkeypatch):
    monkeypatch.setattr(sequencer, "TOGETHER", 3)
    with ThreadPoolExecutor(8) as pool:
        tape.go.clear()
        waiting = [tape.appending(pool, 0)]
        assert tape.begun.wait(60)
        waiting += [tape.appending(pool, n) for n in range(1, 8)]
        until(lambda: tape.sequencer._queue.qsize() == 7)
        tape.go.set()
        assert all(each.result(60) for each in waiting)
    assert [len(group) for group in tape.groups] == [1, 3, 3, 1]


def test_each_caller_hears_of_a_failure_and_the_next_is_served(tape):
    tape.fault = Unavailable("ledger.unavailable", "Down.")
    for _ in range(2):
        with pytest.raises(Unavailable, match="Down"):
            tape.append()
    assert tape.rested == 2
    tape.fault = None
    assert tape.append() == 1


def test_a_queue_that_stays_full_is_unavailable(tape, monkeypatch):
    monkeypatch.setattr(sequencer, "WAITING", 1)
    monkeypatch.setattr(sequencer, "PATIENCE", 0.1)
    tape.sequencer._renew()
    tape.go.clear()
    with ThreadPoolExecutor(4) as pool:
        waiting = [tape.appending(pool, n) for n in range(4)]
        for each in waiting:
            with pytest.raises(Unavailable, match="busy"):
                each.result(60)
        tape.go.set()


def test_closing_writes_what_waits_and_lets_go(tape):
    with ThreadPoolExecutor(4) as pool:
        tape.go.clear()
        waiting = [tape.appending(pool, 0)]
        assert tape.begun.wait(60)
        waiting += [tape.appending(pool, n) for n in range(1, 4)]
        until(lambda: tape.sequencer._queue.qsize() == 3)
        tape.go.set()
        tape.sequencer.close()
        assert len([each.result(60) for each in waiting]) == 4
    assert tape.rested == 1
    tape.sequencer.close()  # twice does nothing
    assert tape.append() == 5  # and it begins again when it is asked


def test_a_forked_process_has_a_thread_of_its_own(tape, tmp_path):
    tape.append()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork among threads: what is tried
        child = os.fork()
    if not child:  # whatever happens here, the child must not go on with the tests
        status = 1
        try:
            status = 0 if tape.append() == 2 else 2
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert tape.append() == 2  # here nothing of the child's is known


def test_between_groups_and_when_nobody_waits_there_is_time_to_tidy(tape):
    tape.untidy = 3
    tape.append()
    until(lambda: tape.untidy == 0)
    assert tape.tidied == [True, False, False]
    tape.untidy = 2
    tape.sequencer.nudge()
    until(lambda: tape.untidy == 0)
    assert tape.tidied[3:] == [False, False]


def test_tidying_that_fails_stops_nobody(tape, caplog):
    tape.untidy = -1
    tape.append()
    until(lambda: tape.rested)
    tape.untidy = 0
    assert tape.append(1) == 2
