"""One gate and one engine for the tests of sources, and a way to read a source through each."""

import io

import pyarrow as pa
import pytest
from tests.sources.stores import serving

from fairway.engines.duckdb import DuckDBEngine
from fairway.engines.gate import DuckDBGate
from fairway.engines.memory import MemoryEngine
from fairway.nouns.queries import Limits
from fairway.nouns.relations import GovernedColumn, GovernedRelation
from fairway.nouns.treatments import KEEP
from fairway.rules import scopes


@pytest.fixture(scope="session")
def gate():
    gate = DuckDBGate(seconds=5)
    yield gate
    gate.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server of S3 over a directory, whose buckets are the directories in it."""
    with serving(tmp_path_factory.mktemp("store")) as running:
        yield running


class Reader:
    """Reads whole sources, and those rows on which a scope holds, by every engine alike."""

    def __init__(self, gate):
        self.sources = None
        self._gate = gate
        self._duckdb = DuckDBEngine(self._locate)
        self._memory = MemoryEngine(self._locate)

    def _locate(self, source):
        return self.sources.locate(source)

    def rows(self, source, scope=""):
        fields = self.sources.describe(source, "c.yaml")
        types = {field.name: field.type for field in fields if field.type}
        parsed = scopes.parse(scope, types) if scope else None
        relation = GovernedRelation(
            "d",
            "r",
            source,
            tuple(GovernedColumn(name, kind, KEEP) for name, kind in types.items()),
            parsed,
            tuple((n, types[n]) for n in sorted(scopes.columns(parsed))) if parsed else (),
        )
        query = self._gate.parse("SELECT * FROM d.r")
        found = []
        for engine in (self._duckdb, self._memory):
            data = b"".join(engine.run(query, [relation], Limits(seconds=20)))
            found.append(pa.ipc.open_stream(io.BytesIO(data)).read_all().to_pylist())
            found[-1].sort(key=repr)
        assert found[0] == found[1]
        return found[0]

    def close(self):
        self._duckdb.close()


@pytest.fixture(scope="session")
def only_reader(gate):
    reader = Reader(gate)
    yield reader
    reader.close()


@pytest.fixture
def reader(only_reader, sources):
    """Reads the test's own `sources`."""
    only_reader.sources = sources
    return only_reader
