"""The hostile queries that the tests try, counted by category."""

import importlib
import sys
from collections import Counter
from pathlib import Path

from pages.tables import table

ROOT = Path(__file__).parent.parent.parent


def page() -> str:
    sys.path.insert(0, str(ROOT))
    attacks = importlib.import_module("tests.hostile.attacks")
    asked = importlib.import_module("tests.hostile.probes")
    made = importlib.import_module("tests.hostile.generated")
    refused = Counter(category for category, _ in (*attacks.REFUSED, *made.GENERATED_REFUSED))
    probes = Counter(category for category, _ in (*asked.PROBES, *made.GENERATED_PROBES))
    bounded = len(asked.BOUNDED)
    total = refused.total() + probes.total() + bounded
    return f"""
# Hostile queries

`tests/hostile` tries {total} hostile queries on every run of the tests. No two are the same. The
greater part is drawn with a fixed seed: something forbidden, in some place where an expression or a
source may stand, under some disguise. `make test-deep` draws some thousands more.

## Refused: {refused.total()}

These do not pass the gate. Each is answered with a clear sentence, the way out, and nothing of the
data or of where it lies.

{_counted(refused)}

## Probes: {probes.total()}

These may run or fail. Each is put to two worlds that differ only in rows and columns which the
agreement hides; the answer, its names, its rows and its error have to be the same in both. That is
tried on every engine.

{_counted(probes)}

## Bounded: {bounded}

These would go on for ever, or take more than the machine has. Each is stopped at a bound on rows,
bytes, memory or seconds, and says which.
"""


def _counted(found: Counter[str]) -> str:
    return table(["category", "queries"], found.items())
