"""Every command of the tutorial, run against the demo as it is really served."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.walk import follow

ROOT = Path(__file__).parent.parent.parent
TUTORIAL = ROOT / "docs/tutorial.md"
ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "the password that the demo printed"


@pytest.fixture
def demo(tmp_path, environment):
    command = [sys.executable, "-m", "fairway", "demo", "--json", "--port", "0"]
    with (tmp_path / "demo.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--workspace", str(tmp_path / "node")],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    with process.stdout:
        yield json.loads(process.stdout.readline())
        process.terminate()
        process.wait(60)


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(demo, environment, tmp_path):
    this_run = {ADDRESS: demo["address"], PASSWORD: demo["password"]}
    follow(TUTORIAL, tmp_path, environment, this_run)
