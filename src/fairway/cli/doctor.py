"""`fairway doctor`: what the machine gives, what is missing, and whether queries can run."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from fairway.cli.door import node_named
from fairway.cli.manual import Manual
from fairway.cli.output import say, write_json
from fairway.nouns.errors import BadInput, FairwayError, Unavailable

LEAST_MEMORY = 512 * 1024 * 1024
"""Below this much free memory a query of any size is likely to be stopped."""

_SHUT_IN = "from fairway.engines import sandbox; sandbox.enter(); print(sandbox.filtered())"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Without what is `needed`, queries do not run."""

    area: str
    name: str
    value: str
    good: bool = True
    needed: bool = False
    remedy: str = ""


@click.command(
    cls=Manual,
    short_help="See what this machine gives, and what is missing.",
    example="fairway doctor --node node",
)
@click.option(
    "--node",
    metavar="DIR",
    envvar="FAIRWAY_NODE",
    help="A workspace to look at too; else the current directory, if it is one.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
def doctor(node: str | None, as_json: bool) -> None:
    """Look at the machine, the libraries and, in a workspace, the node.

    It tries what a query needs: a process shut in by the kernel, a database that answers, a record
    that verifies from its first entry to its signed heads, data that can be read. It changes
    nothing and shows no secret. It exits with 0 when queries can run, and with 5 when not.
    """
    workspace = _workspace(node)
    found = [*machine(), *libraries(), *(node_findings(workspace) if workspace else ())]
    can_run = all(f.good for f in found if f.needed)
    if as_json:
        write_json({"queries_can_run": can_run, "findings": [asdict(f) for f in found]})
    else:
        _page(found)
        say("\nQueries can run." if can_run else "\nQueries cannot run on this machine as it is.")
    if not can_run:
        sys.stdout.flush()
        raise click.exceptions.Exit(Unavailable.exit_code)


def _page(found: list[Finding]) -> None:
    """Write a line for each finding, and beneath what is amiss the way out."""
    width = max(len(f.name) for f in found)
    for f in found:
        mark = "ok" if f.good else "FAULT" if f.needed else "note"
        say(f"{mark:<5}  {f.name:<{width}}  {f.value}")
        if not f.good:
            say(f"{'':<5}  {'':<{width}}  {f.remedy}")


def _workspace(given: str | None) -> Path | None:
    if not given and not (Path.cwd() / "fairway.toml").exists():
        return None
    named = node_named(given)
    if named.startswith(("http://", "https://")):
        raise BadInput("cli.not_a_directory", "Only a workspace directory can be looked at.")
    return Path(named)


# ------------------------------------------------------------------ the machine


def machine() -> Iterator[Finding]:
    """Yield what the machine gives."""
    yield Finding("machine", "Python", platform.python_version())
    yield Finding("machine", "Kernel", f"{platform.system()} {platform.release()}")
    yield from walls()
    free = memory()
    yield Finding(
        "machine",
        "Memory",
        "unknown" if free is None else f"{_size(free)} free",
        good=free is None or free >= LEAST_MEMORY,
        remedy="Give the machine more memory, or lower limits.memory in fairway.toml.",
    )
    place = tempfile.gettempdir()
    writable = os.access(place, os.W_OK)
    yield Finding(
        "machine",
        "Temporary space",
        f"{_size(shutil.disk_usage(place).free)} free in {place}",
        good=writable,
        remedy="Set TMPDIR to a directory that can be written to.",
    )


def walls() -> Iterator[Finding]:
    """Yield what the kernel gives to shut a query in, and whether it did when it was tried."""
    from fairway.engines import sandbox

    known = sandbox.version()
    yield Finding(
        "machine",
        "Landlock",
        f"version {known}" if known else "none",
        good=sandbox.available(),
        needed=True,
        remedy="Run a Linux kernel of 5.13 or later with landlock among its security modules.",
    )
    filtered = shut_in()
    yield Finding(
        "machine",
        "Sandbox",
        "a process could not be shut in" if filtered is None else "tried: a process is shut in",
        good=filtered is not None,
        needed=True,
        remedy="Allow the node's processes to use Landlock and seccomp.",
    )
    yield Finding(
        "machine",
        "seccomp",
        "filters system calls" if filtered else "does not filter",
        good=bool(filtered),
        remedy="Run on x86_64 or aarch64; elsewhere Landlock stands alone.",
    )


def shut_in() -> bool | None:
    """Shut a process in as a query is. Return whether its calls are filtered, None on failure."""
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _SHUT_IN],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return tried.stdout.strip() == "True" if tried.returncode == 0 else None


def memory(
    meminfo: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")
) -> int | None:
    """Return the bytes of memory that are free to this machine or container, None if unknown."""
    try:
        free = int(re.findall(r"^MemAvailable:\s+(\d+) kB", meminfo.read_text(), re.MULTILINE)[0])
    except (OSError, IndexError):
        return None
    try:
        most = int((group / "memory.max").read_text())
        return min(free * 1024, most - int((group / "memory.current").read_text()))
    except (OSError, ValueError):  # no container, or one without a bound
        return free * 1024


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB"


# ------------------------------------------------------------------ libraries


def libraries() -> Iterator[Finding]:
    """Yield the versions of what is always there, and which extras are."""
    for name in ("duckdb", "pyarrow", "django"):
        version = installed(name)
        yield Finding(
            "libraries",
            {"duckdb": "DuckDB", "pyarrow": "PyArrow", "django": "Django"}[name],
            version or "missing",
            good=version is not None,
            needed=True,
            remedy="pip install fairway",
        )
    for extra, names in sorted(extras(metadata.requires("fairway") or []).items()):
        missing = [name for name in names if installed(name) is None]
        yield Finding(
            "extras",
            f"fairway[{extra}]",
            f"missing: {', '.join(missing)}" if missing else ", ".join(names),
            good=not missing,
            remedy=f"pip install 'fairway[{extra}]'",
        )
    found = java()
    yield Finding(
        "extras",
        "Java",
        found or "missing",
        good=found is not None,
        remedy="For a Spark server on this machine alone: apt-get install openjdk-17-jre-headless",
    )


def java() -> str | None:
    """Return the version that Java says of itself, None when none answers."""
    program = shutil.which("java")
    if program is None:
        return None
    try:
        said = subprocess.run(
            [program, "-version"], check=False, capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r'version "([^"]+)"', said.stderr)
    return version[1] if version and said.returncode == 0 else None


def installed(name: str) -> str | None:
    """Return the version of a distribution, None when it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def extras(requirements: list[str]) -> dict[str, list[str]]:
    """Return the distributions that each extra needs, without those for developers."""
    found: dict[str, list[str]] = {}
    for requirement in requirements:
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
        name = re.match(r"[\w.-]+", requirement)
        if extra and name and extra[1] != "dev":
            found.setdefault(extra[1], []).append(name[0])
    return found


# ------------------------------------------------------------------ the node


def node_findings(workspace: Path) -> Iterator[Finding]:
    """Yield what stands in the way of a node's queries: settings, database, record, data."""
    from fairway.wiring import data_roots, open_node, secret_faults

    try:
        node: Any = open_node(workspace)
    except FairwayError as error:
        yield Finding(
            "node", "Settings", error.message, good=False, needed=True, remedy=error.remedy
        )
        return
    yield Finding("node", "Settings", f"{node.settings['name']}: can be used")
    answers = _answers(node.store.people.domains)
    yield Finding(
        "node",
        "Database",
        "does not answer" if answers is None else "answers",
        good=answers is not None,
        needed=True,
        remedy="Check that the database runs, and the address in fairway.toml.",
    )
    if answers is not None:
        yield _record(node)
    faults = secret_faults()
    yield Finding(
        "node",
        "Secrets",
        " ".join(fault.message for fault in faults) or "can be read, by the node's account alone",
        good=not faults,
        needed=True,
        remedy=" ".join(dict.fromkeys(fault.remedy for fault in faults)),
    )
    for root in data_roots():
        readable = root.is_dir() and os.access(root, os.R_OK | os.X_OK)
        yield Finding(
            "node",
            "Data",
            f"{root} {'can' if readable else 'cannot'} be read",
            good=readable,
            needed=True,
            remedy="Mount it, or let the node's account read it, or correct data.roots.",
        )


def _record(node: Any) -> Finding:
    outcome = _answers(node.ledger.verify)
    if outcome is not None and outcome.intact:
        return Finding("node", "Record", f"verified: {outcome.entries} entries", needed=True)
    return Finding(
        "node",
        "Record",
        "cannot be read" if outcome is None else "was touched, or its signed head does not hold",
        good=False,
        needed=True,
        remedy="See what it is: fairway audit verify",
    )


def _answers(question: Any) -> Any:
    """Return an answer, or None: what the database says of itself may hold its address."""
    try:
        return question()
    except Exception:  # noqa: BLE001 - whatever goes wrong, it does not answer
        return None
