"""A small query, the pages and the API, over a really served node and a connection kept alive.

The yardstick is `GET /api/v1/health` of the same server in the same run: what it costs to be asked
anything at all. For the query it is the same SQL on a plain DuckDB connection in this process.
"""

import re
import time
from collections.abc import Callable, Iterator

import duckdb
import httpx
from harness import Figure, interleaved, median, percentile, wall
from materials import demo_file
from served import demo

from fairway.demo.stage import ASKER, PURPOSE, Stage

PRODUCT = "dwp.universal_credit_households"
SQL = f"SELECT local_authority, households FROM {PRODUCT} ORDER BY households DESC LIMIT 10"


def measure(quick: bool) -> Iterator[Figure]:
    rounds = 20 if quick else 200
    with demo() as on, httpx.Client(base_url=on.address, timeout=30) as web:
        _sign_in(web, on)
        token = on.as_(ASKER)._transport._client.headers["Authorization"]
        with httpx.Client(base_url=on.address, headers={"Authorization": token}, timeout=30) as api:
            health = _asking(api, "/api/v1/health")
            for name, ask in (
                ("page: home", _asking(web, "/")),
                ("page: search", _asking(web, "/catalogue?q=apprenticeship")),
                ("page: product", _asking(web, f"/products/{PRODUCT}")),
                ("API: GET /products", _asking(api, "/api/v1/products")),
                ("API: GET /products/ID", _asking(api, f"/api/v1/products/{PRODUCT}")),
            ):
                yield _figure(name, ask, health, "GET /api/v1/health", rounds)
            yield _figure("small query over the API", _query(api), _plain(), "plain DuckDB", rounds)


def _figure(
    name: str, ask: Callable[[], float], other: Callable[[], float], yardstick: str, rounds: int
) -> Figure:
    ours, theirs = interleaved(ask, other, rounds)
    return Figure(
        name,
        median(ours) * 1000,
        "ms (p50)",
        yardstick=yardstick,
        ratio=median(ours) / median(theirs),
        note=f"p95 {percentile(ours, 0.95) * 1000:.1f} ms;"
        f" {yardstick} {median(theirs) * 1000:.1f} ms",
    )


def _asking(client: httpx.Client, path: str) -> Callable[[], float]:
    def ask() -> float:
        started = time.perf_counter()
        answer = client.get(path)
        taken = time.perf_counter() - started
        assert answer.status_code == 200, (path, answer.status_code)
        return taken

    return ask


def _query(api: httpx.Client) -> Callable[[], float]:
    def ask() -> float:
        started = time.perf_counter()
        answer = api.post("/api/v1/query?format=json", json={"sql": SQL, "purpose": PURPOSE})
        taken = time.perf_counter() - started
        assert answer.status_code == 200, answer.text
        return taken

    return ask


def _plain() -> Callable[[], float]:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA dwp")
    connection.execute(f"CREATE VIEW {PRODUCT} AS FROM read_parquet('{demo_file(PRODUCT)}')")
    return lambda: wall(lambda: connection.execute(SQL).fetchall())


def _sign_in(web: httpx.Client, on: Stage) -> None:
    """Sign in by the form, as a browser does."""
    form = web.get("/sign-in")
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert csrf is not None
    given = {"csrfmiddlewaretoken": csrf[1], "person": ASKER, "password": on.password}
    answer = web.post("/sign-in", data=given, headers={"Referer": f"{on.address}/sign-in"})
    assert answer.status_code in (302, 303), answer.status_code
