"""One use under way: everything that is settled of a query before it runs.

Whether it is run or only planned, a query takes this path, and what is wrong on it denies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.nouns.access import AccessRequest, Decision, Denial, Effect, Grant
from fairway.nouns.errors import Cancelled, FairwayError, Refused
from fairway.nouns.peers import Split
from fairway.nouns.people import Actor, Via
from fairway.nouns.products import DataProduct
from fairway.nouns.queries import Field, ParsedQuery
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.treatments import Kind
from fairway.rules import versions
from fairway.rules.subjects import KEY_NAME, identifies, marks
from fairway.verbs import parts
from fairway.verbs.access import decided, situation
from fairway.verbs.acting import event
from fairway.verbs.peers import known_person, lies_elsewhere
from fairway.verbs.ports import Platform, Turn
from fairway.verbs.products import known_among
from fairway.verbs.rates import admit_under
from fairway.verbs.relations import relation

LONGEST_QUERY_KEPT = 20_000
"""Characters of a query's text that go on the record; the gate refuses longer ones anyway."""


@dataclass
class Use:
    """One use under way: what every event about it says."""

    platform: Platform
    actor: Actor
    id: str
    sql: str
    purpose: str
    products: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    turn: Turn = field(init=False)  # from when the query waits for its place
    hashes: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    begun: bool = False

    def ending(self, error: FairwayError) -> FairwayError:
        """Return the error that ended the work: a cancelled one shows as whatever broke first."""
        if not self.turn.cancelled:
            return error
        return cancelled()

    def release(self) -> None:
        """Give the place back."""
        self.turn.release()

    @property
    def versions(self) -> Mapping[str, str]:
        """The state that is read of each product whose source keeps states."""
        found: Mapping[str, str] = self.details.get("versions", {})
        return found

    def record(
        self, action: str, outcome: str, *, reason: str = "", rows: int | None = None
    ) -> None:
        self.begun = True
        self.platform.ledger.append(
            event(
                self.platform,
                self.actor,
                action,
                outcome,
                subject=self.id,
                query_id=self.id,
                query=self.sql[:LONGEST_QUERY_KEPT],
                purpose=self.purpose,
                products=self.products,
                agreements=self.agreements,
                columns=self.columns,
                reason=reason,
                rows=rows,
                details=self.details,
            )
        )


def cancelled() -> Cancelled:
    """Return the error of a query that was cancelled."""
    return Cancelled(
        "query.cancelled", "The query was cancelled.", remedy="Run it again if it is wanted."
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that is granted and binds: what its engine would be given."""

    parsed: ParsedQuery
    decision: Decision
    relations: Sequence[GovernedRelation]
    fields: Sequence[Field]
    split: Split | None


def prepared(
    use: Use,
    agreement: str | None,
    as_of: Mapping[str, str],
    told: Mapping[str, str] | None = None,
) -> Prepared:
    """Take a query from its text to what its engine is given; nothing of the data is read.

    `told` are the agreements that a peer means, where one asks; no product that lies elsewhere is
    there for it. Raises `BadInput` for what does not parse or bind, and `Refused`.
    """
    platform = use.platform
    parsed = platform.gate.parse(use.sql)
    use.products = tuple(dict.fromkeys(str(t) for t in parsed.tables))
    decision = _decide(use, parsed, (agreement,) if agreement else tuple(told or ()))
    if decision.effect is Effect.DENY:
        raise _refusal(decision.denials)
    use.agreements = tuple(name for grant in decision.grants for name in grant.under)
    admit_under(platform, use.actor, use.agreements)
    use.columns = columns_used(decision.grants, parsed)
    use.hashes = parts.sealed(platform, decision.grants)
    if told is not None:
        parts.check_hashes(use.hashes, told)
    states = versions.chosen(as_of, use.products)
    relations: list[GovernedRelation] = [
        relation(platform, grant, states.get(grant.product.id)) for grant in decision.grants
    ]
    if read := {f"{r.domain}.{r.table}": r.source.version for r in relations if r.source.version}:
        use.details["versions"] = read
    fields = platform.gate.bind(parsed, relations)
    split = _split(use, parsed, relations, decision.grants)
    if any(identifies(grant.product.columns) for grant in decision.grants):
        use.details["subjects"] = marks(use.sql, platform.keys.pseudonym_key(KEY_NAME))
    return Prepared(parsed, decision, relations, fields, split)


def _split(
    use: Use,
    parsed: ParsedQuery,
    relations: Sequence[GovernedRelation],
    grants: Sequence[Grant],
) -> Split | None:
    """Split a query that reads from other nodes, and note for the record what each is asked."""
    owners = parts.owners(grants)
    if not owners:
        return None
    split = use.platform.gate.split(parsed, relations, owners)
    use.details["parts"] = [
        {
            "peer": part.peer,
            "products": list(part.products),
            "sql": part.sql[:LONGEST_QUERY_KEPT],
            "hashes": parts.agreements_of(part, grants, use.hashes),
        }
        for part in split.parts
    ]
    return split


def _refusal(denials: Sequence[Denial]) -> Refused:
    first = denials[0]
    return Refused(first.code, first.reason, remedy=first.remedy)


def _decide(use: Use, parsed: ParsedQuery, pinned: tuple[str, ...]) -> Decision:
    store = use.platform.store
    named_here = {
        found.id: found
        for found in store.products.several(use.products)
        if not (lies_elsewhere(found) and use.actor.via is Via.PEER)
    }
    today = use.platform.clock.now().date()
    rests_on = situation(use.platform, use.actor.person, named_here, today)
    agreed = frozenset(a.product for a in rests_on.agreements)
    products = known_among(
        rests_on.person, rests_on.appointments, named_here.values(), agreed, today
    )
    rests_on = replace(rests_on, products=products)
    named = {name: named_columns(product, parsed) for name, product in products.items()}
    shared = {n for n in parsed.names if sum(n in columns for columns in named.values()) > 1}
    request = AccessRequest(
        person=use.actor.person,
        purpose=use.purpose,
        products=use.products,
        columns=tuple(named.items()),
        pinned=pinned,
        managed_device=use.actor.managed_device,
    )
    if use.actor.via is Via.PEER:  # nobody with an account: somebody whom a peer vouches for
        rests_on = replace(rests_on, person=known_person(use.platform, use.actor.person))
    return decided(use.platform, request, rests_on, shared=frozenset(shared))


def named_columns(product: DataProduct, parsed: ParsedQuery) -> frozenset[str]:
    """Return the product's columns that a query mentions by name, lower case."""
    return frozenset(name for c in product.columns if (name := c.name.casefold()) in parsed.names)


def columns_used(grants: Sequence[Grant], parsed: ParsedQuery) -> tuple[str, ...]:
    """Return what goes on the record as used: the granted columns named, or all for a star."""
    return tuple(
        f"{grant.product.id}.{column.name}"
        for grant in grants
        for column in grant.terms.columns
        if column.treatment.kind is not Kind.DROP
        and (parsed.stars or column.name.casefold() in parsed.names)
    )
