"""Protocols by which others than people reach a node: partners' tools, and other nodes."""
