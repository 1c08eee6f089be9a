"""Files of a share that break off, over real sockets: nothing hangs, nothing leaks, all is told."""

import hashlib
import os
import signal
import socket
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.sharing.conftest import Partner, ends
from tests.waiting import until

from fairway.demo.served import served

HEAVY = """
apiVersion: v3.2.0
kind: DataContract
id: heavy-1
name: Heavy
version: 1.0.0
status: active
domain: dwp
servers: [{server: node, type: local, format: parquet, path: heavy}]
schema:
  - name: heavy
    properties:
      - {name: first, logicalType: integer, classification: none}
      - {name: second, logicalType: integer, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
"""
ROWS = 2_000_000
PATIENCE = 60.0
"""Seconds until something that must not hang is called hanging, on however busy a machine."""


@pytest.fixture(scope="module")
def heavy(department):
    """An agreement on 32 MB that no packing makes smaller, and the profile of its partner."""
    folder = department.workspace / "data" / "heavy"
    folder.mkdir()
    chance = np.random.default_rng(5)
    columns = {n: chance.integers(0, 1 << 62, ROWS) for n in ("first", "second")}
    pq.write_table(pa.table(columns), folder / "0.parquet")
    with department.node("dwp-owner") as owner, department.node("dfe-analyst") as asker:
        owner.publish(HEAVY)
        made = asker.request(
            "dwp.heavy",
            columns={"first": "keep", "second": "keep"},
            purpose="policy-analysis",
            legal_basis="gdpr-6-1-e",
            necessity="To compare.",
            ends=ends(),
        )
        agreed = owner.decide(made.id, "approve").id
        return agreed, dict(asker.make_profile(agreed, address="http://localhost").profile)


@contextmanager
def node_of(department, heavy):
    """Serve the node; give it with the partner, and the link to the one file."""
    with served(department.workspace) as node:
        partner = Partner(node.address, *heavy)
        table = f"/delta-sharing/shares/{heavy[0]}/schemas/dwp/tables/heavy/query"
        told = [line["file"] for line in partner.lines(table) if "file" in line]
        assert len(told) == 1
        yield node, partner, told[0]["url"].removeprefix(node.address)


@pytest.fixture
def node(department, heavy):
    with node_of(department, heavy) as made:
        yield made


def begin(address: str, link: str, more: str = "") -> socket.socket:
    """Ask for a file and leave the answer lying, in as small a buffer as there is."""
    place = urlsplit(address)
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(PATIENCE)
    made.connect((place.hostname, place.port))
    made.sendall(f"GET {link} HTTP/1.1\r\nHost: {place.netloc}\r\n{more}\r\n".encode())
    return made


def head_of(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return an answer's head, and what of its body came with that."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(4096)
    head, _, rest = got.partition(b"\r\n\r\n")
    return head, rest


def rest_of(connection: socket.socket, size: int) -> bytes:
    """Return what still comes, up to as much as was promised."""
    parts: list[bytes] = []
    while (left := size - sum(map(len, parts))) > 0:
        try:
            part = connection.recv(min(left, 1 << 20))
        except ConnectionResetError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def size_in(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])


def open_files(node) -> int:
    """Count the shared files that the server holds open."""
    found = []
    for one in Path(f"/proc/{node.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.append(str(one.readlink()))
    return sum("/extracts/" in one for one in found)


def told_of(department, agreement: str, action: str) -> list:
    with department.node("auditor") as auditor:
        found = auditor.audit(agreement=agreement, action=action)
    return list(found)


def test_a_reader_who_hangs_up_leaves_nothing_open(department, heavy, node):
    server, partner, link = node
    reads, stops = (len(told_of(department, heavy[0], a)) for a in ("share.file", "share.stopped"))
    for _ in range(5):
        connection = begin(server.address, link)
        head, _ = head_of(connection)
        assert b" 200 " in head
        connection.close()
    until(lambda: open_files(server) == 0)
    until(lambda: len(told_of(department, heavy[0], "share.stopped")) == stops + 5)
    assert len(told_of(department, heavy[0], "share.file")) == reads + 5
    reason = told_of(department, heavy[0], "share.stopped")[0]["reason"]
    assert "broke off after at most" in reason
    assert partner.ask("HEAD", link, token="")[0] == 200


def test_a_slow_reader_keeps_nobody_waiting_and_gets_all(node):
    server, partner, link = node
    whole = partner.ask("GET", link, token="")[2]
    slow = [begin(server.address, link) for _ in range(12)]
    time.sleep(1.5)  # longer than it takes until the node asks again whether it may go on
    for _ in range(3):
        assert partner.ask("HEAD", link, token="")[0] == 200
    for connection in slow[1:]:
        connection.close()
    head, first = head_of(slow[0])
    body = first + rest_of(slow[0], size_in(head) - len(first))
    slow[0].close()
    assert hashlib.sha256(body).digest() == hashlib.sha256(whole).digest()
    until(lambda: open_files(server) == 0)


def test_a_slow_reader_gets_no_more_once_the_agreement_is_suspended(department, heavy, node):
    server, _, link = node
    stops = len(told_of(department, heavy[0], "share.stopped"))
    connection = begin(server.address, link)
    head, first = head_of(connection)
    with department.node("dwp-owner") as owner:
        owner.decide(heavy[0], "suspend", "Doubt")
    try:
        time.sleep(1)
        body = first + rest_of(connection, size_in(head) - len(first))
        connection.close()
        assert len(body) < size_in(head)  # what lay in the buffers, and no more
        until(lambda: len(told_of(department, heavy[0], "share.stopped")) == stops + 1)
        assert open_files(server) == 0
    finally:
        with department.node("dwp-owner") as owner:
            owner.decide(heavy[0], "resume")


def test_a_node_killed_in_the_middle_has_recorded_the_read_and_goes_on_after(department, heavy):
    reads = len(told_of(department, heavy[0], "share.file"))
    with node_of(department, heavy) as (server, partner, link):
        whole = partner.ask("GET", link, token="")[2]
        connection = begin(server.address, link)
        head, first = head_of(connection)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        got = first + rest_of(connection, size_in(head) - len(first))
        connection.close()
        assert len(got) < size_in(head)  # so the reader sees that it is not whole
    assert len(told_of(department, heavy[0], "share.file")) == reads + 2
    with served(department.workspace) as again:  # the same link goes on where it broke off
        connection = begin(again.address, link, f"Range: bytes={len(got)}-\r\n")
        head, first = head_of(connection)
        assert b" 206 " in head
        body = got + first + rest_of(connection, size_in(head) - len(first))
        connection.close()
        assert body == whole
    with department.node("auditor") as auditor:
        assert auditor.verify()["intact"] is True
