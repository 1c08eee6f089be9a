"""Formats: each gives the same rows back, and CSV runs nothing in a spreadsheet."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.formats import FORMATS, accepted, named
from fairway.formats.batches import END, Chunks, read
from fairway.formats.facts import Facts
from fairway.nouns.errors import BadInput
from fairway.nouns.queries import Field

TABLE = pa.table(
    {
        "text": pa.array(["é", None, "", 'a "b", c\nd']),
        "whole": pa.array([1, None, -(2**53) - 1, 4]),
        "sum": pa.array([Decimal(1), None, Decimal(3), Decimal(10**30)], pa.decimal128(38, 0)),
        "float": pa.array([0.1, None, float("nan"), float("-inf")]),
        "day": pa.array([date(2026, 4, 1), None, date(1, 1, 1), date(9999, 12, 31)]),
        "at": pa.array([datetime(2026, 4, 1, 12, tzinfo=UTC), None, None, None]),
        "yes": pa.array([True, None, False, True]),
        "list": pa.array([[1, 2], None, [], [None]]),
    }
)


def stream(table: pa.Table, size: int = 100, rows: int = 2) -> list[bytes]:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=rows):
            writer.write_batch(batch)
    whole = out.getvalue()
    return [whole[i : i + size] for i in range(0, len(whole), size)]


def written(table: pa.Table, form: str, facts: Facts | None = None) -> bytes:
    return b"".join(FORMATS[form].write(stream(table), facts or Facts()))


def test_arrow_is_handed_on_as_it_is():
    assert written(TABLE, "arrow") == b"".join(stream(TABLE))


@pytest.mark.parametrize("table", [TABLE, TABLE.slice(0, 0)])
def test_parquet_gives_the_same_table_back(table):
    read_back = pq.read_table(io.BytesIO(written(table, "parquet")))
    assert read_back.schema == table.schema
    assert str(read_back.to_pylist()) == str(table.to_pylist())  # as text, NaN is what it is


def test_parquet_comes_in_row_groups_as_it_is_made():
    table = pa.table({"n": range(200_000)})
    pieces = list(FORMATS["parquet"].write(stream(table, 100_000, 10_000), Facts()))
    assert len(pieces) == 3
    file = pq.ParquetFile(io.BytesIO(b"".join(pieces)))
    assert (file.num_row_groups, file.metadata.num_rows) == (3, 200_000)


def test_json_says_everything():
    facts = Facts("Q-1", (Field("text", "VARCHAR"),), ("AG-1",), ("Because.",))
    said = json.loads(written(TABLE, "json", facts))
    assert said["id"] == "Q-1"
    assert said["fields"] == [{"name": "text", "type": "VARCHAR"}]
    assert said["agreements"] == ["AG-1"]
    assert said["reasons"] == ["Because."]
    assert said["row_count"] == 4
    assert said["rows"][0] == [
        "é", 1, 1, 0.1, "2026-04-01", "2026-04-01T12:00:00+00:00", True, [1, 2],
    ]  # fmt: skip
    assert said["rows"][1] == [None] * 8
    assert said["rows"][2][3] == "NaN"
    assert said["rows"][3][2:4] == [10**30, "-Infinity"]
    assert json.loads(written(TABLE.slice(0, 0), "json"))["rows"] == []


def test_csv_tells_nothing_from_an_empty_text():
    table = pa.table({"text": [None, "", "x"], "n": [1, 2, 3]})
    assert written(table, "csv") == b'"text","n"\r\n,1\r\n"",2\r\n"x",3\r\n'


def test_csv_reads_back():
    rows = list(csv.reader(io.StringIO(written(TABLE, "csv").decode(), newline="")))
    assert rows[0] == TABLE.schema.names
    assert rows[4][0] == 'a "b", c\nd'
    assert rows[1][7] == "[1, 2]"
    assert len(rows) == 5


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd", "-x", "\t=1", "\r=1", "=", "+1+1"])
def test_csv_runs_no_formula(text):
    cells = csv.reader(io.StringIO(written(pa.table({"t": [text]}), "csv").decode(), newline=""))
    assert list(cells)[1] == [f"'{text}"]
    header = written(pa.table({text: [1]}), "csv").decode()
    assert next(csv.reader(io.StringIO(header, newline=""))) == [f"'{text}"]


@pytest.mark.parametrize("text", ["-", "-5", "+44", "-1,000.5", "a=b", "", "x@y", "1-2"])
def test_csv_leaves_alone_what_runs_nothing(text):
    cells = csv.reader(io.StringIO(written(pa.table({"t": [text]}), "csv").decode(), newline=""))
    assert list(cells)[1] == [text]


def test_numbers_below_zero_are_never_touched():
    table = pa.table({"n": [-5], "f": [-0.5]})
    assert written(table, "csv") == b'"n","f"\r\n-5,-0.5\r\n'


@given(st.lists(st.text(), max_size=6), st.integers(1, 300))
def test_every_text_comes_back_however_the_stream_is_cut(texts, size):
    table = pa.table({"t": pa.array(texts, pa.string())})
    schema, batches = read(stream(table, size))
    assert pa.Table.from_batches(batches, schema).to_pydict() == {"t": texts}
    said = json.loads(b"".join(FORMATS["json"].write(stream(table, size), Facts())))
    assert [row[0] for row in said["rows"]] == texts


def test_a_stream_that_merely_stops_is_not_whole():
    whole = Chunks(stream(TABLE))
    whole.drain()
    assert whole.whole
    cut = Chunks([b"".join(stream(TABLE)).removesuffix(END)])
    cut.drain()
    assert not cut.whole


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/html, text/csv;q=0.9, */*;q=0.1", "csv"),
        ("application/json;q=0.1, application/vnd.apache.parquet", "parquet"),
        ("APPLICATION/VND.APACHE.ARROW.STREAM", "arrow"),
        ("text/*", "csv"),
        ("text/csv;q=0, */*", "json"),
        ("text/csv;q=x, application/json;q=0.5", "json"),
    ],
)
def test_what_a_reader_accepts(accept, form):
    assert accepted(accept).name == form


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0"])
def test_what_a_reader_accepts_and_we_have_not(accept):
    with pytest.raises(BadInput, match="None of the formats"):
        accepted(accept)


def test_formats_by_name():
    assert named("CSV").ending == "csv"
    with pytest.raises(BadInput) as unknown:
        named("xls")
    assert unknown.value.code == "format.unknown"
