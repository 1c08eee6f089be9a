from tests.surfaces import address, command, department  # noqa: F401
