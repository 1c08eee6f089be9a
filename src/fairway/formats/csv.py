"""Results as CSV (RFC 4180, UTF-8, a header line), written batch by batch.

A missing value is an empty field; an empty text is `""`.

CSV is the format that people open in a spreadsheet, and a spreadsheet runs a text that begins with
`=`, `+`, `-`, `@`, a tab or a carriage return as a formula. Such a text gets an apostrophe in front
(OWASP, "CSV Injection"), unless it is a plain number or a lone sign, which runs nothing. Numbers
and dates are never touched. Who needs every text to the byte takes Arrow, Parquet or JSON instead.
"""

import json
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from fairway.formats.batches import read
from fairway.formats.json import plain
from fairway.nouns.queries import Chunk

_FORMULA = r"^[=+\-@\t\r]"
_HARMLESS = r"^[+-]?[0-9.,]*$"


def write(chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """Yield a result as CSV."""
    schema, batches = read(chunks)
    yield _header(schema)
    for batch in batches:
        if batch.num_rows:
            yield _lines(batch)


def _header(schema: pa.Schema) -> bytes:
    names = [f'"{_guarded_text(name)}"' for name in (n.replace('"', '""') for n in schema.names)]
    return (",".join(names) + "\r\n").encode()


def _guarded_text(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _lines(batch: pa.RecordBatch) -> bytes:
    columns = [_writable(column) for column in batch.columns]
    ready = pa.RecordBatch.from_arrays(columns, names=[str(n) for n in range(len(columns))])
    sink = pa.BufferOutputStream()
    options = pa_csv.WriteOptions(include_header=False, eol="\r\n")
    pa_csv.write_csv(ready, sink, options)
    return bytes(sink.getvalue())


def _writable(column: pa.Array) -> pa.Array:
    """Return a column that CSV can hold: texts guarded, nested values as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _writable(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return guarded(column)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        written = (None if v is None else plain(v) for v in column.to_pylist())
        texts = (v if v is None or isinstance(v, str) else json.dumps(v) for v in written)
        return guarded(pa.array(texts, pa.string()))
    if pa.types.is_interval(kind) or pa.types.is_duration(kind):
        return pa.array((None if v is None else str(v) for v in column.to_pylist()), pa.string())
    return column


def guarded(texts: pa.Array) -> pa.Array:
    """Put an apostrophe before every text that a spreadsheet would run as a formula."""
    runs = pc.and_(
        pc.match_substring_regex(texts, _FORMULA),
        pc.invert(pc.match_substring_regex(texts, _HARMLESS)),
    )
    if not pc.any(runs).as_py():
        return texts
    sign = pa.scalar("'", texts.type)
    empty = pa.scalar("", texts.type)
    return pc.if_else(runs, pc.binary_join_element_wise(sign, texts, empty), texts)
