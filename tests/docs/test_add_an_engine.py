"""The swap of engines that the how-to page shows, done on a real node."""

import importlib.util
from pathlib import Path

import pytest
from tests.docs.walk import steps
from tests.scene import REGIONS, Scene, write_data

from fairway.sources.files import FileSources
from fairway.wiring import close_node, create_node

PAGE = Path(__file__).parent.parent.parent / "docs/how-to/add-an-engine.md"
QUERIES = [
    "SELECT region, households FROM dwp.regions ORDER BY region",
    (
        "SELECT c.region, sum(c.weeks) AS weeks, max(r.households) AS households"
        " FROM dwp.claims AS c"
        " LEFT JOIN dwp.regions AS r ON r.region = c.region GROUP BY c.region ORDER BY c.region"
    ),
    "SELECT count(*) AS n FROM dwp.claims WHERE weeks > 5",
]


@pytest.fixture
def swapped(tmp_path):
    """Return the page's own module."""
    program = next(step for step in steps(PAGE) if step.language == "swapped.py")
    (tmp_path / program.language).write_text(program.text, "utf-8")
    spec = importlib.util.spec_from_file_location("swapped", tmp_path / program.language)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def scene(tmp_path):
    made = Scene(create_node(tmp_path / "node", "Test")).people()
    write_data(tmp_path / "node/data")
    made.publish()
    made.publish(REGIONS)
    made.approve(columns=(("region", "keep"), ("weeks", "band:5")), scope="region <> 'London'")
    yield made
    close_node()


def test_the_oracle_gives_the_same_answers_under_the_same_terms(scene, swapped, tmp_path):
    expected = [scene.query(sql) for sql in QUERIES]
    assert {"region": "Wales", "weeks": 10, "households": 1_300_000} in expected[1]
    scene.platform = swapped.on_the_oracle(scene.platform, FileSources([tmp_path / "node/data"]))
    assert [scene.query(sql) for sql in QUERIES] == expected
    assert scene.actions().count("query.completed") == 2 * len(QUERIES)
