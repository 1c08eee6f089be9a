"""Whose query runs next: a bounded number side by side, and fairly among people.

A free place goes to the waiting person who has the fewest queries running, and among equals to the
one who was served longest ago. Nobody may hold all the places, wait in an endless line, or wait
without end.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fairway.nouns.errors import Busy
from fairway.nouns.queries import Running
from fairway.verbs.cancelling import Attach, nobody_cancels


@dataclass(eq=False)
class _Turn:
    """Implements `verbs.ports.Turn`: one query's place, from when it waits to when it ends."""

    turns: "FairTurns"
    running: Running
    handle: str
    stop: Callable[[], None] | None = None
    cancelled: bool = False
    began: float = field(default_factory=time.monotonic)
    admitted: bool = False

    def attach(self, stop: Callable[[], None]) -> None:
        with self.turns.lock:
            self.stop = stop
            late = self.cancelled
        if late:
            stop()

    def cancel(self) -> None:
        with self.turns.lock:
            self.cancelled = True
            stop = self.stop
            self.turns.changed.notify_all()
        if stop is not None:
            stop()

    def release(self) -> None:
        self.turns.release(self)


class FairTurns:
    """Implements `verbs.ports.Turns` for the threads of one process.

    `places` run side by side; one person has `each` of them at the most. `line` is how many queries
    of one person may wait, `seconds` how long one waits at the most. A query whose reader has held
    its place for `longest` seconds is stopped when others wait.
    """

    def __init__(
        self,
        places: int,
        *,
        each: int | None = None,
        line: int = 16,
        seconds: float = 30.0,
        longest: float = 300.0,
    ) -> None:
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.places = places
        self.each = each or max(1, places - 1)
        self._line = line
        self._seconds = seconds
        self._longest = longest
        self._running: list[_Turn] = []
        self._waiting: dict[str, deque[_Turn]] = {}
        self._served: dict[str, int] = {}
        self._count = 0

    def take(self, running: Running, handle: str = "", attach: Attach = nobody_cancels) -> _Turn:
        turn = _Turn(self, running, handle)
        person = running.person
        with self.lock:
            line = self._waiting.setdefault(person, deque())
            if len(line) >= self._line:
                raise Busy(
                    "query.too_many_waiting",
                    f"{self._line} of your queries wait already.",
                    remedy="Wait for one to end, or cancel one.",
                )
            line.append(turn)
            self._admit()
        attach(turn.cancel)
        until = time.monotonic() + self._seconds
        while not self._settled(turn, until):
            for stop in self._overdue():  # not under the lock: who is stopped gives its place back
                stop()
        return turn

    def find(self, person: str, query: str) -> _Turn | None:
        with self.lock:
            for turn in self._all():
                if turn.running.person == person and query in {turn.running.query, turn.handle}:
                    return turn
        return None

    def running(self, person: str) -> Sequence[Running]:
        with self.lock:
            return tuple(t.running for t in self._all() if t.running.person == person)

    def release(self, turn: _Turn) -> None:
        """Give a place back; a second time does nothing."""
        with self.lock:
            if turn in self._running:
                self._running.remove(turn)
            else:
                self._leave(turn)
            self._admit()

    def _settled(self, turn: _Turn, until: float) -> bool:
        """Wait up to a second; say whether the turn has its place or was cancelled.

        Errors: `Busy` when `until`, in seconds of the monotonic clock, is past.
        """
        with self.lock:
            if not turn.admitted and not turn.cancelled:
                self.changed.wait(max(0.0, min(until - time.monotonic(), 1.0)))
            if turn.admitted:
                return True
            late = time.monotonic() >= until
            if late or turn.cancelled:
                self._leave(turn)
        if late and not turn.cancelled:
            raise Busy(
                "query.busy",
                f"All places for queries were taken for {self._seconds:g} seconds.",
                remedy="Try again in a minute.",
            )
        return turn.cancelled

    def _overdue(self) -> list[Callable[[], None]]:
        """Cancel the queries whose readers hold their places too long; return what stops them."""
        stops = []
        before = time.monotonic() - self._longest
        with self.lock:
            for turn in self._running:
                if turn.began < before and turn.stop is not None and not turn.cancelled:
                    turn.cancelled = True
                    stops.append(turn.stop)
        return stops

    # ------------------------------------------------------------- under the lock

    def _all(self) -> list[_Turn]:
        return [*self._running, *(turn for line in self._waiting.values() for turn in line)]

    def _leave(self, turn: _Turn) -> None:
        line = self._waiting.get(turn.running.person, deque())
        if turn in line:
            line.remove(turn)
        if not line:
            self._waiting.pop(turn.running.person, None)

    def _admit(self) -> None:
        """Give free places away."""
        held: dict[str, int] = {}
        for turn in self._running:
            held[turn.running.person] = held.get(turn.running.person, 0) + 1
        while len(self._running) < self.places:
            able = [
                person
                for person, line in self._waiting.items()
                if line and held.get(person, 0) < self.each
            ]
            if not able:
                break
            person = min(able, key=lambda p: (held.get(p, 0), self._served.get(p, 0)))
            turn = self._waiting[person].popleft()
            if not self._waiting[person]:
                del self._waiting[person]
            self._count += 1
            self._served[person] = self._count
            held[person] = held.get(person, 0) + 1
            turn.admitted = True
            turn.began = time.monotonic()
            self._running.append(turn)
        if len(self._served) > 10_000:  # long-gone people need no memory of theirs kept
            self._served = dict(sorted(self._served.items(), key=lambda kept: kept[1])[-1_000:])
        self.changed.notify_all()
