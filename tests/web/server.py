"""Serves the node of a workspace on the loopback address: `python -m tests.web.server DIR PORT`."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(workspace: Path, port: int) -> Iterator[str]:
    """Serve a node in a process of its own; give its address."""
    with (workspace / "log").open("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.web.server", str(workspace), str(port)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            for attempt in range(1200):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    if server.poll() is not None or attempt == 1199:
                        log.seek(0)
                        pytest.fail(f"The server did not start:\n{log.read()}")
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


if __name__ == "__main__":
    import uvicorn

    from fairway.wiring import open_node

    open_node(Path(sys.argv[1]))
    uvicorn.run(
        "fairway.asgi:application", host="127.0.0.1", port=int(sys.argv[2]), log_level="warning"
    )
