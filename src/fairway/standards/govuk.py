"""GOV.UK's publications, as its search and content APIs answer (https://content-api.publishing.service.gov.uk).

An answer is one item, a list of items, or `results` with them. The search API's items say little
more than title, description and link; who reads them may know the organisation and the licence of
them all, and says so.
"""

from collections.abc import Mapping
from typing import Any

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.standards.reading import (
    Fields,
    Read,
    Unusable,
    distinct,
    found_at,
    named,
    parsed,
    plain_text,
    read_each,
    refused,
)
from fairway.standards.vocabularies import language

ADDRESS = "https://www.gov.uk"


def read(text: str, source: str, *, organisation: str = "", licence: str = "") -> Read:
    """Read every item. `organisation` and `licence` are those of items that say none."""
    try:
        document = parsed(text)
    except Unusable as error:
        return refused(source, error.reason)
    if isinstance(document, Mapping) and isinstance(document.get("results"), list):
        document = document["results"]
    records = document if isinstance(document, list) else [document]
    return read_each(records, source, lambda record: _entry(record, source, organisation, licence))


def _entry(
    record: Mapping[str, Any], source: str, organisation: str, licence: str
) -> CatalogueEntry:
    fields = Fields(record)
    title = fields.title("title")
    path = fields.text("base_path", "link")
    if not path:
        raise Unusable("link", "This item has neither link nor base_path.")
    fields.take("_id")
    links = fields.look("links") if isinstance(fields.look("links"), Mapping) else {}
    publishers = _titles(links.get("organisations")) or _titles(fields.look("organisations"))
    url = path if "://" in path else ADDRESS + path
    return CatalogueEntry(
        id=named(source, path),
        kind=EntryKind.PUBLICATION,
        title=title,
        description=fields.words("description"),
        organisation=publishers[0] if publishers else organisation,
        url=url,
        licence=licence,
        tags=_titles(fields.look("document_collections")),
        themes=_titles(links.get("taxons")),
        issued=fields.day("first_published_at"),
        modified=fields.day("public_updated_at", "public_timestamp"),
        language=language(fields.text("locale")),
        identifiers=distinct([plain_text(record.get("content_id"))]),
        sources=found_at(source, path, url),
        withdrawn=bool(fields.mapping("withdrawn_notice")),
        extra=fields.rest("govuk"),
    )


def _titles(items: Any) -> tuple[str, ...]:
    """Return the titles of linked items."""
    if not isinstance(items, list):
        return ()
    return distinct(plain_text(i.get("title")) for i in items if isinstance(i, Mapping))
