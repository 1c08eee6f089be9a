"""How long a node takes from the command to its first answer, and the memory that it holds.

The yardstick is a bare ASGI application on the same server program, started the same way. Both
start with their byte code cached, as an installed program does. Memory is what the node's process
and its helpers hold together, shared pages counted once (PSS), after a first query.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from harness import Figure, interleaved, median
from served import demo

from fairway.demo.served import make, served
from fairway.demo.stage import ASKER, PURPOSE

BARE = """
async def application(scope, receive, send):
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"up"})
"""


def measure(quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
        Path(folder, "bare.py").write_text(BARE)
        node = Path(folder, "node")
        make(node, "Benchmark", "three random words")

        def ours() -> float:
            serve = [sys.executable, "-m", "fairway", "serve", "--node", str(node)]
            return _started(serve, "/api/v1/health", environment, folder)

        def bare() -> float:
            serve = [sys.executable, "-m", "uvicorn", "bare:application", "--app-dir", folder]
            return _started(serve, "/", environment, folder)

        a, b = interleaved(ours, bare, 2 if quick else 7)
        with served(node) as idle:
            assert httpx.get(f"{idle.address}/api/v1/health").status_code == 200
            memory = _held(_listening(idle.address))
    yield Figure("memory of a node that has started", memory, "MB", target=250)
    yield Figure(
        "node start, to the first answer of /api/v1/health",
        median(a),
        "s",
        yardstick="a bare ASGI application on uvicorn",
        ratio=median(a) / median(b),
        target=3,
    )
    with demo() as on:
        process = _listening(on.address)
        query = "SELECT count(*) AS n FROM dwp.jobcentres"
        assert on.as_(ASKER).query(query, purpose=PURPOSE).to_arrow().num_rows == 1
        yield Figure(
            "memory after a day's work: accounts, seven products, agreements, a query",
            _held(process),
            "MB",
            target=250,
            note="with its helpers, shared pages once;"
            f" the serving process alone {_memory(process, 'VmRSS'):.0f} MB resident",
        )


def _started(command: Sequence[str], path: str, environment: dict[str, str], folder: str) -> float:
    """Return the seconds from the start of a server to its first answer."""
    port = _free_port()
    started = time.perf_counter()
    with _running([*command, "--port", str(port)], environment, folder):
        while time.perf_counter() - started < 60:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False)
            except httpx.TransportError:
                time.sleep(0.005)
                continue
            assert answer.status_code == 200, answer.text
            return time.perf_counter() - started
    raise AssertionError("the server never answered")


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str], folder: str) -> Iterator[None]:
    with Path(folder, "server.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listening(address: str) -> int:
    """Return the process that serves an address: a child of this one."""
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if b"serve" in words:
                return int(child)
    raise AssertionError(f"nothing of ours serves {address}")


def _held(process: int) -> float:
    """Return the megabytes that a process and its descendants hold, shared pages counted once."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile, as workers do
        return _own(process) + sum(map(_held, _children(process)))
    return 0.0


def _children(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
            yield from map(int, (task / "children").read_text().split())


def _own(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except PermissionError:  # a helper that let nobody look into it: all it has, shared or not
        return _memory(process, "VmRSS")
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def _memory(process: int, name: str) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(name)
