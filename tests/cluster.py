"""A real Spark standalone cluster on this machine: one master, two workers, a Connect server.

It is started from the environment `.venv-cluster` (`make cluster-ready`), listens on the loopback
address alone, and is gone when the `with` block ends.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
SPARK = next(ROOT.glob(".venv-cluster/lib/python*/site-packages/pyspark"), None)
_STARTS_IN = 240
"""Seconds, on a machine that does much else."""

MISSING = "No whole Spark on this machine: `make cluster-ready` installs it, with Java 17."


def available() -> bool:
    """Say whether a cluster can be started here."""
    return SPARK is not None and shutil.which("java") is not None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*, cores: int = 1, memory: str = "512m") -> Iterator[str]:
    """Give the address of the Connect server of a new cluster."""
    assert SPARK is not None, MISSING
    with tempfile.TemporaryDirectory(prefix="fairway-spark-", ignore_cleanup_errors=True) as place:
        home = Path(place)
        processes: list[subprocess.Popen[bytes]] = []
        try:
            yield _start(home, processes, cores, memory)
        finally:
            for process in reversed(processes):
                os.killpg(process.pid, signal.SIGTERM)
            for process in reversed(processes):
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def _start(home: Path, processes: list[subprocess.Popen[bytes]], cores: int, memory: str) -> str:
    master, connect = free_port(), free_port()

    def start(name: str, *arguments: str, **more: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "SPARK_HOME": str(SPARK),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": str(home / "work"),
            "SPARK_LOCAL_DIRS": str(home / "local"),
            **more,
        }
        with (home / f"{name}.log").open("wb") as log:
            processes.append(
                subprocess.Popen(
                    [f"{SPARK}/bin/spark-class", *arguments],
                    env=environment,
                    cwd=home,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    small = {"SPARK_DAEMON_MEMORY": "192m"}
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    address = f"spark://127.0.0.1:{master}"
    start(
        "master",
        *("org.apache.spark.deploy.master.Master", *here, "--port", str(master)),
        **small,
    )
    for name in ("worker-1", "worker-2"):
        start(
            name,
            *("org.apache.spark.deploy.worker.Worker", *here, "--cores", str(cores)),
            *("--memory", "1g", address),
            **small,
        )
    settings = {
        "spark.executor.memory": memory,
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(connect),
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",
        "spark.executor.extraJavaOptions": "-XX:+UseSerialGC",
    }
    start(
        "connect",
        *("org.apache.spark.deploy.SparkSubmit", "--master", address, "--driver-memory", "700m"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *(part for key, value in settings.items() for part in ("--conf", f"{key}={value}")),
        "spark-internal",
    )
    deadline = time.monotonic() + _STARTS_IN
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", connect)).close()
            return f"sc://127.0.0.1:{connect}"
        except OSError:
            if processes[-1].poll() is not None:
                break
            time.sleep(0.2)
    raise AssertionError("Spark did not start:\n" + (home / "connect.log").read_text()[-4000:])
