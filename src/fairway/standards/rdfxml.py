"""Linked data as RDF/XML, out (https://www.w3.org/TR/rdf-syntax-grammar/), for older harvesters.

XML 1.0 has no place for most control characters, so those are left out.
"""

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fairway.standards.linked import PREFIXES, Node

MEDIA_TYPE = "application/rdf+xml"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(document: Node) -> str:
    """Write a JSON-LD document whose context is `linked.PREFIXES` as RDF/XML."""
    spaces = {"rdf": _RDF, **PREFIXES}
    names = " ".join(f"xmlns:{prefix}={quoteattr(space)}" for prefix, space in spaces.items())
    waiting, written = [document], []
    while waiting:
        node = waiting.pop(0)
        about = f" rdf:about={_attribute(node['@id'])}"
        written.append(f"<rdf:Description{about}>{_statements(node, waiting)}</rdf:Description>")
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return "\n".join([head, f"<rdf:RDF {names}>", *written, "</rdf:RDF>", ""])


def _statements(node: Node, waiting: list[Node]) -> str:
    found = []
    for name, values in node.items():
        listed = values if isinstance(values, list) else [values]
        if name == "@type":
            full = (_full(kind) for kind in listed)
            found += [f"<rdf:type rdf:resource={_attribute(kind)}/>" for kind in full]
        elif name not in ("@id", "@context"):
            found += [_property(name, value, waiting) for value in listed]
    return "".join(f"\n  {one}" for one in found)


def _property(name: str, value: Any, waiting: list[Node]) -> str:
    if isinstance(value, str):
        return f"<{name}>{_text(value)}</{name}>"
    if "@value" in value:
        kind = _attribute(_full(value["@type"]))
        return f"<{name} rdf:datatype={kind}>{_text(value['@value'])}</{name}>"
    if "@id" not in value:
        inner = _statements(value, waiting)
        return f"<{name}><rdf:Description>{inner}</rdf:Description></{name}>"
    if len(value) > 1:
        waiting.append(value)
    return f"<{name} rdf:resource={_attribute(value['@id'])}/>"


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{PREFIXES[prefix]}{local}" if prefix in PREFIXES else name


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text)).replace("\r", "&#13;")


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))
