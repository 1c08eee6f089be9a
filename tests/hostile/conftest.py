"""One gate and one engine for all tests of a folder."""

import pytest
from tests.engines.world import World, locate

from fairway.engines.duckdb import DuckDBEngine
from fairway.engines.gate import DuckDBGate


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
