"""Requests to other nodes: bounded in time and size, and only to where this node may go.

Where a request goes is checked by `verbs.reaching`. Nothing is redirected, no proxy is used, and
nothing is tried twice: a message is signed to be heard once.
"""

import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from typing import Any

import httpx

from fairway.nouns.errors import Refused, Unavailable
from fairway.nouns.peers import Peer, Reply
from fairway.verbs import reaching
from fairway.verbs.cancelling import Attach

CONNECT_SECONDS = 3.0
_HEADERS = ("content-type", "content-digest", "signature", "signature-input", "fairway-audience")


class HttpCourier:
    """`verbs.ports.Courier` over HTTP.

    `networks` are those besides the public internet in which nodes may lie. Only there may a node
    be reached without TLS.
    """

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = tuple(networks)

    def carry(
        self,
        peer: Peer,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        seconds: float,
        largest: int,
        attach: Attach,
    ) -> Reply:
        """Send a POST and return the whole answer. Raises `Unavailable`, `Refused`."""
        with closing(_Line()) as line:
            attach(line.break_off)
            return self._carried(line, peer, path, headers, body, seconds, largest)

    def _carried(
        self,
        line: "_Line",
        peer: Peer,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        seconds: float,
        largest: int,
    ) -> Reply:
        deadline = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        try:
            way = self._checked(peer)
            url = httpx.URL(peer.address.rstrip("/") + path)
            with (
                httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
                client.stream(
                    "POST",
                    url.copy_with(host=way.address),
                    content=body,
                    headers={
                        **headers,
                        "Host": url.netloc.decode("ascii"),
                        "Accept-Encoding": "identity",
                        "User-Agent": "fairway-peer",
                    },
                    extensions={
                        "sni_hostname": url.host,  # the certificate is that of the name
                        "trace": line.noticed,
                    },
                ) as response,
            ):
                content = reaching.gathered(response.iter_raw(), largest, deadline)
                return Reply(response.status_code, _single(peer, response.headers), content)
        except reaching.TooLarge:
            raise Unavailable(
                "peer.answer_too_large",
                f"The node {peer.id} answers with more than {largest >> 20} MB.",
                remedy="Ask for less: name fewer columns, or sum up.",
            ) from None
        except (httpx.TimeoutException, reaching.TooSlow):
            raise _too_slow(peer) from None
        except (httpx.RemoteProtocolError, _BrokenOff):
            raise _broke_off(peer) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise _unreachable(peer) from None

    def _checked(self, peer: Peer) -> reaching.Way:
        """Return the way to a peer. Raises `Refused` where it may not be taken."""
        try:
            way = reaching.way_to(peer.address, self._networks)
        except (reaching.NoAddress, reaching.NoSuchHost):
            raise _unreachable(peer) from None
        except reaching.NotAllowed:
            raise Refused(
                "peer.address_refused",
                f"The address of the node {peer.id} leads to this machine or to a private network.",
                remedy="If that is meant, name the network in the setting peers.networks.",
            ) from None
        if way.scheme != "https" and way.public:
            raise Refused(
                "peer.not_encrypted",
                f"The address of the node {peer.id} is public, and not encrypted.",
                remedy="Register it with its https:// address.",
            )
        return way


def _single(peer: Peer, headers: httpx.Headers) -> dict[str, str]:
    """Return the headers that matter. One that comes twice is nobody's."""
    found = {}
    for name in _HEADERS:
        values = headers.get_list(name)
        if len(values) > 1:
            raise Unavailable(
                "peer.bad_answer", f"The node {peer.id} answered with the header {name} twice."
            )
        found[name] = values[0] if values else ""
    return found


class _BrokenOff(Exception):
    """The request is not wanted any more."""


class _Line:
    """The connection of one request, which any thread may break while another waits at it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._broken = False

    def noticed(self, event: str, told: Mapping[str, Any]) -> None:
        """Follow what the HTTP client does, and keep the connection that it makes.

        What is kept is a handle of our own: the client's may be closed, and its number be that of
        another connection, at the moment of breaking off.
        """
        with self._lock:
            if event == "connection.connect_tcp.started" and self._broken:
                raise _BrokenOff
            if event == "connection.connect_tcp.complete":
                made: socket.socket = told["return_value"].get_extra_info("socket")
                self._socket = socket.socket(fileno=os.dup(made.fileno()))
                if self._broken:
                    self._hang_up(self._socket)

    def break_off(self) -> None:
        """Hang up, at both ends: who reads here meets the end, and the other node sees it."""
        with self._lock:
            self._broken = True
            if self._socket is not None:
                self._hang_up(self._socket)

    def _hang_up(self, kept: socket.socket) -> None:
        with suppress(OSError):  # the other end was quicker
            kept.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection: the request has ended."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


def _broke_off(peer: Peer) -> Unavailable:
    return Unavailable(
        "peer.broken_off", f"The answer of the node {peer.id} broke off.", remedy="Try again."
    )


def _too_slow(peer: Peer) -> Unavailable:
    return Unavailable(
        "peer.too_slow",
        f"The node {peer.id} did not answer in time.",
        remedy="Try again, or ask for less.",
    )


def _unreachable(peer: Peer) -> Unavailable:
    return Unavailable(
        "peer.unreachable",
        f"The node {peer.id} does not answer at its address.",
        remedy="Try again; if it lasts, ask its administrator.",
    )
