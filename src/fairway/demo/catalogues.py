"""The catalogues of other publishers, shown in the demo beside the governed products."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from fairway.demo.load import RAW

OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A catalogue as a file: its source's name, its format, how many records it holds, and what
    its publisher says of them all and its records do not."""

    source: str
    file: str
    format: str
    records: int
    organisation: str = ""
    licence: str = ""

    def read(self) -> bytes:
        """Return the catalogue's bytes."""
        path: Path = RAW / "catalogues" / self.file
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content


CATALOGUES = (
    Elsewhere("opendata.scot", "scotland-datasets.json.gz", "jkan", 2153),
    Elsewhere("api.gov.uk", "uk-apis.csv", "ukapi", 231),
    Elsewhere("api.gov.uk JSON source", "uk-apis-from-json-source.csv", "ukapi", 133),
    Elsewhere(
        "gov.uk",
        "moj-publications.json.gz",
        "govuk",
        1086,
        organisation="Ministry of Justice",
        licence=OGL,
    ),
)
"""All of them, with the records that each holds: 2,153 datasets, 364 APIs, 1,086 publications."""
