"""The application that `fairway serve` gives to its server: Django, behind bounds.

Import it after `wiring.open_node`. The server names it as `fairway.asgi:application`.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from asgiref.sync import sync_to_async

from fairway.handling import Handler
from fairway.nouns.errors import FairwayError, NotFound
from fairway.store.database import let_go
from fairway.verbs import follows, witnessing
from fairway.verbs.acting import SYSTEM
from fairway.verbs.agreements import settle_all
from fairway.verbs.cancelling import LEAVING, Cancellation
from fairway.verbs.letters import deliver_all
from fairway.wiring import current

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes that a request may carry; a contract or a query is far smaller."""
BODY_SECONDS = 30.0
"""How long a request may take to arrive, once it has begun."""

CALENDAR_SECONDS = 900.0
"""How often the calendar's moves are written."""
POST_SECONDS = 5.0
"""How often letters to other nodes that did not arrive are tried again."""
WITNESS_SECONDS = 60.0
"""How often other nodes are asked to cosign the record, if something happened."""

FOLLOW_SECONDS = 2.0
"""How often a node that is followed is asked for what changed."""
LONGEST_PAUSE = 300.0
"""How long a node that does not answer is left alone at the most."""

access = logging.getLogger("fairway.access")
log = logging.getLogger("fairway.server")


class _TooLarge(Exception):
    """A request carries more than it may."""


class _TwoLengths(Exception):
    """A request can be read as two of different lengths."""


class _TooSlow(Exception):
    """A request does not arrive."""


def bounded(application: Application) -> Application:
    """Return an application whose requests are bounded in size and time, and are logged.

    The log names method, path, status and milliseconds; never a query string, header or body.
    """

    async def serve(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            return
        answer = _Answer(send)
        started = time.monotonic()
        leaving = Cancellation()
        scope[LEAVING] = leaving.attach
        try:
            _check_length(scope)
            await application(scope, _counted(scope, receive, answer, leaving), answer.send)
        except _TooLarge:
            await answer.problem(413, "request.too_large", "The request is larger than allowed.")
        except _TwoLengths:
            said = "The request says in two ways how long it is."
            await answer.problem(400, "request.two_lengths", said)
        except _TooSlow:
            await answer.problem(408, "request.too_slow", "The request did not arrive in time.")
        except FairwayError as error:
            # The answer is under way and its status is sent: it breaks off, so that nobody takes a
            # part for the whole. Why is on the record.
            log.info("an answer broke off: %s", error.code)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer ends here
            log.error("an answer broke off: %s", type(error).__name__)  # noqa: TRY400 - a traceback can hold values of the data
            await answer.problem(500, "internal.error", "Something went wrong in the node.")
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            access.info(
                "%s %s %s %.0f ms", scope["method"], _path(scope), answer.status, milliseconds
            )

    return serve


def _check_length(scope: MutableMapping[str, Any]) -> None:
    """Refuse a length beside a chunked body: a front door may have read the other of the two, and
    taken for a body what the server takes for a request of its own (RFC 9112, 6.3; ASVS 4.2.1).

    The connection ends with the answer, so that what follows is read by nobody.
    """
    names = [name for name, _ in scope["headers"]]
    if b"transfer-encoding" in names and b"content-length" in names:
        raise _TwoLengths


async def _live(receive: Receive, send: Send) -> None:
    """Keep the calendar and the post while the server lives: days begin and end, letters go."""
    await receive()
    tasks = [asyncio.create_task(turns) for turns in _turns()]
    await send({"type": "lifespan.startup.complete"})
    await receive()
    for task in tasks:
        task.cancel()
    await send({"type": "lifespan.shutdown.complete"})


def _turns() -> tuple[Coroutine[Any, Any, None], ...]:
    """Return what the node does by itself."""
    return (
        _tried(_read_index, "the search index could not be read"),
        _again(_settle, CALENDAR_SECONDS, "the calendar could not write"),
        # Letters that did not arrive stay where they are.
        _again(_deliver, POST_SECONDS, "letters could not be delivered"),
        _again(_have_cosigned, WITNESS_SECONDS, "the record could not be cosigned", first=False),
        _following(),
    )


async def _again(
    work: Callable[[], None], seconds: float, trouble: str, *, first: bool = True
) -> None:
    """Do something again and again, until the server ends; `first` says whether at once."""
    if not first:
        await asyncio.sleep(seconds)
    while True:
        await _tried(work, trouble)
        await asyncio.sleep(seconds)


async def _tried(work: Callable[[], None], trouble: str) -> None:
    """Do something in a thread; what fails is logged without what the data may hold."""
    try:
        await sync_to_async(work, thread_sensitive=False)()
    except Exception as error:  # noqa: BLE001 - it is logged, and tried again if it has turns
        log.error("%s: %s", trouble, type(error).__name__)  # noqa: TRY400 - a traceback can hold values of the data


def _read_index() -> None:
    """Read the search index beside listening: neither the start nor the first search waits."""
    with _connection():
        current().index.warm()


def _settle() -> None:
    """Write the moves that are due. What counts is worked out from the dates anyway."""
    with _connection():
        moved = settle_all(current(), SYSTEM)
    if moved:
        log.info("the calendar moved %s agreements", moved)


def _deliver() -> None:
    with _connection():
        deliver_all(current())


def _have_cosigned() -> None:
    with _connection():
        witnessing.turn(current())


async def _following() -> None:
    """Ask every node that is followed for what changed, again and again, each in its own time."""
    turns: dict[str, asyncio.Task[None]] = {}
    while True:
        try:
            followed = await sync_to_async(_followed, thread_sensitive=False)()
        except Exception as error:  # noqa: BLE001 - it is logged, and the next turn comes
            log.error("what is followed cannot be read: %s", type(error).__name__)  # noqa: TRY400 - a traceback can hold values of the data
            followed = tuple(turns)
        for source in set(turns) - set(followed):
            turns.pop(source).cancel()
        for source in followed:
            if source not in turns or turns[source].done():
                turns[source] = asyncio.create_task(_follow(source))
        await asyncio.sleep(FOLLOW_SECONDS)


async def _follow(source: str) -> None:
    """Take turns with one node until one fails; wait the longer, the more have failed."""
    failed = 0
    while True:
        try:
            taken = await sync_to_async(_turn, thread_sensitive=False)(source)
            failed = 0
            if taken:
                log.info("followed: %d changes", taken)
        except NotFound:
            return  # it is followed no more
        except Exception as error:  # noqa: BLE001 - it is logged, and the next turn comes
            failed = min(failed + 1, 8)
            code = error.code if isinstance(error, FairwayError) else type(error).__name__
            log.info("a turn of following failed: %s", code)
        await asyncio.sleep(
            min(FOLLOW_SECONDS * 2**failed, LONGEST_PAUSE) if failed else FOLLOW_SECONDS
        )


def _followed() -> tuple[str, ...]:
    with _connection():
        return tuple(one.source for one in follows.follows(current(), SYSTEM))


def _turn(source: str) -> int:
    with _connection():
        return follows.turn(current(), SYSTEM, source)


@contextmanager
def _connection() -> Iterator[None]:
    """Work on a connection that is let go of afterwards."""
    try:
        yield
    finally:
        let_go()


def _path(scope: MutableMapping[str, Any]) -> str:
    """Return the path as one printable word: a line of the log cannot be forged by it."""
    return "".join(c if c.isprintable() and c != " " else "?" for c in scope["path"])[:300]


class _Answer:
    """What was sent so far."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def problem(self, status: int, code: str, detail: str) -> None:
        """Answer with a problem, if nothing was answered yet."""
        if self.status:
            return
        body = json.dumps(
            {
                "type": f"urn:fairway:error:{code}",
                "title": "The request was not read",
                "status": status,
                "code": code,
                "detail": detail,
            }
        ).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _counted(
    scope: MutableMapping[str, Any], receive: Receive, answer: _Answer, leaving: Cancellation
) -> Receive:
    """Return a `receive` that stops at the largest body and at the longest wait for it.

    When the reader leaves before the answer has begun, the work that was attached for that is
    stopped before all else: what comes after waits for the thread that does it. Later it is the
    answer itself that breaks off, and its work with it.
    """
    size = 0
    arrived = False
    deadline = time.monotonic() + BODY_SECONDS
    promised = dict(scope["headers"]).get(b"content-length", b"0")

    async def counted() -> Message:
        nonlocal size, arrived
        if arrived:
            message = await receive()  # only the news that the reader left can come now
            if not answer.status:
                await asyncio.to_thread(leaving.cancel)
            return message
        if promised.isdigit() and int(promised) > LARGEST_BODY:
            raise _TooLarge
        try:
            message = await asyncio.wait_for(receive(), max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            raise _TooSlow from None
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise _TooLarge
        arrived = not message.get("more_body", False)
        return message

    return counted


def __getattr__(name: str) -> Any:
    """Make `application` when the server asks for it: by then a node is open."""
    if name != "application":
        raise AttributeError(name)
    current()
    import django

    django.setup(set_prefix=False)
    handler: Any = Handler()
    return bounded(handler)
