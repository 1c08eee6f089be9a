"""The way out: names are resolved once, and every address of them has to be allowed."""

import socket
import time

import pytest

from fairway.verbs import reaching


@pytest.fixture
def names(monkeypatch):
    """Let names lead to addresses of the test's own; return what was asked."""
    known = {"data.example": ["8.8.8.8"], "mixed.example": ["8.8.8.8", "10.0.0.1"]}
    known |= {"inner.example": ["10.0.0.1"], "scoped.example": ["fe80::1%eth0"]}
    asked = []

    def look_up(host, port, **_):
        asked.append((host, port))
        if host not in known:
            raise OSError
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in known[host]]

    monkeypatch.setattr(reaching.socket, "getaddrinfo", look_up)
    return asked


def test_a_public_name_leads_to_its_address_in_its_own_name(names):
    way = reaching.way_to("https://data.example/a?b")
    assert way == reaching.Way("8.8.8.8", "data.example", "data.example", "https", public=True)
    assert reaching.way_to("http://data.example:81/").netloc == "data.example:81"
    assert names == [("data.example", 443), ("data.example", 81)]


@pytest.mark.parametrize("host", ["mixed.example", "inner.example", "scoped.example"])
def test_a_name_of_which_one_address_is_private_leads_nowhere(names, host):
    with pytest.raises(reaching.NotAllowed):
        reaching.way_to(f"http://{host}/")
    assert reaching.way_to(f"http://{host}/", anywhere=True).host == host


def test_a_network_that_was_named_may_be_reached(names):
    way = reaching.way_to("http://inner.example", ["10.0.0.0/8"])
    assert (way.address, way.public) == ("10.0.0.1", False)
    assert reaching.way_to("http://mixed.example", iter(["10.0.0.0/8"])).public
    with pytest.raises(reaching.NotAllowed):
        reaching.way_to("http://inner.example", ["192.168.0.0/16"])


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://data.example", "file:///etc/passwd", "//data.example", "http://", "https:///x"),
        *("http://user:secret@data.example/", "http://data.example:99999/", "http://[::1"),
    ],
)
def test_what_is_no_address_is_not_looked_up(names, url):
    with pytest.raises(reaching.NoAddress):
        reaching.way_to(url, anywhere=True)
    assert names == []


def test_a_name_that_nobody_knows(names):
    with pytest.raises(reaching.NoSuchHost):
        reaching.way_to("http://nowhere.example")


def test_an_answer_is_taken_while_it_is_neither_too_large_nor_too_slow():
    later = time.monotonic() + 60
    assert reaching.gathered([b"ab", b"c"], 3, later) == b"abc"
    with pytest.raises(reaching.TooLarge):
        reaching.gathered([b"ab", b"cd"], 3, later)
    with pytest.raises(reaching.TooSlow):
        reaching.gathered([b"a"], 3, time.monotonic() - 1)
