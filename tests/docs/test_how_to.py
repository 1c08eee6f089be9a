"""Every command of the how-to pages, run in an empty directory."""

from pathlib import Path

import pytest
from tests.docs.walk import follow

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
        "share-with-a-partner",
        "sign-in-by-a-provider",
        "verify-the-record",
        "verify-a-log-as-an-outsider",
    ],
)
def test_a_page_does_what_it_says(page, environment, tmp_path):
    follow(HOW_TO / f"{page}.md", tmp_path, environment)


@pytest.mark.slow
@pytest.mark.postgres
def test_the_page_on_postgresql_does_what_it_says(postgres, environment, tmp_path):
    address = postgres.create()
    try:
        follow(HOW_TO / "run-on-postgresql.md", tmp_path, environment, {DATABASE: address})
    finally:
        postgres.drop(address)
