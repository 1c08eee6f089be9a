"""Handing a file out while it is being made, without ever holding all of it."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from fairway.formats import Format
from fairway.formats.facts import Facts
from fairway.verbs.queries import QueryResult


def download(request: HttpRequest, result: QueryResult, file: Format) -> StreamingHttpResponse:
    """Answer with a result as a file. The reader who leaves stops the work."""
    facts = Facts(result.id, result.fields, result.agreements, result.reasons)
    return handed_out(request, _written(result, file, facts), file, f"fairway-{result.id}")


def handed_out(
    request: HttpRequest, written: Iterator[bytes], file: Format, name: str
) -> StreamingHttpResponse:
    """Answer with a file while it is being made."""
    body = _across(written) if isinstance(request, ASGIRequest) else written
    charset = "; charset=utf-8" if file.media_type.startswith("text/") else ""
    response = StreamingHttpResponse(body, content_type=f"{file.media_type}{charset}")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{file.ending}"'
    return response


def _written(result: QueryResult, file: Format, facts: Facts) -> Iterator[bytes]:
    try:
        yield from (chunk for chunk in file.write(result, facts) if chunk)
    finally:
        result.abandon()


def _next(chunks: Iterator[bytes]) -> bytes:
    """Return the next chunk, which is never empty, or an empty one at the end."""
    return next(chunks, b"")


async def _across(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield from the thread that the request's own work runs in: connections belong to threads."""
    try:
        while chunk := await sync_to_async(_next)(chunks):
            yield chunk
    finally:
        await sync_to_async(chunks.close)()  # type: ignore[attr-defined]  # a generator's
