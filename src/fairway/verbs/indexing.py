"""What the search index holds of products and entries, and how it is made anew."""

from dataclasses import dataclass, replace

from fairway.nouns.people import Actor, Domain, Person
from fairway.nouns.products import DataProduct
from fairway.nouns.search import Indexed
from fairway.rules import peers as rules
from fairway.rules.entries import of_product
from fairway.verbs.acting import acting, verb
from fairway.verbs.peers import lies_elsewhere
from fairway.verbs.ports import Platform

BATCH = 500


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What was put into the index: products, and entries of other catalogues."""

    products: int
    entries: int


@verb("catalogue.reindex")
def reindex(platform: Platform, actor: Actor) -> Reindexed:
    """Make the index anew from the products and entries that the node keeps.

    It is one transaction: searches find what was there until all of it is there again.
    """
    with acting(platform, actor, "catalogue.reindex") as act:
        platform.index.clear()
        products = platform.store.products.all()
        for product in products:
            make_findable(platform, product)
        entries = _entries(platform)
        done = Reindexed(len(products), entries)
        act.record(
            "catalogue.reindex", details={"products": done.products, "entries": done.entries}
        )
    return done


def _entries(platform: Platform) -> int:
    """Put every entry of other catalogues into the index; return how many there are."""
    done = 0
    while page := platform.store.entries.find(limit=BATCH, offset=done)[1]:
        platform.index.put_entries(Indexed(one.entry) for one in page)
        done += len(page)
    return done


def make_findable(platform: Platform, product: DataProduct) -> None:
    """Put a product into the index, in an open transaction. A step of verbs."""
    people = platform.store.people
    domain = people.domain(product.domain) or Domain(product.domain, "", "")
    bodies = {o.id: o.name for o in people.organisations()}
    platform.index.put(
        product, domain, _owner(platform, product), bodies.get(domain.organisation, "")
    )


def take_out(platform: Platform, product: DataProduct) -> DataProduct:
    """Withdraw a product, so that it is found no more; return it as it then is. A step of verbs."""
    gone = replace(product, withdrawn=True)
    platform.store.products.withdraw(product.id)
    platform.index.put_entries([Indexed(of_product(gone, "", ""))])
    return gone


def _owner(platform: Platform, product: DataProduct) -> Person:
    """Return who answers for a product, as a search shows and finds them."""
    named = product.contract.owner
    if lies_elsewhere(product):
        there = product.source.location
        peer = platform.store.peers.get(there)
        at = peer.name if peer else there
        return Person(rules.person_at(named, there), f"{named}, {at}", product.domain)
    return platform.store.people.get(named) or Person(named, named, product.domain)
