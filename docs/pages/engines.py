"""What each engine knows, from the specification that all of them are held against."""

import importlib
import sys
import tempfile
from pathlib import Path

from fairway.engines.gate import DuckDBGate
from fairway.engines.memory import MemoryEngine
from fairway.engines.spark import SparkEngine
from fairway.nouns.errors import FairwayError
from fairway.nouns.queries import Limits
from pages.tables import table

ROOT = Path(__file__).parent.parent.parent
KNOWN = "the same answer"


class _Sent(Exception):
    """A query was written for Spark whole; what comes after needs a server."""


class _Unsent(SparkEngine):
    """Goes as far as a query can be followed without a server."""

    def _session(self):
        raise _Sent


def page() -> str:
    sys.path.insert(0, str(ROOT))
    world = importlib.import_module("tests.engines.world")
    spec = importlib.import_module("tests.engines.spec")
    gate = DuckDBGate(unsandboxed=True)
    try:
        with tempfile.TemporaryDirectory(prefix="fairway-docs-") as folder:
            small = world.World(Path(folder), gate, None)
            engines = [
                MemoryEngine(world.locate),
                _Unsent(world.locate, "sc://127.0.0.1:1", gate.bind),
            ]
            rows = [
                [topic, f"`{sql}`", *(_said(small, engine, sql) for engine in engines)]
                for topic, sql in spec.QUERIES
            ]
    finally:
        gate.close()
    known = [sum(row[i] == KNOWN for row in rows) for i in (2, 3)]
    return f"""
# Engines

A query is computed by DuckDB unless the administrator has named a Spark Connect server and what the
query reads is large (see [the settings](settings.md)). The result says which engine it was
(`Fairway-Engine`), and so does the record. The in-memory engine is the tests' oracle.

The {len(rows)} queries of the specification (`tests/engines/spec.py`) are put to every engine. An
engine gives DuckDB's answer, or says before anything runs what it does not know: the in-memory
engine answers {known[0]}, Spark {known[1]}. A query that Spark does not know goes to DuckDB. Spark
also refuses: products in CSV, files whose names need more than letters, digits and `_.=+@-`,
pseudonyms of numbers, times to the nanosecond, `lower` and `upper` of texts beyond ASCII.

{table(["topic", "query", "in memory", "Spark"], rows)}
"""


def _said(world, engine, sql: str) -> str:
    query = world.gate.parse(sql)
    named = {str(name) for name in query.tables}
    relations = [r for r in world.relations if f"{r.domain}.{r.table}" in named]
    try:
        list(engine.run(query, relations, Limits()))
    except _Sent:
        return KNOWN
    except FairwayError as error:
        if error.code != "engine.gap":
            return KNOWN  # it fails on the data, as it does on DuckDB
        return error.message.partition("does not know ")[2].removesuffix(".")
    return KNOWN
