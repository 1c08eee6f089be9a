"""Reading a share, warm, against DuckDB reading the same governed result from this machine's disk.

The reader is the same on both sides: DuckDB, with the threads that it finds, from Parquet to Arrow.
One side is a partner's: `POST .../query` at a served node, then every file by its link, over one
connection of Python's own HTTP client into memory, and read there; the node decides, records every
read and serves from the files that it keeps. The other side reads those very files from the disk:
no network, nothing decided, nothing recorded. Neither side works the treatments out again. Both are
timed by the clock, since the work of a share is spread over two processes.

What the endpoint takes without any reading, and DuckDB working the governed rows out of the source,
which is what a query without a share would do, are told beside it.
"""

import json
import mmap
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
from governed import _trusted
from harness import Figure, interleaved, median
from materials import ANALYST, LARGE, SMALL, department, rows_in

from fairway.demo import load
from fairway.demo.served import served
from fairway.verbs import recipients


class Partner:
    """Who reads a share with its token, over a connection that is kept."""

    def __init__(self, address: str, share: str, product: str, token: str) -> None:
        domain, _, name = product.partition(".")
        self._table = f"/delta-sharing/shares/{share}/schemas/{domain}/tables/{name}"
        self._token = token
        at = urlsplit(address)
        self._connection = HTTPConnection(str(at.hostname), at.port)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, **more: Any) -> HTTPResponse:
        try:
            self._connection.request(method, path, **more)
            answer = self._connection.getresponse()
        except ConnectionError:  # the node lets go of a connection that was idle
            self._connection.close()
            self._connection.request(method, path, **more)
            answer = self._connection.getresponse()
        assert answer.status == 200, answer.read()
        return answer

    def fetched(self) -> list[int]:
        """Query the table, and return its files: in memory, each under a number of the system."""
        said = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        told = self._ask("POST", f"{self._table}/query", body=b"{}", headers=said).read()
        lines = [json.loads(line) for line in told.splitlines()]
        return [self._fetch(one["file"]["url"]) for one in lines if "file" in one]

    def _fetch(self, url: str) -> int:
        at = urlsplit(url)
        answer = self._ask("GET", f"{at.path}?{at.query}")
        size = int(answer.headers["Content-Length"])
        file = os.memfd_create("shared")
        os.truncate(file, size)
        with mmap.mmap(file, size) as body, memoryview(body) as view:
            filled = 0
            while filled < size:
                filled += answer.readinto(view[filled:])
        answer.read()
        return file

    def read(self) -> pa.Table:
        """Read the share."""
        files = self.fetched()
        try:
            return read([f"/proc/self/fd/{file}" for file in files])
        finally:
            for file in files:
                os.close(file)

    def only_fetch(self) -> None:
        """Fetch the files and read none of them."""
        for file in self.fetched():
            os.close(file)


def read(paths: list[str]) -> pa.Table:
    return duckdb.sql(f"FROM read_parquet({paths})").to_arrow_table()


def measure(quick: bool) -> Iterator[Figure]:
    rounds = 3 if quick else 15
    with department(2 if quick else 5) as (platform, data):
        for product in (SMALL, LARGE):
            path = data / load.path_of(product)
            agreement = platform.store.agreements.find(product=product)[0].id
            _, token = recipients.make_profile(platform, ANALYST, agreement)
            view = _trusted(path, platform.keys.pseudonym_key(agreement))

            def direct(view: str = view) -> pa.Table:
                return duckdb.sql(view).to_arrow_table()

            with ExitStack() as opened:
                node = opened.enter_context(served(data.parent))
                partner = Partner(node.address, agreement, product, token)
                opened.callback(partner.close)
                shared = partner.read().num_rows
                kept = [str(f) for f in (data.parent / "extracts" / agreement).glob("*/*.parquet")]

                def bare(kept: list[str] = kept) -> pa.Table:
                    return read(kept)

                assert shared == direct().num_rows == bare().num_rows
                ours, theirs = interleaved(timed(partner.read), timed(bare), rounds)
                fetching, worked_out = interleaved(
                    timed(partner.only_fetch), timed(direct), max(3, rounds // 3)
                )
            yield Figure(
                f"reading a share of {rows_in(path):,} rows, warm",
                median(ours) * 1000,
                "ms",
                yardstick="DuckDB reading the same governed files from disk to Arrow",
                ratio=median(ours) / median(theirs),
                target=1.25,
                of_ratio=True,
                note=f"the endpoint alone: {median(fetching) * 1000:.0f} ms;"
                f" DuckDB working them out of the source: {median(worked_out) * 1000:.0f} ms",
            )


def timed(run: Callable[[], object]) -> Callable[[], float]:
    """Return what runs and tells the seconds that it took."""

    def measured() -> float:
        started = time.perf_counter()
        run()
        return time.perf_counter() - started

    return measured
