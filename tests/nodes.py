"""Nodes to test on: made once on SQLite and on PostgreSQL, copied for each test.

A `conftest.py` takes what it needs: `from tests.nodes import backend, made, node  # noqa: F401`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node, open_node

BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@dataclass(frozen=True)
class Made:
    """A workspace and the address of its database, empty for SQLite."""

    workspace: Path
    database: str

    def open(self) -> Platform:
        return open_node(self.workspace, database=self.database)


@pytest.fixture(params=BACKENDS)
def backend(request) -> str:
    """The kind of database; a test that asks for it runs on each."""
    return request.param


@pytest.fixture(scope="session")
def templates(request, tmp_path_factory) -> Callable[[str], Made]:
    """Nodes that nobody works in, made when first asked for."""
    ready: dict[str, Made] = {}

    def template(kind: str) -> Made:
        if kind not in ready:
            server = request.getfixturevalue("postgres") if kind == "postgresql" else None
            database = server.create() if server else ""
            workspace = tmp_path_factory.mktemp(kind) / "node"
            create_node(workspace, "Test", database=database)
            close_node()
            ready[kind] = Made(workspace, database)
        return ready[kind]

    return template


@contextmanager
def copied(template: Made, folder: Path, request) -> Iterator[Made]:
    """A node made from a template, and gone afterwards."""
    workspace = folder / "node"
    shutil.copytree(template.workspace, workspace)
    if not template.database:
        yield Made(workspace, "")
        close_node()
        return
    server = request.getfixturevalue("postgres")
    database = server.create(template=template.database)
    yield Made(workspace, database)
    close_node()
    server.drop(database)


@pytest.fixture
def made(backend, templates, request, tmp_path) -> Iterator[Made]:
    """A node of the test's own, not yet open."""
    with copied(templates(backend), tmp_path, request) as mine:
        yield mine


@pytest.fixture
def node(made) -> Platform:
    """A node of the test's own, open."""
    return made.open()


@pytest.fixture(scope="module", params=BACKENDS)
def shared(templates, request, tmp_path_factory) -> Iterator[Made]:
    """A node that the tests of a module share, and do not change. Each opens it again."""
    with copied(templates(request.param), tmp_path_factory.mktemp("shared"), request) as ours:
        yield ours
