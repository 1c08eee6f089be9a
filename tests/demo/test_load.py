"""The files are laid down whole, where the contracts say, so that filters skip most of them."""

import subprocess
import sys

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from fairway.demo import load, spreadsheets
from fairway.demo.tidy import PRODUCTS

SMALL = ("dwp.jobcentres", "ons.local_authorities")


@pytest.fixture
def small_demo(monkeypatch):
    monkeypatch.setattr(load, "PRODUCTS", {product: PRODUCTS[product] for product in SMALL})


@pytest.mark.usefixtures("small_demo")
def test_write_lays_down_files_where_contracts_say_and_tells(tmp_path):
    lines: list[str] = []
    contracts = load.write(tmp_path, lines.append)
    assert contracts == [load.contract_of(product) for product in SMALL]
    for contract, product in zip(contracts, SMALL, strict=True):
        (server,) = yaml.safe_load(contract.read_text("utf-8"))["servers"]
        assert pq.read_metadata(tmp_path / server["path"]).num_rows > 0, product
    assert lines == [
        "dwp.jobcentres: 697 rows, 11 columns",
        "ons.local_authorities: 361 rows, 11 columns",
    ]
    assert not [*tmp_path.rglob("*.unfinished")]


@pytest.mark.usefixtures("small_demo")
def test_writing_again_gives_the_same_bytes(tmp_path):
    once, twice = tmp_path / "once", tmp_path / "twice"
    for place in (once, twice, twice):
        load.write(place, lambda _: None)
    for product in SMALL:
        path = load.path_of(product)
        assert (once / path).read_bytes() == (twice / path).read_bytes()


def test_a_filter_on_region_skips_most_row_groups(data_dir):
    path = data_dir / load.path_of("dfe.apprenticeship_starts")
    metadata = pq.read_metadata(path)
    column = metadata.schema.names.index("home_region_code")
    groups = [
        metadata.row_group(at).column(column).statistics for at in range(metadata.num_row_groups)
    ]
    assert metadata.num_row_groups == 15
    for region in ("E12000001", "E12000007"):
        read = [g for g in groups if g.min <= region <= g.max]
        assert 1 <= len(read) <= 4
    assert metadata.row_group(0).column(column).compression == "ZSTD"


def test_products_are_small_enough_to_hand_out(data_dir):
    sizes = sum(path.stat().st_size for path in data_dir.rglob("*.parquet"))
    assert sizes < 12_000_000
    assert sum(p.stat().st_size for p in load.RAW.rglob("*") if p.is_file()) < 12_000_000


def test_every_folder_of_raw_files_says_where_they_are_from():
    folders = [path for path in load.RAW.iterdir() if path.is_dir()]
    assert len(folders) == 7
    for folder in folders:
        text = (folder / "SOURCE.md").read_text("utf-8")
        assert "## Licence" in text
        assert "Open Government Licence v3.0" in text or "Public domain" in text
        for file in folder.iterdir():
            assert file.name == "SOURCE.md" or f"`{file.name}`" in text, file.name


def test_without_the_extra_it_says_what_to_install():
    program = (
        "import sys; sys.modules['openpyxl'] = None\n"
        "from pathlib import Path\n"
        "from fairway.demo.spreadsheets import MissingExtraError, read_sheets\n"
        "try: read_sheets(Path('any.xlsx'), 'any')\n"
        "except MissingExtraError as error: print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert "pip install 'fairway[demo]'" in said


def test_a_sheet_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        spreadsheets.read_sheets(load.RAW / "beis" / "hr1feb2026.xlsx", "9z")


def test_numbers_and_words_survive_the_file(data_dir):
    path = data_dir / load.path_of("dwp.universal_credit_households")
    found = duckdb.sql(
        f"SELECT region, households, households_status FROM '{path}' "
        "WHERE local_authority = 'County Durham'"
    ).fetchall()
    assert found == [("North East", 61_236, "provisional")]
