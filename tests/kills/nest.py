"""A warm process that forks workers: `python -m tests.kills.nest`.

Starting Python and Django for every kill would take longer than the kills. Each line on the
standard input is a worker's arguments as JSON; its process id is answered. A worker writes what
was acknowledged to the file that is its first argument, a line each, and a kill does not undo it.
"""

import json
import os
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from tests.kills import appending

from fairway.settings import create_workspace
from fairway.wiring import close_node, open_node


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    with tempfile.TemporaryDirectory() as folder:
        create_workspace(Path(folder) / "node", "To warm up Django")
        open_node(Path(folder) / "node")
        close_node()
    import_module("django.db.backends.postgresql.base")
    import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    print("warm", flush=True)
    for line in sys.stdin:
        output, *arguments = json.loads(line)
        worker = os.fork()
        if not worker:
            work(output, arguments)
        print(worker, flush=True)


def work(output: str, arguments: list[str]) -> None:
    """Be a worker, and nothing else afterwards."""
    try:
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 1)
        appending.main(*arguments)
    except BaseException as error:  # noqa: BLE001
        appending.tell(f"failed with {error!r}")
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
