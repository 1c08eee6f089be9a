"""Writers at a file take turns: in the order they came, one process after the other."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from tests.waiting import until

from fairway.store.sqlite.turns import Turns, turns_at

LONG = 60.0
HOLDER = """
import sys, time
from fairway.store.sqlite.turns import Turns
turns = Turns(sys.argv[1])
turns.take(60)
print("held", flush=True)
sys.stdin.read()
turns.pass_on()
"""
IN_TURN = """
import sys
from fairway.store.sqlite.turns import Turns
turns = Turns(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    turns.take(60)
    with open(sys.argv[1], "r+") as file:
        count = int(file.read())
        file.seek(0)
        file.write(str(count + 1))
    turns.pass_on()
"""


@pytest.fixture
def file(tmp_path):
    return str(tmp_path / "memory")


def elsewhere(script, *arguments):
    """Start another process, and wait until it says that it has begun."""
    started = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout.readline()
    return started


def test_turns_come_in_the_order_they_were_asked_for(file):
    turns, order = Turns(file), []

    def one(number):
        turns.take(LONG)
        order.append(number)
        turns.pass_on()

    turns.take(LONG)
    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        until(lambda number=number: len(turns._waiting) == number + 1)
    turns.pass_on()
    for thread in threads:
        thread.join(LONG)
    assert order == list(range(8))


def test_a_turn_that_does_not_come_is_given_up_and_keeps_nobody(file):
    turns = Turns(file)
    turns.take(LONG)
    with pytest.raises(TimeoutError):
        turns.take(0.01)
    turns.pass_on()
    turns.take(0.01)
    turns.pass_on()


def test_a_turn_that_another_process_holds_is_waited_for_and_given_up(file):
    other, turns = elsewhere(HOLDER, file), Turns(file)
    with pytest.raises(TimeoutError):
        turns.take(0.01)
    other.communicate()
    turns.take(LONG)
    turns.pass_on()


def test_a_process_that_is_killed_lets_its_turn_go(file):
    other, turns = elsewhere(HOLDER, file), Turns(file)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    turns.take(LONG)
    turns.pass_on()


def test_one_process_writes_at_a_time(file):
    Path(file).write_text("0")
    others = [elsewhere(IN_TURN, file, "200") for _ in range(3)]
    for other in others:
        other.stdin.write("go\n")
        other.stdin.flush()
    for other in others:
        other.communicate()
        assert other.returncode == 0
    assert Path(file).read_text() == "600"


def test_who_holds_the_turn_gives_it_to_another_process_that_waits(file):
    """Without that, a busy process comes back before a waiting one has looked again."""
    turns, over = Turns(file), threading.Event()
    turns.take(LONG)
    other = subprocess.Popen([sys.executable, "-c", HOLDER, file], stdin=subprocess.PIPE)
    following = os.open(f"{file}-next", os.O_RDWR | os.O_CREAT)

    def another_waits():
        try:
            fcntl.flock(following, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(following, fcntl.LOCK_UN)
        return False

    until(another_waits)

    def again():
        turns.take(LONG)
        turns.pass_on()
        over.set()

    turns.pass_on()
    thread = threading.Thread(target=again)
    thread.start()
    assert not over.wait(0.1)  # it has its turn only after the other
    other.communicate()
    assert over.wait(LONG)
    thread.join()
    os.close(following)


def test_a_forked_process_has_turns_of_its_own(file):
    before = turns_at(file)
    assert turns_at(file) is before
    pid = os.fork()
    if not pid:
        os._exit(0 if turns_at(file) is not before else 1)
    assert os.waitpid(pid, 0)[1] == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # the other lets many write at once
class TestTransactions:
    """The store's connection takes its turn with a transaction, and lets go with it."""

    @pytest.fixture
    def turns(self, node):
        return turns_at(str(connection.settings_dict["NAME"]))

    def test_a_transaction_holds_it_to_its_end(self, turns):
        with transaction.atomic():
            assert turns._taken
        assert not turns._taken
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert not turns._taken

    def test_a_connection_that_closes_lets_go(self, turns):
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        assert turns._taken
        connection.close()
        assert not turns._taken

    def test_a_turn_that_does_not_come_is_a_locked_database(self, turns, monkeypatch):
        turns.take(LONG)
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            pass
        turns.pass_on()
        with transaction.atomic():
            pass

    def test_a_file_that_cannot_be_made_is_an_error_of_the_database(self, turns, monkeypatch):
        monkeypatch.setattr(turns, "_locks", None)
        monkeypatch.setattr(turns, "_file", "/nowhere/at/all")
        with pytest.raises(OperationalError, match="unable to open"), transaction.atomic():
            pass
        assert not turns._taken

    def test_a_transaction_that_cannot_begin_lets_go(self, turns):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 1")
        stranger = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            pass
        assert not turns._taken
        stranger.close()
        connection.close()
