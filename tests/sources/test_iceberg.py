"""Iceberg tables: snapshots, renamed columns, deletes; time travel; what is refused."""

import datetime
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.sources.tables import iceberg_catalog

from fairway.nouns.errors import BadInput, FairwayError
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.relations import GovernedColumn, GovernedRelation
from fairway.nouns.treatments import KEEP
from fairway.nouns.versions import Moment, Version
from fairway.rules import scopes
from fairway.rules.pruning import pruned
from fairway.sources.files import FileSources
from fairway.sources.iceberg import IcebergSources
from fairway.sources.places import Places

pytestmark = pytest.mark.filterwarnings("ignore:Delete operation did not match any records")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def sources(root):
    files = FileSources([root])
    return Places({("local", "parquet"): files, ("local", "iceberg"): IcebergSources(files)})


def resolved(sources, path="t"):
    return sources.resolve(Source("local", "iceberg", path), "c.yaml")


STAYS = pa.schema([("region", pa.string()), ("nights", pa.int32()), ("day", pa.date32())])


def stays(region, *nights):
    day = datetime.date(2024, 1, 1)
    return pa.table(
        {"region": [region] * len(nights), "nights": nights, "day": [day] * len(nights)},
        schema=STAYS,
    )


@pytest.fixture
def table(root):
    made = iceberg_catalog().create_table("t", STAYS, location=root / "t")
    made.append(stays("Wales", 1, 2))
    made.append(stays("Kent", 10, 20))
    return made


def nights(rows):
    return sorted(row["nights"] for row in rows)


def test_the_newest_snapshot_counts(table, sources, reader):
    assert nights(reader.rows(resolved(sources))) == [1, 2, 10, 20]
    table.delete("nights = 2")
    table.overwrite(stays("Kent", 7), overwrite_filter="region = 'Kent'")
    assert nights(reader.rows(resolved(sources))) == [1, 7]


def test_types(root, sources):
    schema = pa.schema(
        [
            ("a", pa.int64()),
            ("b", pa.float32()),
            ("c", pa.timestamp("us")),
            ("d", pa.timestamp("us", "UTC")),
            ("e", pa.decimal128(9, 2)),
            ("f", pa.bool_()),
            ("g", pa.list_(pa.int64())),
            ("h", pa.string()),
        ]
    )
    iceberg_catalog().create_table("t", schema, location=root / "t")
    found = {f.name: f.type for f in sources.describe(resolved(sources), "c.yaml")}
    assert found == {
        "a": LogicalType.INTEGER,
        "b": LogicalType.NUMBER,
        "c": LogicalType.TIMESTAMP,
        "d": LogicalType.TIMESTAMP,
        "e": LogicalType.NUMBER,
        "f": LogicalType.BOOLEAN,
        "g": None,
        "h": LogicalType.STRING,
    }


def test_an_empty_table_has_no_rows(root, sources, reader):
    iceberg_catalog().create_table("t", STAYS, location=root / "t")
    source = resolved(sources)
    assert sources.pin(source, None) == source
    assert reader.rows(source) == []


def test_a_renamed_column_is_still_itself_and_a_new_one_null(table, sources, reader):
    with table.update_schema() as change:
        change.rename_column("nights", "stayed")
    with table.update_schema() as change:
        from pyiceberg.types import StringType

        change.add_column("nights", StringType())
    later = stays("Wales", 3).rename_columns(["region", "stayed", "day"])
    table.append(later.append_column("nights", pa.array(["three"])))
    found = {row["stayed"]: row["nights"] for row in reader.rows(resolved(sources))}
    assert found == {1: None, 2: None, 10: None, 20: None, 3: "three"}


def test_positional_deletes(table, sources, reader, root):
    write_deletes(table, root, "nights", {10})
    assert nights(reader.rows(resolved(sources))) == [1, 2, 20]
    assert [r["nights"] for r in reader.rows(resolved(sources), "nights > 2")] == [20]


def write_deletes(table, root, column, values):
    """Add a file of positional deletes, as a writer does that merges on read."""
    from pyiceberg.manifest import (
        DataFile,
        DataFileContent,
        FileFormat,
        ManifestContent,
        ManifestEntry,
        ManifestEntryStatus,
        ManifestWriterV2,
        write_manifest_list,
    )
    from pyiceberg.table.snapshots import Operation, Snapshot, Summary
    from pyiceberg.table.update import AddSnapshotUpdate, SetSnapshotRefUpdate
    from pyiceberg.typedef import Record

    gone = [
        (task.file.file_path, place)
        for task in table.scan().plan_files()
        for place, value in enumerate(
            pq.read_table(task.file.file_path.removeprefix("file://"))[column].to_pylist()
        )
        if value in values
    ]
    path = root / "t" / "data" / "deletes.parquet"
    schema = pa.schema(
        [
            pa.field("file_path", pa.string(), False, {"PARQUET:field_id": "2147483546"}),
            pa.field("pos", pa.int64(), False, {"PARQUET:field_id": "2147483545"}),
        ]
    )
    pq.write_table(
        pa.table({"file_path": [g[0] for g in gone], "pos": [g[1] for g in gone]}, schema), path
    )
    before = table.current_snapshot()
    number, sequence = before.snapshot_id + 1, table.metadata.last_sequence_number + 1
    delete = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=str(path),
        file_format=FileFormat.PARQUET,
        partition=Record(),
        record_count=len(gone),
        file_size_in_bytes=path.stat().st_size,
        spec_id=0,
    )

    class Deletes(ManifestWriterV2):
        def content(self):
            return ManifestContent.DELETES

        @property
        def _meta(self):
            return super()._meta | {"content": "deletes"}

    place = f"{table.location()}/metadata"
    spec = table.spec()
    with Deletes(
        spec, table.schema(), table.io.new_output(f"{place}/deletes.avro"), number, "null"
    ) as manifest:
        manifest.add_entry(
            ManifestEntry.from_args(
                status=ManifestEntryStatus.ADDED, snapshot_id=number, data_file=delete
            )
        )
    written = manifest.to_manifest_file()
    with write_manifest_list(
        2, table.io.new_output(f"{place}/list.avro"), number, before.snapshot_id, sequence, "null"
    ) as listed:
        listed.add_manifests([written, *before.manifests(table.io)])
    snapshot = Snapshot(
        snapshot_id=number,
        parent_snapshot_id=before.snapshot_id,
        sequence_number=sequence,
        timestamp_ms=table.metadata.last_updated_ms + 1,
        manifest_list=f"{place}/list.avro",
        summary=Summary(Operation.DELETE),
        schema_id=table.schema().schema_id,
    )
    table.catalog.commit_table(
        table,
        (),
        (
            AddSnapshotUpdate(snapshot=snapshot),
            SetSnapshotRefUpdate(ref_name="main", type="branch", snapshot_id=number),
        ),
    )


def test_every_snapshot_can_be_read(table, sources, reader):
    source = resolved(sources)
    first, second = table.metadata.snapshots
    assert sources.pin(source, None).version == str(second.snapshot_id)
    early = sources.pin(source, Version(first.snapshot_id))
    assert nights(reader.rows(early)) == [1, 2]
    moment = datetime.datetime.fromtimestamp(first.timestamp_ms / 1000, datetime.UTC)
    assert sources.pin(source, Moment(moment)).version == early.version
    with pytest.raises(BadInput, match="no version"):
        sources.pin(source, Moment(moment - datetime.timedelta(days=1)))
    with pytest.raises(BadInput, match="no version '7'"):
        sources.pin(source, Version(7))


def test_only_files_that_the_scope_can_show_are_opened(table, sources):
    source = resolved(sources)
    types = {"region": LogicalType.STRING, "nights": LogicalType.INTEGER}
    expected = {"region = 'Kent'": 1, "nights < 10": 1, "nights < 1": 0, "nights > 0": 2}
    for scope, count in expected.items():
        relation = GovernedRelation(
            "d", "r", source, (GovernedColumn("nights", types["nights"], KEEP),),
            scopes.parse(scope, types), tuple(types.items()),
        )  # fmt: skip
        assert len(pruned(relation, sources.locate(source)).files) == count, scope


def refusal(work):
    with pytest.raises(FairwayError) as caught:
        work()
    assert "/data" not in str(caught.value)
    return caught.value.code


def test_metadata_that_leads_elsewhere_reads_nothing(table, root, sources, tmp_path):
    newest = max((root / "t/metadata").glob("*.metadata.json"))
    held = json.loads(newest.read_text())
    away = shutil.copytree(root / "t", tmp_path / "away")
    for place in (f"file://{away}/metadata", "s3://bucket", "http://127.0.0.1:1/x"):
        changed = json.loads(json.dumps(held))
        for snapshot in changed["snapshots"]:
            snapshot["manifest-list"] = f"{place}/{snapshot['manifest-list'].rpartition('/')[2]}"
        newest.write_text(json.dumps(changed))
        assert refusal(lambda: resolved(sources)) in {
            "source.outside_roots",
            "source.unreachable",
            "source.unreadable",
        }


def test_what_is_not_a_table_or_past_what_is_known(root, sources, table):
    newest = max((root / "t/metadata").glob("*.metadata.json"))
    newest.write_text("{")
    assert refusal(lambda: resolved(sources)) == "source.unreadable"
    (root / "u" / "metadata").mkdir(parents=True)
    assert refusal(lambda: resolved(sources, "u")) == "source.unreadable"
    assert refusal(lambda: resolved(sources, "v")) == "source.unreachable"
    assert refusal(lambda: resolved(sources, "../v")) == "source.outside_roots"
