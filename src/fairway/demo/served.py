"""A node that is really made and really served: the commands `init` and `serve`, as processes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from fairway.demo.cast import ADMINISTRATOR
from fairway.nouns.errors import Unavailable

STARTING_SECONDS = 60
ENDING_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Served:
    """A node that is served: its address, what keeps its queries apart, and its process."""

    address: str
    sandbox: str
    process: subprocess.Popen[str]


def make(workspace: Path, name: str, password: str) -> None:
    """Make a node with its administrator. Raises `Unavailable` with the command's own words."""
    done = subprocess.run(
        _command(
            *("init", str(workspace), "--name", name, "--administrator", ADMINISTRATOR),
            "--ask-password",
        ),
        env=_environment({"FAIRWAY_PASSWORD": password}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable("demo.not_made", done.stderr.strip() or "The node could not be made.")


@contextmanager
def served(workspace: Path, port: int = 0) -> Iterator[Served]:
    """Serve a node on the loopback address until the block ends; its log lies in the workspace."""
    log = workspace / "serve.log"
    with log.open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            _command("serve", "--node", str(workspace), "--port", str(port), "--json"),
            env=_environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        told = json.loads(_first_line(process, log))
        yield Served(told["address"], told["sandbox"], process)
    finally:
        process.terminate()
        try:
            process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _first_line(process: "subprocess.Popen[str]", log: Path) -> str:
    """Wait for the server to say where it listens."""
    lines: SimpleQueue[str] = SimpleQueue()
    output = process.stdout
    assert output is not None  # noqa: S101 - for the types: it cannot be otherwise
    threading.Thread(target=lambda: lines.put(output.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=STARTING_SECONDS)
    except Empty:
        line = ""
    if not line:
        last = log.read_text("utf-8").strip().splitlines()[-1:]
        raise Unavailable("demo.not_served", last[0] if last else "The node did not start.")
    return line


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fairway", *arguments]


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return this environment without what would lead a command to another node."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("FAIRWAY_")}
    return {**own, **more}
