"""Project Open Data's `data.json`, in and out (schema 1.1, https://resources.data.gov/resources/dcat-us/).

Every `dataset` of a catalogue becomes an entry. `missing` lists the fields that the schema requires
and an entry does not hold.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.standards import contacts, vocabularies
from fairway.standards.reading import (
    Fields,
    Problem,
    Read,
    Unusable,
    day,
    distinct,
    found_at,
    named,
    parsed,
    plain_text,
    read_each,
    refused,
)
from fairway.standards.remainder import remainder, restored

_REMAINDER = "fairwayRemainder"
_SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
_ACCESS = {
    GetAt.OPEN_HERE: "public",
    GetAt.REQUEST_HERE: "restricted public",
    GetAt.ELSEWHERE: "",
}
_REQUIRED = ("title", "description", "keyword", "modified", "publisher", "contactPoint")
_REQUIRED_TOO = ("identifier", "accessLevel")


def read(text: str, source: str) -> Read:
    """Read every dataset of a catalogue."""
    try:
        document = parsed(text)
    except Unusable as error:
        return refused(source, error.reason)
    records = document.get("dataset") if isinstance(document, Mapping) else document
    if not isinstance(records, list):
        return refused(source, "This catalogue has no list of datasets.", "dataset")
    return read_each(records, source, lambda record: entry(record, source))


def entry(record: Mapping[str, Any], source: str) -> CatalogueEntry:
    """Return the entry that a dataset describes. Raises `Unusable` with field and reason."""
    fields = Fields(record)
    title = fields.title("title")
    fields.take("@type")
    own = fields.take(_REMAINDER)
    url = fields.text("landingPage")
    identifier = fields.text("identifier") or url or title
    publisher = fields.mapping("publisher")
    contact = fields.mapping("contactPoint")
    distributions = tuple(_distribution(r) for r in fields.records("distribution"))
    read_entry = CatalogueEntry(
        id=named(source, identifier),
        kind=EntryKind.DATASET,
        title=title,
        description=fields.words("description"),
        organisation=plain_text(publisher.get("name")) or fields.text("publisher"),
        contact=contacts.one_line(
            plain_text(contact.get("fn")), plain_text(contact.get("hasEmail"))
        ),
        url=url,
        licence=vocabularies.licence(fields.text("license")),
        access_rights=fields.text("accessLevel"),
        tags=fields.texts("keyword"),
        themes=fields.texts("theme"),
        places=distinct([fields.text("spatial")]),
        period=_period(fields),
        frequency=vocabularies.frequency(fields.text("accrualPeriodicity")),
        issued=fields.day("issued"),
        modified=fields.day("modified"),
        language=_language(fields),
        identifiers=(identifier,),
        distributions=distributions,
        sources=found_at(source, identifier, url),
        extra=fields.rest("datajson"),
    )
    return restored(read_entry, own) if isinstance(own, Mapping) else read_entry


def _period(fields: Fields) -> tuple[date | None, date | None]:
    """Take `temporal`, which is written as `2020-01-01/2020-12-31`."""
    written = fields.look("temporal")
    first, slash, last = plain_text(written).partition("/")
    period = (day(first), day(last))
    if slash and period != (None, None):
        fields.take("temporal")
    return period


def _language(fields: Fields) -> str:
    return vocabularies.language(next(iter(fields.texts("language")), ""))


def _distribution(form: Mapping[str, Any]) -> Distribution:
    file, place = plain_text(form.get("downloadURL")), plain_text(form.get("accessURL"))
    return Distribution(
        title=plain_text(form.get("title")),
        url=file or place,
        download=bool(file),
        page=place if file and place != file else "",
        format=plain_text(form.get("format")),
        media_type=plain_text(form.get("mediaType")),
    )


# ------------------------------------------------------------------ out


def write(entries: Iterable[CatalogueEntry]) -> str:
    """Write a catalogue."""
    catalogue = {
        "@context": f"{_SCHEMA}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": _SCHEMA,
        "describedBy": f"{_SCHEMA}/catalog.json",
        "dataset": [dataset(e) for e in entries if not e.withdrawn],
    }
    return json.dumps(catalogue, ensure_ascii=False, indent=1)


def dataset(written: CatalogueEntry) -> dict[str, Any]:
    """Return an entry as a dataset, with what the schema has no field for in one of our own."""
    about = _dataset(written)
    if rest := remainder(written, entry(about, "")):
        about[_REMAINDER] = rest
    return about


def missing(written: CatalogueEntry) -> tuple[Problem, ...]:
    """Return the fields that the schema requires and the entry does not hold."""
    about = _dataset(written)
    return tuple(
        Problem(written.id, None, name, "The schema requires this field.")
        for name in (*_REQUIRED, *_REQUIRED_TOO)
        if not about.get(name)
    )


def _dataset(written: CatalogueEntry) -> dict[str, Any]:
    name, address = contacts.parts(written.contact)
    contact = {"@type": "vcard:Contact", "fn": name or address, "hasEmail": f"mailto:{address}"}
    publisher = {"@type": "org:Organization", "name": written.organisation}
    first, last = (d.isoformat() if d else "" for d in written.period)
    repeats = vocabularies.FREQUENCIES.get(written.frequency, written.frequency)
    about: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "title": written.title,
        "description": written.description,
        "keyword": list(written.tags),
        "modified": written.modified.isoformat() if written.modified else "",
        "publisher": publisher if written.organisation else "",
        "contactPoint": contact if address else {"fn": name} if name else "",
        "identifier": written.identifiers[0] if written.identifiers else written.id,
        "accessLevel": written.access_rights or _ACCESS[written.get_at],
        "license": written.licence,
        "spatial": written.places[0] if written.places else "",
        "temporal": f"{first}/{last}" if first or last else "",
        "accrualPeriodicity": repeats,
        "issued": written.issued.isoformat() if written.issued else "",
        "landingPage": written.url,
        "language": [written.language] if written.language else [],
        "theme": list(written.themes),
        "distribution": [_form(d) for d in written.distributions],
    }
    return {name: value for name, value in about.items() if value not in ("", [])}


def _form(distribution: Distribution) -> dict[str, Any]:
    form = {
        "@type": "dcat:Distribution",
        "title": distribution.title,
        "downloadURL" if distribution.download else "accessURL": distribution.url,
        **({"accessURL": distribution.page} if distribution.page else {}),
        "format": distribution.format,
        "mediaType": distribution.media_type,
    }
    return {name: value for name, value in form.items() if value}
