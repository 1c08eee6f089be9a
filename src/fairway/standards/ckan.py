"""CKAN's packages, in and out (https://docs.ckan.org/en/2.11/api/, package_show, package_search).

Read are the action API's answers, lists of packages, and the answers of the Solr that is behind a
CKAN, which hold a package as text in `validated_data_dict`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind
from fairway.standards import contacts, vocabularies
from fairway.standards.reading import (
    Fields,
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

_REMAINDER = "fairway_remainder"
_FREQUENCIES = ("update_frequency", "frequency-of-update", "UpdateFrequency", "frequency")


def read(text: str, source: str) -> Read:
    """Read every package of an answer."""
    try:
        records = _packages(parsed(text))
    except Unusable as error:
        return refused(source, error.reason, error.field)
    return read_each(records, source, lambda record: entry(record, source))


def _packages(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        raise Unusable("", "This is no answer of CKAN.")
    if document.get("success") is False:
        error = document.get("error")
        said = plain_text(error.get("message")) if isinstance(error, Mapping) else ""
        raise Unusable("error", f"CKAN refused: {said or 'it does not say why'}.")
    found = document.get("result", document.get("response", document))
    for name in ("results", "docs"):
        if isinstance(found, Mapping) and isinstance(found.get(name), list):
            return list(found[name])
    return found if isinstance(found, list) else [found]


def entry(package: Mapping[str, Any], source: str) -> CatalogueEntry:
    """Return the entry that a package describes. Raises `Unusable` with field and reason."""
    package = _whole(package)
    fields = Fields(package)
    extras = _extras(fields)
    title = fields.title("title", "name")
    identifier = plain_text(package.get("id")) or plain_text(package.get("name")) or title
    distributions = tuple(_distribution(r) for r in fields.records("resources"))
    for copy in ("individual_resources", "additional_resources"):
        fields.take(copy)  # data.gov.uk repeats the resources under these names
    read_entry = CatalogueEntry(
        id=named(source, identifier),
        kind=EntryKind.DATASET,
        title=title,
        description=fields.words("notes"),
        organisation=_organisation(fields),
        contact=_contact(fields),
        url=fields.text("url"),
        licence=_licence(fields),
        version=fields.text("version"),
        tags=_tags(fields),
        themes=distinct([fields.text("theme-primary"), *fields.texts("theme-secondary")]),
        places=distinct([_place(fields.text("geographic_coverage"))]),
        period=_period(fields),
        frequency=vocabularies.frequency(_frequency(fields, extras)),
        issued=fields.day("date_released", "metadata_created"),
        modified=fields.day("date_updated", "metadata_modified"),
        language=vocabularies.language(plain_text(extras.pop("metadata-language", ""))),
        identifiers=distinct([identifier, plain_text(extras.get("guid"))]),
        distributions=distributions,
        sources=found_at(source, identifier, plain_text(package.get("url"))),
        withdrawn=fields.text("state") == "deleted",
        extra={},
    )
    own = _own_words(extras)
    rest = fields.rest("ckan")
    if extras:
        rest = {"ckan": {**rest.get("ckan", {}), "extras": extras}}
    if own is None:
        return _with_extra(read_entry, rest)
    return restored(_with_extra(read_entry, {}), own)


def _with_extra(read_entry: CatalogueEntry, extra: Mapping[str, Any]) -> CatalogueEntry:
    return restored(read_entry, {"extra": dict(extra)})


def _whole(package: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the package that a document of Solr holds as text, or the document itself."""
    for name in ("validated_data_dict", "data_dict"):
        if isinstance(package.get(name), str):
            held = parsed(package[name])
            if isinstance(held, Mapping):
                return held
    return package


def _extras(fields: Fields) -> dict[str, Any]:
    return {plain_text(e.get("key")): e.get("value") for e in fields.records("extras")}


def _own_words(extras: dict[str, Any]) -> dict[str, Any] | None:
    written = extras.pop(_REMAINDER, None)
    try:
        own = json.loads(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return own if isinstance(own, dict) else None


def _organisation(fields: Fields) -> str:
    about = fields.mapping("organization")
    return (
        plain_text(about.get("title"))
        or plain_text(about.get("name"))
        or fields.text("organization")
    )


def _contact(fields: Fields) -> str:
    for name, address in (
        ("contact-name", "contact-email"),
        ("maintainer", "maintainer_email"),
        ("author", "author_email"),
    ):
        if line := contacts.one_line(fields.text(name), fields.text(address)):
            return line
    return ""


def _licence(fields: Fields) -> str:
    known = vocabularies.licence(plain_text(fields.look("license_id")))
    written = fields.text("license_url")
    if written or known.startswith("http"):
        return written or known
    return vocabularies.licence(fields.text("license_title")) or known


def _tags(fields: Fields) -> tuple[str, ...]:
    about = fields.records("tags")
    if about:
        shown = (plain_text(t.get("display_name")) or plain_text(t.get("name")) for t in about)
        return distinct(shown)
    return fields.texts("tags")


def _place(coverage: str) -> str:
    """Return the place of a coverage that data.gov.uk writes as `100000: England`."""
    return re.sub(r"^[01]{6}:\s*", "", coverage)


def _period(fields: Fields) -> tuple[date | None, date | None]:
    ends = [fields.take("temporal_coverage-from"), fields.take("temporal_coverage-to")]
    first, last = (day(e[0] if isinstance(e, list) and e else e) for e in ends)
    return (first, last)


def _frequency(fields: Fields, extras: dict[str, Any]) -> str:
    found = fields.text(*_FREQUENCIES)
    return found or next((plain_text(extras.pop(n)) for n in _FREQUENCIES if n in extras), "")


def _distribution(resource: Mapping[str, Any]) -> Distribution:
    size = plain_text(resource.get("size"))
    return Distribution(
        title=plain_text(resource.get("name")) or plain_text(resource.get("description")),
        url=plain_text(resource.get("url")),
        format=plain_text(resource.get("format")),
        media_type=plain_text(resource.get("mimetype")),
        download=plain_text(resource.get("url_type")) == "upload",
        bytes=int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None,
    )


# ------------------------------------------------------------------ out


def write(entries: Iterable[CatalogueEntry]) -> str:
    """Write entries as the answer of a `package_search`."""
    packages = [package(e) for e in entries]
    result = {"count": len(packages), "results": packages}
    return json.dumps({"success": True, "result": result}, ensure_ascii=False, indent=1)


def package(written: CatalogueEntry) -> dict[str, Any]:
    """Return an entry as a package, with what CKAN has no field for in one of its `extras`."""
    about = _package(written)
    came_back = entry(about, "")
    rest = remainder(written, came_back)
    if rest or written.extra:
        value = json.dumps(rest, ensure_ascii=False, sort_keys=True)
        about["extras"] = [{"key": _REMAINDER, "value": value}]
    return about


def _package(written: CatalogueEntry) -> dict[str, Any]:
    name, address = contacts.parts(written.contact)
    first, last = written.period
    return {
        "id": written.identifiers[0] if written.identifiers else written.id,
        "name": written.id,
        "title": written.title,
        "type": "dataset",
        "state": "deleted" if written.withdrawn else "active",
        "notes": written.description,
        "organization": {"title": written.organisation} if written.organisation else None,
        "maintainer": name,
        "maintainer_email": address,
        "url": written.url,
        "license_url": written.licence,
        "version": written.version,
        "tags": [{"name": tag, "display_name": tag} for tag in written.tags],
        "theme-primary": written.themes[0] if written.themes else "",
        "theme-secondary": list(written.themes[1:]),
        "geographic_coverage": written.places[0] if written.places else "",
        "temporal_coverage-from": first.isoformat() if first else "",
        "temporal_coverage-to": last.isoformat() if last else "",
        "update_frequency": written.frequency,
        "date_released": written.issued.isoformat() if written.issued else "",
        "date_updated": written.modified.isoformat() if written.modified else "",
        "resources": [_resource(d) for d in written.distributions],
        "extras": [],
    }


def _resource(distribution: Distribution) -> dict[str, Any]:
    return {
        "name": distribution.title,
        "url": distribution.url,
        "format": distribution.format,
        "mimetype": distribution.media_type,
        "size": distribution.bytes,
        **({"url_type": "upload"} if distribution.download else {}),
    }
