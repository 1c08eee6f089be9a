"""Every command of the how-to pages, run in an empty directory."""

import re
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake
from tests import cluster
from tests.docs.walk import follow
from tests.sharing.test_partners import CLIENT, RUNNING
from tests.sources.stores import KEY, SECRET, serving
from tests.web.server import free_port

HOW_TO = Path(__file__).parent.parent.parent / "docs/how-to"
DATABASE = "postgresql://fairway:secret@localhost:5432/fairway"


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "publish-a-product",
        "use-table-formats",
        "plan-stop-and-download",
        "harvest-a-catalogue",
        "run-a-trust",
        "sign-in-by-a-provider",
        "limit-a-token",
        "verify-the-record",
        "verify-a-log-as-an-outsider",
    ],
)
def test_a_page_does_what_it_says(page, environment, tmp_path):
    follow(HOW_TO / f"{page}.md", tmp_path, environment)


@pytest.mark.slow
def test_the_page_for_partners_does_what_it_says_with_their_own_client(environment, tmp_path):
    assert CLIENT.exists(), "The official client is not installed: make partner-ready"
    port = free_port()
    replaced = {
        "partner/bin/python": f"{CLIENT} {RUNNING}",
        "--port 8000": f"--port {port}",
        "https://data.example.gov.uk": f"http://127.0.0.1:{port}",
    }
    environment |= {"no_proxy": "*", "COLUMNS": "80"}
    follow(HOW_TO / "share-with-a-partner.md", tmp_path, environment, replaced)


@pytest.mark.slow
@pytest.mark.postgres
def test_the_page_on_postgresql_does_what_it_says(postgres, environment, tmp_path):
    address = postgres.create()
    try:
        follow(HOW_TO / "run-on-postgresql.md", tmp_path, environment, {DATABASE: address})
    finally:
        postgres.drop(address)


STAYS = {"2023": [("Wales", 3)], "2024": [("Kent", 7)]}
VISITS = [{"library": ["Central", "Harbour"], "visits": [120, 80]}]
VISITS += [{"library": ["Central"], "visits": [125]}]


@pytest.mark.slow
def test_the_page_on_object_stores_does_what_it_says(environment, tmp_path):
    statistics = tmp_path / "store/landing-zone/statistics"
    for year, stays in STAYS.items():
        folder = statistics / f"stays/year={year}"
        folder.mkdir(parents=True)
        regions, nights = zip(*stays, strict=True)
        pq.write_table(pa.table({"region": regions, "nights": nights}), folder / "a.parquet")
    for visits in VISITS:
        write_deltalake(statistics / "visits", pa.table(visits), mode="overwrite")
    here = tmp_path / "here"
    here.mkdir()
    with serving(tmp_path / "store") as store:
        given = {"https://s3.internal": store.url, "its-secret": SECRET, "fairway-reader": KEY}
        follow(HOW_TO / "use-object-stores.md", here, environment, given)


@pytest.mark.slow
@pytest.mark.postgres
def test_the_page_on_tables_in_postgresql_does_what_it_says(postgres, environment, tmp_path):
    page = HOW_TO / "use-postgresql.md"
    address = postgres.create()
    given = {"db.internal:5432/warehouse": address.rpartition("@")[2]}
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            for statements in re.findall("```sql\n(.*?)```", page.read_text(), re.DOTALL):
                connection.execute(statements)
        follow(page, tmp_path, environment, given)
    finally:
        postgres.drop(address)
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("DROP ROLE IF EXISTS fairway_reader")


@pytest.mark.slow
def test_the_page_on_spark_does_what_it_says(environment, tmp_path):
    if not cluster.available():
        pytest.fail(cluster.MISSING)
    with cluster.running() as address:
        given = {"sc://10.0.0.5:15002": address, "50_000_000_000": "1"}
        follow(HOW_TO / "run-on-spark.md", tmp_path, environment, given)
