"""Departments hold each other's records to what they said before."""

import pytest
from tests.witnessing import Board, Log

from fairway.ledger.checkpoints import verifies
from fairway.nouns.errors import BadInput, NotFound, Refused
from fairway.rules.notes import Note, read_key, read_note, read_signatures
from fairway.verbs import logs, witnesses, witnessing


@pytest.fixture
def log(scene):
    """Another department's log, which the node watches."""
    log = Log(7)
    log.grow(5)
    witnesses.watch(scene.platform, scene.administrator, str(log.signer.key))
    return log


def cosign(scene, body):
    answer = witnesses.cosign(scene.platform, body)
    return answer.status, answer.text


def alarms(scene):
    return [event for event in scene.events() if event.action == witnesses.ALARM]


# ------------------------------------------------------------------ cosigning


def test_what_only_grows_is_cosigned(scene):
    log = Log(8)
    witnesses.watch(scene.platform, scene.administrator, str(log.signer.key))
    before = 0
    for count in (3, 1, 300, 0):
        log.grow(count)
        status, line = cosign(scene, log.submission(before))
        assert status == 200
        (signature,) = read_signatures(line)
        note = read_note(log.note())
        key = read_key(logs.keys(scene.platform)[1])
        assert verifies(key, Note(note.text, (signature,)))
        assert scene.events()[-1].details["before"] == before
        before = len(log.leaves)
    watched = {w.origin: w for w in logs.state(scene.platform, scene.administrator).watched}
    assert watched[log.signer.key.name].size == before
    assert alarms(scene) == []


def test_another_size_is_told_the_one_that_is_known(scene, log):
    assert cosign(scene, log.submission(0))[0] == 200
    log.grow(4)
    answer = witnesses.cosign(scene.platform, log.submission(0))
    assert (answer.status, answer.text, answer.type) == (409, "5\n", "text/x.tlog.size")
    assert cosign(scene, log.submission(3)) == (409, "5\n")
    assert cosign(scene, log.submission(5))[0] == 200
    assert alarms(scene) == []


@pytest.mark.parametrize("grown", [0, 3])
def test_another_history_raises_the_alarm(scene, log, grown):
    assert cosign(scene, log.submission(0))[0] == 200
    fork = Log(7)
    fork.grow(5 + grown, b"forged")
    status, _ = cosign(scene, fork.submission(5))
    assert status == (422 if grown else 409)
    (alarm,) = alarms(scene)
    assert alarm.subject == log.signer.key.name
    assert alarm.details["ours"].startswith(log.signer.key.name)
    assert alarm.details["theirs"] == fork.note()
    (shown,) = logs.state(scene.platform, scene.administrator).alarms
    assert shown.event == alarm
    log.grow(2)
    assert cosign(scene, log.submission(5))[0] == 200  # the history it knew goes on


def test_another_root_of_the_same_size_is_an_alarm_whatever_size_is_said(scene, log):
    assert cosign(scene, log.submission(0))[0] == 200
    fork = Log(7)
    fork.grow(5, b"forged")
    assert cosign(scene, fork.submission(0))[0] == 409
    assert len(alarms(scene)) == 1


def test_strangers_and_forgers_are_turned_away(scene, log):
    stranger = Log(9)
    stranger.grow(1)
    assert cosign(scene, stranger.submission(0))[0] == 404
    assert cosign(scene, "nonsense")[0] == 400
    good = log.submission(0)
    note = read_note(log.note())
    (line,) = note.signatures
    forged = str(note._replace(signatures=(line._replace(content=bytes(64)),)))
    assert cosign(scene, f"old 0\n\n{forged}")[0] == 403
    assert cosign(scene, f"old 9\n\n{log.note()}")[0] == 400
    assert cosign(scene, good.replace("old 0", "old  0"))[0] == 400
    assert alarms(scene) == []
    assert cosign(scene, good)[0] == 200


def test_watching_is_for_administrators_and_asks_for_a_logs_key(scene, log):
    for actor in (scene.analyst, scene.auditor):
        with pytest.raises(Refused):
            witnesses.watch(scene.platform, actor, str(Log(3).signer.key))
    for bad in ("x", str(log.signer.witness_key)):
        with pytest.raises(BadInput):
            witnesses.watch(scene.platform, scene.administrator, bad)
    with pytest.raises(BadInput, match="already"):
        witnesses.watch(scene.platform, scene.administrator, str(log.signer.key))


# ------------------------------------------------------------------ being cosigned


@pytest.fixture
def board(scene):
    """A witness at an address, which the node asks."""
    board = Board(5)
    with board.open() as address:
        witnesses.add(scene.platform, scene.administrator, str(board.signer.witness_key), address)
        yield board


def ask(scene):
    (asked,) = witnessing.ask(scene.platform, scene.auditor)
    return asked


def test_a_witness_cosigns_and_its_line_is_served(scene, board):
    first = ask(scene)
    assert (first.fault, first.alarm) == ("", False)
    note = read_note(logs.witnessed_checkpoint(scene.platform))
    assert verifies(board.signer.witness_key, note)
    assert verifies(read_key(logs.keys(scene.platform)[0]), note)
    second = ask(scene)
    assert second.size > first.size
    assert board.size == second.size
    (witness,) = logs.state(scene.platform, scene.administrator).witnesses
    assert (witness.size, witness.fault) == (second.size, "")
    assert scene.events()[-1].details["cosigned"] == {witness.name: second.size}


def test_a_witness_that_knows_another_size_is_asked_again(scene, board):
    ask(scene)
    scene.platform.ledger.witnesses.put(
        witnesses.Witness(str(board.signer.witness_key), _address(scene))
    )
    asked = ask(scene)
    assert (asked.fault, asked.size) == ("", board.size)
    assert board.asked == 3


def _address(scene):
    (witness,) = scene.platform.ledger.witnesses.all()
    return witness.address


def test_a_witness_that_saw_more_or_something_else_raises_the_alarm_here(scene, board):
    ask(scene)
    board.size += 1_000
    asked = ask(scene)
    assert asked.alarm
    assert "has seen" in asked.fault
    board.size, board.root = 3, b"another root that is 32 bytes lo"
    scene.platform.ledger.witnesses.put(
        witnesses.Witness(str(board.signer.witness_key), _address(scene), size=3)
    )
    asked = ask(scene)
    assert asked.alarm
    assert "another history" in asked.fault
    assert len(alarms(scene)) == 2
    assert scene.events()[-1].outcome == "failed"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((500, "oops", "text/plain"), "refused: 500"),
        ((404, "", "text/plain"), "refused: 404"),
        ((200, "nonsense", "text/plain"), "not its cosignature"),
        ((200, "", "text/plain"), "not its cosignature"),
        ((409, "many\n", "text/x.tlog.size"), "refused: 409"),
    ],
)
def test_what_a_witness_should_not_say_is_a_fault_and_no_alarm(scene, board, answer, fault):
    board.answer = answer
    asked = ask(scene)
    assert fault in asked.fault
    assert not asked.alarm
    assert alarms(scene) == []


def test_a_cosignature_of_somebody_else_is_not_taken(scene, board):
    board.answer = (200, str(Board(6).signer.cosign("x", 1)), "text/plain")
    assert "not its cosignature" in ask(scene).fault


def test_a_witness_that_is_away_is_a_fault(scene):
    board = Board(5)
    with board.open() as address:
        pass
    witnesses.add(scene.platform, scene.administrator, str(board.signer.witness_key), address)
    assert "does not answer" in ask(scene).fault
    assert logs.witnessed_checkpoint(scene.platform) == logs.checkpoint(scene.platform)
    witnesses.remove(scene.platform, scene.administrator, board.signer.witness_key.name)
    assert witnessing.ask(scene.platform, scene.auditor) == ()
    with pytest.raises(NotFound):
        witnesses.remove(scene.platform, scene.administrator, "nobody")


def test_a_witness_has_an_address_and_a_witness_s_key(scene):
    key = str(Board(5).signer.witness_key)
    for address in ("ftp://x", "node.example", "https://user@node.example"):
        with pytest.raises(BadInput, match="address"):
            witnesses.add(scene.platform, scene.administrator, key, address)
    with pytest.raises(BadInput, match="witness's key"):
        witnesses.add(
            scene.platform, scene.administrator, str(Board(5).signer.key), "https://node.example"
        )
    with pytest.raises(Refused):
        witnesses.add(scene.platform, scene.auditor, key, "https://node.example")
