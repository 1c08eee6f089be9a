"""A person's own view: who used their data, by which role, where, and for which purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fairway.nouns.errors import BadInput
from fairway.nouns.events import AuditEvent, Entry, EventFilter
from fairway.nouns.people import Actor
from fairway.nouns.products import DataProduct
from fairway.nouns.witnesses import SubjectUse
from fairway.rules.obligations import key_name
from fairway.rules.permissions import roles_of
from fairway.rules.subjects import KEY_NAME, identifies, mark, marks_of
from fairway.rules.treatments import pseudonym
from fairway.verbs import combined
from fairway.verbs.acting import acting, verb
from fairway.verbs.ports import Platform

MOST_USES = 500
"""Uses of either kind that one view lists; more are told of."""


@dataclass(frozen=True, slots=True)
class SubjectView:
    """What is on record of one person's data: uses that singled them out, uses in bulk of products
    that can hold them, and whether there are more than are listed. `mark` is how the record calls
    the person."""

    mark: str
    products: tuple[str, ...]
    singled_out: tuple[SubjectUse, ...]
    in_bulk: tuple[SubjectUse, ...]
    more: bool


@verb("audit.subject")
def view(
    platform: Platform,
    actor: Actor,
    identifier: str,
    reason: str,
    *,
    products: Sequence[str] = (),
    since: datetime | None = None,
) -> SubjectView:
    """Return who used a person's data, to answer their request for it. That it was asked for, why
    and of which person, by their mark, is on the record itself.

    `products` are those that hold them; without any, all that identify people. Raises `BadInput`.
    """
    with acting(platform, actor, "audit.subject") as act:
        if not identifier.strip():
            raise BadInput("audit.no_subject", "Say who is meant.", field="identifier")
        if not reason.strip():
            raise BadInput(
                "audit.no_reason",
                "Say why, as in the number of the request that is answered.",
                field="reason",
            )
        key = platform.keys.pseudonym_key(KEY_NAME)
        found = _products(platform, products)
        mine = mark(identifier, key)
        act.record(
            "audit.subject",
            subject=mine,
            reason=reason.strip(),
            products=tuple(product.id for product in found),
        )
        known = marks_of(identifier.strip(), _pseudonyms(platform, identifier.strip()), key)
        single = _uses(platform, [EventFilter(mark=m, since=since, limit=MOST_USES) for m in known])
        named = {use.sequence for use in single}
        bulk = _uses(
            platform,
            [
                EventFilter(
                    product=product.id, action="query.completed", since=since, limit=MOST_USES
                )
                for product in found
            ],
        )
        others = tuple(use for use in bulk if use.sequence not in named)
        return SubjectView(
            mine,
            tuple(product.id for product in found),
            tuple(single[:MOST_USES]),
            others[:MOST_USES],
            len(single) >= MOST_USES or len(bulk) >= MOST_USES,
        )


def _products(platform: Platform, wanted: Sequence[str]) -> list[DataProduct]:
    """Return the products that can hold a person. Raises `BadInput` for one that is not there."""
    known = {product.id: product for product in platform.store.products.all()}
    if missing := [name for name in wanted if name not in known]:
        raise BadInput("audit.no_product", f"There is no product {missing[0]}.", field="products")
    return [
        product
        for product in known.values()
        if (product.id in wanted if wanted else identifies(product.columns))
    ]


def _pseudonyms(platform: Platform, identifier: str) -> list[str]:
    """Return what is seen in place of an identifier: under each agreement, and under several."""
    alone = (agreement.id for agreement in platform.store.agreements.find())
    names = (*alone, *map(key_name, combined.all_of(platform)))
    return [pseudonym(identifier, platform.keys.pseudonym_key(name)) for name in names]


def _uses(platform: Platform, filters: Sequence[EventFilter]) -> list[SubjectUse]:
    """Return the uses that filters find, each once, newest first."""
    entries = {e.sequence: e for f in filters for e in platform.ledger.find(f)}
    found = [entries[sequence] for sequence in sorted(entries, reverse=True)]
    return [
        _use(platform, entry, product)
        for entry in found
        if entry.event.action in ("query.completed", "query.stopped")
        for product in entry.event.products
    ]


def _use(platform: Platform, entry: Entry, product: str) -> SubjectUse:
    event: AuditEvent = entry.event
    person = platform.store.people.get(event.actor)
    domain = platform.store.people.domain(person.domain) if person else None
    roles = roles_of(platform.store.people.appointments(person=event.actor), event.at.date())
    return SubjectUse(
        entry.sequence,
        event.at,
        product,
        domain.organisation if domain else "",
        tuple(sorted(role.value for role in roles)),
        event.purpose,
        ", ".join(event.agreements),
        event.rows,
        bool(event.details.get("subjects")),
    )
