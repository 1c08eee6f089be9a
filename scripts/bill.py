"""Writes the software bill of materials: what a running node is made of, in CycloneDX JSON.

Usage: python scripts/bill.py FILE. cyclonedx-py lists everything installed in this environment with
licences and dependencies; kept are Fairway's own dependencies and those of its extras, with
theirs. What only an extra brings is marked as optional. What only developers need is left out.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FOR_DEVELOPERS = "dev"
READ_BY_US = {"cedarpy": "Apache-2.0", "protobuf": "BSD-3-Clause"}
"""Licences of packages whose metadata names none: read from the text that each brings."""


def installed() -> dict[str, Any]:
    """Return the bill of everything in this environment."""
    command = ["-m", "cyclonedx_py", "environment", "--pyproject", "pyproject.toml"]
    more = ["--output-reproducible", "--of", "JSON", sys.executable]
    written = subprocess.run(
        [sys.executable, *command, *more], cwd=ROOT, check=True, capture_output=True, text=True
    )
    bill: dict[str, Any] = json.loads(written.stdout)
    return bill


def reached(requirements: Iterable[str]) -> set[str]:
    """Return the names of packages and of all that they depend on here."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(one), "") for one in requirements]
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        for offered in {"", *wanted.extras} - {had for one, had in found if one == name}:
            found.add((name, offered))
            waiting += [(Requirement(each), offered) for each in requires(name) or ()]
    return {name for name, _ in found}


def runtime(bill: dict[str, Any]) -> dict[str, Any]:
    """Return a bill with what a running node may hold, and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    always = reached(project["dependencies"])
    offered = [one for name, needed in extras.items() if name != FOR_DEVELOPERS for one in needed]
    kept = always | reached(offered)
    held = [each for each in bill["components"] if canonicalize_name(each["name"]) in kept]
    for component in held:
        name = canonicalize_name(component["name"])
        component["scope"] = "required" if name in always else "optional"
        if not component.get("licenses"):
            licence = {"id": READ_BY_US[name], "acknowledgement": "concluded"}
            component["licenses"] = [{"license": licence}]
    refs = {each["bom-ref"] for each in held}
    root = bill["metadata"]["component"]["bom-ref"]
    bill["components"] = held
    bill["dependencies"] = [
        {**each, "dependsOn": sorted(refs & set(each.get("dependsOn", ())))}
        for each in bill["dependencies"]
        if each["ref"] in refs | {root}
    ]
    return bill


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(runtime(installed()), indent=1) + "\n", "utf-8")
