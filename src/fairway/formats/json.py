"""Results as JSON, written batch by batch.

One object: `id`, `fields` (name and type), `agreements`, `reasons`, `rows` and at last `row_count`.
A row is a list in the order of `fields`, because two columns of a result may share a name. Dates
and times are ISO 8601; numbers that JSON cannot hold are the texts "NaN", "Infinity", "-Infinity";
decimals are numbers, so who needs all 38 digits takes Arrow or Parquet; bytes are base64.
"""

import base64
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from fairway.formats.batches import read
from fairway.formats.facts import Facts
from fairway.nouns.queries import Chunk


def write(chunks: Iterable[Chunk], facts: Facts) -> Iterator[bytes]:
    """Yield a result as one JSON object."""
    opening = json.dumps(
        {
            "id": facts.id,
            "fields": [{"name": f.name, "type": f.type} for f in facts.fields],
            "agreements": facts.agreements,
            "reasons": facts.reasons,
        },
        ensure_ascii=False,
    )
    _, batches = read(chunks)
    yield f'{opening[:-1]}, "rows": ['.encode()
    count = 0
    for batch in batches:
        rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows_of(batch))
        if rows:
            yield (",\n" if count else "\n").encode() + rows.encode()
        count += batch.num_rows
    yield f'\n], "row_count": {count}}}\n'.encode()


def rows_of(batch: pa.RecordBatch) -> Iterator[list[Any]]:
    """Yield the rows of a batch as lists of what JSON can hold."""
    columns = [_column(column) for column in batch.columns]
    for row in zip(*columns, strict=True):
        yield list(row)


_AS_IT_IS = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_string, pa.types.is_large_string)


def _column(column: pa.Array) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if any(as_it_is(column.type) for as_it_is in _AS_IT_IS):
        return values
    return [plain(value) for value in values]


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else _NOT_FINITE[str(value)]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date() | datetime() | time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple():
            return [plain(v) for v in value]
        case _:
            return str(value)


_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
