"""A stored file on its way out: all of it, piece by piece, from memory or from the disk."""

import asyncio
import os

import pytest

from fairway.formats import parts
from fairway.nouns.errors import Refused

SIZE = 3 * parts.CHUNK + 17


def ended() -> Refused:
    return Refused("share.ended", "It ended.")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(251)) * (SIZE // 251 + 1))
    os.truncate(path, SIZE)
    return path


def sent(made: parts.Parts) -> bytes:
    async def read() -> list[bytes]:
        return [piece async for piece in made]

    return b"".join(asyncio.run(read()))


@pytest.mark.parametrize("at_once", [parts._AT_ONCE, None, 1 << 30])
def test_all_of_a_range_comes_from_memory_and_from_the_disk(file, monkeypatch, at_once):
    monkeypatch.setattr(parts, "_AT_ONCE", at_once)  # the last is what no file system knows
    with file.open("rb") as body:
        body.seek(5)
        assert sent(parts.Parts(body, SIZE - 9, lambda: True, ended)) == file.read_bytes()[5:-4]


def test_a_file_that_was_cut_breaks_off(file):
    told: list[int] = []
    os.truncate(file, parts.CHUNK)
    with file.open("rb") as body:
        made = parts.Parts(body, SIZE, lambda: True, ended, told.append)
        with pytest.raises(Refused, match="It ended"):
            sent(made)
    assert told == [parts.CHUNK]


def test_what_may_not_go_on_breaks_off(file, monkeypatch):
    monkeypatch.setattr(parts, "ASKED_AGAIN_SECONDS", -1.0)
    told: list[int] = []
    answers = iter([True, True, False])
    with file.open("rb") as body:
        made = parts.Parts(body, SIZE, lambda: next(answers), ended, told.append)
        with pytest.raises(Refused, match="It ended"):
            sent(made)
    assert told == [2 * parts.CHUNK]


def test_others_have_their_turn_between_two_pieces(file):
    async def turns() -> int:
        taken = 0

        async def other() -> None:
            nonlocal taken
            while True:
                taken += 1
                await asyncio.sleep(0)

        beside = asyncio.create_task(other())
        with file.open("rb") as body:
            async for _ in parts.Parts(body, SIZE, lambda: True, ended):
                pass
        beside.cancel()
        return taken

    assert asyncio.run(turns()) >= SIZE // parts.CHUNK
