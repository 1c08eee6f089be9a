"""Nodes on both databases."""

from tests.nodes import backend, made, node, templates  # noqa: F401
