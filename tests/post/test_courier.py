"""Requests to other nodes: to where they may go, within bounds, and nowhere else."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest
from tests.answering import answering
from tests.builders import NOW

from fairway.nouns.errors import Refused, Unavailable
from fairway.nouns.peers import Peer
from fairway.post import courier
from fairway.post.courier import HttpCourier
from fairway.verbs import reaching
from fairway.verbs.cancelling import Cancellation, nobody_cancels


class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.heard.append((self.headers["Host"], self.path))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Type", "application/json")
        if self.path == "/twice":
            self.send_header("Signature", "a")
            self.send_header("Signature", "b")
        if self.path == "/waits":
            self.server.asked.set()
            assert self.rfile.read() == b""  # until the other end hangs up
            self.server.left.set()
            return
        if self.path == "/short":
            self.send_header("Content-Length", "99")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100 if self.path == "/slow" else 1):
                self.wfile.write(b"answer")
                time.sleep(0.02 if self.path == "/slow" else 0)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with answering(Answers) as server:
        server.heard = []
        yield server


@pytest.fixture
def carried(server):
    def carry(path="/ask", networks=("127.0.0.0/8",), address="", **bounds):
        at = address or f"http://127.0.0.1:{server.server_address[1]}"
        peer = Peer("ferries", "Ferries", at, "0" * 64, ("ferries",), "manager", NOW)
        given = {"seconds": 5.0, "largest": 1 << 20, "attach": nobody_cancels} | bounds
        return HttpCourier(networks).carry(peer, path, {}, b"{}", **given)

    return carry


def test_an_answer_comes_whole_with_the_headers_that_matter(carried):
    reply = carried()
    assert (reply.status, reply.body) == (200, b"answer")
    assert reply.headers["content-type"] == "application/json"


def test_nothing_is_redirected(carried, server):
    server.heard.clear()
    assert carried("/moved").status == 307
    assert [path for _, path in server.heard] == ["/moved"]


@pytest.mark.parametrize("networks", [(), ("10.0.0.0/8",)])
def test_this_machine_is_refused_unless_its_network_is_named(carried, server, networks):
    server.heard.clear()
    with pytest.raises(Refused) as refused:
        carried(networks=networks)
    assert (refused.value.code, server.heard) == ("peer.address_refused", [])


def test_a_public_address_is_reached_encrypted_alone(carried, monkeypatch):
    public = [(2, 1, 6, "", ("8.8.8.8", 80))]
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *_, **__: public)
    with pytest.raises(Refused) as refused:
        carried(address="http://8.8.8.8")
    assert refused.value.code == "peer.not_encrypted"


@pytest.mark.parametrize(
    ("path", "bounds", "code"),
    [
        ("/ask", {"largest": 3}, "peer.answer_too_large"),
        ("/slow", {"seconds": 0.1}, "peer.too_slow"),
        ("/short", {}, "peer.broken_off"),
        ("/twice", {}, "peer.bad_answer"),
    ],
)
def test_a_bad_answer_is_none(carried, path, bounds, code):
    with pytest.raises(Unavailable) as failed:
        carried(path, **bounds)
    assert failed.value.code == code


def test_a_request_is_broken_off_at_both_ends(carried, server):
    server.asked, server.left = threading.Event(), threading.Event()
    wanted = Cancellation()

    def cancel():
        server.asked.wait()
        wanted.cancel()

    cancelling = threading.Thread(target=cancel)
    cancelling.start()
    with pytest.raises(Unavailable) as failed:
        carried("/waits", attach=wanted.attach, seconds=600.0)
    cancelling.join()
    assert failed.value.code == "peer.broken_off"
    server.left.wait()
    wanted.cancel()  # what has ended takes no notice


def test_a_request_that_is_not_wanted_any_more_is_not_made(carried, server):
    wanted = Cancellation()
    wanted.cancel()
    server.heard.clear()
    with pytest.raises(Unavailable) as failed:
        carried(attach=wanted.attach)
    assert (failed.value.code, server.heard) == ("peer.broken_off", [])


def test_a_request_is_broken_off_while_it_connects(carried, monkeypatch):
    wanted, real = Cancellation(), courier._Line.noticed

    def noticed(line, event, told):
        if event == "connection.connect_tcp.complete":
            wanted.cancel()
        real(line, event, told)

    monkeypatch.setattr(courier._Line, "noticed", noticed)
    with pytest.raises(Unavailable):
        carried("/waits", attach=wanted.attach, seconds=600.0)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "ftp://127.0.0.1", "http://[::1"])
def test_a_node_that_is_not_there(carried, address):
    with pytest.raises(Unavailable) as failed:
        carried(address=address)
    assert failed.value.code == "peer.unreachable"


def test_the_name_is_resolved_once(carried, server, monkeypatch):
    asked, real = [], reaching.socket.getaddrinfo

    def look_up(host, *rest, **more):
        asked.append(host)
        return real("127.0.0.1" if host == "ferries.example" else host, *rest, **more)

    monkeypatch.setattr(reaching.socket, "getaddrinfo", look_up)
    server.heard.clear()
    port = server.server_address[1]
    assert carried(address=f"http://ferries.example:{port}").status == 200
    assert asked.count("ferries.example") == 1
    assert server.heard == [(f"ferries.example:{port}", "/ask")]
