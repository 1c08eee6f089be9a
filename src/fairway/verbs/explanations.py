"""Explain access: why somebody may use a product or not, who can see it, and what a person can see.

Every answer comes from the decision that a query would meet (`verbs.access`), on any day: today's
state holds for today and later, the record of steps, versions and appointments for days gone by.
Whether an account is open is known for now only.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date

from fairway.nouns.access import AccessRequest, Decision, Effect
from fairway.nouns.agreements import Agreement
from fairway.nouns.errors import NotFound
from fairway.nouns.explanations import Circumstances, Explanation, Sight
from fairway.nouns.people import Actor, Appointment, Person, Role
from fairway.nouns.products import DataProduct
from fairway.nouns.stops import Stop
from fairway.rules import explanations as rules
from fairway.rules.permissions import roles_of
from fairway.verbs.access import Situation, agreements_of, decided
from fairway.verbs.acting import event, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.products import get as get_product
from fairway.verbs.products import known as known_product
from fairway.verbs.products import known_among, needs_agreement

MOST_STOPS = 10_000
"""Stops that are looked through for a day gone by."""

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
        found = known_product(platform, look, product)
        device = actor.managed_device
        day = on or look.today
        return _explained(
            platform, actor.person, found, purpose, day, own=True, managed_device=device
        )


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
        known = _Known(platform, day, look.today)
        if not needs_agreement(stood):
            me = platform.store.people.get(actor.person)
            everyone = "Everyone who is signed in"
            return tuple(_open(platform, stood, me, "", everyone, day, known))
        agreements = platform.store.agreements.find(product=found.id)
        return tuple(_sights(platform, {stood.id: stood}, agreements, named, day, known))


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
        found = platform.store.products.get(product)
        return None if found is None or found.withdrawn else found
    return rules.version_of(platform.store.products.versions(product), day)


def stops_on(platform: Platform, day: date, today: date) -> tuple[Stop, ...]:
    """Return the stops in force today, or at the end of a day gone by."""
    if day >= today:
        return tuple(platform.store.stops.active())
    return tuple(
        stop
        for stop in reversed(platform.store.stops.all(MOST_STOPS))
        if stop.made_at.astimezone(UTC).date() <= day
        and (stop.lifted_at is None or stop.lifted_at.astimezone(UTC).date() > day)
    )


def _agreements_on(
    agreements: Iterable[Agreement], day: date, today: date
) -> tuple[Agreement, ...]:
    if day >= today:
        return tuple(agreements)
    return tuple(stood for a in agreements if (stood := rules.as_of(a, day)) is not None)


def _explained(
    platform: Platform,
    person: str,
    product: DataProduct,
    purpose: str,
    on: date,
    *,
    own: bool,
    managed_device: bool = True,
) -> Explanation:
    store, today = platform.store, platform.clock.now().date()
    stood = _product_on(platform, product.id, on, today)
    appointments = store.people.appointments(person=person)
    agreements = _agreements_on(agreements_of(platform, person, appointments, on), on, today)
    account = store.people.get(person)
    products = {} if stood is None else {stood.id: stood}
    stops = stops_on(platform, on, today)
    situation = Situation(account, products, agreements, on, appointments, stops)
    request = AccessRequest(
        person=person,
        purpose=purpose,
        products=(product.id,),
        columns=((product.id, frozenset()),),
        managed_device=managed_device,
    )
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
        officers=holders(Role.DATA_PROTECTION_OFFICER),
    )


# ------------------------------------------------------------------ who sees what


class _Known:
    """What is read once for many questions: accounts, appointments, stops."""

    def __init__(self, platform: Platform, on: date, today: date) -> None:
        self._people = platform.store.people
        self._on = on
        self._accounts: dict[str, Person | None] = {}
        self._held: dict[str, Sequence[Appointment]] = {}
        self.stops = stops_on(platform, on, today)

    def account(self, person: str) -> Person | None:
        if person not in self._accounts:
            self._accounts[person] = self._people.get(person)
        return self._accounts[person]

    def appointments(self, person: str) -> Sequence[Appointment]:
        if person not in self._held:
            self._held[person] = self._people.appointments(person=person)
        return self._held[person]

    def covered(self, agreement: Agreement) -> Iterable[str]:
        """Return whom an agreement covers: the asker, then the team's members, by id."""
        members: set[str] = set()
        if agreement.team is not None:
            team = agreement.team
            held = self._people.appointments(domain=team.domain, role=team.role)
            members = {a.person for a in held if a.current(self._on)}
        return (agreement.asker, *sorted(members - {agreement.asker}))


def _permit(
    platform: Platform,
    person: Person | None,
    product: DataProduct,
    purpose: str,
    on: date,
    known: _Known,
    named: frozenset[str] = frozenset(),
    agreement: Agreement | None = None,
) -> Decision | None:
    """Return the decision on one product when it permits; `agreement` is pinned.

    The device is taken to be a managed one: that is known only when the data is used.
    """
    request = AccessRequest(
        person=person.id if person else "",
        purpose=purpose,
        products=(product.id,),
        columns=((product.id, named),),
        pinned=(agreement.id,) if agreement else (),
        managed_device=True,
    )
    mine = (agreement,) if agreement else ()
    held = known.appointments(request.person)
    situation = Situation(person, {product.id: product}, mine, on, held, known.stops)
    decision = decided(platform, request, situation)
    return decision if decision.effect is Effect.PERMIT else None


def _open(
    platform: Platform,
    product: DataProduct,
    person: Person | None,
    who: str,
    name: str,
    on: date,
    known: _Known,
) -> Iterable[Sight]:
    """Yield how an open product is seen: by everyone, for the purposes that pass the guardrails."""
    permits = {
        purpose.code: permit
        for purpose in platform.store.purposes.all()
        if (permit := _permit(platform, person, product, purpose.code, on, known)) is not None
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
    known: _Known,
    only: str | None = None,
) -> Iterable[Sight]:
    """Yield what each agreement lets those see whom it covers: as if each were pinned in turn."""
    for agreement in _agreements_on(agreements, on, platform.clock.now().date()):
        product = products.get(agreement.product)
        if product is None or not needs_agreement(product):
            continue
        for covered in (only,) if only else known.covered(agreement):
            person = known.account(covered)
            permit = _permit(
                platform, person, product, agreement.purpose, on, known, named, agreement
            )
            if permit is not None and person is not None:
                grant = permit.grants[0]
                yield rules.sight(grant, person.id, person.name, (agreement.purpose,))


def _seen(
    platform: Platform, person: str, domains: frozenset[str] | None, on: date, today: date
) -> Iterable[Sight]:
    """Yield what a person can use: under agreements first, then what is open."""
    known = _Known(platform, on, today)
    account = known.account(person)
    if account is None or not account.open(on):
        return
    agreements = agreements_of(platform, person, known.appointments(person), on)
    offered = (p for p in platform.store.products.all() if domains is None or p.domain in domains)
    agreed = frozenset(a.product for a in agreements)
    people = platform.store.people
    who, roles = people.get(person), people.appointments(person=person)
    products = {
        stood.id: stood
        for p in known_among(who, roles, offered, agreed, platform.clock.now().date()).values()
        if (stood := p if on >= today else _product_on(platform, p.id, on, today)) is not None
    }
    yield from _sights(platform, products, agreements, frozenset(), on, known, person)
    for product in products.values():
        if not needs_agreement(product):
            yield from _open(platform, product, account, account.id, account.name, on, known)
