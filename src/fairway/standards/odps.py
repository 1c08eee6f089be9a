"""Open Data Product Standard 1.0, in and out (https://bitol-io.github.io/open-data-product-standard).

A product of Fairway is one table under one contract, so it has one output port. Read are products
of any shape: their ports become the forms in which an entry can be had.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind
from fairway.nouns.errors import BadInput
from fairway.nouns.products import DataProduct
from fairway.standards import documents
from fairway.standards.reading import (
    Fields,
    Problem,
    Read,
    found_at,
    named,
    plain_text,
    read_each,
    refused,
)
from fairway.standards.remainder import remainder, restored

VERSION = "v1.0.0"

_SCHEMA = ("fairway.standards", "schemas/odps-v1.0.0.json")
_REMAINDER = "fairwayRemainder"
_DESCRIPTION = ("purpose", "usage", "limitations")
_OWNERS = frozenset({"owner", "data owner", "product owner"})


def problems(content: object, source: str = "") -> tuple[Problem, ...]:
    """Return each place where a product breaks the standard's JSON Schema."""
    from fairway.standards import json_schemas  # deferred: its library can take seconds

    found = json_schemas.violations(json_schemas.schema(*_SCHEMA), content)
    return tuple(Problem(source, None, field, reason) for field, reason in found)


# ------------------------------------------------------------------ in


def read(text: str, source: str) -> Read:
    """Read one product, or several YAML documents with one each."""
    try:
        records = documents.read_all(text, source)
    except BadInput as error:
        return refused(source, error.message)
    wrong: list[Problem] = []
    usable: list[Any] = []
    for index, record in enumerate(records):
        against = problems(record, source)
        wrong += [Problem(source, index, p.field, p.reason) for p in against]
        usable += [] if against else [record]
    found = read_each(usable, source, lambda record: entry(record, source))
    return Read(found.entries, (*wrong, *found.problems))


def entry(record: Mapping[str, Any], source: str) -> CatalogueEntry:
    """Return the entry of a product that follows the standard."""
    fields = Fields(record)
    identifier = fields.text("id")
    own = _own_words(fields)
    about = fields.mapping("description")
    parts = [plain_text(about.get(name)) for name in _DESCRIPTION]
    rest = {k: v for k, v in about.items() if k not in _DESCRIPTION}
    ports = fields.records("outputPorts")
    team = fields.look("team")
    for constant in ("apiVersion", "kind"):
        fields.take(constant)
    extra = fields.rest("odps").get("odps", {}) | ({"description": rest} if rest else {})
    if any(set(port) - {"name", "type"} for port in ports):
        extra["outputPorts"] = [dict(port) for port in ports]
    read_entry = CatalogueEntry(
        id=named(source, identifier),
        kind=EntryKind.DATASET,
        title=plain_text(record.get("name")) or identifier,
        description="\n\n".join(part for part in parts if part),
        domain=plain_text(record.get("domain")),
        contact=_owner(team),
        version=plain_text(record.get("version")),
        tags=fields.texts("tags"),
        identifiers=(identifier,),
        distributions=tuple(
            Distribution(title=plain_text(p.get("name")), format=plain_text(p.get("type")))
            for p in ports
        ),
        sources=found_at(source, identifier),
        withdrawn=plain_text(record.get("status")) == "retired",
        extra={"odps": _less(extra, ("name", "domain", "version", "tags"))},
    )
    return restored(read_entry, own)


def _less(extra: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in extra.items() if name not in names}


def _own_words(fields: Fields) -> Mapping[str, Any]:
    """Take what Fairway wrote beside the standard's own words."""
    properties = fields.look("customProperties") or []
    held = [p["value"] for p in properties if p.get("property") == _REMAINDER]
    if held and len(properties) == 1:
        fields.take("customProperties")
    return held[0] if held and isinstance(held[0], Mapping) else {}


def _owner(team: Any) -> str:
    members = team.get("members") or () if isinstance(team, Mapping) else ()
    for member in members:
        if plain_text(member.get("role")).casefold() in _OWNERS and not member.get("dateOut"):
            return plain_text(member.get("name")) or plain_text(member.get("username"))
    return ""


# ------------------------------------------------------------------ out


def write(product: DataProduct) -> str:
    """Write a product as YAML."""
    return documents.write(document(product))


def document(product: DataProduct) -> dict[str, Any]:
    """Return a published product as a document of the standard."""
    contract = product.contract
    port = {
        "name": product.table,
        "description": contract.description,
        "type": "tables",
        "version": contract.version,
        "contractId": contract.id,
    }
    written = {
        "apiVersion": VERSION,
        "kind": "DataProduct",
        "id": product.id,
        "name": contract.title,
        "version": contract.version,
        "status": "active",
        "domain": product.domain,
        "description": _described(contract.document, contract.description),
        "tags": list(contract.tags),
        "outputPorts": [{name: value for name, value in port.items() if value}],
        "productCreatedTs": product.published_at.isoformat(),
    }
    return {name: value for name, value in written.items() if value not in ("", [], {})}


def _described(written: Mapping[str, Any], whole: str) -> dict[str, str]:
    """Return the contract's own description, which has the same three parts, or the whole of it."""
    about = written.get("description")
    if isinstance(about, Mapping):
        parts = {name: plain_text(about.get(name)) for name in _DESCRIPTION}
        return {name: text for name, text in parts.items() if text}
    return {"purpose": whole} if whole else {}


def record(written: CatalogueEntry) -> dict[str, Any]:
    """Return an entry as a document, with what the standard has no field for in one of our own."""
    about = _document(written)
    if rest := remainder(written, entry(about, "")):
        about["customProperties"] = [
            *about.get("customProperties", ()),
            {"property": _REMAINDER, "value": rest},
        ]
    return about


def write_all(entries: Iterable[CatalogueEntry]) -> str:
    """Write entries as YAML documents, one after the other, which `read` reads as they were."""
    return "".join(f"---\n{documents.write(record(entry))}" for entry in entries)


def _document(written: CatalogueEntry) -> dict[str, Any]:
    kept = dict(written.extra.get("odps") or {})
    ports = [
        {"name": d.title or d.url or "output", "version": written.version or "1.0.0"}
        | ({"type": d.format} if d.format else {})
        for d in written.distributions
    ]
    about = {
        "apiVersion": VERSION,
        "kind": "DataProduct",
        "id": next((i for i in written.identifiers if i), written.id),
        "name": written.title,
        "version": written.version,
        "status": "retired" if written.withdrawn else "active",
        "domain": written.domain,
        "description": {"purpose": written.description} if written.description else {},
        "tags": list(written.tags),
        "outputPorts": ports,
    }
    stated = {name: value for name, value in about.items() if value not in ("", [], {})}
    if isinstance(kept.get("description"), Mapping):
        kept["description"] = {**about["description"], **kept["description"]}  # type: ignore[dict-item]  # text or list, as it was read
    return stated | kept
