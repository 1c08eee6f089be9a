"""Extracts: written so that nothing hidden shows in them, bounded, and kept as long as they fit."""

import io
import json
import os
import threading
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from fairway.extracts import writing
from fairway.extracts.cache import ExtractCache
from fairway.nouns.errors import BoundExceeded, NotFound, Unavailable


def stream(*batches, schema=None):
    """Return batches as an Arrow stream in chunks of odd sizes."""
    made = [pa.RecordBatch.from_pydict(b) if isinstance(b, dict) else b for b in batches]
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema or made[0].schema) as writer:
        for batch in made:
            writer.write_batch(batch)
    whole = sink.getvalue()
    return [whole[i : i + 999] for i in range(0, len(whole), 999)]


def write(folder, *batches, most=10**9, **more):
    folder.mkdir()
    return writing.write(stream(*batches, **more), folder, most)


def cut(rows, sizes):
    """Return the same rows in batches of other sizes."""
    table = pa.table(rows).combine_chunks()
    found, start = [], 0
    while start < len(table):
        size = sizes[len(found) % len(sizes)]
        found += table.slice(start, size).to_batches()
        start += size
    return found


def test_where_batches_end_does_not_show(tmp_path):
    rows = {
        "n": list(range(5_000)),
        "text": [None if i % 7 == 0 else f"text {i % 90}" for i in range(5_000)],
        "day": [date(2020, 1, 1 + i % 28) for i in range(5_000)],
    }
    written = [
        write(tmp_path / str(number), *cut(rows, sizes))
        for number, sizes in enumerate(([5_000], [1, 2_000, 3], [17], [1_024, 8_192]))
    ]
    assert len(set(written)) == 1
    bodies = {(tmp_path / str(number) / "0.parquet").read_bytes() for number in range(4)}
    assert len(bodies) == 1


def test_a_share_without_rows_has_one_file_with_its_columns(tmp_path):
    (file,) = write(tmp_path / "x", schema=pa.schema({"n": pa.int64(), "t": pa.string()}))
    assert (file.rows, json.loads(file.statistics)["numRecords"]) == (0, 0)
    assert pq.read_table(tmp_path / "x/0.parquet").column_names == ["n", "t"]


def test_moments_are_kept_in_utc_to_the_microsecond(tmp_path):
    moment = datetime(2026, 3, 1, 12, 0, 0, 123456)
    write(tmp_path / "x", {"at": [moment, None]})
    table = pq.read_table(tmp_path / "x/0.parquet")
    assert table.schema.field("at").type == pa.timestamp("us", "UTC")
    assert table["at"].to_pylist() == [moment.replace(tzinfo=UTC), None]


def test_statistics_are_of_whole_numbers_and_days_alone(tmp_path):
    rows = {
        "n": [3, None, -2],
        "x": [1.5, float("nan"), None],
        "t": ["a", "b", None],
        "d": [date(2026, 1, 2), date(2025, 1, 1), None],
        "b": [True, None, None],
        "none": pa.array([None, None, None], pa.int64()),
    }
    (file,) = write(tmp_path / "x", rows)
    assert json.loads(file.statistics) == {
        "numRecords": 3,
        "minValues": {"n": -2, "d": "2025-01-01"},
        "maxValues": {"n": 3, "d": "2026-01-02"},
        "nullCount": {"n": 1, "x": 1, "t": 1, "d": 1, "b": 2, "none": 3},
    }


def test_files_and_groups_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_ENOUGH", 100_000)
    monkeypatch.setattr(writing, "_GROUP_WEIGHT", 200_000)
    monkeypatch.setattr(writing, "_ROW_WEIGHT", 50_000)
    text = [os.urandom(500).hex() for _ in range(3_000)]
    files = write(tmp_path / "x", {"t": text})
    assert len(files) > 5
    assert max(file.bytes for file in files) < 400_000
    assert [file.number for file in files] == list(range(len(files)))
    found = [v for f in files for v in pq.read_table(tmp_path / f"x/{f.number}.parquet")["t"]]
    assert [v.as_py() for v in found] == text


def test_a_row_that_no_file_can_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_ROW_WEIGHT", 1_000)
    with pytest.raises(BoundExceeded) as caught:
        write(tmp_path / "x", {"t": ["short", "x" * 2_000]})
    assert caught.value.code == "share.row_too_large"


def test_more_than_is_kept_is_refused(tmp_path):
    with pytest.raises(BoundExceeded) as caught:
        write(tmp_path / "x", {"n": [1]}, most=10)
    assert caught.value.code == "share.too_large"


def test_a_stream_that_breaks_off_is_no_extract(tmp_path):
    cache = ExtractCache(tmp_path / "e", 10**9)
    chunks = stream({"n": list(range(10_000))})
    with pytest.raises((Unavailable, pa.ArrowInvalid, OSError)):
        cache.make("AG-1", "k", lambda: chunks[:-1])
    assert cache.get("AG-1", "k") is None
    assert list((tmp_path / "e").iterdir()) == []


# ------------------------------------------------------------------ the cache


@pytest.fixture
def cache(tmp_path):
    return ExtractCache(tmp_path / "extracts", 10**9)


def made(cache, key="k", agreement="AG-1", n=3):
    return cache.make(agreement, key, lambda: stream({"n": list(range(n))}))


def test_an_extract_is_made_once_and_read_again(cache, tmp_path):
    first = made(cache)
    again = cache.make("AG-1", "k", lambda: pytest.fail("made twice"))
    assert first == again == cache.get("AG-1", "k")
    with cache.open("AG-1", "k", 0) as body:
        assert pq.read_table(body)["n"].to_pylist() == [0, 1, 2]
    assert (first.rows, first.bytes) == (3, first.files[0].bytes)
    assert (tmp_path / "extracts").stat().st_mode & 0o077 == 0


def test_what_is_not_kept_is_not_there(cache):
    assert cache.get("AG-1", "k") is None
    made(cache)
    for key, number in (("k", 1), ("other", 0)):
        with pytest.raises(NotFound):
            cache.open("AG-1", key, number)
    cache.discard("AG-1")
    assert cache.get("AG-1", "k") is None


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", ".", "a\0b", "a.b"])
def test_a_name_leads_nowhere_else(cache, name):
    with pytest.raises(NotFound):
        cache.open(name or "..", "k", 0)


def test_one_thread_makes_it_and_the_others_find_it(cache):
    count, found = [], []

    def rows():
        count.append(1)
        return stream({"n": [1]})

    threads = [
        threading.Thread(target=lambda: found.append(cache.make("AG-1", "k", rows)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(count), len(set(found))) == (1, 1)


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    size = made(ExtractCache(tmp_path / "one", 10**9), n=20_000).bytes
    most = size * 7 // 2
    cache = ExtractCache(tmp_path / "extracts", most)
    for key in "abc":
        made(cache, key, n=20_000)
        manifest = tmp_path / "extracts/AG-1" / key / "extract.json"
        os.utime(manifest, ns=(ord(key) * 10**9, ord(key) * 10**9))
    assert cache.get("AG-1", "a")  # used again
    made(cache, "d", n=20_000)
    kept = {place.name for place in (tmp_path / "extracts/AG-1").iterdir()}
    assert "d" in kept
    assert "b" not in kept
    assert sum(f.stat().st_size for f in (tmp_path / "extracts").rglob("*.parquet")) <= most


def test_what_a_killed_process_left_is_taken_away(cache, tmp_path):
    made(cache)
    left = tmp_path / "extracts/.left"
    left.mkdir()
    os.utime(left, (0, 0))
    young = tmp_path / "extracts/.young"
    young.mkdir()
    made(cache, "other")
    assert not left.exists()
    assert young.exists()
