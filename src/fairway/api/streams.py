"""Results on their way out, under ASGI and in process, and what happens when the reader leaves."""

from collections.abc import AsyncIterator, Callable, Iterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse

from fairway.formats import Format
from fairway.formats.facts import Facts
from fairway.verbs.queries import QueryResult


def response(request: HttpRequest, result: QueryResult, form: Format) -> StreamingHttpResponse:
    """Return a result as a streaming response in a format.

    When the reader goes away, Django closes the response, in the thread that may touch the record:
    the result is abandoned, the work stops, and the record says how far it came.
    """
    facts = Facts(result.id, result.fields, result.agreements, result.reasons)
    body = _AsyncBody if hasattr(request, "scope") else _Body
    streaming = StreamingHttpResponse(
        body(form.write(result, facts), result.abandon), content_type=_content_type(form)
    )
    streaming["Fairway-Query-Id"] = result.id
    streaming["Fairway-Engine"] = result.engine
    streaming["Fairway-Agreements"] = ", ".join(result.agreements)
    if result.versions:
        read = (f"{product}={version}" for product, version in result.versions.items())
        streaming["Fairway-Versions"] = ", ".join(read)
    streaming["Content-Disposition"] = f'attachment; filename="{result.id}.{form.ending}"'
    streaming["Cache-Control"] = "no-store"
    if result.complete:
        streaming["Fairway-Rows"] = str(result.rows)
    return streaming


def file(
    request: HttpRequest, chunks: Iterator[bytes], form: Format, name: str
) -> StreamingHttpResponse:
    """Return what is no query's result as a file that streams."""
    body = _AsyncBody if hasattr(request, "scope") else _Body
    streaming = StreamingHttpResponse(body(chunks, lambda: None), content_type=_content_type(form))
    streaming["Content-Disposition"] = f'attachment; filename="{name}.{form.ending}"'
    streaming["Cache-Control"] = "no-store"
    return streaming


def _content_type(form: Format) -> str:
    text = form.media_type.startswith("text/")
    return f"{form.media_type}; charset=utf-8; header=present" if text else form.media_type


class _Body:
    """Chunks of bytes, and what to do when nobody wants more of them."""

    def __init__(self, chunks: Iterator[bytes], abandon: Callable[[], None]) -> None:
        self._chunks = chunks
        self.close = abandon

    def __iter__(self) -> Iterator[bytes]:
        """Yield the chunks, in the thread that asks."""
        return self._chunks


class _AsyncBody:
    """The same for an event loop: each chunk is made in the thread of the request."""

    def __init__(self, chunks: Iterator[bytes], abandon: Callable[[], None]) -> None:
        self._chunks = chunks
        self.close = abandon

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the chunks."""
        while (chunk := await sync_to_async(self._next)()) is not None:
            yield chunk

    def _next(self) -> bytes | None:
        return next(self._chunks, None)
