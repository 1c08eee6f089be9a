"""DCAT-AP 3.0.1, in and out, as JSON-LD and Turtle (https://semiceu.github.io/DCAT-AP/releases/3.0.1).

What is exported follows the profile's official SHACL shapes; `missing` lists what the profile asks
for and an entry does not hold. What is imported is taken more widely: any DCAT 2 or 3, its usual
slips among it (a publisher that is a bare name, `accessUrl`), as catalogues serve it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, Provenance
from fairway.nouns.follows import Changes
from fairway.nouns.harvests import Fault
from fairway.standards import contacts, dcat_nodes, linked, rdfxml, vocabularies
from fairway.standards.dcat_nodes import Statements
from fairway.standards.linked import Graph, Node, iri
from fairway.standards.reading import (
    Problem,
    Read,
    Unusable,
    found_at,
    named,
    parsed,
    read_each,
    refused,
)
from fairway.standards.remainder import remainder, restored, sources_written, upstream
from fairway.standards.vocabularies import DOCUMENTATION

RECORD = "urn:fairway:entry:"
"""In front of an entry's id where it has no address."""

_RECORDS = {"dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService"}
_PUBLICATION = "urn:fairway:terms#publication"
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True)
class About:
    """What a catalogue says of itself (DCAT-AP 3.0.1, Catalogue). `base` precedes entries' ids."""

    title: str
    description: str
    publisher: str
    address: str = "urn:fairway:catalogue"
    base: str = RECORD


# ------------------------------------------------------------------ in


def read(text: str, source: str) -> Read:
    """Read every dataset and data service of a catalogue: JSON-LD, Turtle or RDF/XML."""
    try:
        start = text.lstrip("\ufeff \t\r\n")[:1]
        if start in ("{", "["):
            graph = linked.from_json_ld(parsed(text))
        elif start == "<" and "rdf:RDF" in text[:2000]:
            graph = linked.from_rdf_xml(text.lstrip("\ufeff \t\r\n"))
        else:
            graph = linked.from_turtle(text)
    except Unusable as error:
        return refused(source, error.reason, error.field)
    except RecursionError:
        return refused(source, "This is nested too deeply.")
    return read_graph(graph, source)


def read_graph(graph: Graph, source: str) -> Read:
    """Read the records of a graph: what has a type of theirs, or is in a catalogue's list."""
    records = [n for n in graph.nodes if _RECORDS & set(n.get("@type", ()))]
    seen = {id(node) for node in records}
    for catalogue in graph.nodes:
        for listed in ("dcat:dataset", "dcat:service"):
            for value in catalogue.get(listed, ()):
                part = graph.follow(value)
                if id(part) not in seen and (not isinstance(part, dict) or len(part) > 1):
                    seen.add(id(part))
                    records.append(part)
    if not records:
        return refused(source, "This describes no dataset and no data service.")
    return read_each(records, source, lambda node: entry_of(node, graph, source))


def entry_of(node: Mapping[str, Any], graph: Graph, source: str) -> CatalogueEntry:
    """Return the entry that a node describes. Raises `Unusable` with the field and the reason."""
    said = Statements(node, graph)
    title = said.words("dct:title")
    if not title:
        raise Unusable("dct:title", "This record has no title.")
    identifiers = said.texts("dct:identifier") + said.labels("adms:identifier")
    url = said.address("dcat:endpointURL", "dcat:landingPage", "foaf:page", "foaf:homepage")
    name = _name(node, identifiers, url, title)
    own = _own_words(said)
    entry = CatalogueEntry(
        id=named(source, name),
        kind=_kind(node, said),
        title=" ".join(title.split()),
        description=said.words("dct:description"),
        organisation=said.label("dct:publisher") or said.label("dct:creator"),
        contact=_contact(said),
        url=url or (name if name.startswith(("http://", "https://")) else ""),
        licence=vocabularies.licence(said.label("dct:license")),
        access_rights=said.label("dct:accessRights"),
        version=said.text("dcat:version", "owl:versionInfo"),
        tags=said.texts("dcat:keyword"),
        themes=said.labels("dcat:theme"),
        places=said.labels("dct:spatial"),
        period=_period(said),
        frequency=vocabularies.frequency(said.label("dct:accrualPeriodicity")),
        issued=said.day("dct:issued"),
        modified=said.day("dct:modified"),
        language=vocabularies.language(said.label("dct:language")),
        identifiers=identifiers,
        distributions=tuple(_distribution(part, graph) for part in said.parts("dcat:distribution"))
        + _documentation(said),
        sources=found_at(source, name, url) + _upstream(own),
        extra=said.rest("dcat"),
    )
    return restored(entry, own.get("fields") or {}) if own else entry


def _name(node: Mapping[str, Any], identifiers: tuple[str, ...], url: str, title: str) -> str:
    name = str(node.get("@id", ""))
    if name and not name.startswith("_:"):
        return name
    return identifiers[0] if identifiers else url or title


def _kind(node: Mapping[str, Any], said: Statements) -> EntryKind:
    if "dcat:DataService" in node.get("@type", ()):
        return EntryKind.API
    if said.refers("dct:type", _PUBLICATION):
        return EntryKind.PUBLICATION
    return EntryKind.DATASET


def _contact(said: Statements) -> str:
    for part in said.parts("dcat:contactPoint"):
        inner = Statements(part, said.graph)
        address = inner.label("vcard:hasEmail") or inner.label("foaf:mbox")
        if line := contacts.one_line(inner.text("vcard:fn", "foaf:name"), address):
            return line
    return ""


def _period(said: Statements) -> tuple[date | None, date | None]:
    for part in said.parts("dct:temporal"):
        inner = Statements(part, said.graph)
        return (
            inner.day("dcat:startDate", "schema:startDate"),
            inner.day("dcat:endDate", "schema:endDate"),
        )
    return (None, None)


def _distribution(part: Mapping[str, Any], graph: Graph) -> Distribution:
    said = Statements(part, graph)
    size = said.text("dcat:byteSize").partition(".")[0]
    media = said.label("dcat:mediaType").removeprefix(vocabularies.MEDIA_TYPE)
    written = said.label("dct:format").removeprefix(vocabularies.EU_FILE_TYPE)
    file = said.address("dcat:downloadURL")
    place = said.address("dcat:accessURL", "dcat:accessUrl")
    return Distribution(
        title=said.words("dct:title"),
        url=file or place,
        download=bool(file),
        page=place if file and place != file else "",
        rights=said.label("dct:rights"),
        format=written.rpartition("/")[2] if written.startswith("http") else written,
        media_type=media,
        licence=vocabularies.licence(said.label("dct:license")),
        bytes=int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None,
    )


def _documentation(said: Statements) -> tuple[Distribution, ...]:
    address = said.address("dcat:endpointDescription")
    return (Distribution(title=DOCUMENTATION, url=address),) if address else ()


def _own_words(said: Statements) -> dict[str, Any]:
    written = said.text("fairway:remainder")
    try:
        own = json.loads(written) if written else {}
    except ValueError:
        return {}
    return own if isinstance(own, dict) and isinstance(own.get("fields", {}), dict) else {}


def _upstream(own: dict[str, Any]) -> tuple[Provenance, ...]:
    return upstream(own.get("sources"))


# ------------------------------------------------------------------ out


def missing(entry: CatalogueEntry) -> tuple[Problem, ...]:
    """Return what DCAT-AP requires and the entry does not hold, each with its property."""
    found = []
    if entry.kind is EntryKind.API:
        if not iri(entry.url):
            found.append(("dcat:endpointURL", "A data service has to have an address."))
    elif not entry.description.strip():
        found.append(("dct:description", "A dataset has to have a description."))
    if not entry.title.strip():
        found.append(("dct:title", "A record has to have a title."))
    found += [
        ("dcat:accessURL", f"Distribution {position} has no address.")
        for position, distribution in enumerate(_shown(entry))
        if not iri(distribution.page or distribution.url)
    ]
    return tuple(Problem(entry.id, None, name, reason) for name, reason in found)


def _shown(entry: CatalogueEntry) -> tuple[Distribution, ...]:
    """Return the distributions that DCAT has a place for: a data service has none."""
    return () if entry.kind is EntryKind.API else entry.distributions


def write_json(entries: Iterable[CatalogueEntry], about: About) -> str:
    """Write a catalogue as JSON-LD."""
    return json.dumps(document(entries, about), ensure_ascii=False, indent=1)


def write_rdf_xml(entries: Iterable[CatalogueEntry], about: About) -> str:
    """Write a catalogue as RDF/XML."""
    return rdfxml.write(document(entries, about))


def write_turtle(entries: Iterable[CatalogueEntry], about: About) -> str:
    """Write a catalogue as Turtle."""
    return linked.turtle(document(entries, about))


def write_changes(changes: Changes, about: About) -> str:
    """Write what changed as a catalogue in JSON-LD: of a withdrawn entry its name alone."""
    written = document(changes.entries, about)
    for entry in changes.entries:
        if entry.withdrawn:
            gone = CatalogueEntry(entry.id, entry.kind, _GONE, withdrawn=True)
            written["dcat:dataset"].append(node(gone, about.base))
    written["fairway:cursor"] = changes.cursor
    written["fairway:more"] = changes.more
    written["fairway:whole"] = changes.whole
    return json.dumps(written, ensure_ascii=False)


_GONE = "Withdrawn"


def read_changes(text: str, source: str) -> Changes:
    """Read what `write_changes` wrote, at this node or another one. Raises `Unusable`."""
    said = parsed(text)
    cursor = said.get("fairway:cursor") if isinstance(said, Mapping) else None
    if not isinstance(cursor, str) or not cursor:
        raise Unusable("fairway:cursor", "This is no list of changes of a Fairway node.")
    listed = said.get("dcat:dataset") or said.get("dcat:service")
    found = read(text, source) if listed else Read()
    return Changes(
        entries=found.entries,
        cursor=cursor,
        more=said.get("fairway:more") is True,
        whole=said.get("fairway:whole") is True,
        faults=tuple(Fault(p.index, p.field, p.reason) for p in found.problems),
    )


def document(entries: Iterable[CatalogueEntry], about: About) -> Node:
    """Return a catalogue of entries as a JSON-LD document."""
    catalogue: Node = {
        "@context": linked.PREFIXES,
        "@id": about.address,
        "@type": ["dcat:Catalog"],
        "dct:title": about.title,
        "dct:description": about.description,
        "dct:publisher": dcat_nodes.agent(about.publisher),
        "dcat:dataset": [],
        "dcat:service": [],
    }
    for entry in entries:
        if not entry.withdrawn:
            listed = "dcat:service" if entry.kind is EntryKind.API else "dcat:dataset"
            catalogue[listed].append(node(entry, about.base))
    return catalogue


def node(entry: CatalogueEntry, base: str = RECORD) -> Node:
    """Return an entry as a node, with what DCAT has no words for as one literal beside them."""
    address = base + quote(entry.id, safe="")
    written = {"@id": address} | _described(entry, address)
    came_back = _came_back(written)
    own: dict[str, Any] = {}
    if fields := remainder(entry, came_back):
        own["fields"] = fields
    if entry.sources:
        own["sources"] = sources_written(entry)
    if own:
        written["fairway:remainder"] = json.dumps(own, ensure_ascii=False, sort_keys=True)
    return written


def _came_back(written: Node) -> CatalogueEntry:
    graph = linked.ordered(linked.from_json_ld(written))
    try:
        return entry_of(graph.named[written["@id"]], graph, "")
    except Unusable:  # without a title; then nothing came back
        return CatalogueEntry("", EntryKind.DATASET, "")


def _described(entry: CatalogueEntry, address: str) -> Node:
    service = entry.kind is EntryKind.API
    page = dcat_nodes.typed("rdfs:Resource" if service else "foaf:Document", iri(entry.url))
    statements: Node = {
        "@type": ["dcat:DataService" if service else "dcat:Dataset"],
        "dct:title": entry.title,
        "dct:description": entry.description,
        "dct:publisher": dcat_nodes.agent(entry.organisation),
        "dcat:contactPoint": dcat_nodes.contact(entry.contact),
        "dcat:endpointURL" if service else "dcat:landingPage": page,
        "dct:license": dcat_nodes.resource("dct:LicenseDocument", entry.licence),
        "dct:accessRights": dcat_nodes.resource("dct:RightsStatement", entry.access_rights),
        "dcat:keyword": [tag for tag in entry.tags if tag.strip()],
        "dcat:theme": [dcat_nodes.concept(t) for t in entry.themes if t.strip()],
        "dct:identifier": [i for i in entry.identifiers if i.strip()],
        "dct:issued": dcat_nodes.day(entry.issued),
        "dct:modified": dcat_nodes.day(entry.modified),
        "dct:spatial": [dcat_nodes.resource("dct:Location", p) for p in entry.places if p.strip()],
        "dct:temporal": dcat_nodes.period(entry.period),
        "dct:language": dcat_nodes.language(entry.language),
        "dcat:version": entry.version,
    }
    if service:
        told = [iri(d.url) for d in entry.distributions if d.title == DOCUMENTATION and iri(d.url)]
        statements["dcat:endpointDescription"] = [
            dcat_nodes.typed("rdfs:Resource", t) for t in told
        ]
    else:
        statements |= {
            "dct:accrualPeriodicity": dcat_nodes.frequency(entry.frequency),
            "dcat:distribution": [
                {"@id": f"{address}#distribution-{position:04}"} | _form(distribution)
                for position, distribution in enumerate(entry.distributions)
            ],
        }
    if entry.kind is EntryKind.PUBLICATION:
        statements["dct:type"] = dcat_nodes.concept(_PUBLICATION, "Statistical publication")
    return {name: value for name, value in statements.items() if value not in ("", [], None, {})}


def _link(address: str) -> Node | str:
    return {"@id": iri(address), "@type": ["rdfs:Resource"]} if iri(address) else ""


def _form(distribution: Distribution) -> Node:
    media = distribution.media_type
    known = _MEDIA_TYPE.fullmatch(media) is not None
    size = distribution.bytes
    statements: Node = {
        "@type": ["dcat:Distribution"],
        "dct:title": distribution.title,
        "dcat:accessURL": _link(distribution.page or distribution.url),
        "dcat:downloadURL": _link(distribution.url) if distribution.download else "",
        "dct:rights": dcat_nodes.resource("dct:RightsStatement", distribution.rights),
        "dct:format": dcat_nodes.labelled("dct:MediaTypeOrExtent", distribution.format),
        "dcat:mediaType": dcat_nodes.resource(
            "dct:MediaType", vocabularies.MEDIA_TYPE + media if known else ""
        ),
        "dct:license": dcat_nodes.resource("dct:LicenseDocument", distribution.licence),
        "dcat:byteSize": ""
        if size is None or size < 0
        else {"@type": "xsd:nonNegativeInteger", "@value": str(size)},
    }
    return {name: value for name, value in statements.items() if value not in ("", {})}
