"""The server behind `fairway serve`: its bounds, its log, and how it ends."""

import http.client
import re
import signal
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest
from tests.waiting import until

from fairway.demo.served import served


@pytest.fixture(scope="module")
def own(department):
    """A server of this module's own, and its log."""
    with served(department.workspace) as node:
        yield node, department.workspace / "serve.log"


def test_it_says_that_it_is_up_and_no_more(own):
    response = httpx.get(f"{own[0].address}/api/v1/health", trust_env=False, timeout=60)
    assert response.json() == {"status": "up", "version": "0.1.0"}
    assert "server" not in response.headers


def test_a_body_that_is_too_large_is_not_read(own):
    host = urlsplit(own[0].address)
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
    connection.putrequest("POST", "/api/v1/products")
    connection.putheader("Content-Length", str(10**9))
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 413
    assert b"request.too_large" in response.read()
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    connection.close()


def test_a_body_without_an_end_is_cut(own):
    def endless():
        for _ in range(1000):
            yield b"x" * 100_000

    address = f"{own[0].address}/api/v1/products"
    try:
        status = httpx.post(address, content=endless(), trust_env=False, timeout=30).status_code
    except httpx.TransportError:
        status = 0  # the server has hung up on who still writes
    assert status in (0, 413)


def test_the_log_has_no_query_string_and_no_secret(own):
    node, log = own
    httpx.get(
        f"{node.address}/api/v1/products?q=canary-words",
        headers={"Authorization": "Bearer canary-secret"},
        trust_env=False,
        timeout=30,
    )
    httpx.get(f"{node.address}/api/v1/a%0Ab", trust_env=False, timeout=60)
    until(lambda: "GET /api/v1/a?b 404" in log.read_text())
    said = log.read_text()
    assert "GET /api/v1/products 401" in said
    assert "canary" not in said
    own_lines = [line for line in said.splitlines() if "fairway.access" in line]
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO "
    assert all(re.match(stamp, line) for line in own_lines)


def test_it_ends_cleanly_when_told(department):
    with served(department.workspace) as node:
        node.process.send_signal(signal.SIGTERM)
        assert node.process.wait(30) == 0


SMUGGLED = (
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 60",
    "Content-Length: 0\r\nContent-Length: 5",
    "Content-Length: +5",
    "Content-Length: 0x5",
    "Content-Length: 5, 60",
    "Content-Length: -1",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "X: y\r\n Transfer-Encoding: chunked",
    "Content-Length: 5\nTransfer-Encoding: chunked",
)
"""Headers that two servers may read as two lengths, where one stands before the other."""


def hidden_answers(node, headers: str) -> int:
    """Send two requests at once, the second behind what may be the first's body; count answers."""
    where = urlsplit(node.address)
    first = f"POST /api/v1/tokens HTTP/1.1\r\nHost: {where.netloc}\r\n{headers}\r\n\r\n0\r\n\r\n"
    second = f"GET /api/v1/health HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n\r\n"
    received = b""
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        line.sendall((first + second).encode())
        with suppress(TimeoutError, ConnectionError):  # it waits for the rest of a longer body
            while piece := line.recv(65_536):
                received += piece
    return received.count(b'"up"')


@pytest.mark.parametrize("headers", SMUGGLED)
def test_a_request_of_two_lengths_hides_no_other(own, headers):
    """Whatever is made of the first, the second is never answered as a request of its own."""
    assert hidden_answers(own[0], headers) == 0


def test_two_requests_of_one_length_each_are_two(own):
    assert hidden_answers(own[0], "Content-Length: 5") == 1
    assert hidden_answers(own[0], "Transfer-Encoding: chunked") == 1
