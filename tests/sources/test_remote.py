"""Object stores: a real server of S3, from which only permitted partitions are opened."""

import datetime
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scene import Scene
from tests.sources import fetching
from tests.sources.stores import SECRET, options, tell
from tests.verbs.test_shares import Partner

from fairway.engines.compile import selection
from fairway.nouns.errors import BadInput, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.versions import Version
from fairway.rules import scopes
from fairway.settings import Store
from fairway.sources.remote import RemoteSources
from fairway.wiring import close_node, create_node, open_node

TYPES = {
    "id": LogicalType.INTEGER,
    "day": LogicalType.DATE,
    "score": LogicalType.NUMBER,
    "region": LogicalType.STRING,
    "year": LogicalType.INTEGER,
}
STAYS = Source("s3", "parquet", "landing/stays")

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: stays-1
name: Stays
version: 1.0.0
status: active
domain: dwp
servers:
  - {server: landing, type: s3, format: parquet, location: "s3://landing-zone/statistics/stays"}
schema:
  - name: stays
    properties:
      - {name: id, logicalType: integer, classification: none}
      - {name: day, logicalType: date, classification: none}
      - {name: score, logicalType: number, classification: none}
      - {name: region, logicalType: string, classification: none}
      - {name: year, logicalType: integer, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
customProperties: [{property: accessClass, value: restricted}]
"""


@pytest.fixture
def bucket(server):
    """A bucket with files in partitions by year."""
    made = server.folder / "landing-zone"
    for year, regions in ((2023, ["Wales", "Kent"]), (2024, ["Wales", None]), (2025, ["Kent"])):
        folder = made / f"statistics/stays/year={year}"
        folder.mkdir(parents=True)
        rows = {
            "id": [year * 10 + n for n in range(len(regions))],
            "day": [datetime.date(year, 1, 31)] * len(regions),
            "score": [float("nan"), -0.5][: len(regions)],
            "region": regions,
        }
        pq.write_table(pa.table(rows), folder / "part-0.parquet")
    (made / "statistics/stays/notes.txt").write_text("not data")
    yield made
    shutil.rmtree(made)


@pytest.fixture
def sources(server, bucket, tmp_path):
    landing = Store("s3", "landing-zone/statistics", options(server))
    return RemoteSources({"landing": landing}, tmp_path, selection)


def fetched(sources, *asked, source=STAYS, **more):
    return fetching.fetched(sources, source, TYPES, *asked, **more)


def refusal(work):
    return fetching.refused(work, SECRET)


def test_its_columns_and_those_of_its_directories(sources):
    found = {f.name: f.type for f in sources.describe(STAYS, "c.yaml")}
    assert found == TYPES


def test_a_scope_means_there_what_it_means_here(sources):
    every = fetched(sources)
    assert [row["id"] for row in every] == [20230, 20231, 20240, 20241, 20250]
    for scope in (
        "NOT (region = 'Kent') OR year >= 2025",
        "score > 1",
        "day >= '2024-01-01' AND year < 2025",
    ):
        parsed = scopes.parse(scope, TYPES)
        expected = {row["id"] for row in every if scopes.holds(parsed, row) is True}
        assert {row["id"] for row in fetched(sources, scope)} == expected, scope
    both = fetched(sources, "year = 2023", "region = 'Kent'", columns=("id", "region", "year"))
    assert both == [{"id": 20231, "region": "Kent", "year": 2023}]


def test_a_partition_that_the_scope_hides_is_not_opened(sources, bucket):
    (bucket / "statistics/stays/year=2025/part-0.parquet").write_bytes(b"PAR1 no longer data")
    shown = fetched(sources, "year <= 2024")
    assert {row["id"] for row in shown} == {20230, 20231, 20240, 20241}
    assert refusal(lambda: fetched(sources)).code == "source.unreachable"


def test_one_file_a_pattern_and_delimited_text(sources, bucket):
    one = Source("s3", "parquet", "landing/stays/year=2025/part-0.parquet")
    assert len(fetched(sources, columns=("id",), source=one)) == 1
    some = Source("s3", "parquet", "landing/stays/year=202[34]/*.parquet")
    assert {row["year"] for row in fetched(sources, source=some)} == {2023, 2024}
    (bucket / "statistics/places.csv").write_text("id;region\n1;Wales\n2;\n")
    text = Source("s3", "csv", "landing/places.csv")
    assert {f.name: f.type for f in sources.describe(text, "c")} == {
        "id": LogicalType.INTEGER,
        "region": LogicalType.STRING,
    }
    assert fetched(sources, "id > 1", columns=("id", "region"), source=text) == [
        {"id": 2, "region": None}
    ]
    (bucket / "statistics/places.csv").write_text("id;id\n1;2\n")
    error = refusal(lambda: sources.describe(text, "c.yaml"))
    assert (error.code, error.file) == ("source.unreadable", "c.yaml")


def test_its_state_is_another_when_its_bytes_are(sources, bucket):
    before = sources.stamp(STAYS)
    assert sources.stamp(STAYS) == before
    pq.write_table(pa.table({"id": [1]}), bucket / "statistics/stays/year=2025/part-1.parquet")
    assert sources.stamp(STAYS) != before


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("landing/stays/", "landing/stays"),
        ("landing/s3://landing-zone/statistics/stays", "landing/stays"),
        ("landing/s3://landing-zone/other/stays", None),
        ("landing/s3://landing-zone/statistics/../other", None),
        ("landing/sftp://landing-zone/statistics/stays", None),
        ("landing/../secret", None),
        ("landing/", None),
        ("landing/a\0b", None),
    ],
)
def test_only_what_lies_below_the_root_is_read(location, path):
    sources = RemoteSources({"landing": Store("s3", "landing-zone/statistics")}, Path(), selection)
    if path is None:
        error = refusal(lambda: sources.resolve(Source("s3", "parquet", location), "c.yaml"))
        assert (error.code, error.file) == ("source.outside_roots", "c.yaml")
    else:
        assert sources.resolve(Source("s3", "parquet", location), "c").location == path


def test_what_cannot_be_read_says_so_and_no_secret(sources, server, tmp_path):
    unknown = Source("s3", "parquet", "other/stays")
    assert isinstance(refusal(lambda: sources.resolve(unknown, "c")), BadInput)
    assert refusal(lambda: sources.pin(STAYS, Version(1))).code == "version.none_kept"
    assert refusal(lambda: sources.locate(STAYS)).code == "source.not_in_files"
    assert refusal(lambda: fetched(sources, size=10)).code == "query.too_much_fetched"
    empty = Source("s3", "parquet", "landing/nothing")
    assert refusal(lambda: sources.describe(empty, "c")).code == "source.unreachable"
    assert list(tmp_path.iterdir()) == []
    shut = {"landing": Store("s3", "landing-zone", options(server, secret="wrong"))}
    error = refusal(lambda: RemoteSources(shut, tmp_path, selection).describe(STAYS, "c"))
    assert isinstance(error, Unavailable)
    assert "wrong" not in f"{shut!r}"
    absent = {"landing": Store("nosuchstore", "x")}
    error = refusal(lambda: RemoteSources(absent, tmp_path, selection).describe(STAYS, "c"))
    assert error.code == "source.unreachable"


def test_a_store_whose_package_is_missing_says_what_to_install(tmp_path):
    dropbox = RemoteSources({"landing": Store("dropbox", "x")}, tmp_path, selection)
    error = refusal(lambda: dropbox.describe(STAYS, "c"))
    assert error.code == "source.missing_extra"
    assert "fairway[remote]" in error.remedy


# ------------------------------------------------------------------ on a node


@pytest.fixture
def scene(tmp_path, server, bucket):
    create_node(tmp_path / "node", "Test")
    Scene(open_node(tmp_path / "node")).people()
    close_node()
    tell(tmp_path / "node", server)
    yield Scene(open_node(tmp_path / "node"))
    close_node()


def test_a_product_in_an_object_store_is_used_like_any_other(scene, tmp_path, bucket):
    scene.publish(CONTRACT)
    scene.approve(
        product="dwp.stays",
        columns=(("id", "keep"), ("region", "keep"), ("year", "keep")),
        scope="year <= 2024",
    )
    (bucket / "statistics/stays/year=2025/part-0.parquet").write_bytes(b"PAR1 no longer data")
    assert scene.query(
        "SELECT year, count(*) AS n FROM dwp.stays WHERE id > 5 GROUP BY year ORDER BY year"
    ) == [{"year": 2023, "n": 2}, {"year": 2024, "n": 2}]
    partner = Partner(
        scene,
        product="dwp.stays",
        columns=(("id", "keep"), ("year", "keep")),
        scope="year <= 2024",
        purpose="research",
    )
    partner.name = replace(partner.name, table="stays")
    assert [row["id"] for row in partner.rows()] == [20230, 20231, 20240, 20241]
    assert list((tmp_path / "node/fetched").iterdir()) == []
    assert SECRET not in repr(scene.events())
    shutil.rmtree(bucket / "statistics/stays")
    with pytest.raises(Unavailable):
        scene.query("SELECT count(*) AS n FROM dwp.stays")
    assert scene.actions()[-1] == "query.stopped"
