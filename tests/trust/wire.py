"""Requests between nodes put together by hand, so that each part can be made wrong by itself."""

import http.client
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fairway.post.identity import NodeIdentity
from fairway.rules import signatures
from fairway.rules.signatures import Made

ROOT = "/peers/v1/"


def identity_of(workspace: Path) -> NodeIdentity:
    """The identity of a node, as whoever holds its workspace has it."""
    return NodeIdentity(bytes.fromhex((workspace / "secrets/peers.key").read_text().strip()))


@dataclass(frozen=True)
class Request:
    """A request before it is sent. `headers` are pairs: one name may come twice."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return dict(self.headers)[name]

    def with_header(self, name: str, value: str | None) -> "Request":
        rest = tuple((n, v) for n, v in self.headers if n != name)
        return replace(self, headers=rest if value is None else (*rest, (name, value)))

    def again(self, name: str, value: str | None = None) -> "Request":
        """The same header a second time."""
        return replace(self, headers=(*self.headers, (name, value or self.header(name))))


@dataclass(frozen=True)
class Caller:
    """A node that speaks to another one, by the rules or against them."""

    identity: NodeIdentity
    audience: str
    now: Callable[[], float] = time.time
    claims: str = ""

    @property
    def fingerprint(self) -> str:
        return self.claims or signatures.fingerprint(self.identity.public)

    def made(self, created: float = 0, lifetime: int = 60, nonce: str = "") -> Made:
        begun = int(self.now() + created)
        return Made(begun, begun + lifetime, nonce or secrets.token_urlsafe(24), self.fingerprint)

    def request(
        self, path: str, said: Any, *, made: Made | None = None, audience: str = ""
    ) -> Request:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        made = made or self.made()
        meant = audience or self.audience
        base = signatures.request_base(
            "POST", ROOT + path, "", "application/json", body, meant, made
        )
        return Request(
            "POST",
            ROOT + path,
            (
                ("content-type", "application/json"),
                ("content-digest", signatures.content_digest(body)),
                (
                    "signature-input",
                    signatures.signature_input(
                        signatures.REQUEST_COMPONENTS, made, signatures.REQUEST_TAG
                    ),
                ),
                ("signature", signatures.signature_field(self.identity.sign(base))),
                ("fairway-audience", meant),
            ),
            body,
        )


@dataclass
class Wire:
    """Sends requests to one node, on a connection that is kept."""

    address: str
    connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def send(self, request: Request) -> tuple[int, bytes]:
        for _ in range(2):
            try:
                return self._send(request)
            except (OSError, http.client.HTTPException):
                self.close()
        return 0, b""  # the server hangs up on it

    def _send(self, request: Request) -> tuple[int, bytes]:
        if self.connection is None:
            parts = urlsplit(self.address)
            self.connection = http.client.HTTPConnection(
                str(parts.hostname), parts.port, timeout=30
            )
        connection = self.connection
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(request.body)))
        connection.endheaders(request.body)
        response = connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
