"""The forms in which an entry can be had at its address: one line for each, and the choice of one.

A form is asked for by `Accept` (RFC 9110, section 12.5.1), or by its name.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from fairway.nouns.entries import CatalogueEntry
from fairway.nouns.errors import FairwayError
from fairway.standards import ckan, datajson, dcat, linked, odps, rdfxml, schema_org, ukgov
from fairway.standards.documents import write as write_yaml
from fairway.standards.formats import FORMATS


class NotAcceptable(FairwayError):
    """The entry cannot be had in any of the forms that were asked for."""

    exit_code = 2
    status = 406
    title = "Not in this form"


@dataclass(frozen=True, slots=True)
class Representation:
    """A form: its name, its media type, what it is called, and how it is written.

    `write` takes the entry and what the catalogue says of itself. `contract` is true for the one
    that a product's own contract answers, which no other entry has.
    """

    name: str
    media_type: str
    label: str
    write: Callable[[CatalogueEntry, dcat.About], str] | None
    contract: bool = False


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _linked(entry: CatalogueEntry, of: dcat.About) -> linked.Node:
    return {"@context": linked.PREFIXES, **dcat.node(entry, of.base)}


def address(entry: CatalogueEntry, of: dcat.About) -> str:
    """Return the address of an entry's page."""
    return of.base + quote(entry.id, safe="")


REPRESENTATIONS = (
    Representation(
        "jsonld", "application/ld+json", "DCAT-AP as JSON-LD", lambda e, a: _json(_linked(e, a))
    ),
    Representation(
        "ttl", "text/turtle", "DCAT-AP as Turtle", lambda e, a: linked.turtle(_linked(e, a))
    ),
    Representation(
        "rdf", rdfxml.MEDIA_TYPE, "DCAT-AP as RDF/XML", lambda e, a: rdfxml.write(_linked(e, a))
    ),
    Representation(
        "ukgov",
        "application/json",
        "UK Cross-Government Metadata Exchange Model",
        lambda e, _: ukgov.write([e]),
    ),
    Representation("odcs", "application/yaml", "Contract (ODCS)", None, contract=True),
    Representation(
        "odps",
        "application/odps+yaml",
        "Open Data Product Standard",
        lambda e, _: write_yaml(odps.record(e)),
    ),
    Representation(
        "schema.org",
        "application/schema.org+json",
        "schema.org as JSON-LD",
        lambda e, a: _json(schema_org.jsonld(e, address(e, a))),
    ),
    Representation(
        "data.json",
        "application/vnd.data-json+json",
        "Project Open Data",
        lambda e, _: _json(datajson.dataset(e)),
    ),
    Representation(
        "ckan", "application/vnd.ckan+json", "CKAN package", lambda e, _: _json(ckan.package(e))
    ),
)
"""In the order of preference, where somebody accepts several alike."""


def offered(*, product: bool) -> tuple[Representation, ...]:
    """Return the forms in which an entry can be had: a product in all of them."""
    return tuple(r for r in REPRESENTATIONS if product or not r.contract)


def chosen(
    prefer: Callable[[list[str]], str | None], own: str, *, product: bool, name: str = ""
) -> Representation | None:
    """Return the form that is asked for, None for an address's own, whose media type is `own`.

    `prefer` picks the media type that is accepted best, None where none of them is. `name` asks
    for a form by its name instead. Raises `NotAcceptable` with the forms that there are.
    """
    every = offered(product=product)
    if name:
        found = next((r for r in every if r.name == name.casefold()), None)
        if found is None:
            raise _not_acceptable(every)
        return found
    wanted = prefer([own, *(r.media_type for r in every if r.media_type != own)])
    if wanted is None:
        raise _not_acceptable(every)
    return None if wanted == own else next(r for r in every if r.media_type == wanted)


def _not_acceptable(every: Iterable[Representation]) -> NotAcceptable:
    names = ", ".join(f"{r.name} ({r.media_type})" for r in every)
    return NotAcceptable(
        "entry.not_acceptable",
        "This entry cannot be had in the form that was asked for.",
        remedy=f"Ask for one of: {names}.",
    )


def links(here: str, *, product: bool) -> str:
    """Return the header that names every form of the entry at an address (RFC 8288)."""
    return ", ".join(
        f'<{here}?format={r.name}>; rel="alternate"; type="{r.media_type}"'
        for r in offered(product=product)
    )


def about(name: str, base: str) -> dcat.About:
    """Return what a node's catalogue says of itself. `base` precedes the names of entries."""
    return dcat.About(
        title=f"Catalogue of {name}",
        description=f"The data that {name} offers, and what it knows of data elsewhere.",
        publisher=name,
        address=base,
        base=base,
    )


def published(entry: CatalogueEntry, of: dcat.About) -> CatalogueEntry:
    """Return an entry as others may read it: what is had here has this node as its address.

    The names of accounts stay at the node.
    """
    return replace(entry, url=entry.url or address(entry, of), owner="")


def whole(form: str, entries: Iterable[CatalogueEntry], of: dcat.About) -> tuple[str, str]:
    """Write a page of the catalogue in one of the formats of `FORMATS`; return it and its type."""
    found = FORMATS.get(form)
    if found is None or found.write is None:
        names = ", ".join(sorted(f.name for f in FORMATS.values() if f.write))
        raise NotAcceptable(
            "export.unknown_format",
            f"The catalogue cannot be written as '{form[:40]}'.",
            remedy=f"Name one of: {names}.",
            field="format",
        )
    return found.write([published(e, of) for e in entries], of), found.media_type
