"""Links to files, and what any request may not bring about."""

import time
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fairway.sharing.conformance.checks import promises
from fairway.sharing.conformance.server import PassedOver, Server, that

_LINKS, _ROBUST = "Links to files", "Any request"


def _a_link(server: Server) -> tuple[str, int]:
    for one in server.files():
        return str(one["url"]), int(one["size"])
    raise PassedOver("The table has no file.")


@promises(_LINKS, "A link needs no token, and gives a Parquet file with its length")
def plain(server: Server) -> None:
    url, size = _a_link(server)
    answer = server.http.get(url)
    that(answer.status_code == 200, f"It answered {answer.status_code}.")
    that(answer.content[:4] == b"PAR1" == answer.content[-4:], "It is no Parquet file.")
    that(answer.headers.get("content-length") == str(size), "It has no Content-Length, or another.")
    that("chunked" not in answer.headers.get("transfer-encoding", ""), "It comes in chunks.")


@promises(_LINKS, "A range of bytes: 206 with Content-Range, and those bytes")
def ranged(server: Server) -> None:
    url, size = _a_link(server)
    whole = server.http.get(url).content
    for asked, part in (
        ("bytes=0-3", whole[:4]),
        (f"bytes={size - 8}-", whole[-8:]),
        ("bytes=-8", whole[-8:]),
        (f"bytes=4-{size + 1000}", whole[4:]),
    ):
        answer = server.http.get(url, headers={"Range": asked})
        that(answer.status_code == 206, f"To {asked} it answered {answer.status_code}.")
        that(answer.content == part, f"To {asked} it gave other bytes.")
        that("content-range" in answer.headers, "It has no Content-Range.")


@promises(_LINKS, "A range beyond the end: 416")
def beyond(server: Server) -> None:
    url, size = _a_link(server)
    answer = server.http.get(url, headers={"Range": f"bytes={size}-"})
    that(answer.status_code == 416, f"It answered {answer.status_code}.")


@promises(_LINKS, "HEAD gives the length and no body (or 403, where a link is for GET alone)")
def head(server: Server) -> None:
    url, size = _a_link(server)
    answer = server.http.head(url)
    if answer.status_code == 403:
        raise PassedOver("The link is for GET alone.")
    that(answer.status_code == 200, f"It answered {answer.status_code}.")
    that(answer.headers.get("content-length") == str(size), "The length is another.")
    that(not answer.content, "It has a body.")


@promises(_LINKS, "A link without its signature, or with another, opens nothing: 401, 403 or 404")
def unsigned(server: Server) -> None:
    parts = urlsplit(_a_link(server)[0])
    given = parse_qsl(parts.query)
    if not given:
        raise PassedOver("The link has no query.")
    changed = [(name, value[:-1] + ("0" if value[-1:] != "0" else "1")) for name, value in given]
    for query in ("", urlencode(changed)):
        answer = server.http.get(urlunsplit(parts._replace(query=query)))
        that(answer.status_code in {400, 401, 403, 404}, f"It answered {answer.status_code}.")


@promises(_ROBUST, "Odd names are refused with 4xx, never 5xx")
def odd_names(server: Server) -> None:
    for name in ("%00", "..%2F..%2Fetc", "a" * 3000, "%F0%9F%98%80", "'; DROP TABLE x; --", "%FF"):
        answer = server.ask(f"/shares/{name}")
        that(400 <= answer.status_code < 500, f"To {name[:20]} it answered {answer.status_code}.")


@promises(_ROBUST, "Methods that a route does not have are refused with 4xx")
def odd_methods(server: Server) -> None:
    for method, path in (("POST", "/shares"), ("DELETE", server.table), ("PUT", "/shares")):
        answer = server.ask(path, method=method)
        that(400 <= answer.status_code < 500, f"To {method} it answered {answer.status_code}.")


@promises(_ROBUST, "A refusal takes no longer than an answer, and a client need not try again")
def quick_refusal(server: Server) -> None:
    started = time.monotonic()
    answer = server.ask("/shares/no-such-share")
    that(answer.status_code not in {429, *range(500, 600)}, f"It answered {answer.status_code}.")
    that(time.monotonic() - started < 30, "It took more than 30 seconds.")
