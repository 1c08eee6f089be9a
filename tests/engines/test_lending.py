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
from fairway.engines.lending import AT_ONCE, ROOM, Lender, fill
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
    """Return a piece as the worker gets it."""
    lender, theirs = ends
    lender.lend()
    _, pieces, _, _ = socket.recv_fds(theirs, 1, 1)
    return pieces[0]


def test_what_is_filled_is_read_as_it_is(ends):
    lender, theirs = ends
    lender.lend()
    fill(theirs, [memoryview(b"as "), memoryview(b"counted")], len(SECRET))
    read = lender.take(len(SECRET))
    lender.close()
    assert read == SECRET
    assert read.readonly


def test_a_piece_that_stays_mapped_is_copied_and_what_is_read_stays_as_it_was(ends):
    piece = lent(ends)
    with mmap.mmap(piece, ROOM) as kept:
        kept.write(SECRET)
        read = ends[0].take(len(SECRET))
        kept[: len(SECRET)] = b"otherwise!"
        assert read == SECRET
    os.close(piece)


PUNCH = 0x03  # FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
LATER = {
    "written": lambda piece: os.pwrite(piece, b"otherwise!", 0),
    "mapped to write": lambda piece: mmap.mmap(piece, ROOM),
    "protected to write": lambda piece: protected(piece),  # noqa: PLW0108 - it stands below
    "shortened": lambda piece: os.ftruncate(piece, 0),
    "lengthened": lambda piece: os.ftruncate(piece, 2 * ROOM),
    "emptied": lambda piece: call("fallocate", piece, PUNCH, ctypes.c_long(0), ctypes.c_long(4096)),
    "sealed otherwise": lambda piece: fcntl.fcntl(piece, fcntl.F_ADD_SEALS, 0x10),
    "opened again": lambda piece: os.pwrite(
        os.open(f"/proc/self/fd/{piece}", os.O_RDWR), b"otherwise!", 0
    ),
}


def call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def protected(piece):
    """Map it to read, as is allowed, and then make the mapping one to write to."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    place = libc.mmap(None, ROOM, mmap.PROT_READ, mmap.MAP_SHARED, piece, 0)
    call("mprotect", ctypes.c_void_p(place), ctypes.c_size_t(ROOM), mmap.PROT_WRITE)


@pytest.mark.parametrize("how", LATER)
def test_nothing_is_changed_after_it_was_taken(ends, how):
    piece = lent(ends)
    with mmap.mmap(piece, ROOM) as room:
        room.write(SECRET)
    read = ends[0].take(len(SECRET))
    with pytest.raises(PermissionError):
        LATER[how](piece)
    assert read == SECRET
    os.close(piece)


@pytest.mark.parametrize("size", [0, 2 * ROOM])
def test_the_size_is_the_node_s_from_the_start(ends, size):
    """No reader meets the end of a piece before its end."""
    piece = lent(ends)
    with pytest.raises(PermissionError):
        os.ftruncate(piece, size)
    assert bytes(ends[0].take(ROOM)[-1:]) == b"\0"
    os.close(piece)


def test_a_piece_that_the_worker_has_sealed_itself_is_copied(ends):
    piece = lent(ends)
    fcntl.fcntl(piece, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL)
    os.pwrite(piece, SECRET, 0)
    read = ends[0].take(len(SECRET))
    os.pwrite(piece, b"otherwise!", 0)
    assert read == SECRET
    os.close(piece)


@pytest.mark.parametrize("size", [0, -1, ROOM + 1, 1 << 63])
def test_no_more_is_taken_than_a_piece_holds(ends, size):
    os.close(lent(ends))
    with pytest.raises(OSError, match="no such piece"):
        ends[0].take(size)


def test_what_was_not_lent_is_not_taken(ends):
    with pytest.raises(OSError, match="no such piece"):
        ends[0].take(1)


def test_asking_again_gives_no_more(ends):
    for _ in range(3):
        ends[0].begin()
    assert len(ends[0]._lent) == AT_ONCE


def test_a_worker_that_has_died_is_lent_nothing_and_nothing_is_left_open(ends):
    before = len(list(Path("/proc/self/fd").iterdir()))
    ends[1].shutdown(socket.SHUT_RDWR)
    ends[0].begin()
    ends[0].close()
    ends[0].close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before - 1


def test_a_worker_whose_node_has_gone_ends(ends):
    ends[0].close()
    with pytest.raises(BrokenPipeError):
        fill(ends[1], [memoryview(b"x")], 1)


def test_a_reader_keeps_what_it_read_and_no_descriptor(ends):
    before = len(list(Path("/proc/self/fd").iterdir()))
    read = []
    for number in range(20):
        ends[0].lend()
        fill(ends[1], [memoryview(bytes([number]) * 9)], 9)
        read.append(ends[0].take(9))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert [bytes(piece) for piece in read] == [bytes([number]) * 9 for number in range(20)]


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
        before = len(list(Path("/proc/self/fd").iterdir()))
        os.write(results, HEAD.pack(b"M", 0, 0) + HEAD.pack(b"E", 0, 0))
        assert list(stream) == []
        assert len(list(Path("/proc/self/fd").iterdir())) < before


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
