"""What every benchmark shares: fair comparison, figures, and where they are kept.

A figure is compared with a yardstick that is measured in the same run, turn by turn, so that what
else the machine does falls on both alike. Medians are reported, not means: one hiccup moves none.
"""

import json
import math
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = Path(os.environ.get("FAIRWAY_BENCH_RESULTS") or Path(__file__).parent / "results.jsonl")


class Skipped(Exception):
    """A benchmark cannot run here; the message says why."""


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    `ratio` is to the yardstick. `target` bounds `value` or, where `of_ratio`, the ratio: from
    above, or from below where `at_least`. It is None where nothing was promised.
    """

    name: str
    value: float
    unit: str
    yardstick: str = ""
    ratio: float | None = None
    target: float | None = None
    of_ratio: bool = False
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.target is None:
            return None
        measured = self.ratio if self.of_ratio else self.value
        if measured is None:
            return False
        return measured >= self.target if self.at_least else measured <= self.target

    def __str__(self) -> str:
        """Return the figure as one line."""
        words = [f"{self.name}: {_number(self.value)} {self.unit}"]
        if self.ratio is not None:
            words.append(f"{self.ratio:.2f} × {self.yardstick}")
        if self.target is not None:
            sign = "≥" if self.at_least else "≤"
            unit = "×" if self.of_ratio else self.unit
            words.append(f"target {sign} {_number(self.target)} {unit}")
        words.append({None: "no target", True: "met", False: "MISSED"}[self.met])
        if self.note:
            words.append(self.note)
        return " | ".join(words)


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def report(figure: Figure) -> Figure:
    """Print a figure, and add it to the results file."""
    print(figure, flush=True)
    kept = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs",
        "load": round(os.getloadavg()[0], 2),
        **asdict(figure),
        "met": figure.met,
    }
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return figure


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip()


# ------------------------------------------------------------------ measuring


def wall(work: Callable[[], object]) -> float:
    """Return the seconds that a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def interleaved(
    a: Callable[[], float], b: Callable[[], float], rounds: int
) -> tuple[list[float], list[float]]:
    """Measure two things turn by turn (A B, B A, A B, ...), after one turn that is not counted.

    `a` and `b` do their work and return what it cost.
    """
    found_a: list[float] = []
    found_b: list[float] = []
    a(), b()
    for turn in range(rounds):
        if turn % 2:
            found_b.append(b())
            found_a.append(a())
        else:
            found_a.append(a())
            found_b.append(b())
    return found_a, found_b


median = statistics.median


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies: the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean: the fair one for ratios."""
    return math.exp(statistics.fmean(math.log(v) for v in values))


@contextmanager
def quiet_database() -> Iterator[None]:
    """Keep what the node says to its log out of the figures' way."""
    import logging

    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
