"""How fast results leave: Arrow against PyArrow's own reading, and stored bytes against a query.

All of the demo's apprenticeships, every column as it is. The Arrow side is `verbs.queries.run` with
everything that belongs to it, read as a table; its yardstick is `pyarrow.parquet.read_table` of the
same file. Stored bytes are read behind a link, decided and recorded; their yardstick is the same
product written as Parquet by a query. The first row is that of a small query on a prepared worker.
"""

import time
from collections.abc import Iterator

import pyarrow.parquet as pq
from harness import Figure, interleaved, median, percentile, quiet_database, wall
from materials import ANALYST, JOINED, OWNER, PURPOSE, SMALL, WHOLE, department

from fairway.demo import load
from fairway.formats import batches, named
from fairway.formats.facts import Facts
from fairway.verbs import queries, stored_files


def measure(quick: bool) -> Iterator[Figure]:
    rounds = 2 if quick else 7
    with quiet_database(), department(1, whole=True) as (platform, data):
        platform.engine.warm()
        path = data / load.path_of(SMALL)
        size = path.stat().st_size
        sql = f"SELECT * FROM {WHOLE}"

        def arrow() -> float:
            return wall(lambda: batches.reader(batches.Chunks(result())).read_all())

        def result() -> queries.QueryResult:
            return queries.run(platform, ANALYST, sql, PURPOSE)

        ours, theirs = interleaved(arrow, lambda: wall(lambda: pq.read_table(path)), rounds)
        yield Figure(
            "a whole product as Arrow",
            median(ours) * 1000,
            "ms",
            yardstick="the speed of pyarrow.parquet.read_table",
            ratio=median(theirs) / median(ours),
            target=0.8,
            of_ratio=True,
            at_least=True,
        )

        def stored() -> float:
            started = time.perf_counter()
            (file,) = stored_files.offer(platform, ANALYST, WHOLE, PURPOSE).files
            with stored_files.read(platform, file.link, "whole").body as body:
                assert sum(len(piece) for piece in iter(lambda: body.read(1 << 20), b"")) == size
            return time.perf_counter() - started

        def encoded() -> float:
            started = time.perf_counter()
            result = queries.run(platform, ANALYST, sql, PURPOSE)
            facts = Facts(result.id, result.fields, result.agreements, result.reasons)
            assert sum(map(len, named("parquet").write(result, facts)))
            return time.perf_counter() - started

        ours, theirs = interleaved(stored, encoded, rounds)
        yield Figure(
            "a whole product as stored bytes",
            median(ours) * 1000,
            "ms",
            yardstick="the speed of the same as Parquet by a query",
            ratio=median(theirs) / median(ours),
            target=5,
            of_ratio=True,
            at_least=True,
        )

        small = f"SELECT local_authority_code FROM {JOINED} LIMIT 10"

        def first() -> float:
            time.sleep(0.1)  # the next worker is made meanwhile
            started = time.perf_counter()
            next(iter(queries.run(platform, OWNER, small, PURPOSE)))
            return time.perf_counter() - started

        first()
        found = [first() for _ in range(5 if quick else 40)]
        yield Figure(
            "first row of a small query, warm",
            median(found) * 1000,
            "ms (p50)",
            target=50,
            note=f"p95 {percentile(found, 0.95) * 1000:.0f} ms, best {min(found) * 1000:.0f} ms",
        )
