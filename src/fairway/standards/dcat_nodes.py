"""The parts that DCAT records are made of: taken out of nodes, and put into them.

DCAT-AP wants a class on whatever a property points at (its ranges), so what an entry holds as a
text becomes a node of that class, with the text as its name or, where it is an address, its IRI.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from fairway.standards import contacts, vocabularies
from fairway.standards.linked import Graph, Node, iri
from fairway.standards.reading import day as day_of
from fairway.standards.reading import distinct, is_uri, plain_text, without_markup

_NAMES = (
    "skos:prefLabel",
    "rdfs:label",
    "foaf:name",
    "vcard:fn",
    "dct:title",
    "skos:notation",
    "schema:name",
    "vcard:organization-name",
)


class Statements:
    """What a node states, to be taken property by property; what is not taken is left."""

    def __init__(self, node: Mapping[str, Any], graph: Graph) -> None:
        self.graph = graph
        self._left = {k: v for k, v in node.items() if not k.startswith("@")}

    def text(self, *names: str) -> str:
        """Take the first of these properties that has a literal; English before other languages."""
        for name in names:
            if found := next(iter(self._preferred(name)), ""):
                del self._left[name]
                return found
        return ""

    def words(self, name: str) -> str:
        """Take a literal, without markup."""
        return without_markup(self.text(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Take every literal of a property; in English only, where some are."""
        found = self._preferred(name)
        if found:
            del self._left[name]
        return distinct(found)

    def day(self, *names: str) -> date | None:
        """Take the first of these properties that has a day."""
        for name in names:
            for value in self._left.get(name, ()):
                if found := day_of(_scalar(value)):
                    del self._left[name]
                    return found
        return None

    def label(self, name: str) -> str:
        """Take the name of what a property points at, or its address, or a literal's text."""
        return next(iter(self.labels(name)), "")

    def labels(self, name: str) -> tuple[str, ...]:
        """Take the names of everything that a property points at."""
        found = distinct(self._name(value) for value in self._values(name))
        if found:
            del self._left[name]
        return found

    def address(self, *names: str) -> str:
        """Take the first of these properties that has an address, as a node or as text."""
        for name in names:
            for value in self._left.get(name, ()):
                found = value.get("@id", "") if isinstance(value, dict) else ""
                found = found or plain_text(_scalar(value))
                if found and not found.startswith("_:"):
                    del self._left[name]
                    return found
        return ""

    def parts(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Take the nodes that a property points at; a bare address is a node without statements."""
        values = [self.graph.follow(value) for value in self._left.get(name, ())]
        found = tuple(v for v in values if isinstance(v, dict) and "@value" not in v)
        if found:
            del self._left[name]
        return tuple(_beside(part) for part in found)

    def refers(self, name: str, to: str) -> bool:
        """Tell whether a property points at this IRI, and take it if it does."""
        if any(isinstance(v, dict) and v.get("@id") == to for v in self._left.get(name, ())):
            del self._left[name]
            return True
        return False

    def rest(self, standard: str) -> dict[str, Any]:
        """Return the properties that were not taken, for an entry's `extra`."""
        left = {n: v for n, v in self._left.items() if any(x not in ("", {}) for x in v)}
        return {standard: left} if left else {}

    def _values(self, name: str) -> list[Any]:
        """Return a property's values; of several languages, English alone, or none."""
        values = self._left.get(name, [])
        languages = [_language(value) for value in values]
        for wanted in ("en", ""):
            if wanted in languages and len(set(languages)) > 1:
                return [v for v, tag in zip(values, languages, strict=True) if tag == wanted]
        return list(values)

    def _preferred(self, name: str) -> list[str]:
        return [text for value in self._values(name) if (text := plain_text(_scalar(value)))]

    def _name(self, value: Any) -> str:
        followed = self.graph.follow(value)
        if not isinstance(followed, dict) or "@value" in followed:
            return plain_text(_scalar(followed))
        if found := next(_names(followed, self.graph), ""):
            return found
        address = str(followed.get("@id", ""))
        return "" if address.startswith("_:") else address


def _names(node: Mapping[str, Any], graph: Graph) -> Iterator[str]:
    inner = Statements(node, graph)
    for name in _NAMES:
        if found := inner.text(name):
            yield found


def _beside(part: dict[str, Any]) -> dict[str, Any]:
    """Return a node whose own IRI is its address, where it has statements but no address."""
    return part if len(part) > 1 else {"dcat:accessURL": [{"@id": part.get("@id", "")}]}


def _scalar(value: Any) -> Any:
    return value.get("@value") if isinstance(value, dict) else value


def _language(value: Any) -> str:
    tag = value.get("@language", "") if isinstance(value, dict) else ""
    return tag.casefold().partition("-")[0]


def agent(name: str) -> Node:
    """Return an organisation (foaf:Agent)."""
    return {"@type": ["foaf:Agent"], "foaf:name": name} if name.strip() else {}


def contact(line: str) -> Node:
    """Return a contact (vcard:Kind)."""
    name, address = contacts.parts(line)
    statements: Node = {"vcard:fn": name} if name.strip() else {}
    if address:
        statements["vcard:hasEmail"] = {"@id": iri(f"mailto:{address}")}
    return {"@type": ["vcard:Kind"], **statements} if statements else {}


def concept(text: str, label: str = "") -> Node:
    """Return a theme (skos:Concept), which has to have a label."""
    named: Node = {"@id": text} if is_uri(text) and iri(text) == text else {}
    return named | {"@type": ["skos:Concept"], "skos:prefLabel": label or text}


def resource(kind: str, text: str) -> Node:
    """Return something of a class: an IRI where the text is one, else a node with a label."""
    return typed(kind, text) if is_uri(text) and iri(text) == text else labelled(kind, text)


def typed(kind: str, address: str) -> Node:
    """Return something of a class at an IRI; nothing where there is none."""
    return {"@id": address, "@type": [kind]} if address else {}


def labelled(kind: str, text: str) -> Node:
    """Return something of a class with a label."""
    return {"@type": [kind], "rdfs:label": text} if text.strip() else {}


def frequency(word: str) -> Node:
    """Return how often data are renewed (dct:Frequency)."""
    known = word in vocabularies.FREQUENCIES
    return resource("dct:Frequency", vocabularies.FREQUENCY + word if known else word)


def language(code: str) -> Node:
    """Return a language (dct:LinguisticSystem)."""
    known = vocabularies.LANGUAGES.get(code)
    return resource("dct:LinguisticSystem", vocabularies.EU_LANGUAGE + known if known else code)


def day(value: date | None) -> Node:
    """Return a day as a typed literal."""
    return {"@type": "xsd:date", "@value": value.isoformat()} if value else {}


def period(days: tuple[date | None, date | None]) -> Node:
    """Return a period (dct:PeriodOfTime)."""
    first, last = days
    ends = {"dcat:startDate": day(first), "dcat:endDate": day(last)}
    known = {name: value for name, value in ends.items() if value}
    return {"@type": ["dct:PeriodOfTime"], **known} if known else {}
