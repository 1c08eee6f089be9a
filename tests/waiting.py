"""Waiting for what another thread or process does, where nothing tells of it."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 120.0
"""Seconds until a test fails: long, since a busy machine is no fault."""

_FIRST, _LONGEST = 0.001, 0.05


def until(found: Callable[[], Found]) -> Found:
    """Ask until the answer is true, ever less often, and return it."""
    end, pause = time.monotonic() + PATIENCE, _FIRST
    while not (answer := found()):
        assert time.monotonic() < end, "this never came to be"
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)
    return answer
