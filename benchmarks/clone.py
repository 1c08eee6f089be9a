"""From a fresh clone to the first governed answer: git clone, make install, fairway demo --check.

Packages come from wherever this machine's installers find them; their caches are used as they are,
and the note says so.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness import ROOT, Figure


def measure(quick: bool) -> Iterator[Figure]:  # noqa: ARG001
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("FAIRWAY_", "VIRTUAL_"))
    }
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        clone = Path(folder) / "fairway"
        taken = {}
        for name, command, where in (
            ("clone", ["git", "clone", "--quiet", str(ROOT), str(clone)], folder),
            ("install", ["make", "install"], clone),
            ("demo --check", [clone / ".venv/bin/fairway", "demo", "--check"], clone),
        ):
            started = time.perf_counter()
            done = subprocess.run(
                command, cwd=where, env=environment, capture_output=True, text=True, check=False
            )
            taken[name] = time.perf_counter() - started
            if done.returncode:
                raise AssertionError(f"{name} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    yield Figure(
        "fresh clone to the first governed answer, and the whole check after it",
        sum(taken.values()),
        "s",
        target=180,
        note=", ".join(f"{name} {seconds:.0f} s" for name, seconds in taken.items())
        + "; the installers' caches as they were",
    )
