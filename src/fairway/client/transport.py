"""How the client reaches a node: HTTP, over the network or in process."""

import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from fairway.client.failures import raised
from fairway.nouns.errors import BadInput, Unavailable

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 330.0
"""How long one silence may last: a query works at the node before its first byte comes."""
TRIES = 3
"""How often a GET is tried. Nothing else is ever sent twice."""

_LOCAL = {"localhost", "127.0.0.1", "::1"}


class Transport:
    """Sends requests to one node and raises its problems as `FairwayError`.

    `address` is what the user gave. `client` decides how bytes travel.
    """

    def __init__(self, client: httpx.Client, address: str) -> None:
        self.address = address
        self._client = client

    def json(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        said: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the JSON that a route answers with, None where it answers with nothing.

        `said` are headers about the content, which is YAML where nothing is said.
        """
        response = self._answered(method, path, params, body, content, said)
        if response.status_code == 204 or not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise raised(response.status_code, None) from None

    def content(self, path: str) -> bytes:
        """Return the bytes that a route answers a GET with."""
        return self._answered("GET", path, None, None, None).content

    def text(self, path: str) -> str:
        """Return the text that a route answers a GET with."""
        return self._answered("GET", path, None, None, None).text

    def download(self, path: str, params: Mapping[str, Any], to: Path) -> int:
        """Write what a route answers a GET with to a file, whole or not at all; return its size."""
        given = {k: v for k, v in params.items() if v not in (None, "")}
        request = self._client.build_request("GET", path, params=given, headers={"Accept": "*/*"})
        response = self._send(request, stream=True)
        draft = to.with_name(f".{to.name}.part")
        try:
            if response.status_code >= 300:
                response.read()
                raise raised(response.status_code, _problem(response))
            size = 0
            with draft.open("wb") as out:
                for chunk in response.iter_bytes():
                    size += out.write(chunk)
            draft.replace(to)
        except OSError as error:
            raise BadInput(
                "client.cannot_write",
                f"The file cannot be written: {error.strerror}.",
                file=str(to),
            ) from None
        finally:
            response.close()
            draft.unlink(missing_ok=True)
        return size

    def page(self, path: str, params: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
        """Return the text that a route answers a GET with, and its headers."""
        response = self._answered("GET", path, params, None, None)
        return response.text, response.headers

    @contextmanager
    def stream(self, path: str, body: Any, accept: str) -> Iterator[httpx.Response]:
        """Send a POST and give its answer while its bytes still come."""
        request = self._client.build_request(
            "POST", path, json=body, headers={"Accept": f"{accept}, application/problem+json;q=0.5"}
        )
        response = self._send(request, stream=True)
        try:
            if response.status_code >= 300:
                response.read()
                raise raised(response.status_code, _problem(response))
            yield response
        finally:
            response.close()

    @contextmanager
    def reading(self, path: str) -> Iterator[Iterator[bytes]]:
        """Get bytes as they come. Raises `Unavailable` when they end before they are all there."""
        response = self._send(self._client.build_request("GET", path), stream=True)
        try:
            if response.status_code >= 300:
                response.read()
                raise raised(response.status_code, _problem(response))
            yield self._whole(response)
        finally:
            response.close()

    def _whole(self, response: httpx.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_raw()
        except httpx.TransportError:
            raise Unavailable(
                "client.cut_short",
                "The bytes ended before they were all there.",
                remedy="Ask again; the agreement may have ended meanwhile.",
            ) from None

    def _answered(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        body: Any,
        content: bytes | None,
        said: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        given = {k: v for k, v in (params or {}).items() if v not in (None, "")} or None
        headers = said or {"Content-Type": "application/yaml"} if content is not None else None
        request = self._client.build_request(
            method, path, params=given, json=body, content=content, headers=headers
        )
        turns = TRIES if method == "GET" else 1
        for turn in range(1, turns):
            try:
                return self._kept(request)
            except Unavailable:
                time.sleep(0.05 * 4**turn)
        return self._kept(request)

    def _kept(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer. Raises what a problem stands for."""
        response = self._send(request)
        if response.status_code >= 300:
            raise raised(response.status_code, _problem(response))
        return response

    def _send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        try:
            return self._client.send(request, stream=stream)
        except httpx.TimeoutException:
            raise Unavailable(
                "node.too_slow",
                f"The node at {self.address} did not answer in time.",
                remedy="Try again; is the node very busy?",
            ) from None
        except httpx.TransportError:
            raise Unavailable(
                "node.unreachable",
                f"Nothing answers at {self.address}.",
                remedy="Check the address, and that the node runs: fairway serve.",
            ) from None

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _problem(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def part(text: str) -> str:
    """Return a text as one part of a path. Raises `BadInput` for an empty one."""
    if not text or text in {".", ".."}:
        raise BadInput("client.no_name", "A name is missing.")
    return quote(text, safe="")


def headers(token: str | None, surface: str) -> dict[str, str]:
    """Return what every request says: who calls, and from which surface."""
    said = {"X-Fairway-Surface": surface, "Accept": "application/json"}
    if token:
        if not token.isascii() or not token.isprintable() or " " in token:
            raise BadInput("client.bad_token", "This is not a token.", field="token")
        said["Authorization"] = f"Bearer {token}"
    return said


def _host(address: str) -> str:
    """Return the host of a node's address. Raises `BadInput` for what is no such address."""
    try:
        url = urlsplit(address)
        _ = url.port
        if url.hostname and not (url.username or url.password or url.query or url.fragment):
            return url.hostname
    except ValueError:
        pass
    raise BadInput(
        "client.bad_address",
        "This is not the address of a node.",
        remedy="Write it as https://data.example.gov.uk.",
        field="address",
    )


def http_transport(address: str, token: str | None, surface: str = "python") -> Transport:
    """Return a transport to the node at a URL. Nothing is sent yet.

    Raises `BadInput` for what is no address. Warns when a token would travel unencrypted.
    """
    host = _host(address)
    local = host in _LOCAL
    if token and address.startswith("http://") and not local:
        warnings.warn(
            f"The token travels to {host} unencrypted; use https.", UserWarning, stacklevel=3
        )
    client = httpx.Client(
        base_url=f"{address.rstrip('/')}/api/v1/",
        headers=headers(token, surface),
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        trust_env=not local,  # a proxy cannot reach this very machine
    )
    return Transport(client, address)
