"""What ArcGIS Hub sites answer: its search API (`data`, `meta`), and its DCAT feeds.

The feeds are DCAT but for their slips, which the reader of DCAT allows for. The search API's items
are read here: an item names the layer's columns, its size in rows, and its terms as HTML.
"""

from collections.abc import Mapping
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind
from fairway.standards import contacts, dcat, linked
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
    without_markup,
)
from fairway.standards.vocabularies import language, licence, licence_in

ADDRESS = "https://hub.arcgis.com/datasets/"


def read(text: str, source: str) -> Read:
    """Read a search answer, or a DCAT feed."""
    try:
        document = parsed(text)
        if not isinstance(document, Mapping) or not isinstance(document.get("data"), list):
            return dcat.read_graph(linked.from_json_ld(document), source)
    except Unusable as error:
        return refused(source, error.reason)
    except RecursionError:
        return refused(source, "This is nested too deeply.")
    return read_each(document["data"], source, lambda record: _entry(record, source))


def _entry(record: Mapping[str, Any], source: str) -> CatalogueEntry:
    attributes = record.get("attributes")
    if not isinstance(attributes, Mapping):
        raise Unusable("attributes", "This item has no attributes.")
    fields = Fields(attributes)
    title = fields.title("name", "title")
    identifier = plain_text(record.get("id")) or fields.text("id")
    if not identifier:
        raise Unusable("id", "This item has no id.")
    fields.take("id")
    service = fields.text("url")
    slug = fields.text("slug")
    organisation = fields.text("source", "organization", "orgName")
    address = fields.text("orgContactEmail")
    url = ADDRESS + (slug or identifier)
    return CatalogueEntry(
        id=named(source, identifier),
        kind=EntryKind.DATASET,
        title=title,
        description=fields.words("description", "searchDescription", "snippet"),
        organisation=organisation,
        contact=contacts.one_line("", address),
        url=url,
        licence=_licence(fields),
        access_rights=fields.text("access"),
        tags=fields.texts("tags"),
        themes=distinct(c.rpartition("/")[2] for c in fields.texts("categories")),
        places=distinct([fields.text("region")]),
        columns=fields.texts("fieldNames"),
        issued=fields.day("created"),
        modified=fields.day("modified"),
        language=language(fields.text("culture")),
        identifiers=(identifier,),
        distributions=(Distribution(title="ArcGIS GeoService", url=service, format="Esri REST"),)
        if service
        else (),
        sources=found_at(source, identifier, url),
        extra=fields.rest("arcgis"),
    )


def _licence(fields: Fields) -> str:
    """Return the licence's address if the terms name one, else the terms in plain text."""
    structured = fields.look("structuredLicense")
    terms = [
        plain_text(structured.get(name)) if isinstance(structured, Mapping) else ""
        for name in ("url", "text")
    ] + [plain_text(fields.look("licenseInfo"))]
    named_in = [licence_in(term) for term in terms]
    words = without_markup(next((term for term in terms if term), ""))
    return next((found for found in named_in if found), "") or licence(" ".join(words.split()))
