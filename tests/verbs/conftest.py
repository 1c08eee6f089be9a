"""A small department for each test, copied from one that is made once."""

import shutil

import pytest
from tests.scene import Scene, write_data
from tests.verbs.other_node import CROSSINGS, OPEN, OtherNode

from fairway.verbs import following
from fairway.wiring import close_node, create_node, open_node


@pytest.fixture(scope="session")
def department(tmp_path_factory):
    """A workspace with people and data, made once; nobody works in it."""
    workspace = tmp_path_factory.mktemp("department") / "node"
    Scene(create_node(workspace, "Test")).people()
    write_data(workspace / "data")
    close_node()
    return workspace


@pytest.fixture
def scene(department, tmp_path):
    """The department on a node of its own."""
    workspace = tmp_path / "node"
    shutil.copytree(department, workspace)
    yield Scene(open_node(workspace))
    close_node()


@pytest.fixture
def other(scene):
    """Another node, registered and followed."""
    made = OtherNode(scene)
    made.register()
    made.said["catalogue"] = {"contracts": [CROSSINGS, OPEN]}
    following.follow(scene.platform, scene.manager, "ferries")
    return made
