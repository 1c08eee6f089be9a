"""A log and a witness of their own, written after the specifications, to meet a node with."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fairway.ledger.checkpoints import Signer
from fairway.rules import merkle
from fairway.rules.notes import read_head, read_note, read_submission


class Log:
    """A log that can be made to show another history."""

    def __init__(self, seed: int) -> None:
        self.signer = Signer(bytes([seed]) * 32)
        self.leaves: list[bytes] = []

    def grow(self, count: int, word: bytes = b"entry") -> None:
        start = len(self.leaves)
        self.leaves += [merkle.leaf_hash(b"%b %d" % (word, start + n)) for n in range(count)]

    def nodes(self, level: int, place: int, count: int) -> list[bytes]:
        if level == 0:
            return self.leaves[place : place + count]
        each = [self.leaves[n * 256 : n * 256 + 256] for n in range(place, place + count)]
        return [merkle.root(merkle.grow(merkle.NOTHING, leaves)[0]) for leaves in each]

    def note(self, size: int | None = None) -> str:
        wanted = len(self.leaves) if size is None else size
        return self.signer.sign(wanted, merkle.root_at(self.nodes, wanted))

    def submission(self, old: int, *, size: int | None = None) -> str:
        wanted = len(self.leaves) if size is None else size
        proof = merkle.consistency(self.nodes, old, wanted) if old <= wanted else []
        lines = "".join(base64.b64encode(step).decode() + "\n" for step in proof)
        return f"old {old}\n{lines}\n{self.note(wanted)}"


class Board:
    """A witness: it keeps the last size and root, and answers over HTTP."""

    def __init__(self, seed: int) -> None:
        self.signer = Signer(bytes([seed]) * 32)
        self.size, self.root = 0, merkle.EMPTY
        self.now = 1_772_366_400
        self.asked = 0
        self.answer: tuple[int, str, str] | None = None

    def add(self, body: str) -> tuple[int, str, str]:
        self.asked += 1
        if self.answer is not None:
            return self.answer
        asked = read_submission(body)
        note = read_note(asked.note)
        head = read_head(note.text)
        if asked.old != self.size:
            return 409, f"{self.size}\n", "text/x.tlog.size"
        if not merkle.consistent(self.size, self.root, head.size, asked.proof, head.root):
            return (409 if head.size == self.size else 422), "another history\n", "text/plain"
        self.size, self.root = head.size, head.root
        return 200, str(self.signer.cosign(note.text, self.now)), "text/plain"

    @contextmanager
    def open(self) -> Iterator[str]:
        """Serve on a free port; yield the address."""
        board = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/add-checkpoint"
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, text, kind = board.add(body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
