"""Documents for the tests: those in the repository, and large sets that may stand beside it."""

import gzip
import os
from pathlib import Path

import pytest

import fairway.demo

DATA = Path(__file__).parent / "data"
CATALOGUES = Path(fairway.demo.__file__).parent / "raw/catalogues"
SHARED = Path(
    os.environ.get("FAIRWAY_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data"
)


def beside(path: str) -> Path:
    """A file or folder of the large sets; the test is skipped where they are not."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"no {path} in FAIRWAY_SHARED_DATA or ../shared/data")
    return found


def unpacked(path: Path) -> str:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read()
