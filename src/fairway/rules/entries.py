"""What the catalogue says of an entry: where it can be had, what it lacks; products as entries."""

from fairway.nouns.entries import CatalogueEntry, EntryKind, GetAt
from fairway.nouns.products import AccessClass, Classification, DataProduct

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
    """Return a governed product as an entry of the catalogue."""
    contract = product.contract
    classes = {column.classification for column in contract.columns}
    return CatalogueEntry(
        id=product.id,
        kind=EntryKind.DATASET,
        title=contract.title,
        description=contract.description,
        organisation=organisation,
        domain=product.domain,
        owner=owner,
        get_at=_GET_AT[contract.access],
        product=product.id,
        licence=contract.licence,
        classification=next((c.value for c in _GRAVEST if c in classes), ""),
        tags=contract.tags,
        columns=tuple(column.name for column in contract.columns),
        modified=product.published_at.date(),
        identifiers=(contract.id,),
        version=contract.version,
    )
