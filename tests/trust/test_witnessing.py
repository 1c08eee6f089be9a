"""Three real nodes witness each other; one of them is really tampered with, and is found out."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.trust.conftest import PASSWORD, Department, introduce, prepare, settle

from fairway.demo.served import served

NAMES = ("dwp", "dfe", "hmrc")
ALARM = "witness.alarm"


class Trio:
    """Three served nodes that registered each other; each can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.departments: dict[str, Department] = {}
        self._running: dict[str, ExitStack] = {}
        for name in NAMES:
            prepare(folder / name, name)
            self.departments[name] = Department(name, folder / name, self._serve(name, folder))
            settle(self.departments[name])
        for one, other in (("dwp", "dfe"), ("dwp", "hmrc"), ("dfe", "hmrc")):
            introduce(self.departments[one], self.departments[other])
        for department in self.departments.values():
            for person in ("administrator", "auditor", "governance-manager"):
                department.as_(person)

    def _serve(self, name: str, folder: Path, port: int = 0):
        self._running[name] = ExitStack()
        return self._running[name].enter_context(served(folder / name, port))

    def stop(self, name: str) -> Path:
        self._running.pop(name).close()
        return self.departments[name].workspace

    def start(self, name: str) -> None:
        department = self.departments[name]
        port = int(department.address.rpartition(":")[2])
        department.running = self._serve(name, department.workspace.parent, port)

    def close(self) -> None:
        for department in self.departments.values():
            department.close()
        for running in self._running.values():
            running.close()

    def ask(self, name: str) -> dict[str, str]:
        """Have a node's record cosigned; return the faults by the node that was asked."""
        asked = self.departments[name].as_("auditor").ask_witnesses()
        peer = {w.name: w.peer for w in self.state(name).witnesses}
        return {peer.get(a.name, a.name): a.fault for a in asked}

    def state(self, name: str):
        return self.departments[name].as_("auditor").log_state()

    def alarms(self, name: str):
        return self.departments[name].as_("auditor").audit(action=ALARM)

    def grow(self, name: str, person: str) -> None:
        self.departments[name].as_("administrator").add_person(person, person, name, PASSWORD)


@pytest.fixture(scope="module")
def trio(tmp_path_factory) -> Iterator[Trio]:
    made = Trio(tmp_path_factory.mktemp("trio"))
    yield made
    made.close()


def test_nodes_that_know_each_other_cosign_without_being_set_up(trio):
    for _ in range(2):
        for name in NAMES:
            others = set(NAMES) - {name}
            assert trio.ask(name) == dict.fromkeys(others, "")
            state = trio.state(name)
            assert {w.peer for w in state.witnesses} == others
            assert all(w.size > 0 for w in state.witnesses)
    for name in NAMES:
        state = trio.state(name)
        assert {w.peer for w in state.watched} == set(NAMES) - {name}
        keys = {trio.state(other).key for other in NAMES if other != name}
        assert {w.key for w in state.watched} == keys
        assert all(w.size > 0 for w in state.watched)
        assert state.alarms == []


def test_one_history_here_and_another_there_raises_the_alarm_on_every_side(trio):
    """DWP's node is put back to a backup in between, and shows each of the others a history."""
    keeper = trio.departments["dwp"].keeper
    workspace = trio.stop("dwp")
    backup = workspace.parent / "backup"
    shutil.copytree(workspace, backup)
    trio.start("dwp")

    keeper.block_peer("hmrc")
    trio.grow("dwp", "shown-to-dfe")
    assert trio.ask("dwp") == {"dfe": ""}

    trio.stop("dwp")
    shutil.rmtree(workspace)
    shutil.copytree(backup, workspace)
    trio.start("dwp")
    keeper.block_peer("dfe")
    for n in range(9):
        trio.grow("dwp", f"shown-to-hmrc-{n}")
    assert trio.ask("dwp") == {"hmrc": ""}
    keeper.unblock_peer("dfe")
    verified = trio.departments["dwp"].as_("auditor").verify()
    assert verified.intact, "by itself the record is in order"
    assert [trio.alarms(name) for name in NAMES] == [[], [], []]

    assert trio.ask("hmrc") == {"dwp": "", "dfe": ""}
    (at_hmrc,) = trio.alarms("hmrc")
    assert at_hmrc.details["shown_to"] == "dfe"
    (at_dwp,) = trio.alarms("dwp")
    assert "not one of the record it has" in at_dwp.reason
    assert trio.ask("dfe") == {"dwp": "", "hmrc": ""}
    (at_dfe,) = trio.alarms("dfe")
    assert at_dfe.details["shown_to"] == "hmrc"
    origin = at_dfe.details["ours"].partition("\n")[0]
    assert at_dfe.subject == at_hmrc.subject == origin

    assert "another history" in trio.ask("dwp")["dfe"], "who was shown the other cosigns no more"
    assert len(trio.alarms("dwp")) == 2
    assert len(trio.alarms("dfe")) == 2
    trio.ask("hmrc")
    assert len(trio.alarms("hmrc")) == 1, "what was found out is not found out again"
