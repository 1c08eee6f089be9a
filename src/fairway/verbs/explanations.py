"""Explain access: why somebody may use a product or not, who can see it, and what a person can see.

Every answer comes from the decision that a query would meet (`verbs.access`), on any day: today's
state holds for today and later, the record of steps, versions and appointments for days gone by.
Whether an account is open is known for now only.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from fairway.nouns.access import AccessRequest, Decision, Effect
from fairway.nouns.agreements import Agreement
from fairway.nouns.errors import NotFound
from fairway.nouns.explanations import Circumstances, Explanation, Sight
from fairway.nouns.people import Actor, Person, Role
from fairway.nouns.products import DataProduct
from fairway.rules import explanations as rules
from fairway.rules.permissions import roles_of
from fairway.verbs.access import Situation, decided
from fairway.verbs.acting import event, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.products import get as get_product
from fairway.verbs.products import needs_agreement

_WATCHERS = frozenset({Role.AUDITOR, Role.GOVERNANCE_MANAGER})


def explain(
    platform: Platform,
    actor: Actor,
    person: str,
    product: str,
    purpose: str,
    on: date | None = None,
) -> Explanation:
    """Return the decision on a query of every granted column of a product, and why.

    One's own questions are for everyone. Raises `NotFound` for an unknown product, `Refused` for a
    question about somebody else by one who is neither watcher nor data owner of its domain.
    """
    if person == actor.person:
        return explain_own(platform, actor, product, purpose, on)
    return explain_other(platform, actor, person, product, purpose, on)


@verb("access.explain_own")
def explain_own(
    platform: Platform, actor: Actor, product: str, purpose: str, on: date | None
) -> Explanation:
    """Say why one may use a product for a purpose or not, and what would have to be true."""
    with looking(platform, actor, "access.explain_own") as look:
        found = get_product(platform, product)
        return _explained(platform, actor.person, found, purpose, on or look.today, own=True)


@verb("access.explain")
def explain_other(
    platform: Platform, actor: Actor, person: str, product: str, purpose: str, on: date | None
) -> Explanation:
    """Say why somebody may use a product for a purpose or not. The question is recorded."""
    found = get_product(platform, product)
    with looking(platform, actor, "access.explain", domain=found.domain) as look:
        day = on or look.today
        _record(platform, actor, "why", day, person, found.id, purpose)
        return _explained(platform, person, found, purpose, day, own=False)


@verb("access.who_can_see")
def who_can_see(
    platform: Platform,
    actor: Actor,
    product: str,
    column: str | None = None,
    on: date | None = None,
) -> Sequence[Sight]:
    """Return who can see a product, or one column of it, for what, treated how, and why.

    The question is recorded. Raises `NotFound` for an unknown product or column.
    """
    found = get_product(platform, product)
    with looking(platform, actor, "access.who_can_see", domain=found.domain) as look:
        wanted = found.column(column) if column else None
        if column and wanted is None:
            raise NotFound(
                "product.no_such_column",
                f"{found.id} has no column '{column[:60]}'.",
                remedy=f"See its columns with: fairway show {found.id}.",
            )
        day = on or look.today
        subject = f"{found.id}.{wanted.name}" if wanted else found.id
        _record(platform, actor, "who", day, subject, found.id)
        named = frozenset({wanted.name.casefold()}) if wanted else frozenset()
        stood = _product_on(platform, found.id, day, look.today)
        if stood is None:
            return ()
        if not needs_agreement(stood):
            me = platform.store.people.get(actor.person)
            return tuple(_open(platform, stood, me, "", "Everyone who is signed in", day))
        agreements = platform.store.agreements.find(product=found.id)
        return tuple(_sights(platform, {stood.id: stood}, agreements, named, day, look.today))


def what_can_be_seen(
    platform: Platform, actor: Actor, person: str, on: date | None = None
) -> Sequence[Sight]:
    """Return every product that a person can use on a day, for what, on which terms, and why.

    One's own is for everyone. A data owner is told of products of their own domains only.
    """
    if person == actor.person:
        return seen_own(platform, actor, on)
    return seen_by(platform, actor, person, on)


@verb("access.seen_own")
def seen_own(platform: Platform, actor: Actor, on: date | None) -> Sequence[Sight]:
    """Return every product that one can use on a day, and why."""
    with looking(platform, actor, "access.seen_own") as look:
        return tuple(_seen(platform, actor.person, None, on or look.today, look.today))


@verb("access.seen_by")
def seen_by(platform: Platform, actor: Actor, person: str, on: date | None) -> Sequence[Sight]:
    """Return every product that somebody can use on a day, and why. The question is recorded."""
    with looking(platform, actor, "access.seen_by") as look:
        if platform.store.people.get(person) is None:
            raise NotFound("person.not_found", f"There is no account '{person[:63]}'.")
        day = on or look.today
        _record(platform, actor, "seen", day, person)
        own = {
            a.domain
            for a in look.appointments
            if a.role is Role.DATA_OWNER and a.domain and a.current(look.today)
        }
        domains = None if look.roles() & _WATCHERS else frozenset(own)
        return tuple(_seen(platform, person, domains, day, look.today))


def _record(
    platform: Platform,
    actor: Actor,
    question: str,
    on: date,
    subject: str,
    product: str = "",
    purpose: str = "",
) -> None:
    """Put the question on the record before it is answered."""
    platform.ledger.append(
        event(
            platform,
            actor,
            "access.explain",
            "done",
            subject=subject,
            products=(product,) if product else (),
            purpose=purpose,
            details={"question": question, "on": on.isoformat()},
        )
    )


# ------------------------------------------------------------------ as of a day


def _product_on(platform: Platform, product: str, day: date, today: date) -> DataProduct | None:
    if day >= today:
        return platform.store.products.get(product)
    return rules.version_of(platform.store.products.versions(product), day)


def _agreements_on(
    agreements: Iterable[Agreement], day: date, today: date
) -> tuple[Agreement, ...]:
    if day >= today:
        return tuple(agreements)
    return tuple(stood for a in agreements if (stood := rules.as_of(a, day)) is not None)


def _explained(
    platform: Platform, person: str, product: DataProduct, purpose: str, on: date, *, own: bool
) -> Explanation:
    store, today = platform.store, platform.clock.now().date()
    stood = _product_on(platform, product.id, on, today)
    agreements = _agreements_on(store.agreements.find(asker=person), on, today)
    account = store.people.get(person)
    products = {} if stood is None else {stood.id: stood}
    situation = Situation(account, products, agreements, on)
    request = AccessRequest(person, purpose, (product.id,), ((product.id, frozenset()),))
    decision = decided(platform, request, situation)
    facts = _circumstances(platform, person, account, stood or product, purpose, on, agreements)
    return rules.explain(decision, facts, own=own)


def _circumstances(
    platform: Platform,
    asked: str,
    person: Person | None,
    product: DataProduct,
    purpose: str,
    on: date,
    agreements: Sequence[Agreement],
) -> Circumstances:
    people = platform.store.people

    def holders(role: Role, domain: str | None = None) -> tuple[str, ...]:
        held = people.appointments(role=role, domain=domain)
        return tuple(dict.fromkeys(a.person for a in held if a.current(on)))

    owned = people.appointments(
        person=product.contract.owner, role=Role.DATA_OWNER, domain=product.domain
    )
    return Circumstances(
        asked=asked,
        person=person,
        product=product,
        purpose=purpose,
        on=on,
        agreements=tuple(a for a in agreements if a.product == product.id),
        analyst=Role.ANALYST in roles_of(people.appointments(person=asked), on),
        ownership=tuple(a for a in owned if a.current(on)),
        owners=holders(Role.DATA_OWNER, product.domain),
        managers=holders(Role.GOVERNANCE_MANAGER),
        administrators=holders(Role.ADMINISTRATOR),
    )


# ------------------------------------------------------------------ who sees what


def _permit(
    platform: Platform,
    person: Person | None,
    product: DataProduct,
    purpose: str,
    on: date,
    named: frozenset[str] = frozenset(),
    agreement: Agreement | None = None,
) -> Decision | None:
    """Return the decision on one product when it permits; `agreement` is pinned."""
    request = AccessRequest(
        person=person.id if person else "",
        purpose=purpose,
        products=(product.id,),
        columns=((product.id, named),),
        agreement=agreement.id if agreement else None,
    )
    mine = (agreement,) if agreement else ()
    decision = decided(platform, request, Situation(person, {product.id: product}, mine, on))
    return decision if decision.effect is Effect.PERMIT else None


def _open(
    platform: Platform, product: DataProduct, person: Person | None, who: str, name: str, on: date
) -> Iterable[Sight]:
    """Yield how an open product is seen: by everyone, for the purposes that pass the guardrails."""
    permits = {
        purpose.code: permit
        for purpose in platform.store.purposes.all()
        if (permit := _permit(platform, person, product, purpose.code, on)) is not None
    }
    if permits:
        grant = next(iter(permits.values())).grants[0]
        yield rules.sight(grant, who, name, tuple(permits))


def _sights(
    platform: Platform,
    products: dict[str, DataProduct],
    agreements: Sequence[Agreement],
    named: frozenset[str],
    on: date,
    today: date,
) -> Iterable[Sight]:
    """Yield what each agreement lets its asker see: as if each were pinned in turn."""
    known: dict[str, Person | None] = {}
    for agreement in _agreements_on(agreements, on, today):
        product = products.get(agreement.product)
        if product is None or not needs_agreement(product):
            continue
        if agreement.asker not in known:
            known[agreement.asker] = platform.store.people.get(agreement.asker)
        person = known[agreement.asker]
        permit = _permit(platform, person, product, agreement.purpose, on, named, agreement)
        if permit is not None and person is not None:
            grant = permit.grants[0]
            yield rules.sight(grant, person.id, person.name, (agreement.purpose,))


def _seen(
    platform: Platform, person: str, domains: frozenset[str] | None, on: date, today: date
) -> Iterable[Sight]:
    """Yield what a person can use: under agreements first, then what is open."""
    account = platform.store.people.get(person)
    if account is None or not account.active:
        return
    products = {
        stood.id: stood
        for p in platform.store.products.all()
        if (domains is None or p.domain in domains)
        and (stood := p if on >= today else _product_on(platform, p.id, on, today)) is not None
    }
    agreements = platform.store.agreements.find(asker=person)
    yield from _sights(platform, products, agreements, frozenset(), on, today)
    for product in products.values():
        if not needs_agreement(product):
            yield from _open(platform, product, account, account.id, account.name, on)
