"""Lent memory: what a worker that an attacker runs could try, each by the call it would make."""

import ctypes
import fcntl
import mmap
import os
import socket
from pathlib import Path

import pytest

from fairway.engines import lending
from fairway.engines.duckdb import DuckDBStream
from fairway.engines.lending import ROOM, ROOMS, Borrower, Lender
from fairway.engines.worker import CHUNK, HEAD
from fairway.engines.workers import Worker
from fairway.nouns.errors import BoundExceeded, Unavailable
from fairway.nouns.queries import Limits

SECRET = b"as counted"


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    lender = Lender(ours)
    yield lender, theirs
    lender.close()
    theirs.close()


def lent(ends):
    """Return the piece as the worker gets it."""
    lender, theirs = ends
    lender.begin()
    _, (piece,), _, _ = socket.recv_fds(theirs, ROOMS, 1)
    return piece


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_filled_is_read_as_it_is(ends):
    lender, theirs = ends
    lender.begin()
    Borrower(theirs).fill([memoryview(b"as "), memoryview(b"counted")])
    read = lender.take(len(SECRET))
    lender.close()
    assert read == SECRET
    assert read.readonly


def test_what_was_taken_stays_as_it_was(ends):
    piece = lent(ends)
    with mmap.mmap(piece, ROOMS * ROOM) as kept:
        kept.write(SECRET)
        read = ends[0].take(len(SECRET))
        kept[: len(SECRET)] = b"otherwise!"
        os.pwrite(piece, b"otherwise!", 0)
        call("fallocate", piece, PUNCH, ctypes.c_long(0), ctypes.c_long(ROOM))
        assert read == SECRET
    os.close(piece)


PUNCH = 0x03  # FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
LATER = {
    "shortened": lambda piece: os.ftruncate(piece, 0),
    "shortened by one": lambda piece: os.ftruncate(piece, ROOMS * ROOM - 1),
    "lengthened": lambda piece: os.ftruncate(piece, 2 * ROOMS * ROOM),
    "written past its end": lambda piece: os.pwrite(piece, b"more", ROOMS * ROOM),
    "sealed to be read only": lambda piece: fcntl.fcntl(piece, fcntl.F_ADD_SEALS, 0x8),
    "opened again and shortened": lambda piece: os.ftruncate(
        os.open(f"/proc/self/fd/{piece}", os.O_RDWR), 0
    ),
}


def call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


@pytest.mark.parametrize("how", LATER)
def test_the_size_is_the_node_s_from_the_start(ends, how):
    """No reader meets the end of the piece before its end."""
    piece = lent(ends)
    with pytest.raises(PermissionError):
        LATER[how](piece)
    assert os.fstat(piece).st_size == ROOMS * ROOM
    for _ in range(ROOMS):
        assert bytes(ends[0].take(ROOM)[-1:]) == b"\0"
    os.close(piece)


@pytest.mark.parametrize("size", [0, -1, ROOM + 1, 1 << 63])
def test_no_more_is_taken_than_a_room_holds(ends, size):
    os.close(lent(ends))
    with pytest.raises(OSError, match="no such room"):
        ends[0].take(size)


def test_what_was_not_lent_is_not_taken(ends):
    with pytest.raises(OSError, match="no such room"):
        ends[0].take(1)


def test_asking_again_gives_no_more(ends):
    os.close(lent(ends))
    for _ in range(3):
        ends[0].begin()
    ends[1].setblocking(False)
    with pytest.raises(BlockingIOError):
        ends[1].recv(1)


def test_rooms_are_filled_in_turn_and_again_when_they_were_read(ends):
    lender, theirs = ends
    lender.begin()
    borrower = Borrower(theirs)
    for number in range(ROOMS):
        borrower.fill([memoryview(bytes([number]) * 9)])
    theirs.setblocking(False)
    with pytest.raises(BlockingIOError):  # a worker runs ahead no further than this
        borrower.fill([memoryview(b"too far")])
    read = [lender.take(9)]
    for number in range(ROOMS, 20):
        borrower.fill([memoryview(bytes([number]) * 9)])
        read.append(lender.take(9))
    read += [lender.take(9) for _ in range(ROOMS - 1)]
    assert [bytes(piece) for piece in read] == [bytes([number]) * 9 for number in range(20)]


def test_a_room_is_filled_to_its_last_byte_and_touches_no_other(ends):
    lender, theirs = ends
    lender.begin()
    borrower = Borrower(theirs)
    borrower.fill([memoryview(b"a" * (ROOM - 1)), memoryview(b"b")])
    borrower.fill([memoryview(b"c")])
    assert bytes(lender.take(ROOM)[-2:]) == b"ab"
    assert bytes(lender.take(2)) == b"c\0"


def test_a_worker_that_has_died_is_lent_nothing_and_nothing_is_left_open(ends):
    before = descriptors()
    ends[1].shutdown(socket.SHUT_RDWR)
    ends[0].begin()
    ends[0].close()
    ends[0].close()
    assert descriptors() == before - 1


@pytest.mark.parametrize("begun", [False, True])
def test_a_worker_whose_node_has_gone_ends(ends, begun):
    borrower = Borrower(ends[1])
    if begun:
        ends[0].begin()
        for _ in range(ROOMS):
            borrower.fill([memoryview(b"x")])
    ends[0].close()
    with pytest.raises(BrokenPipeError):
        borrower.fill([memoryview(b"x")])


def test_a_reader_keeps_what_it_read_and_no_descriptor(ends):
    before = descriptors()
    lender, theirs = ends
    lender.begin()
    Borrower(theirs).fill([memoryview(SECRET)])
    read = lender.take(len(SECRET))
    assert descriptors() <= before + 2  # the mappings of both ends, while they last
    lender.close()
    assert read == SECRET


@pytest.fixture
def hostile():
    """A stream, and the worker's ends of its pipe and its channel, for a worker of ours."""
    reading, results = os.pipe()
    ours, theirs = socket.socketpair()
    handle = os.open("/dev/null", os.O_RDONLY)  # nothing to kill
    stream = DuckDBStream(Worker(reading, handle, ours), Limits(bytes=CHUNK))
    stream.stop = lambda: None
    yield stream, results, theirs
    stream.close()
    os.close(results)
    theirs.close()


@pytest.mark.parametrize(
    "said",
    [
        HEAD.pack(b"L", 1, 10),
        HEAD.pack(b"L", 1, 0),
        HEAD.pack(b"M", 0, 0) + HEAD.pack(b"L", 1, 0),
    ],
)
def test_a_worker_that_lies_about_lent_memory_has_died(hostile, said):
    stream, results, _ = hostile
    os.write(results, said)
    with pytest.raises(Unavailable) as caught:
        list(stream)
    assert caught.value.code == "query.worker_died"


@pytest.mark.parametrize("size", [2 * CHUNK + 1, (1 << 64) - 1])
@pytest.mark.parametrize("kind", [b"D", b"L"])
def test_a_worker_that_does_not_count_is_stopped_before_a_byte_is_read(hostile, kind, size):
    stream, results, _ = hostile
    os.write(results, HEAD.pack(kind, 1, size))
    with pytest.raises(BoundExceeded) as caught:
        list(stream)
    assert caught.value.code == "query.too_many_bytes"


def test_descriptors_that_a_worker_sends_are_never_received(hostile):
    stream, results, theirs = hostile
    with Path("/dev/zero").open("rb") as other:
        socket.send_fds(theirs, [b"M"], [other.fileno()] * 3)
        before = descriptors()
        os.write(results, HEAD.pack(b"M", 0, 0) + HEAD.pack(b"E", 0, 0))
        assert list(stream) == []
        assert descriptors() < before


def test_a_large_result_crosses_in_lent_memory_and_a_small_one_does_not(world, engine, monkeypatch):
    taken = []
    real = lending.Lender.take
    monkeypatch.setattr(
        lending.Lender, "take", lambda self, size: taken.append(size) or real(self, size)
    )
    sql = "SELECT repeat('x', 1000) AS x FROM range({})"
    for rows, lends in ((10, False), (30_000, True)):
        taken.clear()
        assert world.table(sql.format(rows)).column(0).to_pylist() == ["x" * 1000] * rows
        assert bool(taken) is lends
    assert max(taken) <= ROOM
