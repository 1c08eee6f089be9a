"""A kill at any moment leaves a consistent store, and every acknowledged event on the record."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from tests.waiting import until

from fairway.nouns.events import EventFilter
from fairway.wiring import close_node

ROOT = Path(__file__).parent.parent.parent
ENDLESS = 1_000_000


@dataclass(frozen=True)
class Worker:
    """A process at work on a node, and the file of what it was told is done."""

    process: int
    output: Path

    def kill(self) -> None:
        os.kill(self.process, signal.SIGKILL)

    def lines(self) -> list[str]:
        return self.output.read_text().splitlines() if self.output.exists() else []

    def acknowledged(self) -> tuple[list[str], list[str]]:
        """The subjects of events, and of pairs, once the process is gone."""
        until(lambda: not Path(f"/proc/{self.process}").exists())
        assert [line for line in self.lines() if line.startswith("failed")] == []
        lines = [line.split() for line in self.lines() if " " in line]
        events = [subject for kind, subject in lines if kind == "event"]
        pairs = [subject for kind, subject in lines if kind == "pair"]
        return events, pairs


class Nest:
    """Where workers come from."""

    def __init__(self, process: subprocess.Popen, folder: Path) -> None:
        self.process = process
        self.folder = folder

    def start(self, made, name: str, *, threads: int, steps: int = ENDLESS) -> Worker:
        output = self.folder / f"{made.workspace.parent.name}-{name}"
        arguments = [output, made.workspace, made.database, name, threads, steps]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(one) for one in arguments]) + "\n")
        self.process.stdin.flush()
        worker = Worker(int(self.process.stdout.readline()), output)
        until(worker.lines)
        assert worker.lines()[0] == "open", worker.lines()
        return worker


@pytest.fixture(scope="module")
def nest(tmp_path_factory) -> Iterator[Nest]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.kills.nest"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "warm\n"
        yield Nest(process, tmp_path_factory.mktemp("told"))
        assert process.stdin is not None
        process.stdin.close()


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


def strike(worker: Worker, chance: random.Random) -> None:
    """Kill at a random moment: as soon as it is open, or some way into its work."""
    steps = chance.choice([0, chance.randint(1, 40)])
    until(lambda: len(worker.lines()) > steps)
    time.sleep(chance.uniform(0.0, 0.02))
    worker.kill()


def kill_and_look(nest, made, chance: random.Random, kills: int) -> None:
    events: list[str] = []
    pairs: list[str] = []
    for kill in range(kills):
        worker = nest.start(made, f"k{kill}", threads=3)
        strike(worker, chance)
        told_events, told_pairs = worker.acknowledged()
        events += told_events
        pairs += told_pairs
        check(made, events, pairs)
    assert events
    assert pairs


@pytest.mark.kill
@pytest.mark.slow
def test_kills_lose_nothing_that_was_acknowledged(nest, made):
    kill_and_look(nest, made, random.Random(20260301), kills=20)


@pytest.mark.deep
@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_kills_lose_nothing_that_was_acknowledged(nest, made, seed):
    kill_and_look(nest, made, random.Random(seed), kills=20)


@pytest.mark.kill
@pytest.mark.slow
def test_kills_among_several_processes_lose_nothing(nest, made):
    """One of three dies now and then; the others go on, and nobody's chain forks."""
    chance = random.Random(20260302)
    steady = nest.start(made, "steady", threads=2)
    events: list[str] = []
    pairs: list[str] = []
    for kill in range(4):
        doomed = nest.start(made, f"d{kill}", threads=2)
        strike(doomed, chance)
        told_events, told_pairs = doomed.acknowledged()
        events += told_events
        pairs += told_pairs
    steady.kill()
    told_events, told_pairs = steady.acknowledged()
    check(made, events + told_events, pairs + told_pairs)


@pytest.mark.slow
def test_processes_at_once_make_one_chain(nest, made):
    workers = [nest.start(made, f"p{n}", threads=2, steps=24) for n in range(3)]
    told = [worker.acknowledged() for worker in workers]
    events = [subject for some, _ in told for subject in some]
    pairs = [subject for _, some in told for subject in some]
    assert (len(events), len(pairs)) == (3 * 2 * 16, 3 * 2 * 8)
    assert check(made, events, pairs) == len(events) + 2 * len(pairs)
