"""Recertification: a data owner says, product by product, which access is still needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fairway.nouns.agreements import Agreement, Move, State
from fairway.nouns.errors import BadInput, NotFound
from fairway.nouns.people import Actor
from fairway.nouns.products import DataProduct
from fairway.rules.agreements import confirm_by, effective_state
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.agreements import make_move
from fairway.verbs.ports import Platform
from fairway.verbs.products import get as get_product

_LIVE = (State.APPROVED, State.ACTIVE, State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A live agreement as its owner reviews it: whom it covers, how it was used, when it lapses."""

    agreement: Agreement
    state: State
    asker_name: str
    covers: int
    queries: int
    last_used: datetime | None
    confirm_by: date | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One product's live agreements, those that lapse first on top."""

    product: DataProduct
    rows: tuple[Reviewed, ...]


@verb("review.show")
def show(platform: Platform, actor: Actor, product: str) -> ReviewPage:
    """Return a product's live agreements with what an owner needs to confirm them."""
    found = get_product(platform, product)
    with looking(platform, actor, "review.show", domain=found.domain) as look:
        usage = platform.ledger.usage(product=found.id)
        rows = []
        for agreement in platform.store.agreements.find(product=found.id, states=_LIVE):
            state = effective_state(agreement, look.today)
            if state not in _LIVE:
                continue
            covered = _covered(platform, agreement, look.today)
            used = [u for u in usage if u.purpose == agreement.purpose and u.person in covered]
            asker = platform.store.people.get(agreement.asker)
            rows.append(
                Reviewed(
                    agreement=agreement,
                    state=state,
                    asker_name=asker.name if asker else agreement.asker,
                    covers=len(covered),
                    queries=sum(u.queries for u in used),
                    last_used=max((u.last for u in used), default=None),
                    confirm_by=confirm_by(agreement),
                )
            )
        rows.sort(key=lambda r: (r.confirm_by or date.max, r.agreement.id))
        return ReviewPage(found, tuple(rows))


def _covered(platform: Platform, agreement: Agreement, today: date) -> frozenset[str]:
    team = agreement.team
    if team is None:
        return frozenset({agreement.asker})
    held = platform.store.people.appointments(domain=team.domain, role=team.role)
    return frozenset({agreement.asker, *(a.person for a in held if a.current(today))})


@verb("review.confirm")
def confirm(
    platform: Platform, actor: Actor, product: str, agreements: Sequence[str], note: str = ""
) -> int:
    """Confirm that these agreements on a product are still needed; return how many.

    The others stay as they are, and lapse when their day comes. All are confirmed or none.
    """
    found = get_product(platform, product)
    with acting(platform, actor, "review.confirm", domain=found.domain, subject=found.id) as act:
        if not agreements:
            raise BadInput("review.nothing_chosen", "No agreement is chosen.", field="agreements")
        for one in dict.fromkeys(agreements):
            agreement = platform.store.agreements.get(one)
            if agreement is None or agreement.product != found.id:
                raise NotFound(
                    "agreement.not_found",
                    f"There is no agreement '{one[:40]}' on {found.id}.",
                    remedy=f"See them with: fairway review {found.id}.",
                )
            make_move(act, agreement, Move.CONFIRM, note)
    return len(dict.fromkeys(agreements))
