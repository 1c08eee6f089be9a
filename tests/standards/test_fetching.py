"""What a harvest may fetch: public addresses by http and https, within bounds of size and time."""

import contextlib
import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest
from tests.answering import answering

from fairway.nouns.errors import BadInput, BoundExceeded, Refused, Unavailable
from fairway.standards import fetching
from fairway.verbs import reaching


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.hosts.append(self.headers["Host"])
        self.server.tokens.append(self.headers["Authorization"])
        match self.path:
            case "/there":
                self.tell(200, b'{"dataset": []}')
            case "/moved":
                self.tell(302, b"", Location="/there")
            case "/round":
                self.tell(302, b"", Location="/round")
            case "/to-a-file":
                self.tell(302, b"", Location="file:///etc/passwd")
            case "/to-another-host":
                port = self.server.server_address[1]
                self.tell(302, b"", Location=f"http://localhost:{port}/there")
            case "/closed":
                self.tell(401, b"")
            case "/slow":
                self.send_response(200)
                self.end_headers()
                with contextlib.suppress(OSError):
                    for _ in range(100):
                        self.wfile.write(b"x")
                        time.sleep(0.05)
            case "/short":
                self.tell(200, b"x", **{"Content-Length": "9"})
            case _:
                self.tell(404, b"")

    def tell(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with answering(Answers) as server:
        server.hosts, server.tokens = [], []
        yield server


@pytest.fixture
def at(server):
    return lambda path, host="127.0.0.1": f"http://{host}:{server.server_address[1]}{path}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_is_refused(server, at, host):
    before = len(server.hosts)
    with pytest.raises((Refused, Unavailable)) as refused:
        fetching.fetch(at("/there", host))
    assert refused.value.code in ("harvest.address_refused", "harvest.unreachable")
    assert len(server.hosts) == before


def test_a_name_of_which_one_address_is_private_is_refused(monkeypatch):
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refused) as refused:
        fetching.fetch("http://data.example/")
    assert refused.value.code == "harvest.address_refused"


def test_the_connection_goes_to_the_address_that_was_checked(server, at, monkeypatch):
    """A name that is resolved a second time could then lead elsewhere."""
    asked = []

    def once(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(reaching, "may_reach", lambda *_: True)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        reaching.socket,
        "getaddrinfo",
        lambda host, port, *a, **k: (
            once(host, port) if host == "data.example" else real(host, port, *a, **k)
        ),
    )
    assert fetching.fetch(at("/moved", "data.example")) == b'{"dataset": []}'
    assert asked == ["data.example", "data.example"]  # once for each request, none by the client
    assert server.hosts[-1] == f"data.example:{server.server_address[1]}"


def test_a_redirect_is_checked_too(at):
    assert fetching.fetch(at("/moved"), allow_local=True) == b'{"dataset": []}'
    with pytest.raises(BadInput) as refused:
        fetching.fetch(at("/to-a-file"), allow_local=True)
    assert refused.value.code == "harvest.bad_address"
    with pytest.raises(Unavailable, match="again and again"):
        fetching.fetch(at("/round"), allow_local=True)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.example/x", "file:///etc/passwd", "gopher://a.example", "http://", "https:///x"),
        *("http://user:secret@a.example/", "http://a.example:99999/", "http://[::1"),
    ],
)
def test_what_is_no_address_of_a_catalogue(url):
    with pytest.raises(BadInput) as refused:
        fetching.read(url)
    assert refused.value.code == "harvest.bad_address"


def test_bounds_of_size_and_time(at):
    with pytest.raises(BoundExceeded):
        fetching.fetch(at("/there"), allow_local=True, largest=5)
    with pytest.raises(Unavailable) as late:
        fetching.fetch(at("/slow"), allow_local=True, seconds=0.3)
    assert late.value.code == "harvest.too_slow"


def test_what_does_not_answer(at):
    with pytest.raises(Unavailable, match="404"):
        fetching.fetch(at("/none"), allow_local=True)
    with pytest.raises(Unavailable, match="not to the end"):
        fetching.fetch(at("/short"), allow_local=True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="Nothing answers"):
            fetching.fetch(f"http://127.0.0.1:{taken.getsockname()[1]}/", allow_local=True)


def test_a_file_is_read_within_bounds(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_bytes(b"[]")
    assert fetching.read(str(path)) == b"[]"
    monkeypatch.setattr(fetching, "LARGEST", 1)
    with pytest.raises(BoundExceeded):
        fetching.read(str(path))
    with pytest.raises(BadInput) as refused:
        fetching.read(str(tmp_path / "none"))
    assert refused.value.code == "harvest.unreadable"


def test_a_token_goes_to_its_own_host_and_not_in_the_clear(server, at):
    with pytest.raises(Refused) as refused:
        fetching.fetch("http://data.example/", token="secret")
    assert refused.value.code == "harvest.token_in_the_clear"
    server.tokens.clear()
    assert fetching.fetch(at("/moved"), allow_local=True, token="secret")
    assert server.tokens == ["Bearer secret", "Bearer secret"]
    server.tokens.clear()
    assert fetching.fetch(at("/to-another-host"), allow_local=True, token="secret")
    assert server.tokens == ["Bearer secret", None]


def test_who_is_refused_there_is_told_so(at):
    with pytest.raises(Refused, match="refuses with 401"):
        fetching.Elsewhere(local=True).fetch(at("/closed"))
    with pytest.raises(Refused, match="private network"):
        fetching.Elsewhere(local=False).fetch(at("/there"))
