"""Handing a file out while it is being made, without ever holding all of it."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from fairway.formats import Format
from fairway.formats.facts import Facts
from fairway.verbs.queries import QueryResult

_END = b""


def download(request: HttpRequest, result: QueryResult, format: Format) -> StreamingHttpResponse:
    """Answer with a result as a file. The reader who leaves stops the work."""
    facts = Facts(result.id, result.fields, result.agreements, result.reasons)
    written = _written(result, format, facts)
    body = _across(written) if isinstance(request, ASGIRequest) else written
    response = StreamingHttpResponse(body, content_type=format.media_type)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="fairway-{result.id}.{format.ending}"'
    )
    return response


def _written(result: QueryResult, format: Format, facts: Facts) -> Iterator[bytes]:
    try:
        yield from (chunk for chunk in format.write(result, facts) if chunk)
    finally:
        result.abandon()


async def _across(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield from the thread that the request's own work runs in: connections belong to threads."""
    try:
        while chunk := await sync_to_async(next)(chunks, _END):
            yield chunk
    finally:
        await sync_to_async(chunks.close)()  # type: ignore[attr-defined]
