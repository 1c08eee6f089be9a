"""The CSV files of the UK government API catalogue (https://www.api.gov.uk).

Columns: dateAdded, dateUpdated, url, name, description, documentation, license, maintainer,
areaServed, startDate, endDate, provider. Line breaks in descriptions are written as a backslash and
an n. Several APIs share one address, so provider and name together are an API's name.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind
from fairway.standards import ukgov_rules
from fairway.standards.reading import Fields, Read, Unusable, found_at, named, read_each, refused
from fairway.standards.vocabularies import DOCUMENTATION, licence

_NEEDED = {"name", "url", "provider"}


def read(text: str, source: str) -> Read:
    """Read the rows of a file. Its places count rows from 0, without the heading."""
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        absent = sorted(_NEEDED - set(lines.fieldnames or ()))
        if absent:
            return refused(source, f"This file has no column {', '.join(absent)}.")
        return read_each(_rows(lines), source, lambda record: _entry(record, source))
    except csv.Error as error:
        return refused(source, f"This is not CSV: {error}.")


def _rows(lines: "csv.DictReader[str]") -> Iterator[Any]:
    yield from lines


def _entry(row: Mapping[str, Any], source: str) -> CatalogueEntry:
    if row.get(None):  # type: ignore[call-overload] # csv keeps what has no heading under None
        raise Unusable("", "This row has more values than the file has columns.")
    fields = Fields({k: v.replace("\\n", "\n") for k, v in row.items() if v})
    title = fields.title("name")
    provider = fields.text("provider")
    identifier = f"{provider}|{title}"
    known = ukgov_rules.organisations().get(provider)
    url = fields.text("url")
    documentation = fields.text("documentation")
    area = fields.text("areaServed")
    return CatalogueEntry(
        id=named(source, identifier),
        kind=EntryKind.API,
        title=title,
        description=fields.words("description"),
        organisation=known[0] if known else provider,
        contact=fields.text("maintainer"),
        url=url,
        licence=licence(fields.text("license")),
        places=(area,) if area else (),
        period=(fields.day("startDate"), fields.day("endDate")),
        issued=fields.day("dateAdded"),
        modified=fields.day("dateUpdated"),
        distributions=(Distribution(title=DOCUMENTATION, url=documentation),)
        if documentation
        else (),
        sources=found_at(source, identifier, url),
        extra=fields.rest("ukapi"),
    )
