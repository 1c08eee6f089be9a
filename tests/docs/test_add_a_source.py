"""The source that the how-to page adds, taken from the page and used on a real node."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.docs.walk import steps
from tests.scene import Scene

from fairway.engines.duckdb import DuckDBEngine
from fairway.nouns.errors import Unavailable
from fairway.sources.files import FileSources
from fairway.sources.places import Places
from fairway.wiring import close_node, create_node

PAGE = Path(__file__).parent.parent.parent / "docs/how-to/add-a-source.md"


@pytest.fixture
def files(tmp_path):
    """Write the page's files; return their folder."""
    for step in steps(PAGE):
        if "." in step.language:
            (tmp_path / step.language).write_text(step.text, "utf-8")
    return tmp_path


@pytest.fixture
def scene(files):
    """A department whose node reads listed directories."""
    spec = importlib.util.spec_from_file_location("listed", files / "listed.py")
    listed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(listed)
    platform = create_node(files / "node", "Test")
    local = FileSources([files / "node/data"])
    sources = Places(
        {("local", "parquet"): local, ("listed", "parquet"): listed.ListedSources(local)}
    )
    engine = DuckDBEngine(sources.locate)
    yield Scene(replace(platform, sources=sources, engine=engine)).people()
    engine.close()
    close_node()


def put(files, name, people):
    folder = files / "node/data/arrivals"
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.table({"place": ["Wales"], "people": [people]}), folder / name)


def count(files, *names):
    (files / "node/data/arrivals/files.json").write_text(json.dumps({"files": names}))


def test_a_query_sees_the_files_that_the_list_names_now(scene, files):
    put(files, "a.parquet", 1)
    put(files, "b.parquet", 20)
    put(files, "half-written.parquet", 300)
    count(files, "a.parquet", "b.parquet")
    scene.publish((files / "arrivals.odcs.yaml").read_text("utf-8"))
    total = "SELECT sum(people) AS people FROM dwp.arrivals"
    assert scene.query(total) == [{"people": 21}]
    count(files, "b.parquet")
    assert scene.query(total) == [{"people": 20}]
    count(files, "b.parquet", "c.parquet")
    with pytest.raises(Unavailable, match="not there"):
        scene.query(total)


def test_without_a_list_nothing_is_published(scene, files):
    put(files, "a.parquet", 1)
    with pytest.raises(Unavailable, match="list of files") as caught:
        scene.publish((files / "arrivals.odcs.yaml").read_text("utf-8"))
    assert caught.value.field == "servers[0].path"


def test_what_is_not_listed_is_left_to_the_others(scene, files):
    with pytest.raises(Unavailable):
        scene.publish((files / "arrivals.odcs.yaml").read_text("utf-8"), listed="local")
