"""Files of a share: whole or in a range, with their length, for those who hold a link.

A link works until it expires, and only while the agreement, its terms and the credentials hold;
that is asked for every request, and again while a file is under way.
"""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from fairway.formats import ranges
from fairway.formats.parts import Parts
from fairway.nouns.errors import Refused
from fairway.sharing.answers import answers_to
from fairway.verbs.shared_files import Ticket, broke_off, read_file, still_open
from fairway.wiring import current


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
        parts = Parts(
            found.body,
            stop - start,
            lambda: still_open(current(), ticket),
            _broken_off,
            lambda sent: broke_off(current(), ticket, sent, stop - start),
        )
        response = StreamingHttpResponse(parts if hasattr(request, "scope") else parts.all())
    response["Content-Type"] = "application/vnd.apache.parquet"
    response["Content-Length"] = str(stop - start)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{found.file.digest}"'
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _broken_off() -> Refused:
    return Refused("share.ended", "The agreement or the profile ended while a file was read.")
