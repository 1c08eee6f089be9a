"""One thread that extends the chain for everybody: events that wait together commit together."""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from fairway.nouns.errors import Unavailable
from fairway.nouns.events import AuditEvent, Entry

WAITING = 10_000  # events that may wait at once
TOGETHER = 1_000  # events that commit at once, at the most
PATIENCE = 60.0  # seconds that a caller waits


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event on its way to the record: its canonical bytes, and where its entry will appear."""

    event: AuditEvent
    written: bytes
    entry: Future[Entry] = field(default_factory=Future)


class Sequencer:
    """Commits events in groups.

    `commit` writes events durably and returns their entries; `rest` is called when the thread has
    failed or ends, to let go of its connection.
    """

    def __init__(
        self, commit: Callable[[Sequence[Waiting]], Sequence[Entry]], rest: Callable[[], None]
    ) -> None:
        self._commit = commit
        self._rest = rest
        self._renew()

    def _renew(self) -> None:
        """Begin anew: at first, and in a process that was forked, where the thread is missing."""
        self._process = os.getpid()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._queue: queue.Queue[Waiting | None] = queue.Queue(WAITING)

    def append(self, event: AuditEvent, written: bytes) -> Entry:
        """Return the event's entry once it is durable. Raises `Unavailable`."""
        if self._process != os.getpid():
            self._renew()
        waiting = Waiting(event, written)
        try:
            self._queue.put(waiting, timeout=PATIENCE)
            self._start()
            return waiting.entry.result(timeout=PATIENCE)
        except (queue.Full, TimeoutError):
            raise Unavailable(
                "ledger.unavailable", "The record is too busy; nothing was done. Try again."
            ) from None

    def close(self) -> None:
        """End the thread when everything that waits is written."""
        with self._starting:
            if self._thread is not None and self._process == os.getpid():
                self._queue.put(None)
                self._thread.join(PATIENCE)
            self._thread = None

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._run, name="fairway-sequencer", daemon=True
                    )
                    self._thread.start()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = self._group(first)
            self._write(group)
            if last:
                break
        self._rest()

    def _group(self, first: Waiting) -> tuple[list[Waiting], bool]:
        """Take everything that waits, up to a bound; say whether the end was asked for."""
        group = [first]
        while len(group) < TOGETHER:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _write(self, group: list[Waiting]) -> None:
        try:
            entries = self._commit(group)
        except Exception as error:  # noqa: BLE001  whatever it is, every caller has to hear of it
            self._rest()
            for waiting in group:
                waiting.entry.set_exception(error)
        else:
            for waiting, entry in zip(group, entries, strict=True):
                waiting.entry.set_result(entry)
