"""Stored files: links to them, and their bytes, whole or in a range."""

import os
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.formats import ranges
from fairway.formats.parts import Parts
from fairway.nouns.errors import Refused
from fairway.verbs import stored_files
from fairway.wiring import current

router = Router(tags=["Queries"])


class FilesIn(Schema):
    """What the files are wanted for."""

    purpose: str = Field(max_length=100)
    agreement: str | None = Field(None, max_length=100, description="Counts alone where named.")


class FileOut(Schema):
    """One file, and the address that gives its bytes for a while without signing in."""

    name: str
    url: str


class FilesOut(Schema):
    """The files of a product as they are stored."""

    product: str
    version: str
    agreements: list[str] = Field(description="All that they are given under.")
    until: datetime
    files: list[FileOut]


@router.post("/products/{product}/files", response=FilesOut, summary="Get links to stored files")
def offer(request: HttpRequest, product: str, given: FilesIn) -> dict[str, Any]:
    """Where an agreement grants every column and row as it is, the files leave as they are stored.

    Each link works for a while, and only as long as the agreement holds. Whoever has a link has
    the file: keep links as you keep the data.
    """
    found = stored_files.offer(
        current(), actor(request), product, given.purpose, agreement=given.agreement
    )
    base = request.build_absolute_uri("/api/v1/files/")
    files = [{"name": f.name, "url": base + quote(f.link, safe="")} for f in found.files]
    return {
        "product": found.product,
        "version": found.version,
        "agreements": found.agreements,
        "until": found.until,
        "files": files,
    }


@router.api_operation(["GET", "HEAD"], "/files/{link}", auth=None, summary="Read a stored file")
def read(request: HttpRequest, link: str) -> HttpResponseBase:
    """Give the bytes behind a link: all of them, or a range of them (RFC 9110, section 14)."""
    wanted = request.headers.get("Range", "")[:200]
    with_body = request.method == "GET"
    found = stored_files.read(current(), link, (wanted or "whole") if with_body else None)
    size = os.fstat(found.body.fileno()).st_size
    part = ranges.part(wanted, size)
    start, stop = part or (0, size)
    if part == (0, 0) or not with_body:
        found.body.close()
        response: HttpResponseBase = HttpResponse(status=416 if part == (0, 0) else 200)
    else:
        found.body.seek(start)
        parts = Parts(
            found.body,
            stop - start,
            lambda: stored_files.still_open(current(), link),
            _broken_off,
            lambda sent: stored_files.broke_off(current(), link, sent, stop - start),
        )
        response = StreamingHttpResponse(parts if hasattr(request, "scope") else parts.all())
    if part == (0, 0):
        response["Content-Range"] = f"bytes */{size}"
        return response
    response["Content-Type"] = "application/vnd.apache.parquet"
    response["Content-Length"] = str(stop - start)
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "no-store"
    response["ETag"] = f'"{found.mark}"'
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _broken_off() -> Refused:
    return Refused("file.ended", "The agreement ended, or the file changed, while it was read.")
