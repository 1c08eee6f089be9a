"""Reading a catalogue from a file or an address, within bounds: the one place that calls others.

An address may be somebody else's choice, and this machine may reach what they may not: services on
itself, and the department's own network. So a name is resolved once, every address that it has must
be a public one, and the connection goes to the very address that was checked; the same at every
redirect. No proxy is used, since nobody could say then where the request went.
"""

import socket
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from fairway.nouns.errors import BadInput, BoundExceeded, Refused, Unavailable
from fairway.rules.addresses import is_public

LARGEST = 64 * 1024 * 1024
SECONDS = 60.0
SILENCE = 10.0
REDIRECTS = 5

_PORTS = {"http": 80, "https": 443}
_ACCEPT = "application/ld+json, text/turtle, application/json, text/csv;q=0.9, */*;q=0.5"


class Elsewhere:
    """`verbs.ports.Elsewhere`. `local` says whether this machine and private networks count."""

    def __init__(self, *, local: bool) -> None:
        self._local = local

    def fetch(self, address: str, token: str = "") -> bytes:
        """Return what an address answers with."""
        return fetch(address, allow_local=self._local, token=token)


def read(place: str, *, allow_local: bool = False) -> bytes:
    """Return the bytes of a file, or of what an `http` or `https` address answers with.

    Raises `BadInput`, `Refused`, `BoundExceeded`, `Unavailable`.
    """
    if "://" in place:
        return fetch(place, allow_local=allow_local)
    path = Path(place)
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(
            "harvest.unreadable", f"The file cannot be read: {error.strerror}.", file=place
        ) from None
    if len(content) > LARGEST:
        raise _too_large()
    return content


def fetch(
    url: str,
    *,
    allow_local: bool = False,
    largest: int = LARGEST,
    seconds: float = SECONDS,
    token: str = "",
) -> bytes:
    """Return what an address answers with; redirects are followed, each checked anew.

    `token` is a bearer token. It goes to no other host than the first, and not in the clear.
    """
    first = _parts(url)
    if token and first[2] != "https" and not allow_local:
        raise Refused(
            "harvest.token_in_the_clear",
            "A token is sent over https alone.",
            remedy="Give the address with https://.",
        )
    deadline = time.monotonic() + seconds
    with httpx.Client(
        timeout=httpx.Timeout(min(SILENCE, seconds)), trust_env=False, follow_redirects=False
    ) as client:
        for _ in range(REDIRECTS + 1):
            mine = token if _parts(url)[:3] == first[:3] else ""
            request = _request(client, url, allow_local, mine)
            found = _answer(client, request, largest, deadline)
            if isinstance(found, bytes):
                return found
            url = urljoin(url, found)
    raise Unavailable("harvest.unreachable", "This address redirects again and again.")


def _answer(
    client: httpx.Client, request: httpx.Request, largest: int, deadline: float
) -> bytes | str:
    """Return the content, or where it has moved to."""
    try:
        response = client.send(request, stream=True)
        try:
            if response.is_redirect:
                return response.headers["Location"]
            if response.status_code in (401, 403):
                raise Refused(
                    "harvest.refused_there",
                    f"The address refuses with {response.status_code}.",
                    remedy="Ask who runs it for a token that may read its catalogue.",
                )
            if response.status_code != 200:
                raise Unavailable(
                    "harvest.not_there", f"The address answered with {response.status_code}."
                )
            return _content(response, largest, deadline)
        finally:
            response.close()
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Unavailable(
            "harvest.unreachable",
            "Nothing answers at this address, or not to the end.",
            remedy="Check the address and try again.",
        ) from None


def _content(response: httpx.Response, largest: int, deadline: float) -> bytes:
    """Return the unpacked content, while it is neither too large nor too slow."""
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > largest:
            raise _too_large()
        if time.monotonic() > deadline:
            raise Unavailable("harvest.too_slow", "The catalogue did not come in time.")
    return bytes(content)


def _too_large() -> BoundExceeded:
    return BoundExceeded(
        "harvest.too_large",
        f"A catalogue may have {LARGEST >> 20} MB.",
        remedy="Harvest it in parts: fairway harvest --part.",
    )


def _request(client: httpx.Client, url: str, allow_local: bool, token: str) -> httpx.Request:
    """Return a request to the address that was checked, in the name that was given."""
    host, port, scheme, netloc = _parts(url)
    if not host or scheme not in _PORTS or "@" in netloc:
        raise BadInput(
            "harvest.bad_address",
            "This is not the address of a catalogue.",
            remedy="Write it as https://data.example.gov.uk/catalogue.json.",
        )
    address = _checked(host, port or _PORTS[scheme], allow_local)
    authorised = {"Authorization": f"Bearer {token}"} if token else {}
    return client.build_request(
        "GET",
        httpx.URL(url).copy_with(host=address),
        headers={"Host": netloc, "Accept": _ACCEPT, "User-Agent": "fairway-harvest"} | authorised,
        extensions={"sni_hostname": host},  # the certificate must be that of the name
    )


def _parts(url: str) -> tuple[str, int | None, str, str]:
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port, parts.scheme, parts.netloc
    except ValueError:
        return "", None, "", ""


def _checked(host: str, port: int, allow_local: bool) -> str:
    """Return an address of a host. Raises `Refused` where any of them is not a public one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(
            "harvest.unreachable",
            "There is no host of this name.",
            remedy="Check the address and try again.",
        ) from None
    addresses = [str(address[4][0]).partition("%")[0] for address in found]
    if not allow_local and not all(is_public(address) for address in addresses):
        raise Refused(
            "harvest.address_refused",
            "This address leads to this machine or to a private network.",
            remedy="If that is meant, say --allow-local.",
        )
    return addresses[0]
