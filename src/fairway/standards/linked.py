"""Linked data as plain mappings: JSON-LD 1.1 and Turtle in, Turtle out.

Names are compacted with one set of prefixes (`dct:title`), whatever prefixes a document used. Only
contexts that stand in the document are followed; an address in their place is never fetched, and
the usual terms of DCAT are assumed. Turtle is read with rdflib, which is an extra of the package.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fairway.standards.reading import Unusable

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "fairway": "urn:fairway:terms#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_TERMS = {
    term: f"{prefix}:{term}"
    for prefix, terms in {
        "dct": "title description identifier issued modified publisher creator language license"
        " rights spatial temporal accrualPeriodicity accessRights format type provenance",
        "dcat": "keyword theme contactPoint distribution landingPage accessURL downloadURL"
        " mediaType byteSize dataset service record endpointURL endpointDescription startDate"
        " endDate version Dataset DataService Distribution Catalog",
        "foaf": "name mbox homepage page",
        "vcard": "fn hasEmail",
        "skos": "prefLabel",
    }.items()
    for term in terms.split()
}
"""What a name without a prefix means where the document does not say."""

_ILLEGAL = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

Node = dict[str, Any]
"""`@id`, `@type`, and for each property its values: texts, numbers, nodes, or `@value` mappings."""


@dataclass(slots=True)
class Graph:
    """The nodes of a document in their order, and those with a name by it."""

    nodes: list[Node] = field(default_factory=list)
    named: dict[str, Node] = field(default_factory=dict)

    def follow(self, value: Any) -> Any:
        """Return the node that a value refers to, where the document describes it."""
        if isinstance(value, dict) and set(value) == {"@id"}:
            return self.named.get(value["@id"], value)
        return value


def iri(text: str) -> str:
    """Return a text as an IRI with what may not stand in one escaped; nothing if it is none."""
    text = text.strip()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]", text):
        return ""
    return _ILLEGAL.sub(lambda m: quote(m[0]), text)


def compacted(name: str) -> str:
    """Return an IRI with one of the prefixes, where one fits."""
    for prefix, namespace in PREFIXES.items():
        if name.startswith(namespace):
            return f"{prefix}:{name[len(namespace) :]}"
    if name.startswith("http://schema.org/"):
        return f"schema:{name[18:]}"
    return name


# ------------------------------------------------------------------ JSON-LD in


@dataclass(frozen=True, slots=True)
class _Context:
    terms: Mapping[str, str] = field(default_factory=dict)
    coerced: frozenset[str] = frozenset()
    vocabulary: str = ""

    def extended(self, written: Any) -> "_Context":
        """Return this context with another one on top (JSON-LD 1.1, section 3.1)."""
        if isinstance(written, list):
            context = self
            for part in written:
                context = context.extended(part)
            return context
        if not isinstance(written, Mapping):
            return self
        terms, coerced = dict(self.terms), set(self.coerced)
        for term, meaning in written.items():
            about = meaning if isinstance(meaning, Mapping) else {"@id": meaning}
            if isinstance(about.get("@id"), str):
                terms[term] = about["@id"]
            if about.get("@type") in ("@id", "@vocab"):
                coerced.add(term)
        vocabulary = written.get("@vocab")
        kept = vocabulary if isinstance(vocabulary, str) else self.vocabulary
        return _Context(terms, frozenset(coerced), kept)

    def full(self, name: str, depth: int = 0) -> str:
        """Return what a name stands for, its prefix written out."""
        meaning = self.terms.get(name)
        if meaning is not None and meaning != name and depth < 8:
            return self.full(meaning, depth + 1)
        prefix, colon, local = name.partition(":")
        if not colon or local.startswith("//") or prefix == "_":
            return name
        namespace = self.terms.get(prefix, PREFIXES.get(prefix, ""))
        return f"{self.full(namespace, depth + 1)}{local}" if namespace and depth < 8 else name

    def name(self, term: str) -> str:
        """Return the compacted name of a property or type."""
        full = self.full(term)
        if full.startswith("@") or ":" in full:
            return compacted(full)
        if full in _TERMS:
            return _TERMS[full]
        return compacted(self.vocabulary + full)


def from_json_ld(document: Any) -> Graph:
    """Return the nodes of a parsed JSON-LD document."""
    graph = Graph()
    for part in document if isinstance(document, list) else [document]:
        if isinstance(part, Mapping):
            _node(part, _Context(), graph)
    return graph


def _node(written: Mapping[str, Any], context: _Context, graph: Graph) -> Node:
    context = context.extended(written.get("@context"))
    node: Node = {}
    for term, value in written.items():
        name = context.name(term)
        if term == "@context" or value is None:
            continue
        if name == "@id" and isinstance(value, str):
            node["@id"] = context.full(value)
        elif name == "@type":
            types = value if isinstance(value, list) else [value]
            node["@type"] = [context.name(t) for t in types if isinstance(t, str)]
        elif name == "@graph":
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, Mapping):
                    _node(part, context, graph)
        elif not name.startswith("@"):
            node.setdefault(name, []).extend(_values(value, term, context, graph))
    if set(node) <= {"@id"}:
        return node
    known = graph.named.setdefault(node["@id"], node) if "@id" in node else node
    if known is node:
        graph.nodes.append(node)
    else:  # the same thing, described in two places
        for name, values in node.items():
            known[name] = values if name == "@id" else _merged(known.get(name, []), values)
    return known


def _merged(first: list[Any], second: list[Any]) -> list[Any]:
    return first + [value for value in second if value not in first]


def _values(value: Any, term: str, context: _Context, graph: Graph) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, term, context, graph)
    elif isinstance(value, Mapping):
        if "@value" in value:
            yield _literal(value["@value"], value.get("@language"))
        elif "@list" in value or "@set" in value:
            yield from _values(value.get("@list", value.get("@set")), term, context, graph)
        else:
            yield _node(value, context, graph)
    elif isinstance(value, str) and term in context.coerced:
        yield {"@id": context.full(value)}
    elif value is not None:
        yield value


def _literal(value: Any, language: Any) -> Any:
    return {"@value": value, "@language": language} if isinstance(language, str) else value


# ------------------------------------------------------------------ Turtle and RDF/XML in


def from_turtle(text: str) -> Graph:
    """Return the nodes of a Turtle document. Raises `Unusable` where it is none."""
    return _from_rdf(text, "turtle", "Turtle")


def from_rdf_xml(text: str) -> Graph:
    """Return the nodes of an RDF/XML document. Raises `Unusable` where it is none.

    A document that declares entities is refused: they can name files, and unfold without end.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unusable("", "This RDF/XML declares entities, which are not read.")
    return _from_rdf(text, "xml", "RDF/XML")


def _from_rdf(text: str, form: str, called: str) -> Graph:
    try:
        import rdflib
    except ImportError:
        reason = f"Reading {called} needs rdflib: pip install 'fairway[dcat]'."
        raise Unusable("", reason) from None
    read = rdflib.Graph(bind_namespaces="none")
    try:
        read.parse(data=text, format=form, publicID="urn:fairway:document:")
    except Exception as error:  # noqa: BLE001 - its parser raises whatever it stumbled over
        line = getattr(error, "lines", None)
        place = f" at line {line + 1}" if isinstance(line, int) else ""
        raise Unusable("", f"This is not {called}{place}.") from None
    graph = Graph()
    for subject, predicate, value in read:
        name = str(subject) if isinstance(subject, rdflib.URIRef) else f"_:{subject}"
        node = graph.named.setdefault(name, {"@id": name})
        if isinstance(value, rdflib.Literal):
            plain: Any = _literal(str(value), value.language)
        else:
            plain = {"@id": str(value) if isinstance(value, rdflib.URIRef) else f"_:{value}"}
        if predicate == rdflib.RDF.type:
            node.setdefault("@type", []).append(compacted(str(value)))
        else:
            node.setdefault(compacted(str(predicate)), []).append(plain)
    graph.nodes = [graph.named[name] for name in sorted(graph.named)]
    return ordered(graph)


def ordered(graph: Graph) -> Graph:
    """Put the values of every property in an order that is the same however they were read.

    RDF 1.1 Concepts, section 3: a graph is a set, so what order a document has is not to be kept.
    """
    for node in graph.nodes:
        for name, values in node.items():
            if name != "@id":
                values.sort(key=lambda value: _place(value, graph))
    return graph


def _place(value: Any, graph: Graph) -> str:
    """Return what a value is sorted by: its IRI, itself, or what a nameless node states."""
    followed = graph.follow(value)
    if not isinstance(followed, dict) or "@value" in followed:
        return json.dumps(followed, sort_keys=True)
    name = str(followed.get("@id", "_:"))
    if not name.startswith("_:"):
        return name
    plain = {
        n: sorted(json.dumps(v, sort_keys=True) for v in values if not isinstance(v, dict))
        for n, values in followed.items()
        if n != "@id"
    }
    return json.dumps(plain, sort_keys=True)


# ------------------------------------------------------------------ Turtle out


def turtle(document: Node) -> str:
    """Write a JSON-LD document whose context is `PREFIXES` as Turtle (RDF 1.1 Turtle)."""
    lines = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in PREFIXES.items()]
    waiting, written = [document], []
    while waiting:
        node = waiting.pop(0)
        named = f"<{node['@id']}>"
        written.append(f"{named} {_statements(node, waiting, 1)} .")
    return "\n\n".join(["\n".join(lines), *written]) + "\n"


def _statements(node: Node, waiting: list[Node], depth: int) -> str:
    found = []
    for name, values in node.items():
        listed = values if isinstance(values, list) else [values]
        if name in ("@id", "@context") or not listed:
            continue
        if name == "@type":
            found.append(f"a {', '.join(listed)}")
        else:
            objects = ", ".join(_object(value, waiting, depth) for value in listed)
            found.append(f"{name} {objects}")
    return f" ;\n{'  ' * depth}".join(found)


def _object(value: Any, waiting: list[Node], depth: int) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if "@value" in value:
        return f"{_quoted(value['@value'])}^^{value['@type']}"
    if "@id" not in value:
        return f"[ {_statements(value, waiting, depth + 1)} ]"
    if len(value) > 1:
        waiting.append(value)
    return f"<{value['@id']}>"


def _quoted(text: str) -> str:
    """Return a text in quotation marks (RDF 1.1 Turtle, section 6.4)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_UNSAFE.sub(lambda m: f"{chr(92)}u{ord(m[0]):04X}", escaped)}"'
