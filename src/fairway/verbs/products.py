"""Products: publish, find, show, export, and who uses them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fairway.nouns.agreements import State
from fairway.nouns.errors import BadInput, Conflict, FairwayError, NotFound
from fairway.nouns.events import Usage
from fairway.nouns.people import Actor, Appointment, Domain, Person, Role
from fairway.nouns.products import AccessClass, Contract, DataProduct, Hits
from fairway.rules import products as rules
from fairway.rules.agreements import effective_state
from fairway.rules.entries import is_for_partners, may_know
from fairway.rules.peers import KIND
from fairway.rules.permissions import allows
from fairway.rules.search import audiences
from fairway.verbs.acting import Look, acting, looking, verb
from fairway.verbs.indexing import make_findable, take_out
from fairway.verbs.ports import Platform

_LIVE = (State.APPROVED, State.ACTIVE, State.SUSPENDED)


class Unpublishable(BadInput):
    """A contract with several problems at once; `problems` holds each."""

    def __init__(self, problems: Sequence[FairwayError]) -> None:
        first = problems[0]
        super().__init__(
            first.code,
            first.message,
            remedy=first.remedy,
            file=first.file,
            field=first.field,
            line=first.line,
            column=first.column,
        )
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Return every problem, a line each."""
        return "\n".join(str(p) for p in self.problems)


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. `breaks` says whom a new major version breaks, empty when nobody."""

    product: DataProduct
    previous: str | None
    breaks: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did. `stopped` are the agreements under which nothing is served now."""

    product: DataProduct
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything that a person may know about a product before using it.

    `usage` is None for those who may not see who uses it; `may_explain` is true for those who may
    ask who can see it.
    """

    product: DataProduct
    domain: Domain
    owner: Person | None
    owner_current: bool
    versions: tuple[str, ...]
    usage: tuple[Usage, ...] | None
    may_explain: bool


@verb("product.publish")
def publish(platform: Platform, actor: Actor, text: str, file: str = "") -> Published:
    """Publish a contract: read it, compare it with its source, and make it findable, or nothing.

    `file` is the name to use in errors. Raises `BadInput` (`Unpublishable` when the source or the
    version disagrees), `Conflict` for an id that is taken, `Unavailable` for a silent source.
    """
    contract = platform.contracts.read(text, file)
    _check_domain(platform, actor, contract, file)
    with looking(platform, actor, "product.publish", domain=contract.domain):
        # The source may be slow: it is read before the transaction, which others would wait for.
        source = platform.sources.resolve(contract.source, file)
        found = platform.sources.describe(source, file)
    with acting(
        platform, actor, "product.publish", domain=contract.domain, subject=_id(contract)
    ) as act:
        _check_owner(platform, contract, file)
        before = platform.store.products.get(_id(contract))
        _check_ids(platform, contract, before, file)
        live = platform.store.agreements.find(product=_id(contract), states=_LIVE)
        live = [a for a in live if effective_state(a, act.today) in _LIVE]
        problems = (
            *rules.version_malformed(contract, file),
            *rules.open_problems(contract, file),
            *rules.schema_problems(contract, found, file),
            *(rules.version_problems(before.contract, contract, live, file) if before else ()),
        )
        if problems:
            raise Unpublishable(problems)
        product = DataProduct(_id(contract), contract, source, actor.person, platform.clock.now())
        platform.store.products.add(product)
        make_findable(platform, product)
        note(platform, product, before)
        breaks = ""
        if before and rules.broken_agreements(before.contract, contract, live):
            breaks = rules.whom_it_breaks(before.contract, contract, live)
        act.record(
            "product.publish",
            subject=product.id,
            products=(product.id,),
            details={"version": contract.version, "contract": contract.id, "breaks": breaks},
        )
    return Published(product, before.contract.version if before else None, breaks)


def note(platform: Platform, product: DataProduct, before: DataProduct | None) -> None:
    """Tell other nodes of a change, if they may know of the product or did. A step of verbs."""
    if is_for_partners(product) or (before is not None and is_for_partners(before)):
        platform.store.feed.note(product.id)


@verb("product.withdraw")
def withdraw(platform: Platform, actor: Actor, product: str, reason: str) -> Withdrawn:
    """Withdraw a product: it is found, asked for and used no more. Agreements and record stay.

    Publishing its contract again, as a new version, brings it back. Raises `NotFound`, `BadInput`
    where no reason is given.
    """
    found = get(platform, product)
    with acting(platform, actor, "product.withdraw", domain=found.domain, subject=found.id) as act:
        found = _not_withdrawn(get(platform, product))
        if not reason.strip():
            raise BadInput(
                "product.no_reason",
                "A withdrawal needs a reason.",
                remedy="Say why in a sentence: those who use the product will ask.",
                field="reason",
            )
        live = platform.store.agreements.find(product=found.id, states=_LIVE)
        stopped = tuple(a.id for a in live if effective_state(a, act.today) in _LIVE)
        gone = take_out(platform, found)
        note(platform, gone, found)
        act.record(
            "product.withdraw",
            subject=found.id,
            products=(found.id,),
            agreements=stopped,
            reason=reason.strip()[:500],
            details={"version": found.contract.version},
        )
    return Withdrawn(gone, stopped)


def _id(contract: Contract) -> str:
    return f"{contract.domain}.{contract.table}"


def _check_domain(platform: Platform, actor: Actor, contract: Contract, file: str) -> None:
    with looking(platform, actor, "domain.list"):
        domain = platform.store.people.domain(contract.domain)
    if domain is None:
        raise BadInput(
            "contract.unknown_domain",
            f"There is no domain '{contract.domain}'.",
            remedy="Name a domain of this node, or have the domain added.",
            file=file,
            field="domain",
        )


def _check_owner(platform: Platform, contract: Contract, file: str) -> None:
    owner = platform.store.people.get(contract.owner)
    if owner is None or not owner_current(platform, owner.id, contract.domain):
        raise BadInput(
            "contract.owner_not_appointed",
            f"'{contract.owner}' is not appointed data owner in domain {contract.domain}.",
            remedy="Name an appointed data owner, or have the appointment made first.",
            file=file,
            field="team.members",
        )


def owner_current(platform: Platform, person: str, domain: str, today: date | None = None) -> bool:
    """Say whether a person is data owner in a domain on a day, and still here.

    Not a verb: a question of verbs.
    """
    day = today or platform.clock.now().date()
    account = platform.store.people.get(person)
    return (account is not None and account.open(day)) and any(
        a.current(day)
        for a in platform.store.people.appointments(
            person=person, domain=domain, role=Role.DATA_OWNER
        )
    )


def owner_answers(platform: Platform, product: DataProduct, today: date | None = None) -> bool:
    """Say whether somebody answers for a product on a day: its appointed data owner.

    For one that lies at another node, that is that node's to see to, as long as it is not blocked.
    Not a verb: a question of verbs.
    """
    if product.source.kind == KIND:
        peer = platform.store.peers.of_domain(product.domain)
        return peer is not None and not peer.blocked
    return owner_current(platform, product.contract.owner, product.domain, today)


def _check_ids(
    platform: Platform, contract: Contract, before: DataProduct | None, file: str
) -> None:
    holder = platform.store.products.by_contract(contract.id)
    elsewhere = holder is not None and holder.source.kind == KIND  # a peer takes no id from us
    if holder is not None and holder.id != _id(contract) and not elsewhere:
        raise Conflict(
            "contract.duplicate_id",
            f"Contract id '{contract.id}' already belongs to {holder.id}.",
            remedy="Give this contract an id of its own.",
            file=file,
            field="id",
        )
    if before is not None and before.contract.id != contract.id:
        raise Conflict(
            "contract.duplicate_name",
            f"{before.id} is already published by another contract, {before.contract.id}.",
            remedy="Name another table, or keep that contract's id to publish a new version.",
            file=file,
            field="schema[0].name",
        )


@verb("product.find")
def find(platform: Platform, actor: Actor, words: str, *, limit: int = 20, offset: int = 0) -> Hits:
    """Return the products that match any of the words, best first; all of them for no words."""
    with looking(platform, actor, "product.find") as look:
        return platform.index.find(
            words[:500], limit=min(limit, 100), offset=offset, audiences=look.audiences
        )


@verb("product.show")
def show(platform: Platform, actor: Actor, product: str) -> ProductPage:
    """Return a product's page. Raises `NotFound`."""
    with looking(platform, actor, "product.show") as look:
        found = known(platform, look, product)
        domain = platform.store.people.domain(found.domain) or Domain(found.domain, "", "")
        may_explain = allows(
            "access.who_can_see", look.appointments, look.today, domain=found.domain
        )
        may_see_usage = allows("product.usage", look.appointments, look.today, domain=found.domain)
        return ProductPage(
            product=found,
            domain=domain,
            owner=platform.store.people.get(found.contract.owner),
            owner_current=owner_answers(platform, found),
            versions=tuple(v.contract.version for v in platform.store.products.versions(found.id)),
            usage=tuple(platform.ledger.usage(product=found.id)) if may_see_usage else None,
            may_explain=may_explain,
        )


@verb("product.contract")
def contract_text(platform: Platform, actor: Actor, product: str) -> str:
    """Return a product's contract as ODCS, with every field that was published."""
    with looking(platform, actor, "product.contract") as look:
        return platform.contracts.write(known(platform, look, product).contract)


@verb("product.usage")
def usage(platform: Platform, actor: Actor, product: str) -> Sequence[Usage]:
    """Return who uses a product, for which purpose, how often and last when."""
    found = get(platform, product)
    with looking(platform, actor, "product.usage", domain=found.domain):
        return platform.ledger.usage(product=found.id)


def get(platform: Platform, product: str) -> DataProduct:
    """Return a product's current version or raise `NotFound`. Not a verb: a step of verbs."""
    found = platform.store.products.get(product.casefold())
    if found is None:
        raise _no_product(product)
    return found


def known(platform: Platform, look: Look, product: str) -> DataProduct:
    """Return a product that is offered, and that this person may know of, or raise `NotFound`.

    For those who may not know of it, it is as if there were none. Not a verb: a step of verbs.
    """
    found = get(platform, product)
    if not may_know(found, look.audiences):
        raise _no_product(product)
    return _not_withdrawn(found)


def known_among(
    account: Person | None,
    appointments: Iterable[Appointment],
    found: Iterable[DataProduct],
    agreed: frozenset[str],
    today: date,
) -> dict[str, DataProduct]:
    """Return by id those products that are offered, and that a person may know of.

    Who has an agreement on a product, in whatever state, knows of it. Who has no account here is of
    another node: they may know of what is shown to partners. A step of verbs.
    """
    mine = audiences(account, appointments, today) if account else ()
    return {
        p.id: p
        for p in found
        if not p.withdrawn
        and (p.id in agreed or may_know(p, mine) or (account is None and is_for_partners(p)))
    }


def _not_withdrawn(found: DataProduct) -> DataProduct:
    if found.withdrawn:
        raise NotFound(
            "product.withdrawn",
            f"{found.id} was withdrawn.",
            remedy="Look for another with: fairway find WORDS.",
        )
    return found


def _no_product(product: str) -> NotFound:
    return NotFound(
        "product.not_found",
        f"There is no data product '{product[:130]}'.",
        remedy="Look for its name with: fairway find WORDS.",
    )


def needs_agreement(product: DataProduct) -> bool:
    """Say whether using a product needs an agreement."""
    return product.contract.access is AccessClass.RESTRICTED
