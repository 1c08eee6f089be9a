"""Every command of the tutorial and of the how-tos of access, run against the served demo."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.walk import follow

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    "tutorial",
    "how-to/explain-access",
    "how-to/recertify-access",
    "how-to/appoint-and-delegate",
    "how-to/provision-people",
    "how-to/write-a-guardrail",  # the last: it takes access away
]
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
def test_the_pages_on_the_demo_do_what_they_say(demo, environment, tmp_path):
    this_run = {ADDRESS: demo["address"], PASSWORD: demo["password"]}
    for page in PAGES:  # one after the other, since starting the demo takes longest
        follow(ROOT / f"docs/{page}.md", tmp_path, environment, this_run)
