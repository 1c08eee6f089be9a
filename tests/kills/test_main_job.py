"""A publish, decision or query that is killed leaves a whole store and a verifying record."""

import random
import shutil
import subprocess
import sys
import time

import pytest
from tests.conftest import ROOT
from tests.scene import Scene, write_data

from fairway.nouns.agreements import State
from fairway.wiring import close_node, create_node, open_node

KILLS = 8


@pytest.fixture
def workspace(tmp_path):
    made = tmp_path / "node"
    Scene(create_node(made, "Test")).people()
    write_data(made / "data")
    close_node()
    yield made
    close_node()
    shutil.rmtree(made)


def run_and_kill(workspace, start, steps, seconds):
    """Let the job do some steps and a part of the next, kill it, return what it acknowledged."""
    job = subprocess.Popen(
        [sys.executable, "-m", "tests.kills.main_job", str(workspace), str(start)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert job.stdout is not None
    with job.stdout as output:
        assert output.readline() == "ready\n"
        lines = [output.readline() for _ in range(steps)]
        time.sleep(seconds)
        job.kill()
        lines += output
    assert job.wait() == -9
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    assert len(acknowledged) >= steps, "the job ended by itself"
    return acknowledged


def check(scene, acknowledged):
    """Compare what was acknowledged, what is stored, and what is on the record."""
    assert scene.intact()
    said = scene.platform.ledger.verify()
    assert said.intact, said.reason
    versions = [v.contract.version for v in scene.platform.store.products.versions("dwp.claims")]
    recorded = [e.details["version"] for e in scene.events(action="product.publish")]
    assert versions == recorded[::-1]
    for what, *details in acknowledged:
        if what == "published":
            assert details[0] in versions
        elif what == "queried":
            completed = scene.events(action="query.completed", agreement=details[0])
            assert [e.rows for e in completed] == [int(details[1])]
        else:
            assert scene.platform.store.agreements.get(details[0]) is not None
    for agreement in scene.platform.store.agreements.find():
        told = [e.details for e in scene.events(agreement=agreement.id) if "state" in e.details]
        assert told[-1]["state"] == agreement.state
        assert len(told) == 1 + len(agreement.history)
        assert (agreement.granted is None) == (agreement.state in (State.DRAFT, State.SUBMITTED))


@pytest.mark.kill
def test_killed_at_any_point_store_and_record_agree(workspace):
    chance = random.Random(2026)
    for kill in range(KILLS):
        steps, seconds = chance.randrange(6), chance.uniform(0, 0.25)
        acknowledged = run_and_kill(workspace, 1000 * (kill + 1), steps, seconds)
        check(Scene(open_node(workspace)), acknowledged)
        close_node()
