"""How often each asked lately, counted in this process.

A node is served by one process, so its counts are the node's. In the database each request would
write, and wait for the one writer, to tell what is forgotten after a minute.
"""

import threading
import time
from collections.abc import Callable

from fairway.nouns.rates import Bucket, Taken
from fairway.rules.rates import MINUTE, idle, take


class ProcessRates:
    """`verbs.doors.RateCounts` for the threads of one process. Full buckets are dropped."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}
        self._swept = clock()

    def take(self, who: str, limit: int) -> Taken:
        with self._lock:
            now = self._clock()
            if now - self._swept >= MINUTE:
                self._buckets = {w: b for w, b in self._buckets.items() if not idle(b, now)}
                self._swept = now
            self._buckets[who], taken = take(self._buckets.get(who), limit, now)
            return taken
