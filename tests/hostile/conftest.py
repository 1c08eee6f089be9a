"""The same world, gate and engine as the engines' tests."""

from tests.engines.conftest import bare_world, engine, gate, world

__all__ = ["bare_world", "engine", "gate", "world"]
