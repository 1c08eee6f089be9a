"""The one way out of this machine: what every request to an address that others chose goes through.

A name is resolved once, every address that it has must be one that may be reached
(`rules.addresses`), and the connection goes to the very address that was checked. An answer is
taken while it is neither too large nor too slow. Whoever asks says so in words of their own.
"""

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fairway.rules.addresses import is_public, may_reach

PORTS = {"http": 80, "https": 443}


class NoAddress(Exception):
    """This is no address by http or https, or it says more than one may say there."""


class NoSuchHost(Exception):
    """The name is known to nobody."""


class NotAllowed(Exception):
    """One of its addresses may not be reached from here."""


class TooLarge(Exception):
    """The answer is larger than it may be."""


class TooSlow(Exception):
    """The answer takes longer than it may."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a request goes: the address that was checked, and the host in whose name.

    `netloc` is the host as it was written, with its port. `public` says whether any of the host's
    addresses is one of the public internet.
    """

    address: str
    host: str
    netloc: str
    scheme: str
    public: bool


def way_to(url: str, networks: Iterable[str] = (), *, anywhere: bool = False) -> Way:
    """Return the way to an address, each name resolved once.

    `networks` are those besides the public internet that may be reached; `anywhere` lifts the
    guard, for an administrator who means it. Raises `NoAddress`, `NoSuchHost`, `NotAllowed`.
    """
    try:
        parts = urlsplit(url)
        host, port, scheme, netloc = parts.hostname, parts.port, parts.scheme, parts.netloc
    except ValueError:
        raise NoAddress from None
    if not host or scheme not in PORTS or "@" in netloc:
        raise NoAddress
    try:
        found = socket.getaddrinfo(host, port or PORTS[scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoSuchHost from None
    addresses = [str(address[4][0]).partition("%")[0] for address in found]
    allowed = tuple(networks)
    if not anywhere and not all(may_reach(address, allowed) for address in addresses):
        raise NotAllowed
    return Way(addresses[0], host, netloc, scheme, any(map(is_public, addresses)))


def gathered(chunks: Iterable[bytes], largest: int, deadline: float) -> bytes:
    """Return an answer that comes in chunks. `deadline` is by `time.monotonic`.

    Raises `TooLarge`, `TooSlow`.
    """
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > largest:
            raise TooLarge
        if time.monotonic() > deadline:
            raise TooSlow
    return bytes(content)
