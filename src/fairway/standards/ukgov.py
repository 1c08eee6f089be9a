"""The UK Cross-Government Metadata Exchange Model, in and out.

A record is a mapping, written as JSON or YAML: a `dcat:Dataset`, a `dcat:DataService`, or a
`dcat:Distribution` that a dataset names. `ukgov_rules` says what is allowed in it. What the model
asks for and a catalogue entry has no field for is kept in the entry's `extra`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.nouns.errors import BadInput
from fairway.standards import contacts, documents, ukgov_rules
from fairway.standards.reading import (
    Fields,
    Problem,
    Read,
    Unusable,
    found_at,
    is_uri,
    named,
    parsed,
    plain_text,
    refused,
)
from fairway.standards.vocabularies import DOCUMENTATION

_KINDS = {"Dataset": EntryKind.DATASET, "DataService": EntryKind.API}
_ACCESS = {GetAt.OPEN_HERE: "OPEN", GetAt.REQUEST_HERE: "INTERNAL"}


def problems(record: object, source: str = "", index: int | None = None) -> tuple[Problem, ...]:
    """Return everything in a record that the model does not allow; none when it is valid."""
    if not isinstance(record, Mapping):
        return (Problem(source, index, "", "This is not a record with fields."),)
    kind = _kind(record)
    if kind is None:
        reason = f"This is '{plain_text(record.get('type'))[:60]}', which is no class of the model."
        return (Problem(source, index, "type", reason),)
    return tuple(Problem(source, index, f, r) for f, r in ukgov_rules.problems(record, kind))


def _kind(record: Mapping[str, Any]) -> str | None:
    """Return the class of a record; a contact point is the one that has no type."""
    if "type" not in record and {"contactName", "email"} & record.keys():
        return "ContactPoint"
    return ukgov_rules.type_names().get(plain_text(record.get("type")))


def read(text: str, source: str) -> Read:
    """Read records; those that the model does not allow are problems, one for each reason."""
    try:
        records = _records(text, source)
    except Unusable as error:
        return refused(source, error.reason, error.field)
    found: list[Problem] = []
    forms: dict[str, tuple[int, Mapping[str, Any]]] = {}
    usable: list[Mapping[str, Any]] = []
    for index, record in enumerate(records):
        wrong = problems(record, source, index)
        found += wrong
        if wrong:
            continue
        if _kind(record) == "Distribution":
            forms[record["identifier"]] = (index, record)
        elif _kind(record) in _KINDS:
            usable.append(record)
        else:
            found.append(Problem(source, index, "type", "This describes no data and no service."))
    entries = tuple(_entry(record, source, forms) for record in usable)
    named_by = {uri for record in usable for uri in record.get("distribution", ())}
    found += [
        Problem(source, index, "identifier", "No dataset here names this distribution.")
        for identifier, (index, _) in forms.items()
        if identifier not in named_by
    ]
    return Read(entries, tuple(found))


def _records(text: str, source: str) -> list[Any]:
    if text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{"):
        document = parsed(text)
    else:
        try:
            document = [
                record
                for part in documents.read_all(text, source)
                for record in (part if isinstance(part, list) else [part])
            ]
        except BadInput as error:
            raise Unusable("", error.message) from None
    return document if isinstance(document, list) else [document]


def _entry(
    record: Mapping[str, Any], source: str, forms: Mapping[str, tuple[int, Mapping[str, Any]]]
) -> CatalogueEntry:
    fields = Fields(record)
    kind = _KINDS[_kind(record) or ""]
    fields.take("type")
    identifier = fields.text("identifier")
    distributions = [_distribution(uri, forms) for uri in fields.texts("distribution")]
    if documentation := fields.text("endpointDescription"):
        distributions.append(Distribution(title=DOCUMENTATION, url=documentation))
    url = fields.text("endpointURL") or (identifier if is_uri(identifier) else "")
    slug = fields.text("publisher")
    creators = fields.look("creator")
    if creators == [slug]:
        fields.take("creator")
    contact = fields.mapping("contactPoint")
    rest = {k: v for k, v in contact.items() if k not in ("contactName", "email")}
    return CatalogueEntry(
        id=named(source, identifier),
        kind=kind,
        title=fields.title("title"),
        description=fields.text("description"),
        organisation=ukgov_rules.organisations()[slug][0],
        contact=contacts.one_line(contact["contactName"].strip(), contact["email"].strip()),
        url=url,
        licence=fields.text("licence"),
        classification=fields.text("securityClassification"),
        access_rights=fields.text("accessRights"),
        version=fields.text("version"),
        tags=fields.texts("keyword"),
        themes=fields.texts("theme"),
        frequency=fields.text("updateFrequency").removeprefix("freq:"),
        issued=fields.day("issued"),
        modified=fields.day("modified"),
        identifiers=(identifier,),
        distributions=tuple(distributions),
        sources=found_at(source, identifier, url),
        extra=_with(fields.rest("ukgov"), {"contactPoint": rest} if rest else {}),
    )


def _with(extra: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {"ukgov": {**extra.get("ukgov", {}), **more}} if more else extra


def _distribution(uri: str, forms: Mapping[str, tuple[int, Mapping[str, Any]]]) -> Distribution:
    if uri not in forms:
        return Distribution(url=uri)
    form = forms[uri][1]
    return Distribution(
        title=form["title"],
        url=uri if is_uri(uri) else form.get("downloadURL", uri),
        media_type=form["mediaType"],
        licence=form["licence"],
        bytes=form.get("byteSize"),
        download=not is_uri(uri) or form.get("downloadURL") == uri,
    )


def record(entry: CatalogueEntry) -> dict[str, Any]:
    """Return an entry as the model writes it. `missing` tells what the model asks for besides."""
    kept = dict(entry.extra.get("ukgov") or {})
    slug = ukgov_rules.organisation_slug(entry.organisation)
    name, address = contacts.parts(entry.contact)
    contact = {"contactName": name or address, "email": address} | kept.pop("contactPoint", {})
    service = entry.kind is EntryKind.API
    documentation = [d.url for d in entry.distributions if d.title == DOCUMENTATION]
    written: dict[str, Any] = {
        "identifier": entry.identifiers[0] if entry.identifiers else entry.id,
        "type": "dcat:DataService" if service else "dcat:Dataset",
        "title": entry.title,
        "description": entry.description,
        "accessRights": _access(entry),
        "contactPoint": {k: v for k, v in contact.items() if v},
        "creator": kept.pop("creator", [slug] if slug else []),
        "publisher": slug,
        "issued": entry.issued.isoformat() if entry.issued else "",
        "modified": entry.modified.isoformat() if entry.modified else "",
        "keyword": list(entry.tags),
        "licence": entry.licence,
        "securityClassification": _value("SecurityClassificationValues", entry.classification),
        "theme": [theme for theme in entry.themes if is_uri(theme)],
        "version": entry.version,
    }
    if service:
        uri = entry.identifiers[:1] == (entry.url,) and "endpointURL" not in kept
        written["endpointURL"] = "" if uri else entry.url
        written["endpointDescription"] = documentation[0] if documentation else ""
    else:
        written["distribution"] = [d.url for d in entry.distributions if d.url]
        written["updateFrequency"] = _value("FrequencyValues", entry.frequency, "freq:")
    return {k: v for k, v in written.items() if v not in ("", [], {})} | kept


def _access(entry: CatalogueEntry) -> str:
    return _value("AccessRightsValues", entry.access_rights) or _ACCESS.get(entry.get_at, "")


def _value(enumeration: str, text: str, prefix: str = "") -> str:
    """Return the value of an enumeration that a text names, in whatever case; else nothing."""
    allowed = {value.casefold(): value for value in ukgov_rules.values(enumeration)}
    return allowed.get(f"{prefix}{text}".casefold().replace(" ", "_"), "")


def missing(entry: CatalogueEntry) -> tuple[Problem, ...]:
    """Return what keeps an entry from being a valid record of the model: each has to be added."""
    return problems(record(entry), entry.id)


def write(entries: Iterable[CatalogueEntry]) -> str:
    """Write entries as a list of records in JSON, each dataset followed by its distributions."""
    written: list[dict[str, Any]] = []
    for entry in entries:
        written.append(record(entry))
        if entry.kind is not EntryKind.API:
            written += [r for d in entry.distributions if not problems(r := _form(entry, d))]
    return json.dumps(written, ensure_ascii=False, indent=1)


def _form(entry: CatalogueEntry, distribution: Distribution) -> dict[str, Any]:
    form = {
        "identifier": distribution.url,
        "type": "dcat:Distribution",
        "title": distribution.title,
        "licence": distribution.licence or entry.licence,
        "mediaType": distribution.media_type,
        "downloadURL": distribution.url,
        "byteSize": distribution.bytes,
    }
    return {k: v for k, v in form.items() if v not in ("", None)}
