"""A record as schema.org JSON-LD, for search engines to read out of its page (https://schema.org/Dataset).

The same mapping answers who asks a page's address for `application/ld+json`.
"""

import json
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt

MEDIA_TYPE = "application/ld+json"

_TYPES = {EntryKind.DATASET: "Dataset", EntryKind.API: "WebAPI", EntryKind.PUBLICATION: "Report"}
_CONDITIONS = {
    GetAt.OPEN_HERE: "Open to everybody who signs in.",
    GetAt.REQUEST_HERE: "Can be requested for a stated purpose; the owner decides.",
    GetAt.ELSEWHERE: "",
}


def jsonld(entry: CatalogueEntry, address: str = "") -> dict[str, Any]:
    """Return a record as JSON-LD. `address` is that of its page."""
    kind = _TYPES[entry.kind]
    statements: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": address,
        "name": entry.title,
        "description": entry.description,
        "url": address or entry.url,
        "sameAs": entry.url if address else "",
        "identifier": list(entry.identifiers),
        "keywords": list(dict.fromkeys((*entry.tags, *entry.themes))),
        "license": entry.licence,
        "publisher": _organisation(entry.organisation),
        "version": entry.version,
        "inLanguage": entry.language,
        "datePublished": entry.issued.isoformat() if entry.issued else "",
        "dateModified": entry.modified.isoformat() if entry.modified else "",
        "conditionsOfAccess": _CONDITIONS[entry.get_at],
        "spatialCoverage": [{"@type": "Place", "name": place} for place in entry.places],
        "temporalCoverage": _period(entry),
    }
    if entry.kind is EntryKind.API:
        statements["documentation"] = [d.url for d in entry.distributions if d.url]
    if entry.kind is EntryKind.DATASET:
        statements["variableMeasured"] = list(entry.columns)
        statements["distribution"] = [_download(d) for d in entry.distributions if d.url]
    return {name: value for name, value in statements.items() if value not in ("", [], {})}


def script(entry: CatalogueEntry, address: str = "") -> str:
    """Return a record as JSON that may stand inside a `script` element of a page.

    Nothing in it can end the element or open a comment: HTML, section 4.12.1.3.
    """
    text = json.dumps(jsonld(entry, address), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name} if name else {}


def _period(entry: CatalogueEntry) -> str:
    """Return a period as ISO 8601 writes it, an open end as two dots."""
    first, last = (day.isoformat() if day else ".." for day in entry.period)
    return "" if (first, last) == ("..", "..") else f"{first}/{last}"


def _download(distribution: Distribution) -> dict[str, Any]:
    size = "" if distribution.bytes is None else f"{distribution.bytes} B"
    statements = {
        "@type": "DataDownload",
        "name": distribution.title,
        "contentUrl": distribution.url,
        "url": distribution.page,
        "encodingFormat": distribution.media_type or distribution.format,
        "license": distribution.licence,
        "contentSize": size,
    }
    return {name: value for name, value in statements.items() if value}
