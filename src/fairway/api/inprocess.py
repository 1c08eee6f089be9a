"""The API in this very process: what `fairway.connect("DIR")` speaks to.

The same routes, permissions and records as over the network, through Django's handler and no
socket. The node works in a thread of its own, so that it may be called from a notebook, where an
event loop runs in the caller's thread, and so that its database connection stays in one thread.
"""

import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx

from fairway.client.transport import ANSWER_SECONDS, Transport, headers
from fairway.nouns.errors import FairwayError, Unavailable
from fairway.wiring import open_node

R = TypeVar("R")


def in_process_transport(
    directory: str, token: str | None, surface: str = "python", *, database: str | None = None
) -> Transport:
    """Open the node in a directory and return a transport to it.

    `database` overrides the address in the node's settings. Raises `Unavailable` when there is no
    node in the directory.
    """
    said = headers(token, surface)
    try:
        node = _InProcess(Path(directory), database)
    except Unavailable as error:
        if error.code != "settings.no_node":
            raise
        raise Unavailable(
            "node.not_found",
            f"There is no node in {directory}.",
            remedy=f"Make one with: fairway init {directory}",
        ) from None
    client = httpx.Client(
        transport=node,
        base_url="http://localhost/api/v1/",
        headers=said,
        timeout=ANSWER_SECONDS,
        trust_env=False,
    )
    return Transport(client, directory)


class _InProcess(httpx.BaseTransport):
    """Hands requests to Django in the node's thread, and brings back what it yields."""

    def __init__(self, directory: Path, database: str | None) -> None:
        self._directory = directory.resolve()
        self._database = database
        self._thread = ThreadPoolExecutor(1, "fairway-node", initializer=self._begin)
        self._within = threading.local()  # knows the node's own thread
        self._streams: weakref.WeakSet[_Stream] = weakref.WeakSet()
        try:
            self._django = httpx.WSGITransport(self._run(self._handler))
        except BaseException:
            self._thread.shutdown(wait=False)
            raise

    def _begin(self) -> None:
        self._within.here = True

    def _handler(self) -> Any:
        self._open()
        from django.core.handlers.wsgi import WSGIHandler  # needs the settings that opening makes

        return WSGIHandler()

    def _open(self) -> None:
        """Open the node. One that is open already stays so; another takes its place.

        A process serves one node at a time, so this is asked before every request: no request of
        this connection ever reaches a node that was opened by another since.
        """
        open_node(self._directory, database=self._database)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self._open()
        return self._django.handle_request(request)

    def _run(self, work: Callable[..., R], *given: Any) -> R:
        if getattr(self._within, "here", False):
            return work(*given)  # what is left open may be closed wherever it is collected
        return self._thread.submit(work, *given).result()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return Django's answer; its bytes are made as they are read."""
        response = self._run(self._answer, request)
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - for the types: it cannot be otherwise
        stream = _Stream(response.stream, self._run)
        self._streams.add(stream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=stream,
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Stop what is still being read, and let the thread end.

        The node stays open for who connects next.
        """
        for stream in list(self._streams):
            stream.close()
        self._run(_close_connections)
        self._thread.shutdown()


class _Stream(httpx.SyncByteStream):
    """The bytes of an answer, each piece made in the node's thread."""

    def __init__(self, stream: httpx.SyncByteStream, run: Callable[..., Any]) -> None:
        self._stream = stream
        self._run = run
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces. An answer that breaks off does so as it would on a network."""
        pieces = iter(self._stream)
        try:
            while (piece := self._run(next, pieces, None)) is not None:
                yield piece
        except FairwayError as error:
            raise httpx.RemoteProtocolError(error.message) from error

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._run(self._stream.close)


def _close_connections() -> None:
    from django.core.signals import request_finished

    request_finished.send(sender=None)
