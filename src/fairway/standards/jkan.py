"""JKAN's dataset records as one JSON list (https://jkan.io), such as Open Data Scotland's.

In them a missing licence is written `No licence`, and one that nobody could name
`Custom licence: unknown`, or `[]`, or another word.
"""

from collections.abc import Mapping
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind
from fairway.standards.reading import (
    Fields,
    Read,
    Unusable,
    found_at,
    named,
    parsed,
    plain_text,
    read_each,
    refused,
)
from fairway.standards.vocabularies import licence

_NO_FORMAT = frozenset({"no file type", "other", "url"})
_UNCATEGORISED = "Uncategorised"


def read(text: str, source: str) -> Read:
    """Read a list of dataset records, or one."""
    try:
        document = parsed(text)
    except Unusable as error:
        return refused(source, error.reason)
    records = document if isinstance(document, list) else [document]
    return read_each(records, source, lambda record: _entry(record, source))


def _entry(record: Mapping[str, Any], source: str) -> CatalogueEntry:
    fields = Fields(record)
    title = fields.title("title")
    organisation = fields.text("organization")
    link = fields.text("original_dataset_link")
    # A link alone is no name: some pages hold several datasets.
    identifier = "|".join((organisation, title, link))
    if fields.look("maintainer") == organisation:
        fields.take("maintainer")
    fields.take("schema")
    categories = fields.texts("category")
    return CatalogueEntry(
        id=named(source, identifier),
        kind=EntryKind.DATASET,
        title=title,
        description=fields.words("notes"),
        organisation=organisation,
        contact=fields.text("maintainer_email"),
        url=link,
        licence=licence(fields.text("license")),
        themes=tuple(c for c in categories if c != _UNCATEGORISED),
        issued=fields.day("date_created"),
        modified=fields.day("date_updated"),
        distributions=tuple(_distribution(r) for r in fields.records("resources")),
        sources=found_at(source, identifier, link),
        extra=fields.rest("jkan"),
    )


def _distribution(resource: Mapping[str, Any]) -> Distribution:
    written = plain_text(resource.get("format"))
    return Distribution(
        title=plain_text(resource.get("name")),
        url=plain_text(resource.get("url")),
        format="" if written.casefold() in _NO_FORMAT else written,
    )
