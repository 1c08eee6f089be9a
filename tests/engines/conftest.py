"""One gate and one engine for all tests of a folder, and Spark in both its forms."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests import cluster
from tests.engines.world import World, locate

from fairway.engines.duckdb import DuckDBEngine
from fairway.engines.gate import DuckDBGate
from fairway.engines.spark import SparkEngine


@pytest.fixture(scope="session")
def gate():
    gate = DuckDBGate(seconds=5)
    yield gate
    gate.close()


@pytest.fixture(scope="session")
def engine():
    engine = DuckDBEngine(locate)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory, gate, engine):
    return World(tmp_path_factory.mktemp("ZQPATH") / "full", gate, engine)


@pytest.fixture(scope="session")
def bare_world(tmp_path_factory, gate, engine):
    return World(tmp_path_factory.mktemp("ZQPATH") / "bare", gate, engine, hidden=False)


@pytest.fixture(scope="session")
def spark(gate):
    """The engine on a cluster of one master and two workers, warmed up."""
    if not cluster.available():
        pytest.fail(cluster.MISSING)
    with cluster.running() as address:
        yield SparkEngine(locate, address, gate.bind)


@pytest.fixture(scope="session")
def sail(gate):
    """The engine on Sail, which must be told not to trust statistics about NaN."""
    port = cluster.free_port()
    server = subprocess.Popen(
        [Path(sys.executable).parent / "sail", "spark", "server", "--ip", "127.0.0.1",
         "--port", str(port)],
        env=os.environ
        | {"SAIL_PARQUET__PRUNING": "false", "SAIL_EXECUTION__COLLECT_STATISTICS": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.1)
        yield SparkEngine(locate, f"sc://127.0.0.1:{port}", gate.bind, server="sail")
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def places(tmp_path_factory):
    return tmp_path_factory.mktemp("ZQPATH")


@pytest.fixture(scope="session")
def on(places, gate):
    """Make the world, or the one with nothing hidden, behind an engine."""
    return lambda engine, hidden=True: World(
        places / f"{id(engine)}-{hidden}", gate, engine, hidden
    )
