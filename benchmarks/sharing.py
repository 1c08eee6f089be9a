"""Reading a share, warm, against DuckDB reading the same governed result from this machine's disk.

One side is a partner's: `POST .../query` at a served node, then every file by its link, and the
bytes read as Arrow, with PyArrow as the official client does; the node decides, records every read
and serves from the files that it keeps. The other side is DuckDB in this process, reading those
very files to Arrow from the disk: no network, nothing decided, nothing recorded. Neither side works
the treatments out again. Both use the threads that they find and are timed by the clock, since the
work of a share is spread over two processes.

DuckDB working the governed rows out of the source, which is what a query without a share would do,
is told beside it.
"""

import json
import time
from collections.abc import Callable, Iterator

import duckdb
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
from governed import _trusted
from harness import Figure, interleaved, median
from materials import ANALYST, LARGE, SMALL, department, rows_in

from fairway.demo import load
from fairway.demo.served import served
from fairway.verbs import recipients


def measure(quick: bool) -> Iterator[Figure]:
    rounds = 2 if quick else 7
    with department(2 if quick else 5) as (platform, data):
        for product in (SMALL, LARGE):
            path = data / load.path_of(product)
            agreement = platform.store.agreements.find(product=product)[0].id
            _, token = recipients.make_profile(platform, ANALYST, agreement)
            view = _trusted(path, platform.keys.pseudonym_key(agreement))
            with served(data.parent) as node, httpx.Client(trust_env=False, timeout=600) as http:
                domain, _, name = product.partition(".")
                table = f"{node.address}/delta-sharing/shares/{agreement}"
                table += f"/schemas/{domain}/tables/{name}"

                def shared(table: str = table, token: str = token) -> pa.Table:
                    said = {"Authorization": f"Bearer {token}"}
                    answer = http.post(f"{table}/query", headers=said, json={}).raise_for_status()
                    urls = [
                        one["file"]["url"]
                        for line in answer.text.splitlines()
                        if "file" in (one := json.loads(line))
                    ]
                    return pa.concat_tables(
                        pq.read_table(pa.BufferReader(http.get(url).raise_for_status().content))
                        for url in urls
                    )

                def direct(view: str = view) -> pa.Table:
                    return duckdb.sql(view).to_arrow_table()

                kept = str(data.parent / "extracts" / agreement / "*" / "*.parquet")

                def bare(kept: str = kept) -> pa.Table:
                    return duckdb.sql(f"FROM read_parquet('{kept}')").to_arrow_table()

                assert shared().num_rows == direct().num_rows == bare().num_rows
                ours, theirs = interleaved(timed(shared), timed(bare), rounds)
                _, worked_out = interleaved(timed(shared), timed(direct), 2)
            yield Figure(
                f"reading a share of {rows_in(path):,} rows, warm",
                median(ours) * 1000,
                "ms",
                yardstick="DuckDB reading the same governed files from disk to Arrow",
                ratio=median(ours) / median(theirs),
                target=1.25,
                of_ratio=True,
                note=f"DuckDB working them out of the source: {median(worked_out) * 1000:.0f} ms",
            )


def timed(run: Callable[[], object]) -> Callable[[], float]:
    """Return what runs and tells the seconds that it took."""

    def measured() -> float:
        started = time.perf_counter()
        run()
        return time.perf_counter() - started

    return measured
