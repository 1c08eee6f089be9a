"""Files of a share: whole or in a range, with their length, for those who hold a link.

A link works until it expires, and only while the agreement, its terms and the credentials hold;
that is asked for every request, and again while a file is under way.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from fairway.formats import ranges
from fairway.nouns.errors import Refused
from fairway.sharing.answers import answers_to
from fairway.verbs.shared_files import Ticket, read_file, still_open
from fairway.wiring import current

CHUNK = 1024 * 1024
ASKED_AGAIN_SECONDS = 0.5
"""How often a file that is under way is asked for again whether it may go on."""


@answers_to("GET", "HEAD")
def file(request: HttpRequest, **names: str) -> HttpResponseBase:
    """Give a file, or a range of it (RFC 9110, section 14)."""
    until, signature = (request.GET.get(f"X-Amz-{name}", "") for name in ("Expires", "Signature"))
    ticket = Ticket(**names, until=until, signature=signature)
    wanted = request.headers.get("Range", "")[:200]
    asked = {"range": wanted} if wanted else {}
    found = read_file(current(), ticket, asked if request.method == "GET" else None)
    size = found.file.bytes
    part = ranges.part(wanted, size)
    if part == (0, 0):
        if found.body:
            found.body.close()
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    start, stop = part or (0, size)
    if found.body is None:
        response = HttpResponse()
    else:
        found.body.seek(start)
        parts = _Parts(found.body, stop - start, ticket)
        response = StreamingHttpResponse(parts if hasattr(request, "scope") else parts.all())
    response["Content-Type"] = "application/vnd.apache.parquet"
    response["Content-Length"] = str(stop - start)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{found.file.digest}"'
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


class _Parts:
    """The bytes of a file on their way out, chunk by chunk."""

    def __init__(self, body: BinaryIO, size: int, ticket: Ticket) -> None:
        self._body = body
        self._left = size
        self._ticket = ticket
        self._asked = time.monotonic()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the chunks; break off when the file may not go on."""
        try:
            while self._left:
                if self._due() and not await sync_to_async(self._open)():
                    raise _broken_off()
                yield await asyncio.to_thread(self._next)
        finally:
            self._body.close()

    def all(self) -> Iterator[bytes]:
        """Yield the chunks, in the thread that asks."""
        with self._body:
            while self._left:
                if self._due() and not self._open():
                    raise _broken_off()
                yield self._next()

    def _due(self) -> bool:
        return time.monotonic() - self._asked > ASKED_AGAIN_SECONDS

    def _open(self) -> bool:
        self._asked = time.monotonic()
        return still_open(current(), self._ticket)

    def _next(self) -> bytes:
        piece = self._body.read(min(CHUNK, self._left))
        self._left -= len(piece)
        return piece


def _broken_off() -> Refused:
    return Refused("share.ended", "The agreement or the profile ended while a file was read.")
