"""A kill at any moment leaves a consistent store, and every acknowledged event on the record."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from fairway.nouns.events import EventFilter
from fairway.wiring import close_node

ROOT = Path(__file__).parent.parent.parent
ENDLESS = 1_000_000


def start(made, name: str, *, threads: int, steps: int = ENDLESS) -> subprocess.Popen:
    """A process at work on a node, its acknowledgements on a pipe."""
    command = [sys.executable, "-m", "tests.kills.appending"]
    arguments = [str(made.workspace), made.database, name, str(threads), str(steps)]
    process = subprocess.Popen(
        [*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    opened = process.stdout.readline()
    assert opened == b"open\n", process.communicate()[1].decode()
    return process


def acknowledged(process: subprocess.Popen) -> tuple[list[str], list[str]]:
    """What the process was told is done: the subjects of events, and of pairs."""
    output, _ = process.communicate(timeout=60)
    lines = [line.split() for line in output.decode().splitlines() if " " in line]
    events = [subject for kind, subject in lines if kind == "event"]
    pairs = [subject for kind, subject in lines if kind == "pair"]
    return events, pairs


def check(made, events: list[str], pairs: list[str]) -> int:
    """Look at what is left; return how many entries there are."""
    node = made.open()
    try:
        outcome = node.ledger.verify()
        assert outcome.intact, outcome
        entries = node.ledger.find(EventFilter(limit=outcome.entries))
        recorded: dict[str, list[str]] = {}
        for entry in reversed(entries):
            recorded.setdefault(entry.event.subject, []).append(entry.event.action)
        assert [lost for lost in events if recorded.get(lost) != ["query.completed"]] == []
        both = ["organisation.add", "domain.add"]
        assert [lost for lost in pairs if recorded.get(lost) != both] == []
        # a transaction is all there or not at all, whether or not it was acknowledged
        organisations = {organisation.id for organisation in node.store.people.organisations()}
        domains = {domain.id for domain in node.store.people.domains()}
        written = {subject for subject, actions in recorded.items() if actions == both}
        assert organisations == domains == written
        assert all(actions in (both, ["query.completed"]) for actions in recorded.values())
        return outcome.entries
    finally:
        connection.close()
        close_node()


def kill_and_look(made, chance: random.Random, kills: int) -> None:
    events: list[str] = []
    pairs: list[str] = []
    for kill in range(kills):
        process = start(made, f"k{kill}", threads=3)
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        told_events, told_pairs = acknowledged(process)
        events += told_events
        pairs += told_pairs
        check(made, events, pairs)
    assert events, "nothing was ever acknowledged: the kills came too early to show anything"
    assert pairs


@pytest.mark.kill
@pytest.mark.slow
def test_kills_lose_nothing_that_was_acknowledged(made):
    kill_and_look(made, random.Random(20260301), kills=10)


@pytest.mark.deep
@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_kills_lose_nothing_that_was_acknowledged(made, seed):
    kill_and_look(made, random.Random(seed), kills=20)


@pytest.mark.kill
@pytest.mark.slow
def test_kills_among_several_processes_lose_nothing(made):
    """One of three dies now and then; the others go on, and nobody's chain forks."""
    chance = random.Random(20260302)
    steady = start(made, "steady", threads=2)
    events: list[str] = []
    pairs: list[str] = []
    for kill in range(3):
        doomed = start(made, f"d{kill}", threads=2)
        time.sleep(chance.uniform(0.05, 0.25))
        doomed.kill()
        told_events, told_pairs = acknowledged(doomed)
        events += told_events
        pairs += told_pairs
    steady.kill()
    told_events, told_pairs = acknowledged(steady)
    check(made, events + told_events, pairs + told_pairs)


@pytest.mark.slow
def test_processes_at_once_make_one_chain(made):
    processes = [start(made, f"p{n}", threads=2, steps=24) for n in range(3)]
    told = [acknowledged(process) for process in processes]
    events = [subject for some, _ in told for subject in some]
    pairs = [subject for _, some in told for subject in some]
    assert (len(events), len(pairs)) == (3 * 2 * 16, 3 * 2 * 8)
    assert check(made, events, pairs) == len(events) + 2 * len(pairs)
