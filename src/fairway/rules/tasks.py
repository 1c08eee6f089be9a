"""Tasks, worked out from what is: nobody files them, and they go when the cause goes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from fairway.nouns.agreements import Agreement, State
from fairway.nouns.guardrails import GuardrailVersion
from fairway.nouns.people import Appointment, Person, Role
from fairway.nouns.products import AccessClass, DataProduct
from fairway.nouns.tasks import Task, TaskKind
from fairway.rules.agreements import confirm_by, effective_state

BEFORE_OWNER_LEAVES = timedelta(days=60)
BEFORE_LAPSE = timedelta(days=30)
BEFORE_STALE = timedelta(days=60)


def owner_until(
    owner: str, domain: str, appointments: Iterable[Appointment], leaves: date | None, today: date
) -> date | None:
    """Return the last day on which a person is data owner in a domain without a gap.

    `date.max` where no end is set; None where the appointment does not hold today.
    """
    held = sorted(
        (a.since, a.until or date.max)
        for a in appointments
        if a.role is Role.DATA_OWNER and a.person == owner and a.domain == domain
    )
    last: date | None = None
    for since, until in held:
        reached = today if last is None else last + timedelta(days=1)
        if since <= reached and until >= today:
            last = until if last is None else max(last, until)
            if last == date.max:
                break
    if last is None:
        return None
    return last if leaves is None else min(last, leaves)


def of_products(
    products: Iterable[DataProduct],
    appointments: Sequence[Appointment],
    people: Iterable[Person],
    today: date,
) -> Iterator[Task]:
    """Yield what the hub has to do so that every restricted product keeps a data owner."""
    accounts = {p.id: p for p in people}
    held: dict[tuple[str, str | None], list[Appointment]] = {}
    for one in appointments:
        held.setdefault((one.person, one.domain), []).append(one)
    for product in products:
        if product.contract.access is AccessClass.OPEN:
            continue
        owner, domain = product.contract.owner, product.domain
        account = accounts.get(owner)
        leaves = account.leaves if account else None
        last = owner_until(owner, domain, held.get((owner, domain), ()), leaves, today)
        gone = account is None or not account.open(today)
        if last is None or gone:
            yield Task(
                TaskKind.APPOINT_OWNER,
                product.id,
                today,
                None,
                f"{product.id} has no data owner, so nobody can use it.",
                f"Appoint {owner} in {domain} again, or have it published with another owner.",
            )
        elif last - today <= BEFORE_OWNER_LEAVES:
            yield Task(
                TaskKind.OWNER_LEAVES,
                product.id,
                last,
                None,
                f"{owner} is data owner of {product.id} until {last:%d/%m/%Y}. From the next day"
                " nobody could use it.",
                "Prolong the appointment, or have it published with another owner before.",
            )


def of_agreements(agreements: Iterable[Agreement], today: date) -> Iterator[Task]:
    """Yield what data owners have to confirm before it lapses, a task a product."""
    first: dict[str, tuple[date, int]] = {}
    for agreement in agreements:
        last = confirm_by(agreement)
        if last is None or last - today > BEFORE_LAPSE or agreement.granted is None:
            continue
        if agreement.granted.ends <= last or effective_state(agreement, today) not in {
            State.ACTIVE,
            State.SUSPENDED,
        }:
            continue
        known = first.get(agreement.product, (last, 0))
        first[agreement.product] = (min(known[0], last), known[1] + 1)
    for product, (last, count) in sorted(first.items()):
        many = "agreement lapses" if count == 1 else "agreements lapse"
        yield Task(
            TaskKind.CONFIRM_ACCESS,
            product,
            last,
            product.partition(".")[0],
            f"{count} {many} on {product} unless a data owner confirms by {last:%d/%m/%Y}.",
            f"Confirm what is still needed: fairway review {product}.",
        )


def of_guardrails(version: GuardrailVersion | None, today: date) -> Iterator[Task]:
    """Yield what the hub has to do so that its guardrails can be relied on."""
    if version is not None and version.until is not None:
        until = version.until
        if until - today <= BEFORE_STALE:
            yield Task(
                TaskKind.PUBLISH_GUARDRAILS,
                version.id,
                until,
                None,
                f"The guardrails may be relied on until {until:%d/%m/%Y}. From the next day"
                " nothing would be permitted.",
                "Propose them again, have them reviewed, and publish them.",
            )
