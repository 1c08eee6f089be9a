"""Every command of the how-to pages, run in an empty directory."""

from pathlib import Path

import pytest
from tests.docs.walk import follow
from tests.sharing.test_partners import CLIENT, RUNNING
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
