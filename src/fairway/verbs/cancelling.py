"""Work that can be called off from elsewhere: by whoever asked, or because they went away."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

Attach = Callable[[Callable[[], None]], None]
"""Says how a piece of work is stopped. If it was called off before that, it is stopped at once."""


LEAVING = "fairway.leaving"
"""Under this name the server tells with a request how work on it learns that its caller hung up."""


def leaving(request: Any) -> Attach:
    """Return what stops work when whoever sent a request hangs up before its answer begins."""
    scope: Mapping[str, Any] = getattr(request, "scope", {})  # in process nobody can hang up
    attach: Attach = scope.get(LEAVING, nobody_cancels)
    return attach


def nobody_cancels(_: Callable[[], None]) -> None:
    """Take note of how work is stopped, where nothing ever stops it: an `Attach`."""


class Cancellation:
    """Several pieces of work that are called off together, once, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self.cancelled = False

    def attach(self, stop: Callable[[], None]) -> None:
        """Say how one piece of work is stopped; it is at once, if all was called off already."""
        with self._lock:
            self._stops.append(stop)
            late = self.cancelled
        if late:
            stop()

    def cancel(self) -> None:
        """Stop everything. What has ended by itself takes no notice."""
        with self._lock:
            self.cancelled = True
            stops = tuple(self._stops)
        for stop in stops:
            stop()
