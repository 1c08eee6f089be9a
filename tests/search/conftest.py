"""Nodes on both databases."""

from tests.nodes import backend, made, node, shared, templates  # noqa: F401
