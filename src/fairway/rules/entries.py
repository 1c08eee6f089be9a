"""What the catalogue says of an entry: where it can be had, what it lacks; products as entries."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from fairway.nouns.entries import CatalogueEntry, EntryKind, GetAt
from fairway.nouns.products import AccessClass, Classification, DataProduct, Visibility
from fairway.nouns.search import EVERYONE

MISSING = ("description", "licence", "owner")
"""What is counted as missing, in the words in which it is asked for."""

_GET_AT = {AccessClass.OPEN: GetAt.OPEN_HERE, AccessClass.RESTRICTED: GetAt.REQUEST_HERE}
_GRAVEST = (
    Classification.IDENTIFIER,
    Classification.SPECIAL_CATEGORY,
    Classification.PERSONAL,
    Classification.NONE,
)


def where(entry: CatalogueEntry) -> str:
    """Return in a sentence how one gets to what an entry describes."""
    if entry.get_at is GetAt.OPEN_HERE:
        return "Open here to everybody who signs in."
    if entry.get_at is GetAt.REQUEST_HERE:
        return "Can be requested here; the owner decides."
    if entry.url:
        return f"Lives elsewhere: {entry.url}"
    names = ", ".join(dict.fromkeys(s.source for s in entry.sources))
    return f"Lives elsewhere; its record is from {names or 'another catalogue'}."


def missing(entry: CatalogueEntry) -> tuple[str, ...]:
    """Return what an entry lacks. Who can be asked about it counts as its owner."""
    there = {
        "description": bool(entry.description.strip()),
        "licence": bool(entry.licence or any(d.licence for d in entry.distributions)),
        "owner": bool(entry.owner or entry.contact),
    }
    return tuple(name for name in MISSING if not there[name])


def of_product(product: DataProduct, organisation: str, owner: str) -> CatalogueEntry:
    """Return a governed product as an entry of the catalogue.

    What ODCS has a place for is read from there: `support` says whom one can ask, and the SLA
    property `frequency` how often the data are renewed. Places, themes and the period covered are
    custom properties, since the standard has none for them.
    """
    contract = product.contract
    classes = {column.classification for column in contract.columns}
    document = contract.document
    return CatalogueEntry(
        id=product.id,
        kind=EntryKind.DATASET,
        title=contract.title,
        description=contract.description,
        organisation=organisation,
        domain=product.domain,
        owner=owner,
        contact=_contact(document),
        get_at=_GET_AT[contract.access],
        product=product.id,
        licence=contract.licence,
        classification=next((c.value for c in _GRAVEST if c in classes), ""),
        access_rights=RESTRICTED,
        tags=contract.tags,
        themes=_texts(_custom(document, "themes")),
        places=_texts(_custom(document, "places")),
        period=(_day(_custom(document, "periodStart")), _day(_custom(document, "periodEnd"))),
        frequency=_frequency(document),
        columns=tuple(column.name for column in contract.columns),
        modified=product.published_at.date(),
        identifiers=(contract.id,),
        version=contract.version,
        withdrawn=product.withdrawn,
    )


RESTRICTED = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
"""What is had here is for those who sign in, or who have an agreement: none is public."""


def _listed(document: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = document.get(name)
    yield from (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def _custom(document: Mapping[str, Any], name: str) -> Any:
    mine = (p for p in _listed(document, "customProperties") if p.get("property") == name)
    return next((p.get("value") for p in mine), None)


def _texts(value: Any) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    return tuple(text for one in several if one is not None and (text := str(one).strip()))


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _contact(document: Mapping[str, Any]) -> str:
    """Return the first address or channel at which one can ask about a product."""
    found = (str(s.get("url") or s.get("channel") or "") for s in _listed(document, "support"))
    return next((text.removeprefix("mailto:") for text in found if text), "")


_FREQUENCIES = {"d": "daily", "w": "weekly", "m": "monthly", "q": "quarterly", "y": "annual"}


def _frequency(document: Mapping[str, Any]) -> str:
    """Return the word for one renewal a day, week, month, quarter or year; else as written."""
    for one in _listed(document, "slaProperties"):
        if str(one.get("property")).casefold() in ("frequency", "fr"):
            value, unit = str(one.get("value") or ""), str(one.get("unit") or "").casefold()
            return _FREQUENCIES.get(unit[:1], value) if value == "1" else f"{value} {unit}".strip()
    return ""


# ------------------------------------------------------------------ who may know


def audience(product: DataProduct) -> str:
    """Return who may know of a product: everyone at this node, or the people of its domain."""
    hidden = product.contract.visibility is Visibility.DOMAIN
    return product.domain if hidden else EVERYONE


def may_know(product: DataProduct, audiences: Collection[str] | None) -> bool:
    """Say whether somebody of these audiences may know of a product; None are all of them."""
    return audiences is None or audience(product) in audiences


def is_for_partners(product: DataProduct) -> bool:
    """Say whether other nodes may know of a product."""
    return product.contract.visibility is Visibility.PARTNERS and not product.withdrawn
