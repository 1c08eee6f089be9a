"""Reading a catalogue from a file or an address, within bounds.

Where a request goes is checked by `verbs.reaching`, and again at every redirect. No proxy is used,
since nobody could say then where the request went.
"""

import time
from pathlib import Path
from urllib.parse import urljoin

import httpx

from fairway.nouns.errors import BadInput, BoundExceeded, Refused, Unavailable
from fairway.verbs import reaching

LARGEST = 64 * 1024 * 1024
SECONDS = 60.0
SILENCE = 10.0
REDIRECTS = 5

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
    if token and not url.lower().startswith("https://") and not allow_local:
        raise Refused(
            "harvest.token_in_the_clear",
            "A token is sent over https alone.",
            remedy="Give the address with https://.",
        )
    deadline = time.monotonic() + seconds
    first: reaching.Way | None = None
    with httpx.Client(
        timeout=httpx.Timeout(min(SILENCE, seconds)), trust_env=False, follow_redirects=False
    ) as client:
        for _ in range(REDIRECTS + 1):
            way = _way(url, allow_local)
            first = first or way
            own = (way.scheme, way.netloc) == (first.scheme, first.netloc)
            request = _request(client, url, way, token if own else "")
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
            return reaching.gathered(response.iter_bytes(), largest, deadline)
        finally:
            response.close()
    except reaching.TooLarge:
        raise _too_large() from None
    except reaching.TooSlow:
        raise Unavailable("harvest.too_slow", "The catalogue did not come in time.") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Unavailable(
            "harvest.unreachable",
            "Nothing answers at this address, or not to the end.",
            remedy="Check the address and try again.",
        ) from None


def _too_large() -> BoundExceeded:
    return BoundExceeded(
        "harvest.too_large",
        f"A catalogue may have {LARGEST >> 20} MB.",
        remedy="Harvest it in parts: fairway harvest --part.",
    )


def _request(client: httpx.Client, url: str, way: reaching.Way, token: str) -> httpx.Request:
    """Return a request to the address that was checked, in the name that was given."""
    authorised = {"Authorization": f"Bearer {token}"} if token else {}
    return client.build_request(
        "GET",
        httpx.URL(url).copy_with(host=way.address),
        headers={"Host": way.netloc, "Accept": _ACCEPT, "User-Agent": "fairway-harvest"}
        | authorised,
        extensions={"sni_hostname": way.host},  # the certificate must be that of the name
    )


def _way(url: str, allow_local: bool) -> reaching.Way:
    """Return the way to an address. Raises `BadInput`, `Unavailable`, `Refused`."""
    try:
        return reaching.way_to(url, anywhere=allow_local)
    except reaching.NoAddress:
        raise BadInput(
            "harvest.bad_address",
            "This is not the address of a catalogue.",
            remedy="Write it as https://data.example.gov.uk/catalogue.json.",
        ) from None
    except reaching.NoSuchHost:
        raise Unavailable(
            "harvest.unreachable",
            "There is no host of this name.",
            remedy="Check the address and try again.",
        ) from None
    except reaching.NotAllowed:
        raise Refused(
            "harvest.address_refused",
            "This address leads to this machine or to a private network.",
            remedy="If that is meant, say --allow-local.",
        ) from None
