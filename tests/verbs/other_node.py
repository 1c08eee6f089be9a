"""The other end of the wire, in this process: a node with a key of its own that answers and asks.

Signatures, time, replay and records are the real ones; only the network between is left out.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import pyarrow as pa
import pyarrow.ipc
from tests.scene import Scene

from fairway.nouns.peers import Heard, Message, Peer, Reply
from fairway.post.identity import NodeIdentity
from fairway.rules import signatures
from fairway.rules.signatures import Made
from fairway.verbs import hearing, peers, queries
from fairway.verbs.cancelling import Attach, nobody_cancels

JSON = peers.JSON
ARROW = peers.ARROW

CROSSINGS = """
apiVersion: v3.2.0
kind: DataContract
id: crossings-1
name: Crossings
version: 1.0.0
status: active
domain: ferries
servers: [{server: node, type: local, format: parquet, path: crossings.parquet}]
schema:
  - name: crossings
    properties:
      - {name: port, logicalType: string, classification: none}
      - {name: cars, logicalType: integer, classification: none}
team:
  members: [{username: ferries-owner, role: data owner}]
"""

SHOWN = "customProperties: [{property: visibility, value: partners}]\n"
"""What a contract says so that other nodes may know of its product."""

OPEN = (
    CROSSINGS.replace("crossings", "ports")
    + "customProperties: [{property: accessClass, value: open}]\n"
)


def arrow(**columns: list[Any]) -> bytes:
    table = pa.table(columns)
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return bytes(out.getvalue().to_pybytes())


@dataclass
class OtherNode:
    """Implements `verbs.ports.Courier`: what this node sends arrives here, and is answered."""

    scene: Scene
    identity: NodeIdentity = field(default_factory=lambda: NodeIdentity(bytes(range(32))))
    said: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    change: Callable[[Reply], Reply] = lambda reply: reply
    nonces: int = 0
    knows_us: str = ""
    """The fingerprint by which it knows this node, where that is not the one of now."""
    broken: Event = field(default_factory=Event)
    """Set when a request of this node's is broken off."""

    def __post_init__(self) -> None:
        self.scene.platform = replace(self.scene.platform, courier=self)
        self.said |= {"greeting": {"name": "Ferries"}, "letter": {}, "catalogue": {"contracts": []}}

    @property
    def fingerprint(self) -> str:
        return signatures.fingerprint(self.identity.public)

    @property
    def ours(self) -> str:
        return self.knows_us or peers.own_fingerprint(self.scene.platform)

    def register(self, **changed: Any) -> peers.Partner:
        given = {
            "name": "Ferries",
            "address": "https://ferries.example",
            "key": self.identity.public.hex(),
            "domains": ["ferries"],
        }
        return peers.add(self.scene.platform, self.scene.manager, "ferries", **given | changed)

    def _made(self) -> Made:
        self.nonces += 1
        now = int(self.scene.clock.now().timestamp())
        return Made(now, now + 60, f"{self.nonces:024}", self.fingerprint)

    def carry(self, peer: Peer, path: str, headers, body, *, seconds, largest, attach) -> Reply:
        name = path.removeprefix(peers.ROOT)
        self.heard.append((name, json.loads(body)))
        answer = self.said[name]
        attach(self.broken.set)
        answer = answer(json.loads(body)) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        status, kind = 200, JSON
        if isinstance(answer, tuple):
            status, answer = answer
        if isinstance(answer, bytes):
            kind, content = ARROW, answer
        else:
            content = json.dumps(answer).encode()
        asked = headers["Signature"].removeprefix("fairway=:").removesuffix(":")
        made = self._made()
        base = signatures.answer_base(status, kind, content, self.ours, asked, made)
        written = signatures.signature_input(
            signatures.ANSWER_COMPONENTS, made, signatures.ANSWER_TAG
        )
        told = {
            "content-type": kind,
            "content-digest": signatures.content_digest(content),
            "signature-input": written,
            "signature": signatures.signature_field(self.identity.sign(base)),
            "fairway-audience": self.ours,
        }
        return self.change(Reply(status, told, content))

    def message(self, name: str, said: Any) -> Message:
        """A request of this other node, signed."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        made, path = self._made(), peers.ROOT + name
        base = signatures.request_base("POST", path, "", JSON, body, self.ours, made)
        headers = {
            "content-type": JSON,
            "content-digest": signatures.content_digest(body),
            "signature-input": signatures.signature_input(
                signatures.REQUEST_COMPONENTS, made, signatures.REQUEST_TAG
            ),
            "signature": signatures.signature_field(self.identity.sign(base)),
            "fairway-audience": self.ours,
        }
        return Message("POST", path, "", headers, body)

    def _believed(self, name: str, said: Any) -> Heard:
        return peers.hear(self.scene.platform, self.message(name, said))

    def tell(self, **said: Any) -> dict[str, Any]:
        """Deliver a letter, and return what this node answers."""
        self.nonces += 1
        letter = {"letter": f"L-{self.nonces}", "kind": "move", "person": "ferries-owner", **said}
        return dict(hearing.hear(self.scene.platform, self._believed("letter", letter)))

    def use(self, attach: Attach = nobody_cancels, **said: Any) -> bytes:
        given = {
            "query": "Q-000000000000",
            "part": 1,
            "person": "ferries-analyst",
            "purpose": "policy-analysis",
            "seconds": 30,
            **said,
        }
        return queries.run_for_peer(
            self.scene.platform, self._believed("use", given), attach=attach
        )
