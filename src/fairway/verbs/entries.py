"""Entries of the catalogue: list and show them, and how complete they are."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.errors import BadInput, NotFound
from fairway.nouns.harvests import Coverage, Harvest, Shown
from fairway.nouns.people import Actor
from fairway.nouns.products import Contract, DataProduct
from fairway.nouns.search import SearchQuery
from fairway.nouns.signals import Related, Signal
from fairway.rules import entries as rules
from fairway.rules import signals
from fairway.rules.harvests import shown
from fairway.rules.metadata_quality import MetadataQuality, assess
from fairway.rules.permissions import allows
from fairway.verbs.acting import Look, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.products import get as get_product

MOST_RELATED = 5

ORDERS = ("title", "best", "worst")
"""How a list can be ordered: by title, or by the quality of the records."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Everything about an entry: where to get it in a sentence, and its quality point by point.

    `contract` is that of a product. `signal` tells how it is used, as far as this person may know;
    `together` what those use besides who use it, `similar` what says the like.
    """

    entry: CatalogueEntry
    where: str
    quality: MetadataQuality
    contract: Contract | None = None
    signal: Signal | None = None
    together: tuple[Related, ...] = ()
    similar: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete the catalogue is by source and kind, and the last harvest of each source."""

    coverage: tuple[Coverage, ...]
    harvests: tuple[Harvest, ...]


@verb("catalogue.list")
def entries(
    platform: Platform,
    actor: Actor,
    *,
    kind: EntryKind | None = None,
    source: str = "",
    missing: str = "",
    order: str = "title",
    limit: int = 20,
    offset: int = 0,
) -> tuple[int, Sequence[Shown]]:
    """Return how many entries there are, and a page of them: the governed products come first.

    `missing` asks for those without description, licence or owner. Raises `BadInput`.
    """
    with looking(platform, actor, "catalogue.list") as look:
        _check(missing, order)
        here = [
            s
            for s in (() if source else _products(platform, look.audiences))
            if kind in (None, s.entry.kind) and (not missing or missing in s.missing)
        ]
        here.sort(key=lambda s: (_SIGNS[order] * s.score, s.entry.title.casefold(), s.entry.id))
        first = here[offset : offset + limit]
        total, others = platform.store.entries.find(
            kind=kind,
            source=source,
            missing=missing,
            order=order,
            limit=limit - len(first),
            offset=max(0, offset - len(here)),
        )
        return len(here) + total, (*first, *others)


_SIGNS = {"title": 0, "best": -1, "worst": 1}


def _check(missing: str, order: str) -> None:
    lists = ((missing, ("", *rules.MISSING), "missing"), (order, ORDERS, "order"))
    for given, known, name in lists:
        if given not in known:
            raise BadInput(
                "entry.bad_list",
                f"There is no such list of entries: {name} '{given[:40]}'.",
                remedy=f"Use one of: {', '.join(k for k in known if k)}.",
                field=name,
            )


@verb("catalogue.show")
def show(platform: Platform, actor: Actor, entry: str) -> EntryPage:
    """Return an entry, by its own name or that of any record that it is made of.

    Raises `NotFound`.
    """
    with looking(platform, actor, "catalogue.show") as look:
        found = known_entry(platform, look, entry)
        page = EntryPage(found, rules.where(found), assess(found))
        page = replace(page, similar=similar(platform, look, found))
        if found.product is None:
            return page
        mine = platform.ledger.usage(product=found.product)
        exact = allows("product.usage", look.appointments, look.today, domain=found.domain)
        return replace(
            page,
            contract=get_product(platform, found.product).contract,
            signal=signals.signal(mine, exact=exact),
            together=tuple(_together(platform, look, found.product)),
        )


def known_entry(platform: Platform, look: Look, entry: str) -> CatalogueEntry:
    """Return an entry that this person may know of, or raise `NotFound`. A step of verbs."""
    product = platform.store.products.get(entry.casefold())
    found = platform.store.entries.get(entry) if product is None else None
    if product is not None and not product.withdrawn and rules.may_know(product, look.audiences):
        found = as_entry(platform, product)
    if found is None:
        raise NotFound(
            "entry.not_found",
            f"There is no entry '{entry[:130]}' in the catalogue.",
            remedy="Look for its name with: fairway entries.",
        )
    return found


def similar(platform: Platform, look: Look, entry: CatalogueEntry) -> tuple[Related, ...]:
    """Return entries with the same words in title and tags, best first. A step of verbs."""
    text = " ".join((entry.title, *entry.tags[:5])).replace(":", " ").replace('"', " ")
    found = platform.index.search(SearchQuery(text, limit=MOST_RELATED + 1), look.audiences)
    return tuple(
        Related(hit.id, "".join(piece.text for piece in hit.title), hit.organisation)
        for hit in found.hits
        if hit.id != entry.id
    )[:MOST_RELATED]


def _together(platform: Platform, look: Look, product: str) -> Iterator[Related]:
    people_of = platform.ledger.together(product=product)
    for other, people in signals.together(people_of)[:MOST_RELATED]:
        found = platform.store.products.get(other)
        if found and not found.withdrawn and rules.may_know(found, look.audiences):
            yield Related(other, found.contract.title, people=people)


@verb("catalogue.coverage")
def coverage(platform: Platform, actor: Actor) -> Completeness:
    """Return how many entries lack licence, description or owner, by source or domain."""
    with looking(platform, actor, "catalogue.coverage") as look:
        by_domain: dict[str, list[Shown]] = defaultdict(list)
        for one in _products(platform, look.audiences):
            by_domain[one.entry.domain].append(one)
        here = (_covered(domain, those) for domain, those in sorted(by_domain.items()))
        return Completeness(
            coverage=(*here, *platform.store.entries.coverage()),
            harvests=tuple(platform.store.entries.harvests()),
        )


def _covered(domain: str, those: Sequence[Shown]) -> Coverage:
    return Coverage(
        source="",
        domain=domain,
        kind=EntryKind.DATASET,
        entries=len(those),
        without_description=sum("description" in one.missing for one in those),
        without_licence=sum("licence" in one.missing for one in those),
        without_owner=sum("owner" in one.missing for one in those),
        score=sum(one.score for one in those) / len(those),
    )


def _products(platform: Platform, audiences: frozenset[str] | None) -> Iterator[Shown]:
    for product in platform.store.products.all():
        if rules.may_know(product, audiences):
            yield from shown([as_entry(platform, product)])


def as_entry(platform: Platform, product: DataProduct) -> CatalogueEntry:
    """Return a product as an entry of the catalogue. Not a verb: a step of verbs."""
    people = platform.store.people
    domain = people.domain(product.domain)
    organisations = {o.id: o.name for o in people.organisations()}
    owner = people.get(product.contract.owner)
    organisation = organisations.get(domain.organisation, "") if domain else ""
    return rules.of_product(product, organisation, owner.name if owner else "")
