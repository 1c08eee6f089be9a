"""The owner's page and the hub's: what there is, what is missing in it, and who asks for it."""

from collections.abc import Sequence

from fairway.nouns.agreements import State
from fairway.nouns.estates import DomainCoverage, HubView, OwnProduct
from fairway.nouns.events import Usage
from fairway.nouns.feedback import FeedbackState
from fairway.nouns.harvests import Shown
from fairway.nouns.people import Actor, Role
from fairway.nouns.products import DataProduct
from fairway.rules import signals
from fairway.rules.agreements import effective_state
from fairway.rules.harvests import shown
from fairway.rules.metadata_quality import assess
from fairway.verbs.acting import Look, looking, verb
from fairway.verbs.entries import as_entry
from fairway.verbs.ports import Platform
from fairway.verbs.products import owner_current

MOST_LISTED = 20


@verb("catalogue.owned")
def owned(platform: Platform, actor: Actor) -> Sequence[OwnProduct]:
    """Return the products of the domains in which one is data owner or steward.

    What can be improved most comes first.
    """
    with looking(platform, actor, "catalogue.owned") as look:
        mine = {
            a.domain
            for a in look.appointments
            if a.domain and a.role in (Role.DATA_OWNER, Role.DATA_STEWARD) and a.current(look.today)
        }
        found = [
            _own(platform, look, product, platform.ledger.usage(product=product.id))
            for domain in sorted(mine)
            for product in platform.store.products.all(domain=domain)
        ]
        return sorted(found, key=lambda one: (one.score, one.entry.title.casefold()))


def _own(platform: Platform, look: Look, product: DataProduct, uses: Sequence[Usage]) -> OwnProduct:
    entry = as_entry(platform, product)
    quality = assess(entry)
    agreements = platform.store.agreements.find(product=product.id)
    states = [(a, effective_state(a, look.today)) for a in agreements]
    feedback = platform.store.feedback.find(entry=product.id)
    return OwnProduct(
        entry=entry,
        score=quality.score,
        grade=quality.grade.value,
        advice=quality.advice,
        asked=tuple(a for a, s in states if s in (State.SUBMITTED, State.IN_QUESTION)),
        active=sum(s is State.ACTIVE for _, s in states),
        signal=signals.signal(uses, exact=True),
        feedback=sum(f.state is FeedbackState.OPEN for f in feedback),
    )


@verb("catalogue.hub")
def hub(platform: Platform, actor: Actor) -> HubView:
    """Return how the domains stand: what they offer, what is stale, what nobody answers for."""
    with looking(platform, actor, "catalogue.hub") as look:
        every = platform.store.products.all()
        here = [(p, shown([as_entry(platform, p)])[0]) for p in every]
        orphans = [s for p, s in here if not owner_current(platform, p.contract.owner, p.domain)]
        late = [s for _, s in here if s.due is not None and s.due < look.today]
        late.sort(key=lambda s: (s.due, s.entry.title))
        find = platform.store.entries.find
        stale, stalest = find(due_before=look.today, order="stalest", limit=MOST_LISTED, offset=0)
        unowned, without = find(missing="owner", limit=MOST_LISTED, offset=0)
        return HubView(
            domains=tuple(
                _domain(domain.id, domain.name, [s for p, s in here if p.domain == domain.id])
                for domain in platform.store.people.domains()
            ),
            elsewhere=tuple(platform.store.entries.coverage()),
            harvests=tuple(platform.store.entries.harvests()),
            stale=len(late) + stale,
            stalest=(*late, *stalest)[:MOST_LISTED],
            unowned=len(orphans) + unowned,
            without_owner=(*orphans, *without)[:MOST_LISTED],
        )


def _domain(domain: str, name: str, entries: Sequence[Shown]) -> DomainCoverage:
    count = len(entries)
    return DomainCoverage(
        domain=domain,
        name=name,
        products=count,
        described=sum("description" not in s.missing for s in entries),
        licensed=sum("licence" not in s.missing for s in entries),
        owned=sum("owner" not in s.missing for s in entries),
        score=round(sum(s.score for s in entries) / count) if count else None,
    )
