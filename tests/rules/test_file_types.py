"""Formats, however they are written, and the lists that they are on."""

import pytest

from fairway.nouns.entries import Distribution
from fairway.rules.file_types import (
    KNOWN,
    MACHINE_READABLE,
    NON_PROPRIETARY,
    code,
    codes,
    is_file,
    is_media_type,
)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("CSV", "CSV"),
        (".csv", "CSV"),
        ("text/csv; charset=utf-8", "CSV"),
        ("http://publications.europa.eu/resource/authority/file-type/GEOJSON", "GEOJSON"),
        ("https://www.iana.org/assignments/media-types/application/ld+json", "JSON_LD"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
        ("OGC WMS", "WMS_SRVC"),
        ("ESRI Shapefile", "SHP"),
        ("MS EXCEL", "XLS"),
        ("Excel (xlsx)", "XLS"),
        ("", ""),
        ("unheard of", ""),
    ],
)
def test_a_format_is_brought_to_its_code(written, found):
    assert code(written) == found


def test_the_lists_lie_in_the_table():
    assert NON_PROPRIETARY | MACHINE_READABLE <= KNOWN
    assert "XLSX" in MACHINE_READABLE - NON_PROPRIETARY
    assert codes(Distribution(format="Excel", media_type="text/csv")) == {"XLS", "CSV"}


@pytest.mark.parametrize(
    ("form", "file"),
    [
        (Distribution(url="https://a.uk/b.csv"), True),
        (Distribution(url="https://a.uk/b.CSV?v=1"), True),
        (Distribution(url="https://a.uk/b", download=True), True),
        (Distribution(download=True), False),
        (Distribution(url="https://a.uk/b.html"), False),
        (Distribution(url="https://a.uk"), False),
        (Distribution(url="https://a.uk/v1.2"), False),
        (Distribution(url="b.csv"), False),
    ],
)
def test_an_address_is_a_files_where_it_says_so_or_ends_as_one(form, file):
    assert is_file(form) is file


def test_media_types_are_told_from_other_words():
    assert is_media_type("text/csv")
    assert is_media_type("https://www.iana.org/assignments/media-types/text/csv")
    assert not is_media_type("CSV")
    assert not is_media_type("table/csv")
