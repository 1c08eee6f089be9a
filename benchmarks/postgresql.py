"""A PostgreSQL that syncs to disk, as one in earnest does; the tests' own does not."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import Skipped


@contextmanager
def database() -> Iterator[str]:
    """Give the address of an empty database on a server of this run alone."""
    try:
        import psycopg
        from tests.conftest import _free_port, _postgres_programs
    except ImportError as error:
        raise Skipped(f"{error.name} is not installed") from None
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    with tempfile.TemporaryDirectory(prefix="fairway-bench-", ignore_cleanup_errors=True) as folder:
        home, data = Path(folder), Path(folder, "data")
        data.mkdir(mode=0o700)
        if user:
            home.chmod(0o755)
            shutil.chown(data, user["user"], user["group"])
        programs = _postgres_programs(home, user)
        initialise = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"]
        subprocess.run(
            [*initialise, "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
            cwd=data,
            **user,
        )
        port = str(_free_port())
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", port, *settings],
                stdout=log,
                stderr=log,
                cwd=data,
                **user,
            )
        try:
            address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            for _ in range(200):
                try:
                    psycopg.connect(address).close()
                    break
                except psycopg.OperationalError:
                    time.sleep(0.1)
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
