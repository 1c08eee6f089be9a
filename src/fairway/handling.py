"""How a request is worked on: in one thread from beginning to end, which is kept for the next.

Django's own handler makes a thread for each request, with a connection to the database of its own,
and goes back to the event loop between what stands around a view and the view. All of what stands
around ours, and every view, is of the plain kind; so all of it runs in one go.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler

from fairway.store.database import keep_connections, let_go, renew

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

KEPT_THREADS = 4
"""Threads that wait for work at the most, each with its connection; more work makes more."""
KEPT_SECONDS = 60
"""How old a connection is at the most that a thread keeps from one request for the next."""
PIECE = 1024 * 1024
"""Bytes of an answer that are handed to the server at once."""


class Threads:
    """Threads that have no work now. The one that had some last is the first to get some."""

    def __init__(self) -> None:
        self._waiting: list[ThreadPoolExecutor] = []

    def take(self) -> ThreadPoolExecutor:
        """Return a thread of one's own."""
        if self._waiting:
            return self._waiting.pop()
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="fairway-request")

    def give_back(self, thread: ThreadPoolExecutor) -> None:
        """Keep a thread for the next who asks, or let it end."""
        if len(self._waiting) < KEPT_THREADS:
            self._waiting.append(thread)
        else:
            end(thread)


def end(thread: ThreadPoolExecutor) -> None:
    """Let a thread end when it has done what it is at."""
    thread.submit(let_go)
    thread.shutdown(wait=False)


class Handler(ASGIHandler):
    """Django's handler, whose requests have a thread each."""

    chunk_size = PIECE

    def __init__(self) -> None:
        super().__init__()
        self._threads = Threads()
        keep_connections(KEPT_SECONDS)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - as Django asks
        """Have what stands around the views called as they are."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        thread = self._threads.take()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        except BaseException:
            end(thread)  # it may be at work still
            raise
        self._threads.give_back(thread)

    async def run_get_response(self, request: Any) -> Any:
        """Have the thread of the request answer it.

        Who hangs up meanwhile leaves an answer that nobody reads: it is closed when it is there.
        """
        working = asyncio.ensure_future(sync_to_async(self._answered)(request))
        try:
            response: Any = await asyncio.shield(working)
        except asyncio.CancelledError:
            await sync_to_async((await working).close)()
            raise
        response._handler_class = self.__class__
        return response

    def _answered(self, request: Any) -> Any:
        renew()
        return self.get_response(request)

    async def send_response(self, response: Any, send: Send) -> None:
        """Send an answer; what it streams has ended when this returns, whoever hung up."""
        try:
            await super().send_response(response, send)
        finally:
            ended = getattr(vars(response).get("_iterator"), "aclose", None)
            if ended is not None:
                await ended()
