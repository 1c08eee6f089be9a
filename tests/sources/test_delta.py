"""Delta tables: what the log says counts, and nothing else; versions; what is refused."""

import datetime
import decimal
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from tests.sources.tables import field, log

from fairway.nouns.errors import BadInput, FairwayError, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.relations import GovernedColumn, GovernedRelation
from fairway.nouns.treatments import KEEP
from fairway.nouns.versions import Moment, Version
from fairway.rules import scopes
from fairway.rules.pruning import pruned
from fairway.sources import delta_log
from fairway.sources.delta import DeltaSources
from fairway.sources.files import FileSources
from fairway.sources.places import Places


@pytest.fixture
def root(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def sources(root):
    files = FileSources([root])
    return Places({("local", "parquet"): files, ("local", "delta"): DeltaSources(files)})


def delta(path):
    return Source("local", "delta", path)


def resolved(sources, path):
    return sources.resolve(delta(path), "c.yaml")


def stays(**columns):
    count = len(next(iter(columns.values())))
    return pa.table({"region": ["Wales"] * count, "nights": list(range(count)), **columns})


def test_only_the_files_that_the_log_names_count(root, sources, reader):
    write_deltalake(root / "t", stays(nights=[1, 2]))
    write_deltalake(root / "t", stays(nights=[7]), mode="overwrite")
    pq.write_table(stays(nights=[300]), root / "t" / "half-written.parquet")
    assert reader.rows(resolved(sources, "t")) == [{"region": "Wales", "nights": 7}]
    write_deltalake(root / "t", stays(nights=[8]), mode="append")
    assert [row["nights"] for row in reader.rows(resolved(sources, "t"))] == [7, 8]


def test_types(root, sources):
    table = pa.table(
        {
            "a": pa.array([1], pa.int8()),
            "b": pa.array([1.5], pa.float32()),
            "c": pa.array([datetime.date(2024, 1, 1)]),
            "d": pa.array([datetime.datetime(2024, 1, 1)], pa.timestamp("us")),
            "e": pa.array([datetime.datetime(2024, 1, 1)], pa.timestamp("us", "UTC")),
            "f": pa.array([decimal.Decimal("1.50")], pa.decimal128(20, 2)),
            "g": pa.array([True]),
            "h": pa.array([[1]]),
            "i": pa.array([b"x"]),
        }
    )
    write_deltalake(root / "t", table)
    found = {f.name: f.type for f in sources.describe(resolved(sources, "t"), "c.yaml")}
    assert found == {
        "a": LogicalType.INTEGER,
        "b": LogicalType.NUMBER,
        "c": LogicalType.DATE,
        "d": LogicalType.TIMESTAMP,
        "e": LogicalType.TIMESTAMP,
        "f": LogicalType.NUMBER,
        "g": LogicalType.BOOLEAN,
        "h": None,
        "i": None,
    }


def test_partitions_nulls_and_odd_names(root, sources, reader):
    table = pa.table(
        {
            "region": ["Wales", "North / É", None, "it's"],
            "day": [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 2), None],
            "n": [1, 2, 3, 4],
        }
    )
    write_deltalake(root / "t", table, partition_by=["region", "day"])
    source = resolved(sources, "t")
    assert sorted(reader.rows(source), key=lambda row: row["n"]) == table.to_pylist()
    assert [r["n"] for r in reader.rows(source, "region = 'North / É'")] == [2]
    assert [r["n"] for r in reader.rows(source, "day > '2024-01-01'")] == [3]


def test_a_column_that_came_later_is_null_in_older_files(root, sources, reader):
    write_deltalake(root / "t", stays(nights=[1]))
    write_deltalake(root / "t", stays(nights=[2], note=["x"]), mode="append", schema_mode="merge")
    assert [(r["nights"], r["note"]) for r in reader.rows(resolved(sources, "t"))] == [
        (1, None),
        (2, "x"),
    ]


@pytest.mark.parametrize("mode", ["name", "id"])
def test_column_mapping_and_deletion_vectors(root, sources, reader, mode):
    numbered = pa.schema(
        [
            pa.field("c-1", pa.int64(), metadata={"PARQUET:field_id": "1"}),
            pa.field("c-2", pa.string(), metadata={"PARQUET:field_id": "2"}),
        ]
    )
    rows = pa.table({"c-1": [0, 1, 2, 3, 4], "c-2": list("abcde")}, schema=numbered)
    log(
        root / "t",
        [field("n", "long", 1, "c-1"), field("s", "string", 2, "c-2"),
         field("p", "string", 3, "c-3"), field("late", "date", 4, "c-4")],
        [("a.parquet", rows, {"c-3": "P"}, [1, 4]), ("b.parquet", rows, {"c-3": None}, [])],
        mode=mode,
        partitions=["p"],
    )  # fmt: skip
    source = resolved(sources, "t")
    expected = [(n, s, "P", None) for n, s in ((0, "a"), (2, "c"), (3, "d"))]
    expected += [(n, s, None, None) for n, s in enumerate("abcde")]
    found = [(r["n"], r["s"], r["p"], r["late"]) for r in reader.rows(source)]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert [r["n"] for r in reader.rows(source, "p = 'P' AND n > 0")] == [2, 3]


def test_what_a_reader_would_have_to_know_is_refused(root, sources):
    log(root / "t", [field("n", "long", 1, "n")], [], features=["columnMapping", "typeWidening"])
    with pytest.raises((Refused, Unavailable)) as caught:
        resolved(sources, "t")
    assert caught.value.file == "c.yaml"


# ------------------------------------------------------------------ versions


def test_every_state_that_the_log_holds_can_be_read(root, sources, reader):
    for nights in (1, 2, 3):
        write_deltalake(root / "t", stays(nights=[nights]), mode="overwrite")
    source = resolved(sources, "t")
    now = sources.pin(source, None)
    assert now.version == "2"
    for number in range(3):
        pinned = sources.pin(source, Version(number))
        assert [row["nights"] for row in reader.rows(pinned)] == [number + 1]
    write_deltalake(root / "t", stays(nights=[9]), mode="overwrite")
    assert [row["nights"] for row in reader.rows(now)] == [3]  # what was fixed stays
    with pytest.raises(BadInput, match="no version '7'") as caught:
        sources.pin(source, Version(7))
    assert caught.value.code == "version.not_held"


def test_a_time_means_the_last_state_written_then_or_before(root, sources):
    for nights in (1, 2, 3):
        write_deltalake(root / "t", stays(nights=[nights]), mode="overwrite")
    source = resolved(sources, "t")
    times = sorted(
        datetime.datetime.fromtimestamp(entry["timestamp"] / 1000, datetime.UTC)
        for entry in DeltaTable(root / "t").history()
    )
    assert [sources.pin(source, Moment(at)).version for at in times] == ["0", "1", "2"]
    later = times[-1] + datetime.timedelta(days=400)
    assert sources.pin(source, Moment(later)).version == "2"
    with pytest.raises(BadInput, match="no version"):
        sources.pin(source, Moment(times[0] - datetime.timedelta(milliseconds=1)))


def test_a_table_made_anew_is_read_anew(root, sources, reader):
    write_deltalake(root / "t", stays(nights=[1]))
    source = resolved(sources, "t")
    assert [row["nights"] for row in reader.rows(source)] == [1]
    shutil.rmtree(root / "t")
    write_deltalake(root / "t", stays(nights=[2]))
    assert [row["nights"] for row in reader.rows(source)] == [2]


# ------------------------------------------------------------------ places


def refusal(work):
    with pytest.raises(FairwayError) as caught:
        work()
    assert "/data" not in str(caught.value)
    return caught.value.code


def test_what_lies_elsewhere_is_refused(root, sources, tmp_path):
    write_deltalake(tmp_path / "away", stays(nights=[1]))
    write_deltalake(root / "t", stays(nights=[1]))
    (root / "link").symlink_to(tmp_path / "away")
    assert refusal(lambda: resolved(sources, "link")) == "source.outside_roots"
    assert refusal(lambda: resolved(sources, "../away")) == "source.outside_roots"
    assert refusal(lambda: resolved(sources, "nowhere")) == "source.unreachable"
    assert refusal(lambda: resolved(sources, " ")) == "source.no_path"


def test_a_log_that_names_a_file_elsewhere_reads_nothing(root, sources, tmp_path):
    away = tmp_path / "away.parquet"
    rows = pa.table({"n": [1]})
    pq.write_table(rows, away)
    for name, path in (
        ("up", "../../away.parquet"),
        ("whole", f"file://{away}"),
        ("s3", "s3://b/x"),
    ):
        log(root / name, [field("n", "long", 1, "n")], [("a.parquet", rows, {}, [])])
        commit = root / name / "_delta_log" / f"{0:020}.json"
        commit.write_text(commit.read_text().replace("a.parquet", path))
        assert refusal(lambda name=name: sources.describe(resolved(sources, name), "c.yaml")) in {
            "source.outside_roots",
            "source.unreachable",
            "source.unreadable",
        }


def test_a_link_put_in_place_of_a_file_is_refused(root, sources, tmp_path):
    write_deltalake(root / "t", stays(nights=[1]))
    source = resolved(sources, "t")
    (inside,) = sources.locate(source).files
    secret = tmp_path / "secret.parquet"
    shutil.move(inside, secret)
    (root / "t" / inside.rpartition("/")[2]).symlink_to(secret)
    assert refusal(lambda: sources.locate(source)) == "source.unreachable"


def with_deletions(folder, change=lambda text: text):
    """Write a table of three rows of which one is deleted, and change what its log says."""
    rows = pa.table({"n": [1, 2, 3]})
    log(folder, [field("n", "long", 1, "n")], [("a.parquet", rows, {}, [1])])
    commit = folder / "_delta_log" / f"{0:020}.json"
    commit.write_text(change(commit.read_text()))


NOTED_ELSEWHERE = {
    "an address": lambda text: text.replace('"storageType": "i"', '"storageType": "p"'),
    "of a kind to come": lambda text: text.replace('"storageType": "i"', '"storageType": "z"'),
    "escaped": lambda text: text.replace(
        '"deletionVector": {"storageType": "i"', '"deletion\\u0056ector": {"storageType": "\\u0070"'
    ),
    "a part of a checkpoint": lambda text: (
        text + '\n{"sidecar": {"path": "file:///etc/passwd", "sizeInBytes": 1}}'
    ),
}


@pytest.mark.parametrize("how", NOTED_ELSEWHERE)
def test_a_log_that_has_something_opened_elsewhere_is_refused_before_it_is(root, sources, how):
    with_deletions(root / "t", NOTED_ELSEWHERE[how])
    assert refusal(lambda: resolved(sources, "t")) == "source.outside_roots"


def test_a_log_that_says_one_thing_twice_is_damaged(root, sources):
    with_deletions(
        root / "t",
        lambda text: text.replace('"storageType"', '"storageType": "p", "storageType"'),
    )
    assert refusal(lambda: resolved(sources, "t")) == "source.unreadable"


@pytest.mark.parametrize("folder", ["", "_sidecars"])
def test_a_checkpoint_is_looked_through_too(root, sources, folder):
    with_deletions(root / "t")
    resolved(sources, "t")
    place = root / "t/_delta_log" / folder
    place.mkdir(exist_ok=True)
    vector = {"storageType": "p", "pathOrInlineDv": "file:///etc/passwd", "sizeInBytes": 1}
    add = {"path": "a.parquet", "deletionVector": vector}
    pq.write_table(pa.table({"add": [None, add]}), place / f"{0:020}.checkpoint.parquet")
    table = DeltaSources(FileSources([root]))
    assert refusal(lambda: table.resolve(delta("t"), "c.yaml")) == "source.outside_roots"


def test_a_log_is_looked_through_once_and_again_when_it_has_changed(root, sources, monkeypatch):
    read = []
    real = delta_log._actions
    monkeypatch.setattr(delta_log, "_actions", lambda file: read.append(file.name) or real(file))
    write_deltalake(root / "t", stays(nights=[1]))
    for _ in range(2):
        resolved(sources, "t")
    write_deltalake(root / "t", stays(nights=[2]), mode="append")
    resolved(sources, "t")
    assert sorted(read) == [f"{number:020}.json" for number in range(2)]
    kept = root / "t/_delta_log" / read[0]
    kept.write_text(kept.read_text())
    write_deltalake(root / "t", stays(nights=[3]), mode="append")
    resolved(sources, "t")
    assert sorted(read)[:2] == [read[0]] * 2


def test_a_damaged_log(root, sources):
    (root / "t" / "_delta_log").mkdir(parents=True)
    assert refusal(lambda: resolved(sources, "t")) == "source.unreadable"
    (root / "t" / "_delta_log" / f"{0:020}.json").write_text("{")
    assert refusal(lambda: resolved(sources, "t")) == "source.unreadable"


# ------------------------------------------------------------------ pruning


def test_only_permitted_partitions_and_ranges_are_opened(root, sources, reader):
    for start, region in ((0, "Wales"), (10, "Wales"), (20, "Kent")):
        rows = pa.table({"region": [region] * 5, "n": list(range(start, start + 5))})
        write_deltalake(root / "t", rows, mode="append", partition_by=["region"])
    source = resolved(sources, "t")
    assert reader.rows(source, "n < 0") == []
    for path in sources.locate(source).files:
        if "Kent" in path:
            Path(path).write_bytes(b"broken")  # what is not opened may be broken
    located = sources.locate(source)
    assert len(located.files) == 3
    types = {"region": LogicalType.STRING, "n": LogicalType.INTEGER}
    for scope, count in (
        ("region = 'Wales'", 2),
        ("region = 'Wales' AND n >= 10", 1),
        ("n < 0", 0),
    ):
        relation = GovernedRelation(
            "d", "r", source, (GovernedColumn("n", types["n"], KEEP),),
            scopes.parse(scope, types), tuple(types.items()),
        )  # fmt: skip
        assert len(pruned(relation, located).files) == count
