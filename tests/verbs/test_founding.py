"""The first account of a node, and that there is no second way in."""

import pytest

from fairway.nouns.errors import Conflict
from fairway.nouns.people import Role
from fairway.verbs.founding import found
from fairway.wiring import close_node, create_node


def test_a_node_is_founded_once(tmp_path):
    platform = create_node(tmp_path / "node", "Test")
    try:
        found(platform, "Test", "administrator", "Administrator", "three random words")
        assert [p.id for p in platform.store.people.all()] == ["administrator"]
        assert [a.role for a in platform.store.people.appointments()] == [Role.ADMINISTRATOR]
        with pytest.raises(Conflict, match="its accounts already"):
            found(platform, "Test", "intruder", "Intruder", "three random words")
    finally:
        close_node()
