"""A node that lies: it holds a key that is registered, and answers with whatever a test wants."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.ipc
from tests.trust.wire import ROOT

from fairway.post.identity import NodeIdentity
from fairway.rules import signatures
from fairway.rules.signatures import Made

ARROW = "application/vnd.apache.arrow.stream"
TRUE = {"area": ["E1", "E2"], "n": [1, 2]}
END = b"\xff\xff\xff\xff\0\0\0\0"


def stream(table: pa.Table, **options: Any) -> bytes:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return bytes(out.getvalue().to_pybytes())


HONEST = stream(pa.table(TRUE))


@dataclass
class Answering:
    """What an answer is made of, before it goes out."""

    asked: dict[str, str]
    identity: NodeIdentity
    said: dict[str, Any]

    def signed(
        self,
        body: bytes = HONEST,
        *,
        status: int = 200,
        kind: str = ARROW,
        identity: NodeIdentity | None = None,
        key: str = "",
        audience: str = "",
        request: str = "",
        created: float = 0,
        lifetime: int = 60,
        tag: str = signatures.ANSWER_TAG,
        components: tuple[str, ...] = signatures.ANSWER_COMPONENTS,
    ) -> dict[str, str]:
        """The headers of an honest answer, but for what is given."""
        signer = identity or self.identity
        begun = int(time.time() + created)
        own = key or signatures.fingerprint(signer.public)
        made = Made(begun, begun + lifetime, "n" * 24, own)
        asker = dict(p.split("=", 1) for p in self.asked["signature-input"].split(";") if "=" in p)
        meant = audience or asker["keyid"].strip('"')
        asked = request or self.asked["signature"].removeprefix("fairway=:").removesuffix(":")
        base = signatures.answer_base(status, kind, body, meant, asked, made)
        if tag != signatures.ANSWER_TAG:
            base = base.replace(signatures.ANSWER_TAG.encode(), tag.encode())
        return {
            "content-type": kind,
            "content-digest": signatures.content_digest(body),
            "signature-input": signatures.signature_input(components, made, tag),
            "signature": signatures.signature_field(signer.sign(base)),
            "fairway-audience": meant,
        }


def raw(
    headers: dict[str, str] | list[tuple[str, str]],
    body: bytes,
    *,
    status: int = 200,
    length: int | None = None,
) -> bytes:
    """An answer as it goes out."""
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    lines = [f"HTTP/1.1 {status} X", *(f"{n}: {v}" for n, v in pairs)]
    lines += [f"content-length: {len(body) if length is None else length}", "connection: close"]
    return "\r\n".join([*lines, "", ""]).encode() + body


Lie = Callable[[Answering], bytes]


def honest(answering: Answering) -> bytes:
    return raw(answering.signed(), HONEST)


@dataclass
class Liar:
    """The server. `lie` answers a query; everything else is answered honestly."""

    identity: NodeIdentity
    contracts: list[str]
    lie: Lie = honest
    seen: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        said = json.loads(body or b"{}")
        answering = Answering(headers, self.identity, said)
        if path == f"{ROOT}use":
            return self.lie(answering)
        self.seen.append(said)
        told = {"contracts": self.contracts} if path == f"{ROOT}catalogue" else {"name": "Liar"}
        written = json.dumps(told).encode()
        return raw(answering.signed(written, kind="application/json"), written)

    @contextmanager
    def serving(self) -> Iterator["Liar"]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.address = f"http://127.0.0.1:{server.getsockname()[1]}"
            threading.Thread(target=self._serve, args=(server,), daemon=True).start()
            yield self
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)

    def _serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(20)
            got = b""
            while b"\r\n\r\n" not in got:
                piece = connection.recv(65536)
                if not piece:
                    return
                got += piece
            head, _, body = got.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
            while len(body) < int(headers.get("content-length", "0")):
                body += connection.recv(65536)
            connection.sendall(self.answer(lines[0].split(" ")[1], headers, body))


# ------------------------------------------------------------------ lies


def _body(body: bytes) -> Lie:
    return lambda a: raw(a.signed(body), body)


def _table(**columns: Any) -> Lie:
    return _body(stream(pa.table(columns)))


def _after(**changed: str) -> Lie:
    """Headers that are changed after they were signed."""
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    return lambda a: raw(a.signed() | names, HONEST)


def _without(name: str) -> Lie:
    return lambda a: raw({k: v for k, v in a.signed().items() if k != name}, HONEST)


def _twice(name: str) -> Lie:
    return lambda a: raw([*a.signed().items(), (name, a.signed()[name])], HONEST)


def _written(old: str, new: str) -> Lie:
    def lie(a: Answering) -> bytes:
        headers = a.signed()
        return raw(
            headers | {"signature-input": headers["signature-input"].replace(old, new)}, HONEST
        )

    return lie


def _slowly(answering: Answering) -> bytes:
    time.sleep(8)  # a second for the query, and five to spare
    return honest(answering)


def _unreadable() -> bytes:
    """Lengths inside the stream that point outside it."""
    content = bytearray(HONEST)
    for place in range(200, len(content) - len(END), 7):
        content[place] ^= 0x5A
    return bytes(content)


_STRANGER = NodeIdentity(bytes(range(32)))
_SIGNATURE = {
    *("peer.unsigned_answer", "peer.bad_answer_signature", "peer.wrong_key", "peer.bad_answer"),
}
_WAY = {"peer.broken_off", "peer.unreachable", "peer.too_slow", *_SIGNATURE, "peer.wrong_digest"}
_SHAPE = {"peer.other_columns", "peer.other_schema", "peer.unreadable", "peer.truncated"}

LIES: list[tuple[str, str, Lie, set[str]]] = [
    ("unsigned answers", "no signature", _without("signature"), _SIGNATURE),
    ("unsigned answers", "no parameters", _without("signature-input"), _SIGNATURE),
    ("unsigned answers", "no digest", _without("content-digest"), _WAY),
    ("unsigned answers", "no audience", _without("fairway-audience"), _SIGNATURE),
    ("unsigned answers", "nothing at all", lambda _: raw({}, HONEST), _SIGNATURE),
    ("unsigned answers", "an error", lambda _: raw({}, b"{}", status=403), _SIGNATURE),
    ("unsigned answers", "its own trouble", lambda _: raw({}, b"", status=500), _SIGNATURE),
    *(
        ("answers with a header twice", name, _twice(name), _SIGNATURE)
        for name in ("signature", "signature-input", "content-digest", "content-type")
    ),
    (
        "signed with another key",
        "its own name",
        lambda a: raw(a.signed(identity=_STRANGER), HONEST),
        _SIGNATURE,
    ),
    (
        "signed with another key",
        "the node's name",
        lambda a: raw(
            a.signed(identity=_STRANGER, key=signatures.fingerprint(a.identity.public)), HONEST
        ),
        _SIGNATURE,
    ),
    (
        "for somebody else",
        "another reader",
        lambda a: raw(a.signed(audience="ab" * 32), HONEST),
        _SIGNATURE,
    ),
    (
        "replayed answers",
        "to another request",
        lambda a: raw(a.signed(request="A" * 86 + "=="), HONEST),
        _SIGNATURE,
    ),
    *(
        (
            "answers out of time",
            f"{created} s, for {lifetime} s",
            lambda a, c=created, n=lifetime: raw(a.signed(created=c, lifetime=n), HONEST),
            {"peer.untimely_answer", *_SIGNATURE},
        )
        for created, lifetime in ((-120, 60), (-3600, 60), (120, 60), (0, 3600), (0, 61), (-61, 60))
    ),
    (
        "downgrade of an answer",
        "signed as a request",
        lambda a: raw(a.signed(tag=signatures.REQUEST_TAG), HONEST),
        _SIGNATURE,
    ),
    (
        "downgrade of an answer",
        "less is covered",
        lambda a: raw(a.signed(components=('"@status"',)), HONEST),
        _SIGNATURE,
    ),
    *(
        (
            "algorithm confusion in an answer",
            new,
            _written('alg="ed25519"', f'alg="{new}"'),
            _SIGNATURE,
        )
        for new in ("none", "hmac-sha256", "")
    ),
    ("tampered answers", "status", lambda a: raw(a.signed(), HONEST, status=201), _SIGNATURE),
    ("tampered answers", "kind", _after(content_type="text/plain"), _SIGNATURE),
    ("tampered answers", "digest", _after(content_digest="sha-256=:AAAA:"), {"peer.wrong_digest"}),
    (
        "tampered answers",
        "body",
        lambda a: raw(a.signed(), HONEST.replace(b"E1", b"E9")),
        {"peer.wrong_digest"},
    ),
    (
        "tampered answers",
        "body and digest",
        lambda a: raw(a.signed() | {"content-digest": signatures.content_digest(b"x")}, b"x"),
        _SIGNATURE,
    ),
    ("broken answers", "hangs up", lambda _: b"", _WAY),
    ("broken answers", "no HTTP", lambda _: b"hello\r\n\r\n", _WAY),
    ("broken answers", "ends early", lambda a: raw(a.signed(), HONEST[:99], length=5000), _WAY),
    (
        "broken answers",
        "redirects",
        lambda a: raw({"location": "http://127.0.0.1/"}, b"", status=302),
        _WAY,
    ),
    ("slow answers", "longer than the query may take", _slowly, {"peer.too_slow"}),
    (
        "too large answers",
        "promised",
        lambda a: raw(a.signed(), HONEST + bytes(65 << 20)),
        {"peer.answer_too_large"},
    ),
    ("other columns", "one more", _table(**TRUE, secret=["x", "y"]), {"peer.other_columns"}),
    ("other columns", "one less", _table(area=["E1"]), {"peer.other_columns"}),
    ("other columns", "another order", _table(n=[1], area=["E1"]), {"peer.other_columns"}),
    ("other columns", "another name", _table(AREA=["E1"], n=[1]), {"peer.other_columns"}),
    ("other columns", "none", _body(stream(pa.table({}))), {"peer.other_columns"}),
    (
        "other columns",
        "names twice",
        _body(stream(pa.Table.from_arrays([pa.array(["x"])] * 2, names=["area", "area"]))),
        {"peer.other_columns"},
    ),
    *(
        (
            "other types",
            str(kind),
            _body(stream(pa.table({"area": TRUE["area"], "n": column}))),
            {"peer.other_schema"},
        )
        for kind, column in (
            ("int32", pa.array([1, 2], pa.int32())),
            ("double", pa.array([1.0, 2.0])),
            ("text", pa.array(["1", "2"])),
            ("list", pa.array([[1], [2]])),
            ("struct", pa.array([{"x": 1}, {"x": 2}])),
            ("timestamp", pa.array([1, 2], pa.timestamp("us"))),
            ("null", pa.array([None, None])),
            ("unsigned", pa.array([1, 2], pa.uint64())),
            ("decimal", pa.array([1, 2]).cast(pa.decimal128(38, 0))),
        )
    ),
    ("streams that are none", "nothing", _body(b""), _SHAPE),
    ("streams that are none", "an end only", _body(END), _SHAPE),
    ("streams that are none", "text", _body(b"area,n\nE1,1\n"), _SHAPE),
    ("streams that are none", "JSON", _body(b'{"area": "E1"}' + END), _SHAPE),
    ("streams that are none", "zeroes", _body(bytes(4096) + END), _SHAPE),
    ("streams that are none", "lengths that lead outside", _body(_unreadable()), _SHAPE),
    ("truncated streams", "without an end", _body(HONEST[: -len(END)]), {"peer.truncated"}),
    ("truncated streams", "half", _body(HONEST[: len(HONEST) // 2]), {"peer.truncated"}),
    ("truncated streams", "half, with an end", _body(HONEST[: len(HONEST) // 2] + END), _SHAPE),
    ("padded streams", "behind the end", _body(HONEST + b"more"), _SHAPE),
    (
        "the wrong kind of answer",
        "JSON, signed",
        lambda a: raw(a.signed(b"{}", kind="application/json"), b"{}"),
        {"peer.bad_answer"},
    ),
    (
        "refusals that lie",
        "no reason",
        lambda a: raw(a.signed(b"[]", status=403, kind="x/y"), b"[]", status=403),
        {"peer.refused"},
    ),
    (
        "refusals that lie",
        "as ours",
        lambda a: raw(
            a.signed(b'{"code": "access.granted", "detail": "Yes."}', status=418, kind="x/y"),
            b'{"code": "access.granted", "detail": "Yes."}',
            status=418,
        ),
        {"peer.refused"},
    ),
]
"""What the node answers, and the codes of which one has to come out; each names the node."""
