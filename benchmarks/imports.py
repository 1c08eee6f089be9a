"""How long nouns, rules and verbs take to import in a fresh interpreter.

Their byte code is cached, as that of an installed package is.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness import ROOT, Figure, interleaved, median, wall

SOURCE = ROOT / "src/fairway"


def measure(quick: bool) -> Iterator[Figure]:
    modules = ["fairway", *sorted(_modules())]
    core = f"import {', '.join(modules)}"
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = folder
        with_core, bare = interleaved(
            lambda: wall(lambda: _python(core, environment)),
            lambda: wall(lambda: _python("pass", environment)),
            5 if quick else 25,
        )
    own = (median(with_core) - median(bare)) * 1000
    yield Figure(
        "import of fairway with nouns, rules and verbs",
        own,
        "ms",
        yardstick="the start of a bare interpreter, which is subtracted",
        ratio=own / (median(bare) * 1000),
        target=100,
        note=f"{len(modules)} modules, bare interpreter {median(bare) * 1000:.0f} ms;"
        f" at best {(min(with_core) - min(bare)) * 1000:.0f} ms",
    )


def _modules() -> Iterator[str]:
    for floor in ("nouns", "rules", "verbs"):
        for path in (SOURCE / floor).glob("*.py"):
            parts = Path("fairway", path.relative_to(SOURCE)).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__")


def _python(code: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
