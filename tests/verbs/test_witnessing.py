"""Peers witness each other: who is asked and when, whose record is whose, what gives a lie away."""

import base64
import json
from dataclasses import replace

import pytest
from tests.verbs.other_node import OtherNode
from tests.witnessing import Board, Log

from fairway.nouns.errors import BadInput, Unavailable
from fairway.nouns.peers import Peer
from fairway.post.identity import NodeIdentity
from fairway.rules.notes import read_head, read_note
from fairway.verbs import logs, peers, witnesses, witnessing


class Ferries(OtherNode):
    """The other node, with a record that this one witnesses and a board that witnesses this one."""

    def __init__(self, scene) -> None:
        super().__init__(scene)
        self.log, self.board = Log(7), Board(5)
        self.log.grow(5)
        self.seen: object = []
        self.register()
        self.said["greeting"] = {"name": "Ferries", "witness": str(self.board.signer.witness_key)}
        self.said["witness"] = self.witness
        self.said["prove"] = self.prove

    def witness(self, said):
        assert said["key"] == str(self.scene.platform.ledger.keys[0])
        status, text, kind = self.board.add(said["body"])
        return {"status": status, "text": text, "type": kind, "seen": self.seen}

    def prove(self, said):
        old, new = (read_head(read_note(note).text).size for note in said["heads"])
        return {"proof": coded(self.log, old, new)}

    def submit(self, old: int, log: Log | None = None, **said):
        shown = log or self.log
        given = {"key": str(shown.signer.key), "body": shown.submission(old)} | said
        return witnessing.hear(self.scene.platform, self._believed("witness", given))

    def ask_proof(self, *heads):
        return witnessing.prove(
            self.scene.platform, self._believed("prove", {"heads": list(heads)})
        )["proof"]


def coded(log: Log, old: int, new: int) -> list[str]:
    from fairway.rules import merkle

    return [base64.b64encode(s).decode() for s in merkle.consistency(log.nodes, old, new)]


@pytest.fixture
def ferries(scene) -> Ferries:
    return Ferries(scene)


def ask(scene):
    return {a.name: a for a in witnessing.ask(scene.platform, scene.auditor)}


def alarms(scene):
    return [event for event in scene.events() if event.action == witnesses.ALARM]


def third(scene, log: Log) -> None:
    """A record of a third node, of which a first head was cosigned here."""
    peers.add(
        scene.platform, scene.manager, "boats", name="", address="https://boats.example",
        key=NodeIdentity(bytes([9] * 32)).public.hex(), domains=["boats"],
    )  # fmt: skip
    witnesses.watch(scene.platform, scene.administrator, str(log.signer.key))
    assert witnesses.cosign(scene.platform, log.submission(0)).status == 200


# ------------------------------------------------------------------ asking


def test_a_peer_is_a_witness_without_being_added(scene, ferries):
    (asked,) = ask(scene).values()
    assert (asked.fault, asked.size) == ("", ferries.board.size)
    (witness,) = logs.state(scene.platform, scene.auditor).witnesses
    assert (witness.peer, witness.key) == ("ferries", str(ferries.board.signer.witness_key))
    ask(scene)
    assert [name for name, _ in ferries.heard] == ["greeting", "witness", "witness"]
    assert alarms(scene) == []


@pytest.mark.parametrize(
    ("greeting", "fault"),
    [
        ({"name": "Ferries"}, "names no key"),
        ({"witness": str(Board(5).signer.key)}, "names no key"),
        (Unavailable("peer.too_slow", "It is slow."), "It is slow."),
    ],
)
def test_a_peer_that_names_no_key_is_a_fault_and_asked_again(scene, ferries, greeting, fault):
    ferries.said["greeting"] = greeting
    assert fault in ask(scene)["ferries"].fault
    assert logs.state(scene.platform, scene.auditor).witnesses == ()
    assert scene.events()[-1].outcome == "failed"


@pytest.mark.parametrize("changed", [{"status": "200"}, {"text": 1}, {"type": None}])
def test_what_a_peer_should_not_say_is_a_fault(scene, ferries, changed):
    ferries.said["witness"] = lambda said: Ferries.witness(ferries, said) | changed
    (asked,) = ask(scene).values()
    assert "cannot be read" in asked.fault
    assert not asked.alarm


def test_a_peer_that_saw_another_history_raises_the_alarm_here(scene, ferries):
    ask(scene)
    ferries.board.root = b"another root that is 32 bytes lo"
    (asked,) = ask(scene).values()
    assert asked.alarm
    assert len(alarms(scene)) == 1


def test_a_blocked_peer_is_not_asked(scene, ferries):
    peers.block(scene.platform, scene.manager, "ferries")
    assert ask(scene) == {}
    peers.block(scene.platform, scene.manager, "ferries", blocked=False)
    ask(scene)
    peers.block(scene.platform, scene.manager, "ferries")
    assert ask(scene) == {}


# ------------------------------------------------------------------ the node's own clock


def test_the_node_asks_when_something_happened_and_else_each_hour(scene, ferries):
    assert witnessing.turn(scene.platform) == 1
    assert witnessing.turn(scene.platform) == 0, "that it was cosigned is nothing new"
    peers.check(scene.platform, scene.manager, "ferries")
    assert witnessing.turn(scene.platform) == 1
    scene.clock.forward(minutes=59)
    assert witnessing.turn(scene.platform) == 0
    scene.clock.forward(minutes=1)
    assert witnessing.turn(scene.platform) == 1


def test_a_witness_that_failed_is_left_alone_for_a_while(scene, ferries):
    assert witnessing.turn(scene.platform) == 1
    ferries.said["witness"] = Unavailable("peer.unreachable", "It is away.")
    peers.check(scene.platform, scene.manager, "ferries")
    assert witnessing.turn(scene.platform) == 1
    assert witnessing.turn(scene.platform) == 0
    scene.clock.forward(minutes=6)
    assert witnessing.turn(scene.platform) == 1


def test_many_witnessings_are_worth_a_turn(scene, ferries, monkeypatch):
    assert witnessing.turn(scene.platform) == 1
    monkeypatch.setattr(witnessing, "QUIET", 1)
    assert witnessing.turn(scene.platform) == 1


# ------------------------------------------------------------------ being asked


def test_a_peer_s_record_is_watched_from_its_first_request_on(scene, ferries):
    told = ferries.submit(0)
    assert (told["status"], told["seen"]) == (200, [])
    ferries.log.grow(300)
    assert ferries.submit(5)["status"] == 200
    (found,) = logs.state(scene.platform, scene.auditor).watched
    assert (found.peer, found.size) == ("ferries", 305)
    fork = Log(7)
    fork.grow(306, b"forged")
    assert ferries.submit(305, fork)["status"] == 422
    assert len(alarms(scene)) == 1


def test_another_key_is_an_alarm_until_an_administrator_names_it(scene, ferries):
    ferries.submit(0)
    other = Log(8)
    other.grow(2)
    for _ in range(2):
        assert ferries.submit(0, other)["status"] == 422
    (alarm,) = alarms(scene)
    assert alarm.subject == ferries.log.signer.key.name
    witnesses.watch(scene.platform, scene.administrator, str(other.signer.key))
    assert ferries.submit(0, other)["status"] == 200
    bound = {w.origin: w.peer for w in logs.state(scene.platform, scene.auditor).watched}
    assert bound == {ferries.log.signer.key.name: "", other.signer.key.name: "ferries"}


def test_a_record_that_was_watched_before_becomes_the_peer_s(scene, ferries):
    witnesses.watch(scene.platform, scene.administrator, str(ferries.log.signer.key))
    assert ferries.submit(0)["status"] == 200
    (found,) = logs.state(scene.platform, scene.auditor).watched
    assert found.peer == "ferries"


def test_a_record_of_one_peer_is_not_another_s(scene, ferries):
    boats = Log(8)
    boats.grow(3)
    third(scene, boats)
    watched = witnesses.watched(scene.platform, boats.signer.key.name)
    scene.platform.ledger.witnesses.watch(replace(watched, peer="boats"))
    assert ferries.submit(0, boats)["status"] == 422
    assert len(alarms(scene)) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"key": "x"},
        {"key": None},
        {"body": 5},
        {"body": "old 0"},
        {"key": str(Log(8).signer.key)},
        {"key": str(Log(7).signer.witness_key)},
    ],
)
def test_what_is_no_request_for_a_cosignature_is_refused(scene, ferries, said):
    with pytest.raises(BadInput):
        ferries.submit(0, **said)


def test_a_request_that_the_protocol_refuses_is_answered(scene, ferries):
    assert ferries.submit(9, body=f"old 9\n\n{ferries.log.note()}")["status"] == 400


# ------------------------------------------------------------------ proving


def test_a_head_is_shown_to_follow_from_another(scene, ferries):
    old = scene.platform.ledger.checkpoint()
    peers.check(scene.platform, scene.manager, "ferries")
    new = scene.platform.ledger.checkpoint()
    sizes = [read_head(read_note(note).text).size for note in (old, new)]
    proof = [base64.b64encode(s).decode() for s in scene.platform.ledger.consistency(*sizes)]
    assert ferries.ask_proof(old, new) == proof
    for heads in ((new, old), (old,), (old, "x"), (old, ferries.log.note()), (5, None)):
        with pytest.raises(BadInput):
            ferries.ask_proof(*heads)
    with pytest.raises(BadInput):
        witnessing.prove(scene.platform, ferries._believed("prove", {}))


def test_a_head_that_this_node_signed_and_does_not_have_is_an_alarm_once(scene, ferries):
    signer, now = scene.platform.ledger.signer, scene.platform.ledger.checkpoint()
    for foreign in (signer.sign(2, bytes(32)), signer.sign(10**9, bytes(32))):
        heads = sorted((foreign, now), key=lambda note: read_head(read_note(note).text).size)
        for _ in range(2):
            assert ferries.ask_proof(*heads) is None
    assert len(alarms(scene)) == 2


# ------------------------------------------------------------------ comparing


def test_what_others_were_shown_is_told_and_not_one_s_own(scene, ferries):
    boats = Log(8)
    boats.grow(3)
    third(scene, boats)
    assert ferries.submit(0)["seen"] == [boats.note()]
    assert ferries.submit(5)["seen"] == [boats.note()]


def test_two_heads_of_one_size_are_found_out_at_once(scene, ferries):
    boats, fork = Log(8), Log(8)
    boats.grow(3)
    fork.grow(3, b"forged")
    third(scene, boats)
    ferries.seen = [boats.note()]
    ask(scene)
    assert alarms(scene) == []
    ferries.seen = [fork.note()]
    for _ in range(2):
        ask(scene)
    (alarm,) = alarms(scene)
    assert alarm.details == {"ours": boats.note(), "theirs": fork.note(), "shown_to": "ferries"}


def test_what_says_nothing_raises_no_alarm(scene, ferries):
    boats, stranger = Log(8), Log(9)
    boats.grow(3)
    stranger.grow(3)
    third(scene, boats)
    note = read_note(boats.note(2))
    forged = str(note._replace(signatures=(note.signatures[0]._replace(content=bytes(64)),)))
    witnesses.watch(scene.platform, scene.administrator, str(Log(6).signer.key))
    unseen = Log(6)
    unseen.grow(1)
    ferries.seen = ["x", 5, stranger.note(), unseen.note(), forged, boats.note(2)]
    ask(scene)
    ferries.seen = "x"
    ask(scene)
    assert alarms(scene) == []


class Boats:
    """Takes the place of the way to a third node, for requests to prove."""

    def __init__(self, monkeypatch, answer) -> None:
        self.answer, self.asked = answer, []
        real = peers.ask_json

        def asked(platform, peer: Peer, path, said):
            if peer.id != "boats":
                return real(platform, peer, path, said)
            if path == "greeting":
                raise Unavailable("peer.unreachable", "It is away.")
            self.asked.append(json.loads(json.dumps(said)))
            answer = self.answer(said) if callable(self.answer) else self.answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(peers, "ask_json", asked)


@pytest.fixture
def boats(scene):
    """A third node's record of 3 entries, cosigned here, and bound to it."""
    log = Log(8)
    log.grow(3)
    third(scene, log)
    found = witnesses.watched(scene.platform, log.signer.key.name)
    scene.platform.ledger.witnesses.watch(replace(found, peer="boats"))
    return log


@pytest.mark.parametrize(
    ("word", "answer", "raised"),
    [
        (b"entry", None, 0),
        (b"forged", None, 1),
        (b"forged", {"proof": None}, 1),
        (b"forged", {"proof": ["x"]}, 1),
        (b"forged", {}, 1),
        (b"forged", Unavailable("peer.unreachable", "It is away."), 0),
        (b"forged", peers.Refused("peer.refused", "No."), 1),
    ],
)
def test_two_heads_of_two_sizes_are_proved_by_their_node_or_found_out(
    scene, ferries, boats, monkeypatch, word, answer, raised
):
    shown = Log(8)
    shown.grow(3, b"entry" if word == b"entry" else b"forged")
    shown.grow(4)
    way = Boats(monkeypatch, answer or (lambda _: {"proof": coded(shown, 3, 7)}))
    ferries.seen = [shown.note()]
    ask(scene)
    assert len(alarms(scene)) == raised
    assert len(way.asked) == 1
    assert way.asked[0]["heads"] == [boats.note(), shown.note()]


def test_a_blocked_node_is_not_asked_to_prove(scene, ferries, boats, monkeypatch):
    peers.block(scene.platform, scene.manager, "boats")
    way = Boats(monkeypatch, {})
    ferries.seen = [boats.note(2)]
    ask(scene)
    assert way.asked == []
    assert alarms(scene) == []
