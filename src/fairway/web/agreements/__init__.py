"""Asking for data, deciding, and the life of an agreement."""
