"""One thread that grows the record for everybody: events that wait together commit together."""

import logging
import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from fairway.nouns.errors import Unavailable
from fairway.nouns.events import AuditEvent

WAITING = 10_000  # events that may wait at once
TOGETHER = 1_000  # events that commit at once, at the most
PATIENCE = 60.0  # seconds that a caller waits
log = logging.getLogger("fairway.ledger")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event on its way to the record: its canonical bytes, and where its place will appear."""

    event: AuditEvent
    written: bytes
    place: Future[int] = field(default_factory=Future)


class _Sign:
    """Something in the queue that is no event."""


_END, _NUDGE = _Sign(), _Sign()


class Tidy(Protocol):
    """Work that is done between groups; says whether there is more of it."""

    def __call__(self, *, waited_for: bool) -> bool: ...


class Sequencer:
    """Commits events in groups.

    `commit` writes events durably and returns the place of the first; `rest` is called when the
    thread has failed or ends, to let go of its connection; `tidy` is called between groups.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Waiting]], int],
        rest: Callable[[], None],
        tidy: Tidy,
    ) -> None:
        self._commit = commit
        self._rest = rest
        self._tidy = tidy
        self._renew()

    def _renew(self) -> None:
        """Begin anew: at first, and in a process that was forked, where the thread is missing."""
        self._process = os.getpid()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._queue: queue.Queue[Waiting | _Sign] = queue.Queue(WAITING)

    def append(self, event: AuditEvent, written: bytes) -> int:
        """Return the event's place once it is durable. Raises `Unavailable`."""
        if self._process != os.getpid():
            self._renew()
        waiting = Waiting(event, written)
        try:
            self._queue.put(waiting, timeout=PATIENCE)
            self._start()
            return waiting.place.result(timeout=PATIENCE)
        except (queue.Full, TimeoutError):
            raise Unavailable(
                "ledger.unavailable", "The record is too busy; nothing was done. Try again."
            ) from None

    def close(self) -> None:
        """End the thread when everything that waits is written."""
        with self._starting:
            if self._thread is not None and self._process == os.getpid():
                self._queue.put(_END)
                self._thread.join(PATIENCE)
            self._thread = None

    def nudge(self) -> None:
        """Let the thread look for work between groups, unless it is busy anyway."""
        if self._process == os.getpid() and self._queue.empty():
            self._queue.put(_NUDGE)
            self._start()

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._run, name="fairway-sequencer", daemon=True
                    )
                    self._thread.start()

    def _run(self) -> None:
        behind = False
        while True:
            try:
                first = self._queue.get(block=not behind)
            except queue.Empty:
                behind = self._tidied(waited_for=False)
                continue
            if first is _END:
                break
            group, last = self._group(first)
            if group:
                self._write(group)
                self._tidied(waited_for=True)
            if last:
                break
            behind = True
        self._rest()

    def _tidied(self, *, waited_for: bool) -> bool:
        try:
            return self._tidy(waited_for=waited_for)
        except Exception as error:  # noqa: BLE001 - nobody waits for it; whoever needs it does it
            log.warning("the record's index fell behind: %s", type(error).__name__)
            self._rest()
            return False

    def _group(self, first: "Waiting | _Sign") -> tuple[list[Waiting], bool]:
        """Take everything that waits, up to a bound; say whether the end was asked for."""
        group = [first] if isinstance(first, Waiting) else []
        while len(group) < TOGETHER:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is _END:
                return group, True
            if isinstance(waiting, Waiting):
                group.append(waiting)
        return group, False

    def _write(self, group: list[Waiting]) -> None:
        try:
            first = self._commit(group)
        except Exception as error:  # noqa: BLE001 - whatever it is, every caller has to hear of it
            self._rest()
            for waiting in group:
                waiting.place.set_exception(error)
        else:
            for place, waiting in enumerate(group, first):
                waiting.place.set_result(place)
