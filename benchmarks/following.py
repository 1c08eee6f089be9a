"""A change at one node until it is found in the node that follows it, both really served.

A product is published, hidden from partners, shown again and withdrawn, at moments that have
nothing to do with the follower's turns, and the follower's search is asked over HTTP until it finds
it, or finds it no more. The clock starts when the publishing node has answered: the change is made.

The yardstick is the interval between two turns: a change waits for the next one, so half of it on
average and all of it at worst, however fast the rest is; what is beyond is the work. Beside it is
told what a plain fetch of the feed takes, which is the least that a turn can do.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from harness import Figure, median, wall
from tests.federation.harbours import Served

from fairway.asgi import FOLLOW_SECONDS

WITHIN = 5.0
"""Seconds that were promised."""
SOURCE = "Harbour office"
PAUSE = 0.02
"""Seconds between two questions to the follower: no figure is finer."""
PATIENCE = 60.0


def measure(quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder, ExitStack() as closing:
        here, there = Served(Path(folder) / "here"), Served(Path(folder) / "there")
        for node, name in ((here, "Data office"), (there, SOURCE)):
            node.make(name)
            closing.callback(node.stop)
            node.serve()
        here.follow(there, SOURCE)
        took = list(_changes(here, there, 2 if quick else 10))
        fetched = median([wall(lambda: _fetch(there)) for _ in range(20)])
    for name, value, target in (("median", median(took), None), ("worst", max(took), WITHIN)):
        yield Figure(
            f"a change at one node until it is found in its follower, {name} of {len(took)}",
            value,
            "s",
            yardstick=f"the interval between two turns, {FOLLOW_SECONDS:g} s",
            ratio=value / FOLLOW_SECONDS,
            target=target,
            note=f"a plain fetch of the feed: {fetched * 1000:.0f} ms",
        )


def _fetch(node: Served) -> None:
    node.ask("GET", "catalogue/feed", by="keeper")


def _changes(here: Served, there: Served, rounds: int) -> Iterator[float]:
    """Yield the seconds that each change takes: four of them a round."""
    chance = random.Random(5)

    def until(title: str, found: bool) -> float:
        return wall(lambda: _wait(here, title, found))

    for number in range(rounds):
        title = f"Harbour number {number}"
        time.sleep(chance.uniform(0, FOLLOW_SECONDS))
        there.publish(title)
        yield until(title, True)
        time.sleep(chance.uniform(0, FOLLOW_SECONDS))
        there.publish(title, "1.0.1", "everyone")  # partners are not shown it any more
        yield until(title, False)
        time.sleep(chance.uniform(0, FOLLOW_SECONDS))
        there.publish(title, "1.0.2")
        yield until(title, True)
        time.sleep(chance.uniform(0, FOLLOW_SECONDS))
        there.withdraw(title)
        yield until(title, False)


def _wait(here: Served, title: str, found: bool) -> None:
    end = time.monotonic() + PATIENCE
    while here.finds(title) is not found:
        assert time.monotonic() < end, f"{title}: the change never came"
        time.sleep(PAUSE)
