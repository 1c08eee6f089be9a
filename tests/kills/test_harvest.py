"""A harvest that is killed loses nothing that it did, and goes on where it was."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fairway.demo.catalogues import CATALOGUES
from fairway.verbs import audit, entries, harvests
from fairway.verbs.acting import SYSTEM
from fairway.wiring import close_node, create_node, open_node


@pytest.mark.kill
def test_a_killed_harvest_goes_on(tmp_path):
    workspace = tmp_path / "node"
    create_node(workspace, "Test")
    close_node()
    killed = subprocess.run(
        [sys.executable, Path(__file__).parent / "harvesting.py", workspace, "1"],
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    platform = open_node(workspace)
    try:
        assert entries.entries(platform, SYSTEM, limit=1)[0] == harvests.BATCH
        (stopped,) = entries.coverage(platform, SYSTEM).harvests
        assert (stopped.position, stopped.ended) == (harvests.BATCH, None)
        catalogue = CATALOGUES[3]
        heard = []
        report = harvests.harvest(
            platform,
            SYSTEM,
            catalogue.source,
            catalogue.read().decode(),
            progress=lambda done, _: heard.append(done),
        )
        assert report.harvest.id == stopped.id
        assert report.resumed == harvests.BATCH
        assert heard[0] == 2 * harvests.BATCH
        assert (report.harvest.added, report.harvest.unchanged) == (catalogue.records, 0)
        assert entries.entries(platform, SYSTEM, limit=1)[0] == catalogue.records
        assert audit.verify(platform, SYSTEM).intact
    finally:
        close_node()
