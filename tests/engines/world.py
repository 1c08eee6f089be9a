"""A small world for the engines' tests: one product with hidden rows and columns, and a way in.

`World(hidden=False)` is the same without the hidden rows, and with other values in the columns that
are not served: whatever a query can tell apart between the two, it has learnt from what is hidden.
"""

import datetime
import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from fairway.nouns.errors import FairwayError
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Limits
from fairway.nouns.relations import GovernedColumn, GovernedRelation, Located
from fairway.nouns.treatments import DROP, KEEP, PSEUDONYM, YEAR, Kind, Treatment
from fairway.rules import scopes

CANARY = "ZQCANARY"
CANARY_NUMBER = 77317731
KEY = b"ZQKEYCANARY-the-key-of-this-test"
CANARIES = (CANARY, str(CANARY_NUMBER), KEY.decode(), KEY.hex(), "ZQKEYCANARY")

TYPES = {
    "id": LogicalType.INTEGER,
    "name": LogicalType.STRING,
    "region": LogicalType.STRING,
    "salary": LogicalType.INTEGER,
    "score": LogicalType.NUMBER,
    "born": LogicalType.DATE,
    "seen": LogicalType.TIMESTAMP,
    "active": LogicalType.BOOLEAN,
    "code": LogicalType.STRING,
    "nhs": LogicalType.STRING,
    "age": LogicalType.INTEGER,
    "postcode": LogicalType.STRING,
    "visited": LogicalType.DATE,
    "secret": LogicalType.STRING,
    "dropped": LogicalType.STRING,
}
GRANTED = {
    "id": KEEP,
    "name": KEEP,
    "region": KEEP,
    "salary": KEEP,
    "score": KEEP,
    "born": KEEP,
    "seen": KEEP,
    "active": KEEP,
    "code": KEEP,
    "nhs": PSEUDONYM,
    "age": Treatment(Kind.BAND, 10),
    "postcode": Treatment(Kind.PREFIX, 2),
    "visited": YEAR,
    "dropped": DROP,
}
"""`secret` is not granted at all."""

SCOPE = "region = 'north' OR name = 'nobody at all' OR secret BETWEEN '~~~~~~1' AND '~~~~~~2'"
"""The rows of the north, said in a way that an optimiser finds costly: it would rather try a cheap
condition of the query first, which is what the barrier is there to prevent."""


def rows(hidden):
    note = CANARY if hidden else "other"
    seen = datetime.datetime(2024, 1, 1, 12)
    visible = [
        {
            "id": i,
            "name": f"person {i}",
            "region": "north",
            "salary": 20_000 + 1_000 * i,
            "score": i / 4,
            "born": datetime.date(1980 + i, 1, 1 + i),
            "seen": seen + datetime.timedelta(days=i),
            "active": i % 2 == 0,
            "code": str(100 + i),
            "nhs": f"{CANARY}{i % 3}",
            "age": 20 + i,
            "postcode": f"S{i}{CANARY}",
            "visited": datetime.date(2020 + i % 3, 5, 5),
            "secret": f"{note} {i}",
            "dropped": f"{note} {i}",
        }
        for i in range(12)
    ]
    buried = [
        {
            "id": CANARY_NUMBER + i,
            "name": f"{CANARY} {i}",
            "region": region,
            "salary": [0, CANARY_NUMBER, 2**63 - 1, None][i],
            "score": [0.0, float(CANARY_NUMBER), float("inf"), float("nan")][i],
            "born": [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None, None][i],
            "seen": datetime.datetime(1, 1, 1),
            "active": None,
            "code": CANARY,
            "nhs": f"{CANARY}0",
            "age": CANARY_NUMBER,
            "postcode": CANARY,
            "visited": datetime.date(1066, 1, 1),
            "secret": CANARY,
            "dropped": CANARY,
        }
        for i, region in enumerate(["south", "south", None, "east"])
    ]
    # Hidden rows stand before, between and after the visible ones.
    return [*buried[:2], *visible[:6], buried[2], *visible[6:], buried[3]] if hidden else visible


SCHEMA = pa.schema(
    [
        (
            name,
            {
                LogicalType.STRING: pa.string(),
                LogicalType.INTEGER: pa.int64(),
                LogicalType.NUMBER: pa.float64(),
                LogicalType.BOOLEAN: pa.bool_(),
                LogicalType.DATE: pa.date32(),
                LogicalType.TIMESTAMP: pa.timestamp("us"),
            }[kind],
        )
        for name, kind in TYPES.items()
    ]
)


@dataclass(frozen=True)
class Outcome:
    """What somebody who sends a query gets to see: rows, or an error; and all of it as bytes."""

    code: str
    rows: tuple
    names: tuple
    seen: bytes


class World:
    """Governed relations over files in a folder, behind a gate and an engine."""

    def __init__(self, folder, gate, engine, hidden=True):
        self.gate = gate
        self.engine = engine
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(
            pa.Table.from_pylist(rows(hidden), SCHEMA), folder / "people.parquet", row_group_size=4
        )
        pq.write_table(
            pa.table({"region": ["north", "south"], "weight": [1, 2]}), folder / "areas.parquet"
        )
        self.relations = [
            GovernedRelation(
                "survey",
                "people",
                Source("local", "parquet", str(folder / "people.parquet")),
                tuple(GovernedColumn(n, TYPES[n], t) for n, t in GRANTED.items()),
                scopes.parse(SCOPE, TYPES),
                tuple((name, TYPES[name]) for name in ("region", "name", "secret")),
                KEY,
            ),
            GovernedRelation(
                "survey",
                "areas",
                Source("local", "parquet", str(folder / "areas.parquet")),
                (
                    GovernedColumn("region", LogicalType.STRING, KEEP),
                    GovernedColumn("weight", LogicalType.INTEGER, KEEP),
                ),
            ),
        ]

    def table(self, sql, limits=None):
        """Run a query as the platform does, and return its result as an Arrow table."""
        query = self.gate.parse(sql)
        named = {str(table) for table in query.tables}
        relations = [r for r in self.relations if f"{r.domain}.{r.table}" in named]
        self.gate.bind(query, relations)
        data = b"".join(self.engine.run(query, relations, limits or Limits(seconds=20)))
        return pa.ipc.open_stream(io.BytesIO(data)).read_all()

    def outcome(self, sql, limits=None):
        """Run a query and return everything that comes out, whichever way it ends."""
        try:
            table = self.table(sql, limits)
        except FairwayError as error:
            said = " ".join(
                map(str, (error, error.remedy, error.field, error.file, error.__cause__))
            )
            return Outcome(error.code, (), (), said.encode())
        found = tuple(sorted(map(repr, table.to_pylist())))
        text = repr((found, table.schema)).encode()
        return Outcome("", found, tuple(table.column_names), text)


def locate(source):
    """Tell where a source's bytes lie: its location is the file."""
    return Located((source.location,))
