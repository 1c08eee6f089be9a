"""Effective access as a whole: everybody, every product, every purpose, on one day.

An index over one reading of the node. It decides with the functions that decide a single request
(`rules.access`), and remembers what is the same for many: which terms fit, what a grant shows,
who is in a team. So it answers many questions fast, and answers them alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from fairway.nouns.access import (
    AccessRequest,
    Decision,
    Denial,
    Effect,
    Grant,
    GuardrailFacts,
    Verdict,
)
from fairway.nouns.agreements import Agreement, State, Terms
from fairway.nouns.explanations import Circumstances, Explanation
from fairway.nouns.people import Appointment, Person, Role, Team
from fairway.nouns.products import AccessClass, DataProduct
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.nouns.stops import Stop, Stopped
from fairway.rules.access import decide, guardrail_facts, judged, open_terms, readable
from fairway.rules.agreements import effective_state, inapplicable
from fairway.rules.explanations import explain, visible

EVERYONE = Person("", "Everyone who is signed in", "")
"""Whom an open product is open to."""


class Judge(Protocol):
    """What the guardrails say of facts. `personal` is true where it hangs on who somebody is."""

    @property
    def personal(self) -> bool: ...
    def __call__(self, facts: GuardrailFacts) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A node as it stood on a day. `agreements` are newest first; by id what has an id."""

    day: date
    people: Mapping[str, Person]
    appointments: Sequence[Appointment]
    products: Mapping[str, DataProduct]
    agreements: Sequence[Agreement]
    purposes: Mapping[str, Purpose]
    bases: Mapping[str, LegalBasis]
    stops: Sequence[Stop] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """People who stand alike before the guardrails, for one grant and purpose."""

    grant: Grant
    purpose: str
    people: Sequence[str]
    facts: GuardrailFacts


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a person's appointments make them."""

    roles: frozenset[Role] = frozenset()
    teams: frozenset[Team] = frozenset()


_NOBODY = _Standing()


class EffectiveAccess:
    """The index. Nothing in it changes; another day or another reading is another index."""

    def __init__(self, reading: Reading, judge: Judge, *, personal: bool | None = None) -> None:
        self._reading = reading
        self._judge = judge
        self._personal = judge.personal if personal is None else personal
        current = [a for a in reading.appointments if a.current(reading.day)]
        self._standing = _standings(current)
        self._members: dict[Team, dict[str, None]] = {}
        hub_roles: dict[Role, dict[str, None]] = {}
        self._owned: dict[tuple[str, str], list[Appointment]] = {}
        for one in current:
            if one.domain is None:
                hub_roles.setdefault(one.role, {})[one.person] = None
                continue
            self._members.setdefault(Team(one.role, one.domain), {})[one.person] = None
            if one.role is Role.DATA_OWNER and self._open_account(one.person):
                self._owned.setdefault((one.person, one.domain), []).append(one)
        self._owning: dict[tuple[str, str], tuple[tuple[Appointment, ...], tuple[str, ...]]] = {}
        hub = {role: tuple(held) for role, held in hub_roles.items()}
        self._managers = hub.get(Role.GOVERNANCE_MANAGER, ())
        self._administrators = hub.get(Role.ADMINISTRATOR, ())
        self._officers = hub.get(Role.DATA_PROTECTION_OFFICER, ())
        self._by_asker: dict[tuple[str, str], list[Agreement]] = {}
        self._by_team: dict[tuple[str, Team], list[Agreement]] = {}
        self._order = {a.id: number for number, a in enumerate(reading.agreements)}
        for agreement in reading.agreements:
            own = (agreement.product, agreement.asker)
            self._by_asker.setdefault(own, []).append(agreement)
            if agreement.team is not None and agreement.history:
                shared = (agreement.product, agreement.team)
                self._by_team.setdefault(shared, []).append(agreement)
        self._of_person: dict[str, list[Agreement]] = {}
        self._of_team: dict[Team, list[Agreement]] = {}
        self._of_product: dict[str, list[Agreement]] = {}
        for agreement in reading.agreements:
            self._of_person.setdefault(agreement.asker, []).append(agreement)
            self._of_product.setdefault(agreement.product, []).append(agreement)
            if agreement.team is not None:
                self._of_team.setdefault(agreement.team, []).append(agreement)
        self._fitting: dict[tuple[int, str], tuple[Denial, ...]] = {}
        self._shown: dict[str, tuple[frozenset[str], bool]] = {}
        self._grouped: dict[Team, dict[object, list[str]]] = {}
        self._halted = {s.subject for s in reading.stops if s.kind is Stopped.PERSON}
        self._stopped = {s.subject for s in reading.stops if s.kind is not Stopped.PERSON}

    # -------------------------------------------------------------- one question

    def decision(
        self, person: str, product: str, purpose: str, *, managed_device: bool = False
    ) -> Decision:
        """Decide on every granted column of a product, as a query of it would be."""
        standing = self._standing.get(person, _NOBODY)
        covering = self._covering(person, product, standing.teams)
        return self._decided(person, product, purpose, standing, covering, managed_device)

    def _decided(
        self,
        person: str,
        product: str,
        purpose: str,
        standing: _Standing,
        covering: Sequence[Agreement],
        managed_device: bool,
    ) -> Decision:
        reading = self._reading
        found = reading.products.get(product)
        request = AccessRequest(
            person=person,
            purpose=purpose,
            products=(product,),
            columns=(),
            managed_device=managed_device,
        )
        account, reason = reading.people.get(person), reading.purposes.get(purpose)
        decision = decide(
            request,
            person=account,
            purpose=reason,
            products={} if found is None else {product: found},
            agreements=covering,
            today=reading.day,
            teams=standing.teams,
            stops=reading.stops,
            misfits=self._misfits,
        )
        if account is None or reason is None or decision.effect is Effect.DENY:
            return decision

        def facts(grant: Grant) -> GuardrailFacts:
            return self._facts(grant, account, reason, standing.roles, managed_device)

        return judged(decision, facts, self._judge)[0]

    def explained(
        self,
        person: str,
        product: str,
        purpose: str,
        *,
        own: bool = False,
        managed_device: bool = False,
    ) -> Explanation:
        """Explain the decision on a product that there is. Raises `KeyError` for no product."""
        found = self._reading.products[product]
        standing = self._standing.get(person, _NOBODY)
        covering = self._covering(person, product, standing.teams)
        decision = self._decided(person, product, purpose, standing, covering, managed_device)
        told = self._circumstances(person, found, purpose, standing, covering)
        return explain(decision, told, own=own)

    def _circumstances(
        self,
        person: str,
        found: DataProduct,
        purpose: str,
        standing: _Standing,
        covering: Sequence[Agreement],
    ) -> Circumstances:
        ownership, owners = self._owners(found.contract.owner, found.contract.domain)
        return Circumstances(
            asked=person,
            person=self._reading.people.get(person),
            product=found,
            purpose=purpose,
            on=self._reading.day,
            agreements=tuple(covering),
            analyst=Role.ANALYST in standing.roles,
            ownership=ownership,
            owners=owners,
            managers=self._managers,
            administrators=self._administrators,
            officers=self._officers,
        )

    def _owners(self, owner: str, domain: str) -> tuple[tuple[Appointment, ...], tuple[str, ...]]:
        """Return the owner's appointments in a domain, and everybody who is data owner there."""
        found = self._owning.get((owner, domain))
        if found is None:
            everybody = self._members.get(Team(Role.DATA_OWNER, domain), ())
            found = tuple(self._owned.get((owner, domain), ())), tuple(everybody)
            self._owning[(owner, domain)] = found
        return found

    def _covering(self, person: str, product: str, teams: frozenset[Team]) -> Sequence[Agreement]:
        """Return the person's and their teams' agreements on a product, newest first."""
        found = self._by_asker.get((product, person), [])
        known = self._by_team
        shared = [a for team in teams for a in known.get((product, team), ())]
        if not shared:
            return found
        if not found and len(shared) == 1:
            return shared
        merged = {a.id: a for a in (*found, *shared)}
        return sorted(merged.values(), key=lambda a: self._order[a.id])

    def _misfits(self, terms: Terms, product: DataProduct) -> tuple[Denial, ...]:
        key = (id(terms), product.id)  # the reading keeps the terms alive
        found = self._fitting.get(key)
        if found is None:
            found = self._fitting[key] = inapplicable(terms, product)
        return found

    def _facts(
        self,
        grant: Grant,
        person: Person,
        purpose: Purpose,
        roles: frozenset[Role],
        managed_device: bool,
    ) -> GuardrailFacts:
        agreement, product = grant.agreement, grant.product
        shows = self._shows(grant, agreement)
        return guardrail_facts(
            grant,
            person=person,
            purpose=purpose,
            basis=None if agreement is None else self._reading.bases.get(agreement.legal_basis),
            owner_current=(product.contract.owner, product.domain) in self._owned,
            today=self._reading.day,
            roles=roles,
            managed_device=managed_device,
            shows=shows,
        )

    def _shows(self, grant: Grant, agreement: Agreement | None) -> tuple[frozenset[str], bool]:
        """Return what a grant shows; that of one agreement alone, or of none, is remembered."""
        if agreement is not None and agreement.granted is not grant.terms:
            return readable(grant)
        key = grant.product.id if agreement is None else agreement.id
        shows = self._shown.get(key)
        if shows is None:
            shows = self._shown[key] = readable(grant)
        return shows

    # -------------------------------------------------------------- everything

    def groups(self, concerns: Callable[[Agreement], bool] | None = None) -> Iterator[Group]:
        """Yield everyone whom agreements or openness would let in, before the guardrails.

        People who stand alike are one group. `concerns` picks agreements, and then leaves open
        products out. The device is taken to be a managed one: that is known only at the use.
        """
        for agreement in self._reading.agreements:
            if concerns is None or concerns(agreement):
                yield from self._unstopped(agreement)
        if concerns is None:
            for product in self._reading.products.values():
                if product.contract.access is AccessClass.OPEN and product.id not in self._stopped:
                    yield from self._open(product)

    def _groups_of(self, agreement: Agreement) -> Iterator[Group]:
        product = self._reading.products.get(agreement.product)
        purpose = self._reading.purposes.get(agreement.purpose)
        if (
            product is None
            or purpose is None
            or agreement.granted is None
            or product.contract.access is AccessClass.OPEN
            or effective_state(agreement, self._reading.day) is not State.ACTIVE
            or self._misfits(agreement.granted, product)
        ):
            return
        grant = Grant(product, agreement.granted, (agreement,))
        owned = (product.contract.owner, product.domain) in self._owned
        alike: Mapping[object, list[str]] = {}
        if agreement.team is not None:
            alike = self._alike(agreement.team)
        members = self._members.get(agreement.team, {}) if agreement.team else {}
        if agreement.asker not in members and self._admitted(agreement.asker):
            alike = {**alike, ("asker", agreement.asker): [agreement.asker]}
        if not owned:
            return
        for people in alike.values():
            first = self._reading.people[people[0]]
            roles = self._standing.get(first.id, _NOBODY).roles
            facts = self._facts(grant, first, purpose, roles, True)
            yield Group(grant, purpose.code, people, facts)

    def _alike(self, team: Team) -> dict[object, list[str]]:
        """Return the team's members by what the guardrails may see of them."""
        found = self._grouped.get(team)
        if found is None:
            found = {}
            for person in filter(self._admitted, self._members.get(team, ())):
                found.setdefault(self._likeness(person), []).append(person)
            self._grouped[team] = found
        return found

    def _likeness(self, person: str) -> object:
        account = self._reading.people[person]
        roles = self._standing.get(person, _NOBODY).roles
        return account.domain, roles, account.leaves, person if self._personal else ""

    def _admitted(self, person: str) -> bool:
        return self._open_account(person) and person not in self._halted

    def _open_account(self, person: str) -> bool:
        account = self._reading.people.get(person)
        return account is not None and account.open(self._reading.day)

    def _open(self, product: DataProduct) -> Iterator[Group]:
        grant = Grant(product, open_terms(product))
        for purpose in self._reading.purposes.values():
            facts = self._facts(grant, EVERYONE, purpose, frozenset(), True)
            yield Group(grant, purpose.code, [""], facts)

    def of_person(self, person: str) -> Iterator[Group]:
        """Yield what a person may use under agreements, each as a group of one."""
        standing = self._standing.get(person, _NOBODY)
        found = {a.id: a for a in self._of_person.get(person, ())}
        for team in standing.teams:
            found.update((a.id, a) for a in self._of_team.get(team, ()))
        account = self._reading.people.get(person)
        if account is None or not self._admitted(person):
            return
        for agreement in sorted(found.values(), key=lambda a: self._order[a.id]):
            for group in self._unstopped(agreement):
                facts = self._facts(
                    group.grant,
                    account,
                    self._reading.purposes[group.purpose],
                    standing.roles,
                    True,
                )
                if self._judge(facts).permitted:
                    yield Group(group.grant, group.purpose, (person,), facts)
                break  # whoever the group is of: the grant is the same for all

    def of_product(self, product: str, column: str | None = None) -> Iterator[Group]:
        """Yield who may use a product, or see one column of it, under agreements."""
        for agreement in self._of_product.get(product, ()):
            seen = (
                None
                if agreement.granted is None or column is None
                else visible(agreement.granted).column(column)
            )
            if column is None or seen is not None:
                yield from self.permitted(self._unstopped(agreement))

    def _unstopped(self, agreement: Agreement) -> Iterator[Group]:
        if not {agreement.id, agreement.product} & self._stopped:
            yield from self._groups_of(agreement)

    def permitted(self, groups: Iterable[Group]) -> Iterator[Group]:
        """Yield the groups that no guardrail forbids."""
        return (group for group in groups if self._judge(group.facts).permitted)


def _standings(current: Iterable[Appointment]) -> dict[str, _Standing]:
    """Return each person's roles and teams. Equal ones are one object: few differ."""
    held: dict[str, list[tuple[Role, str | None]]] = {}
    for one in current:
        held.setdefault(one.person, []).append((one.role, one.domain))
    known: dict[tuple[tuple[Role, str | None], ...], _Standing] = {}
    standings: dict[str, _Standing] = {}
    for person, roles in held.items():
        key = tuple(roles)
        found = known.get(key)
        if found is None:
            found = known[key] = _Standing(
                frozenset(role for role, _ in key),
                frozenset(Team(role, domain) for role, domain in key if domain is not None),
            )
        standings[person] = found
    return standings
