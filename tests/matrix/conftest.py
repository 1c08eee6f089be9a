"""The department that the matrix asks."""

from tests.surfaces import department  # noqa: F401
