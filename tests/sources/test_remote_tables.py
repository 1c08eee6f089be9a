"""Delta Lake and Iceberg tables in a real server of S3: their states, and what they may name."""

import datetime
import json
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from pyiceberg.io.pyarrow import PyArrowFileIO
from tests.scene import Scene
from tests.sources import fetching, tables
from tests.sources.stores import SECRET, options, tell
from tests.verbs.test_shares import Partner

from fairway.engines.compile import selection
from fairway.nouns.errors import BadInput, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.versions import Moment, Version
from fairway.rules import scopes
from fairway.settings import Store
from fairway.sources import remote_tables
from fairway.sources.remote import RemoteSources
from fairway.wiring import close_node, create_node, open_node

TYPES = {
    "id": LogicalType.INTEGER,
    "day": LogicalType.DATE,
    "score": LogicalType.NUMBER,
    "region": LogicalType.STRING,
    "year": LogicalType.INTEGER,
}
DELTA = Source("s3", "delta", "landing/moves")
ICEBERG = Source("s3", "iceberg", "landing/trips")
BOTH = pytest.mark.parametrize("source", [DELTA, ICEBERG], ids=["delta", "iceberg"])
LATER = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)


def rows(year, regions):
    return pa.table(
        {
            "id": [year * 10 + n for n in range(len(regions))],
            "day": [datetime.date(year, 1, 31)] * len(regions),
            "score": [float("nan"), -0.5][: len(regions)],
            "region": regions,
            "year": pa.array([year] * len(regions), pa.int64()),
        }
    )


YEARS = ((2023, ["Wales", "Kent"]), (2024, ["Wales", None]), (2025, ["Kent"]))


@pytest.fixture
def bucket(server):
    made = server.folder / "landing-zone"
    (made / "statistics").mkdir(parents=True)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def written(server, bucket):
    """Both tables, written a year at a time, each in a partition of its own."""
    for year, regions in YEARS:
        write_deltalake(
            bucket / "statistics/moves",
            rows(year, regions),
            mode="append",
            partition_by=["year"],
        )
    trips(server)
    return bucket


class AsIfInStore(PyArrowFileIO):
    """Writes where a store of S3 keeps what it is told to write: the store's folder."""

    def _here(self, location):
        path = Path(location.replace("s3:/", self.properties["folder"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        return str(path)

    def new_input(self, location):
        return super().new_input(self._here(location))

    def new_output(self, location):
        made = super().new_output(self._here(location))
        made._location = location  # what the metadata are to say
        return made


def as_if_in_store(server):
    """A catalogue of tables that lie in the store."""
    return tables.iceberg_catalog(
        **{"py-io-impl": f"{__name__}.AsIfInStore", "folder": str(server.folder)}
    )


def trips(server, place="s3://landing-zone/statistics/trips"):
    table = as_if_in_store(server).create_table("trips", rows(*YEARS[0]).schema, place)
    with table.update_spec() as change:
        change.add_identity("year")
    for year, regions in YEARS:
        table.append(rows(year, regions))
    return table


@pytest.fixture
def sources(server, bucket, tmp_path):
    landing = Store("s3", "landing-zone/statistics", options(server))
    return RemoteSources({"landing": landing}, tmp_path, selection)


def fetched(sources, source, *asked, **more):
    return fetching.fetched(sources, source, TYPES, *asked, **more)


@pytest.fixture
def opened(server, tmp_path):
    """What the reader's process works with, in this one: starting one takes a while."""

    def look(source, version="", scope="", types=TYPES):
        store = fsspec.filesystem("s3", skip_instance_cache=True, **options(server))
        order = {
            "store": "s3",
            "format": source.format,
            "version": version,
            "place": f"landing-zone/statistics/{source.location.partition('/')[2]}",
            "scratch": tempfile.mkdtemp(dir=tmp_path),
            "scope": scope,
            **({} if types is None else {"types": types}),
        }
        return remote_tables.opened(store, order)

    return look


@pytest.fixture
def located(opened):
    def look(*asked, **more):
        table, source = opened(*asked, **more)
        return table.locate(source)

    return look


def ids(found):
    return sorted(row["id"] for row in found)


def refusal(work):
    return fetching.refused(work, SECRET)


def spoil(bucket, year):
    """Make every file of a year unreadable, so that whoever opens one is found out."""
    found = [p for p in (bucket / "statistics").rglob("*.parquet") if f"year={year}" in str(p)]
    assert found
    for path in found:
        path.write_bytes(b"PAR1 no longer data")


# ------------------------------------------------------------------ what is read


@BOTH
def test_its_columns_and_rows(sources, written, source, tmp_path):
    assert {f.name: f.type for f in sources.describe(source, "c.yaml")} == TYPES
    every = fetched(sources, source)
    assert ids(every) == [20230, 20231, 20240, 20241, 20250]
    for scope in ("NOT (region = 'Kent') AND score > -1 OR year >= 2025",):
        parsed = scopes.parse(scope, TYPES)
        expected = sorted(row["id"] for row in every if scopes.holds(parsed, row) is True)
        assert ids(fetched(sources, source, scope)) == expected, scope
    both = fetched(
        sources, source, "year = 2023", "region = 'Kent'", columns=("id", "region", "year")
    )
    assert both == [{"id": 20231, "region": "Kent", "year": 2023}]
    assert fetched(sources, source, "year > 3000") == []
    assert list(tmp_path.iterdir()) == []


@BOTH
def test_a_file_in_which_the_scope_shows_no_row_is_not_opened(sources, written, source):
    spoil(written, 2025)
    assert ids(fetched(sources, source, "year <= 2024")) == [20230, 20231, 20240, 20241]
    assert isinstance(refusal(lambda: fetched(sources, source)), Unavailable)


def test_statistics_leave_files_out_too(located, written):
    place = written / "statistics/moves"
    shutil.rmtree(place)
    for year, regions in YEARS:
        write_deltalake(place, rows(year, regions), mode="append")
    newest = DeltaTable(place).get_add_actions(flatten=True)
    paths = dict(
        zip(
            pa.table(newest)["min.year"].to_pylist(),
            pa.table(newest)["path"].to_pylist(),
            strict=True,
        )
    )
    found = located(DELTA, scope="year <= 2024").files
    assert sorted(found) == sorted(
        f"s3://landing-zone/statistics/moves/{paths[year]}" for year in (2023, 2024)
    )


@BOTH
def test_every_state_can_be_read(opened, written, source):
    table, held = opened(source)
    newest = table.pin(held, None)
    assert len(table.locate(newest).files) == 3
    assert table.pin(held, Moment(LATER)) == newest
    for wanted in (Version(99), Moment(LATER.replace(year=1990))):
        with pytest.raises(BadInput) as caught:
            table.pin(held, wanted)
        assert (caught.value.code, caught.value.field) == ("version.not_held", "as_of")
    if source is DELTA:
        told = table.history(held)
        assert [number for number, _ in told] == [0, 1, 2]
        assert table.pin(held, Moment(told[1][1])).version == "1"
        first = 0
    else:
        assert table.history(held) == ()
        file = max((written / "statistics/trips/metadata").glob("*.metadata.json"))
        first = json.loads(file.read_text())["snapshots"][0]["snapshot-id"]
    assert len(table.locate(table.pin(held, Version(first))).files) == 1


def test_states_are_told_through_the_process_that_reaches_the_store(sources, written):
    newest = sources.pin(DELTA, None)
    assert newest.version == "2"
    told = sources.history(DELTA)
    assert [number for number, _ in told] == [0, 1, 2]
    assert ids(fetched(sources, sources.pin(DELTA, Moment(told[0][1])))) == [20230, 20231]
    none = refusal(lambda: sources.pin(DELTA, Version(99)))
    assert (type(none), none.code, none.field) == (BadInput, "version.not_held", "as_of")
    assert sources.history(ICEBERG) == ()


@BOTH
def test_its_state_is_another_when_its_bytes_are(sources, written, source):
    version = sources.pin(source, None)
    before = sources.stamp(version)
    place = written / "statistics" / source.location.partition("/")[2]
    file = next(place.rglob("year=2025/*.parquet"))
    file.write_bytes(b"PAR1 no longer data")  # a mark is no reason to open it
    assert sources.stamp(version) != before


def test_deleted_rows_and_renamed_columns_of_a_delta_table(sources, bucket):
    held = pa.table({"c1": [1, 2, 3], "c2": ["Wales", "Kent", "Wales"]})
    fields = [
        tables.field("id", "long", 1, "c1"),
        tables.field("region", "string", 2, "c2"),
        tables.field("score", "double", 3, "c3"),
    ]
    place = bucket / "statistics/mapped"
    tables.log(place, fields, [("a.parquet", held, {}, [1])])
    mapped = Source("s3", "delta", "landing/mapped")
    found = fetched(sources, mapped, columns=("id", "region", "score"))
    assert found == [
        {"id": 1, "region": "Wales", "score": None},
        {"id": 3, "region": "Wales", "score": None},
    ]


def test_a_table_without_rows_has_none(server, sources, written):
    assert fetched(sources, DELTA, "year > 3000", columns=("id", "year")) == []
    place = "s3://landing-zone/statistics/empty"
    as_if_in_store(server).create_table("empty", rows(*YEARS[0]).schema, place)
    empty = Source("s3", "iceberg", "landing/empty")
    assert sources.pin(empty, None) == empty
    assert fetched(sources, empty) == []


def test_a_query_that_names_no_column_opens_every_file(located, written):
    assert len(located(DELTA, types={}).files) == 3


def test_checkpoints_and_what_was_overwritten(opened, written):
    place = written / "statistics/moves"
    write_deltalake(place, rows(2026, ["Wales"]), mode="overwrite")
    table = DeltaTable(place)
    table.create_checkpoint()
    for number in range(3):
        (place / f"_delta_log/{number:020}.json").unlink()
    table, source = opened(DELTA)
    assert table.pin(source, None).version == "3"
    (found,) = table.locate(source).files
    assert "year=2026" in found


# ------------------------------------------------------------------ what it may not name


SECRET_ROWS = pa.table({"id": [666], "region": ["ZQCANARY"]})

OUTSIDE = [
    "../hidden/secret.parquet",
    "%2e%2e/hidden/secret.parquet",
    "year=2024/../../hidden/secret.parquet",
    "/landing-zone/statistics/hidden/secret.parquet",
    "/etc/passwd",
    "file:///etc/passwd",
    "file:///landing-zone/statistics/moves/a.parquet",
    "s3://landing-zone/statistics/hidden/secret.parquet",
    "s3://landing-zone/statistics/moves/a.parquet",
    "s3://other-bucket/secret.parquet",
    "s3a://other-bucket/secret.parquet",
    "http://127.0.0.1:9/secret.parquet",
    "*.parquet",
    "../hidden/*",
    "a.parquet?versionId=1",
    "./a.parquet",
    "b//a.parquet",
    "",
]


@pytest.fixture
def hidden(server, bucket):
    """Rows beside the table, and in another bucket."""
    for folder in (bucket / "statistics/hidden", server.folder / "other-bucket"):
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(SECRET_ROWS, folder / "secret.parquet")
    return bucket


@pytest.mark.parametrize("named", OUTSIDE)
def test_a_delta_log_that_names_what_is_not_below_its_table_is_refused(located, hidden, named):
    place = hidden / "statistics/moves"
    fields = [
        {"name": n, "type": t, "nullable": True, "metadata": {}}
        for n, t in (("id", "long"), ("region", "string"))
    ]
    held = pa.table({"id": [1], "region": ["Wales"]})
    tables.log(place, fields, [("a.parquet", held, {}, [])], mode="none", features=["timestampNtz"])
    assert len(located(DELTA).files) == 1
    log = place / f"_delta_log/{0:020}.json"
    log.write_text(log.read_text().replace('"path": "a.parquet"', f'"path": {json.dumps(named)}'))
    error = refusal(lambda: located(DELTA))
    assert (type(error), error.code) == (Refused, "source.outside_roots")
    # Also where no file is wanted at all.
    assert refusal(lambda: located(DELTA, types=None)).code == "source.outside_roots"


@pytest.mark.parametrize(
    "place",
    [
        "s3://landing-zone/statistics/hidden",
        "s3://landing-zone/statistics/trips/../hidden",
        "s3://other-bucket/trips",
        "file:///etc",
        "/landing-zone/statistics/hidden",
        "http://127.0.0.1:9",
        "s3://landing-zone/statistics/trips/*",
    ],
)
def test_iceberg_metadata_that_name_what_is_not_below_their_table_are_refused(
    server, located, hidden, place
):
    trips(server)
    assert len(located(ICEBERG).files) == 3
    for file in (hidden / "statistics/trips/metadata").glob("*.metadata.json"):
        text = file.read_text()
        changed = re.sub(r'("manifest-list": ?)"[^"]*/([^/"]+)"', rf'\1"{place}/\2"', text)
        assert changed != text or not json.loads(text)["snapshots"]
        file.write_text(changed)
    error = refusal(lambda: located(ICEBERG))
    assert (type(error), error.code) == (Refused, "source.outside_roots")


def test_an_iceberg_manifest_that_names_files_of_another_table_is_refused(server, located, bucket):
    trips(server, "s3://landing-zone/statistics/elsewhere")
    moved = bucket / "statistics/trips/metadata"
    shutil.copytree(bucket / "statistics/elsewhere/metadata", moved)
    for file in moved.glob("*.metadata.json"):
        text = file.read_text()
        file.write_text(
            re.sub(
                r'("manifest-list": ?)"[^"]*/elsewhere/',
                r'\1"s3://landing-zone/statistics/trips/',
                text,
            )
        )
    error = refusal(lambda: located(ICEBERG))
    assert (type(error), error.code) == (Refused, "source.outside_roots")


@pytest.mark.parametrize("path", ["mo*", "moves/../hidden", "[m]oves"])
def test_a_contract_names_a_table_by_a_plain_path(sources, path):
    error = refusal(lambda: sources.resolve(replace(DELTA, location=f"landing/{path}"), "c.yaml"))
    assert (error.code, error.file) == ("source.outside_roots", "c.yaml")


# ------------------------------------------------------------------ what cannot be read


@BOTH
def test_what_is_no_table_or_is_damaged_says_so(sources, bucket, source, tmp_path):
    error = refusal(lambda: sources.describe(source, "c.yaml"))
    assert isinstance(error, Unavailable)
    assert error.file == "c.yaml"
    name = source.location.partition("/")[2]
    for file in ("_delta_log/00000000000000000000.json", "metadata/v1.metadata.json"):
        path = bucket / "statistics" / name / file
        path.parent.mkdir(parents=True)
        path.write_text('{"metaData": {"id": 7')
    assert refusal(lambda: sources.pin(source, None)).code == "source.unreadable"
    assert list(tmp_path.iterdir()) == []


def test_a_feature_that_is_not_known_is_refused(sources, bucket):
    fields = [{"name": "id", "type": "long", "nullable": True, "metadata": {}}]
    held = pa.table({"id": [1]})
    place = bucket / "statistics/moves"
    tables.log(place, fields, [("a.parquet", held, {}, [])], features=["typeWidening"])
    error = refusal(lambda: sources.describe(DELTA, "c.yaml"))
    assert (type(error), error.code) == (Refused, "source.delta_feature")


def test_a_log_that_is_too_long_is_not_fetched(written, server, monkeypatch, tmp_path):
    monkeypatch.setattr(remote_tables, "_MOST_LOG_FILES", 2)
    store = fsspec.filesystem("s3", **options(server))
    order = {
        "store": "s3",
        "format": "delta",
        "version": "",
        "place": "landing-zone/statistics/moves",
        "scratch": str(tmp_path),
    }
    with pytest.raises(Unavailable) as caught:
        remote_tables.opened(store, order)
    assert caught.value.code == "source.log_too_long"
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ on a node


CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: {name}-1
name: {name}
version: 1.0.0
status: active
domain: dwp
servers:
  - {{server: landing, type: s3, format: {format}, location: "s3://landing-zone/statistics/{name}"}}
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: integer, classification: none}}
      - {{name: region, logicalType: string, classification: none}}
      - {{name: year, logicalType: integer, classification: none}}
team:
  members: [{{username: dwp-owner, role: data owner}}]
customProperties:
  - {{property: accessClass, value: restricted}}
  - {{property: earlierVersions, value: allowed}}
"""


@pytest.fixture
def scene(tmp_path, server, written):
    create_node(tmp_path / "node", "Test")
    Scene(open_node(tmp_path / "node")).people()
    close_node()
    tell(tmp_path / "node", server)
    yield Scene(open_node(tmp_path / "node"))
    close_node()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), [("moves", "delta"), ("trips", "iceberg")])
def test_a_table_in_a_store_is_used_and_shared_like_any_other(scene, tmp_path, written, name, kind):
    scene.publish(CONTRACT.format(name=name, format=kind))
    columns = (("id", "keep"), ("region", "keep"), ("year", "keep"))
    scene.approve(product=f"dwp.{name}", columns=columns, scope="year <= 2024")
    spoil(written, 2025)
    assert scene.query(
        f"SELECT year, count(*) AS n FROM dwp.{name} GROUP BY year ORDER BY year"
    ) == [
        {"year": 2023, "n": 2},
        {"year": 2024, "n": 2},
    ]
    partner = Partner(
        scene,
        product=f"dwp.{name}",
        columns=columns[:2],
        scope="year <= 2024",
        purpose="research",
    )
    partner.name = replace(partner.name, table=name)
    assert ids(partner.rows()) == [20230, 20231, 20240, 20241]
    if kind == "delta":
        assert partner.query(version=0).extract.rows == 2
    assert list((tmp_path / "node/fetched").iterdir()) == []
    assert SECRET not in repr(scene.events())
