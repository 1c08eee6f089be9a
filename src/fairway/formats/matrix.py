"""Everybody's effective access as an Arrow stream, from which every format is written.

One row is one way in: a person, a product, a purpose and the agreement that grants it. An empty
person is everyone who is signed in.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import pyarrow as pa

from fairway.formats.facts import Facts
from fairway.nouns.products import LogicalType
from fairway.nouns.queries import Field
from fairway.rules.effective import Group
from fairway.rules.explanations import visible
from fairway.rules.scopes import to_text

COLUMNS = (
    Field("person", LogicalType.STRING),
    Field("product", LogicalType.STRING),
    Field("purpose", LogicalType.STRING),
    Field("agreement", LogicalType.STRING),
    Field("columns", LogicalType.STRING),
    Field("rows", LogicalType.STRING),
    Field("until", LogicalType.DATE),
)
SCHEMA = pa.schema(
    [*((field.name, pa.string()) for field in COLUMNS[:-1]), (COLUMNS[-1].name, pa.date32())]
)
ROWS_PER_BATCH = 16_384


class _Sink:
    """A file whose bytes are taken away as they come."""

    closed = False

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> list[bytes]:
        taken, self.written = self.written, []
        return taken


def stream(groups: Iterable[Group]) -> Iterator[bytes]:
    """Yield effective access as an Arrow IPC stream."""
    sink = _Sink()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), SCHEMA) as writer:
        people: list[str] = []
        runs: list[tuple[int, tuple[object, ...]]] = []
        for group in groups:
            people.extend(group.people)
            runs.append((len(group.people), _said(group)))
            if len(people) >= ROWS_PER_BATCH:
                writer.write_batch(_batch(people, runs))
                people, runs = [], []
                yield from sink.take()
        if people:
            writer.write_batch(_batch(people, runs))
    yield from sink.take()


def _said(group: Group) -> tuple[object, ...]:
    grant = group.grant
    terms = visible(grant.terms)
    columns = ", ".join(
        c.name if str(c.treatment) == "keep" else f"{c.name} ({c.treatment})" for c in terms.columns
    )
    rows = to_text(terms.scope) if terms.scope else ""
    agreement = "" if grant.agreement is None else grant.agreement.id
    until = None if terms.ends == date.max else terms.ends
    return grant.product.id, group.purpose, agreement, columns, rows, until


def _batch(people: list[str], runs: list[tuple[int, tuple[object, ...]]]) -> pa.RecordBatch:
    places = pa.array([n for n, (count, _) in enumerate(runs) for _ in range(count)], pa.int32())
    columns = [pa.array(people, pa.string())]
    for position, field in enumerate(list(SCHEMA)[1:]):
        values = pa.array([said[position] for _, said in runs], field.type)
        columns.append(values.take(places))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def facts(on: date) -> Facts:
    """Return what is said beside the matrix where a format says anything."""
    return Facts(f"access-{on.isoformat()}", COLUMNS, (), ("Effective access",))
