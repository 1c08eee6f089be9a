"""The feed: what other nodes may know of this catalogue, and what changed in it since."""

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.follows import Changes
from fairway.nouns.people import Actor
from fairway.rules.entries import is_for_partners
from fairway.rules.follows import cursor, position
from fairway.verbs.acting import looking, verb
from fairway.verbs.entries import as_entry
from fairway.verbs.ports import Platform

MOST_CHANGES = 500


@verb("catalogue.feed")
def feed(platform: Platform, actor: Actor, after: str = "", limit: int = MOST_CHANGES) -> Changes:
    """Return what changed since a cursor among the entries that other nodes may know of.

    Those are the products whose contracts say `visibility: partners`, and nothing else, whoever
    asks. Of one that was withdrawn, or that they may know of no more, there is the name alone.
    Raises `BadInput` for what is no cursor.
    """
    with looking(platform, actor, "catalogue.feed"):
        name, last = platform.store.feed.head()
        known = position(after, name, last)
        begun = known or 0
        some = platform.store.feed.since(begun, max(1, min(limit, MOST_CHANGES)))
        reached = some[-1][0] if some else begun
        return Changes(
            entries=tuple(_entry(platform, product) for _, product in some),
            cursor=cursor(name, reached),
            more=reached < last,
            whole=known is None,
        )


def _entry(platform: Platform, product: str) -> CatalogueEntry:
    found = platform.store.products.get(product)
    if found is None or not is_for_partners(found):
        return CatalogueEntry(product, EntryKind.DATASET, "", withdrawn=True)
    return as_entry(platform, found)
