"""The engine for what is larger than one machine: Spark, by its Connect protocol.

Only SQL that was written here from the query's tree and the governed relations is sent, never a
user's text. A Connect server asks nobody who they are, so its address is a setting of the node and
no user's. Each query has a session of its own, which ends with it.

A gap is declared, not hidden: what is not known to give the values of the default engine is refused
with `engine.gap`, before anything runs (see `spark_expressions`).
"""

import io
import logging
import os
import re
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from fairway.engines import failures, plans
from fairway.engines import spark_relations as governed
from fairway.engines.spark_expressions import NOT_ASCII, gap, name
from fairway.engines.spark_queries import Statement, Written
from fairway.engines.totality import Totality
from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.plans import EnginePlan
from fairway.nouns.products import Source
from fairway.nouns.queries import Field, Limits, ParsedQuery
from fairway.nouns.relations import GovernedRelation, Located
from fairway.rules.pruning import pruned

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

_CHUNK = 1 << 20
_PATIENCE = 5.0
"""Seconds in which a server that is told to has to end a query."""

_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a cast or a sum that does not fit fails, as by default
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.crossJoin.enabled": "true",
    # The key of pseudonyms stands in a plan as 128 hexadecimal digits; nothing shows it.
    "spark.sql.redaction.string.regex": "(?i)[0-9a-f]{128}",
}
_ARROW = {
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "HUGEINT": pa.decimal128(38, 0),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "NULL": pa.int32(),
}
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_ODD = re.compile(r"[^A-Za-z0-9_./=+@-]")
_BARRIERS = {
    # No filter moves below one that is not deterministic; this one holds on every row.
    "spark": "WHERE spark_partition_id() >= 0",
    # Sail's optimiser joins filters whatever they are, but moves none below a limit.
    "sail": "LIMIT 9223372036854775807",
}


@contextmanager
def _as_a_program() -> Iterator[None]:
    """Let pyspark be imported from anywhere: where the main module has no file, as in `python -c`,
    it takes itself to be under its own tests, looks for a whole Spark, and ends the process.
    """
    main = sys.modules["__main__"]
    bare = not hasattr(main, "__file__")
    if bare:
        main.__file__ = __file__
    try:
        yield
    finally:
        if bare:
            del main.__file__


class SparkEngine:
    """Implements `verbs.ports.Engine` on a Spark Connect server.

    `address` is `sc://host:port`. `locate` tells where a source's bytes lie: the same paths have to
    lie before every executor. `bind` gives the names and types that the default engine gives a
    result. `server` is `spark`, or `sail` for the server of that name.
    """

    def __init__(
        self,
        locate: Callable[[Source], Located],
        address: str,
        bind: Callable[[ParsedQuery, Sequence[GovernedRelation]], Sequence[Field]],
        *,
        server: str = "spark",
    ) -> None:
        self._locate = locate
        self._address = address
        self._bind = bind
        self._barrier = _BARRIERS[server]

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> "SparkStream":
        schemas, written, fields = self._ready(query, relations)
        return SparkStream(self._session(), schemas, written, fields, limits)

    def plan(self, query: ParsedQuery, relations: Sequence[GovernedRelation]) -> EnginePlan:
        """Return what a query would do here. Raises `engine.gap` as a run would."""
        self._ready(query, relations)
        return plans.plan(
            "spark", query, relations, self._locate, lowers=False, cautious=_cautious(query)
        )

    def _ready(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation]
    ) -> tuple[list[tuple[governed.Prepared, str]], Written, Sequence[Field]]:
        """Return the files with their columns, the SQL and the fields; nothing is asked of Spark.

        Raises `engine.gap` for what is not known to be answered alike.
        """
        prepared = []
        for i, relation in enumerate(relations):
            located = pruned(relation, self._locate(relation.source))
            if any(_ODD.search(path) for path in located.files):
                raise gap("files of such names")  # a server may find none, and say nothing
            prepared.append((relation, governed.prepare(located, f"s{i}")))
        written = self._written(query, prepared)
        fields = self._bind(query, relations)
        if [kind for _, kind in written.columns] != [_plain(field.type) for field in fields]:
            raise gap("a result of these types")
        schemas = [
            (source, _schema(source, governed.needed(relation)))
            for relation, sources in prepared
            for source in sources
        ]
        return schemas, written, fields

    def _written(
        self,
        query: ParsedQuery,
        prepared: Sequence[tuple[GovernedRelation, Sequence[governed.Prepared]]],
    ) -> Written:
        totality = Totality(query.tree, [relation for relation, _ in prepared])
        cautious = _cautious(query)
        return Statement(
            [
                (
                    relation,
                    governed.governed_select(
                        relation,
                        sources,
                        self._barrier
                        if totality.barrier(relation) or (relation.scope and cautious)
                        else "",
                    ),
                )
                for relation, sources in prepared
            ]
        ).written(query.tree)

    def _session(self) -> "SparkSession":
        # The client warns of its own makings, which would stand above a user's result.
        warnings.filterwarnings("ignore", module=r"pyspark\.")
        try:
            with _as_a_program():
                from pyspark.sql.connect.session import SparkSession
        except ImportError:
            raise missing() from None
        # The client writes every error to its log, with the query's SQL and values of the data.
        logging.getLogger("SQLQueryContextLogger").disabled = True
        try:
            builder = SparkSession.builder.remote(self._address)
            session: SparkSession = builder.create()
        except Exception as error:
            raise _silent() from error
        return session


def _cautious(query: ParsedQuery) -> bool:
    """Say whether a query changes case: that raises an error here, by default there is none."""
    return re.search(r"'(lower|upper)'", str(query.tree)) is not None


def missing() -> FairwayError:
    """Return the error for a node without Spark's client."""
    return Unavailable(
        "engine.missing_extra",
        "The Spark engine needs a part that is not installed on this node.",
        remedy="Install it on the node: pip install 'fairway[spark]'.",
    )


def _silent() -> FairwayError:
    return Unavailable(
        "engine.not_started",
        "The Spark server does not answer.",
        remedy="Ask the administrator to look at the cluster and at the setting spark.address.",
    )


def _plain(kind: str) -> str:
    return {"INTEGER": "INTEGER", '"NULL"': "NULL"}.get(kind, kind)


def _schema(source: governed.Prepared, types: dict[str, Any]) -> str:
    """Return the columns that are read of some files, as Spark's DDL, from the first one's end.

    Raises `Unavailable` for a file that is gone, or a column Spark cannot read.
    """
    try:
        found = {field.name.casefold(): field for field in pq.read_schema(source.paths[0])}
    except (OSError, pa.ArrowException):
        raise failures.error("source") from None
    columns = {}
    for wanted in types:
        inside = governed.inside(source.like, wanted)
        if inside:
            field = found.get(inside.casefold())
            if field is None:
                raise failures.error("source")
            columns[field.name] = _native(field.type)
    return ", ".join(f"{name(column)} {kind}" for column, kind in columns.items())


def _native(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        if kind.unit == "ns":
            raise gap("times to the nanosecond")
        return "TIMESTAMP" if kind.tz else "TIMESTAMP_NTZ"
    if any(test(kind) for test in _TEXTS):
        return "STRING"
    known = {
        "int8": "TINYINT", "int16": "SMALLINT", "int32": "INT", "int64": "BIGINT",
        "uint8": "SMALLINT", "uint16": "INT", "uint32": "BIGINT", "float": "FLOAT",
        "double": "DOUBLE", "bool": "BOOLEAN", "date32[day]": "DATE",
    }.get(str(kind))  # fmt: skip
    if known is None:
        raise gap(f"files with {kind}")
    return known


class SparkStream:
    """Implements `verbs.ports.ResultStream`: what Spark sends of one query, batch by batch."""

    engine = "spark"

    def __init__(
        self,
        session: "SparkSession",
        sources: Sequence[tuple[governed.Prepared, str]],
        written: Written,
        fields: Sequence[Field],
        limits: Limits,
    ) -> None:
        self.rows = 0
        self._session = session
        self._sources = sources
        self._written = written
        self._schema = pa.schema(
            [pa.field(f.name, _ARROW[k]) for f, (_, k) in zip(fields, written.columns, strict=True)]
        )
        self._limits = limits
        self._late = False
        self._stopped = False
        self._open = True
        self._tag = uuid.uuid4().hex

    def __iter__(self) -> Iterator[bytes]:
        timer = threading.Timer(self._limits.seconds, self._end)
        timer.daemon = True
        timer.start()
        sink = io.BytesIO()
        sent = 0
        try:
            with pa.ipc.new_stream(sink, self._schema) as writer:
                for table in self._tables():
                    self.rows += table.num_rows
                    if self.rows > self._limits.rows:
                        raise failures.too_many_rows(self._limits.rows)
                    for batch in table.to_batches(max_chunksize=8192):
                        writer.write_batch(batch)
                        if sent + sink.tell() > self._limits.bytes:
                            raise failures.too_many_bytes(self._limits.bytes)
                        if sink.tell() >= _CHUNK:
                            sent += sink.tell()
                            yield sink.getvalue()
                            sink.seek(0)
                            sink.truncate()
            if self._stopped:  # an interrupted query can end as if its result were whole
                raise failures.error("")
            self._check_files()
            yield sink.getvalue()
        except FairwayError as error:
            if not self._late:
                raise
            raise self._failure(error) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, only its class goes out
            if not self._open and not self._late:
                return
            raise self._failure(error) from None
        finally:
            timer.cancel()
            self.close()

    def _tables(self) -> Iterator[pa.Table]:
        self._settle()
        self._session.addTag(self._tag)
        for source, schema in self._sources:
            reader = self._session.read.option("__globPaths__", "false")
            paths = [f"file://{path}" for path in source.paths]
            frame: Any = reader.schema(schema).parquet(*paths)  # typed as another client's
            if source.like.deleted:
                frame = frame.where(governed.undeleted(source))
            frame.createOrReplaceTempView(source.view)
        if self._stopped:
            raise failures.error("")
        found = self._session.sql(self._written.sql)
        client = self._session.client
        made: Any = found  # its plan is taken as toArrow() takes it, which would hold all of it
        plan = made._plan.to_proto(client)
        for piece in client.to_table_as_iterator(plan, {}):
            if isinstance(piece, pa.Table):
                yield pa.Table.from_arrays(
                    [
                        column.cast(field.type)
                        for column, field in zip(piece.columns, self._schema, strict=True)
                    ],
                    schema=self._schema,
                )

    def _settle(self) -> None:
        """Give the session its settings: the first that is asked of the server, within the time."""
        try:
            for key, value in _SETTINGS.items():
                self._session.conf.set(key, value)
        except Exception as error:
            if not self._open:  # closed before it began: nobody waits for anything
                raise
            raise _silent() from error

    def _check_files(self) -> None:
        """Raise where a file has gone: some servers then read nothing, and say nothing."""
        paths = [path for source, _ in self._sources for path in source.paths]
        if not all(map(os.path.exists, paths)):
            raise failures.error("source")

    def _end(self) -> None:
        self._late = True
        self.stop()

    def stop(self) -> None:
        """Interrupt the work, from any thread. Who reads meets an error."""
        self._stopped = True
        threading.Thread(target=self._interrupt, daemon=True).start()

    def _interrupt(self) -> None:
        """Interrupt until the work has ended: the server forgets what came before it began.

        A server that does not do it in time is hung up on, so that whoever reads waits no longer.
        """
        hanging = threading.Timer(_PATIENCE, self._hang_up)
        hanging.daemon = True
        hanging.start()
        while self._open:
            with suppress(Exception):
                self._session.interruptTag(self._tag)
            time.sleep(0.2)
        hanging.cancel()

    def _hang_up(self) -> None:
        if self._open:
            with suppress(Exception):
                self._session.client.close()

    def _failure(self, error: Exception) -> FairwayError:
        """Return the error of a class; Spark's own words are read for it, and never passed on."""
        if self._late:
            return failures.error("seconds", seconds=self._limits.seconds)
        words = f"{type(error).__name__} {getattr(error, 'getCondition', str)()} {error}"
        if NOT_ASCII in words:
            return gap("upper and lower case beyond ASCII")
        for pattern, code in _CLASSES:
            if re.search(pattern, words):
                return gap("this query") if code == "gap" else failures.error(code)
        return failures.error("")

    def close(self) -> None:
        if self._open:
            self._open = False
            with suppress(Exception):
                self._session.interruptTag(self._tag)
            with suppress(Exception):
                self._session.stop()


_CLASSES = (
    (r"FAILED_READ_FILE|PATH_NOT_FOUND|FileNotFound|CANNOT_READ_FILE|SparkFileNotFound", "source"),
    (r"ARITHMETIC_OVERFLOW|DATETIME_OVERFLOW|OUT_OF_RANGE", "range"),
    (r"CAST_INVALID_INPUT|CAST_OVERFLOW|CANNOT_PARSE", "conversion"),
    (r"DIVIDE_BY_ZERO|REMAINDER_BY_ZERO|SCALAR_SUBQUERY_TOO_MANY_ROWS|INVALID_", "value"),
    (r"OutOfMemory|memory", "memory"),
    (r"AnalysisException|ParseException|UNSUPPORTED|UnsupportedOperation", "gap"),
)
"""Classes of Spark's errors, most telling first."""
