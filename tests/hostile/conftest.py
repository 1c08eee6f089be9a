"""The same world and gate as the engines' tests, behind every engine there is.

An engine is one line in `ENGINES`.
"""

import pytest
from tests.engines.conftest import bare_world, engine, gate, world
from tests.engines.world import World, locate

from fairway.engines.duckdb import DuckDBEngine
from fairway.engines.memory import MemoryEngine

__all__ = ["bare_world", "engine", "gate", "world"]

ENGINES = {
    "duckdb": lambda: DuckDBEngine(locate),
    "memory": lambda: MemoryEngine(locate),
}


@pytest.fixture(scope="session", params=sorted(ENGINES))
def worlds(request, tmp_path_factory, gate):
    """The world with the hidden rows and the one without, on one engine after the other."""
    engine = ENGINES[request.param]()
    folder = tmp_path_factory.mktemp("ZQPATH")
    yield World(folder / "full", gate, engine), World(folder / "bare", gate, engine, hidden=False)
    if hasattr(engine, "close"):
        engine.close()


@pytest.fixture(scope="session")
def duckdb_worlds(world, bare_world):
    """Both worlds on the engine that serves."""
    return world, bare_world
