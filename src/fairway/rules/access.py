"""May this person use these products for this purpose, and under which terms?

The answer is always a `Decision` with reasons. Anything unknown, missing, ended or inapplicable is
a denial that names the nearest miss: what would have to be true instead.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from fairway.nouns.access import AccessRequest, Decision, Denial, Effect, Grant, GuardrailFacts
from fairway.nouns.agreements import Agreement, GrantedColumn, State, Terms
from fairway.nouns.people import Person
from fairway.nouns.products import AccessClass, Classification, DataProduct
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.nouns.treatments import KEEP, Kind
from fairway.rules.agreements import effective_state, inapplicable

_READABLE = frozenset(Kind) - {Kind.NULL, Kind.DROP}
_NO_DAY_LATER = date.max


def decide(
    request: AccessRequest,
    *,
    person: Person | None,
    purpose: Purpose | None,
    products: Mapping[str, DataProduct],
    agreements: Sequence[Agreement],
    today: date,
) -> Decision:
    """Answer an access request from the person's agreements.

    `products` are those of the request that exist, by id. `agreements` are the asker's, of any
    product, purpose and state. Guardrails are asked afterwards, about the grants.
    """
    if person is None or not person.active:
        return _deny(
            Denial("access.no_person", "There is no active account for this person.", "Sign in.")
        )
    if purpose is None:
        return _deny(
            Denial(
                "access.unknown_purpose",
                f"'{request.purpose}' is not on the list of purposes.",
                "Choose a purpose from the list: fairway request --list-purposes.",
            )
        )
    astray = _pin_astray(request, agreements)
    if astray is not None:
        return _deny(astray)
    outcomes = [
        _decide_one(request, name, products, agreements, today) for name in request.products
    ]
    outcomes = outcomes or [
        Denial("access.no_product", "The query names no data product.", "Name a <domain>.<table>.")
    ]
    denials = tuple(o for o in outcomes if isinstance(o, Denial))
    if denials:
        return Decision(Effect.DENY, tuple(d.reason for d in denials), denials=denials)
    grants = tuple(o for o in outcomes if isinstance(o, Grant))
    return Decision(Effect.PERMIT, tuple(_why(g) for g in grants), grants=grants)


def _deny(denial: Denial) -> Decision:
    return Decision(Effect.DENY, (denial.reason,), denials=(denial,))


def _pin_astray(request: AccessRequest, agreements: Sequence[Agreement]) -> Denial | None:
    """Return a denial when the pinned agreement is not the person's, or on no product named."""
    if request.agreement is None or any(
        a.id == request.agreement and a.asker == request.person and a.product in request.products
        for a in agreements
    ):
        return None
    return Denial(
        "access.no_such_agreement",
        f"You have no agreement {request.agreement[:40]} on a product that the query names.",
        "See those you have with: fairway agreements.",
    )


def _why(grant: Grant) -> str:
    if grant.agreement is None:
        return f"{grant.product.id} is open to everyone who is signed in."
    return (
        f"Agreement {grant.agreement.id} covers {grant.product.id} for"
        f" {grant.agreement.purpose} until {grant.terms.ends:%d/%m/%Y}."
    )


def _decide_one(
    request: AccessRequest,
    name: str,
    products: Mapping[str, DataProduct],
    agreements: Sequence[Agreement],
    today: date,
) -> Grant | Denial:
    product = products.get(name)
    if product is None:
        return Denial(
            "access.no_such_product",
            f"There is no data product {name}.",
            "Look for its name with: fairway find WORDS.",
        )
    if product.contract.access is AccessClass.OPEN:
        return Grant(product, open_terms(product), None)
    mine = [a for a in agreements if a.product == product.id and a.asker == request.person]
    named = dict(request.columns).get(name, frozenset())
    return _by_agreement(request, product, mine, named, today)


def open_terms(product: DataProduct) -> Terms:
    """Return the terms of an open product: every column as it is, every row, no end."""
    columns = tuple(GrantedColumn(c.name, KEEP) for c in product.columns)
    return Terms(columns, None, date.min, _NO_DAY_LATER)


def _by_agreement(
    request: AccessRequest,
    product: DataProduct,
    mine: Sequence[Agreement],
    named: frozenset[str],
    today: date,
) -> Grant | Denial:
    if any(a.id == request.agreement for a in mine):  # a pin decides for its own product alone
        mine = [a for a in mine if a.id == request.agreement]
    usable = [a for a in mine if effective_state(a, today) is State.ACTIVE]
    for_purpose = [a for a in usable if a.purpose == request.purpose]
    outcomes = [_apply(a, product, named) for a in for_purpose]
    grants = [o for o in outcomes if isinstance(o, Grant)]
    if grants:
        return grants[0]
    misses = [o for o in outcomes if isinstance(o, Denial)]
    return misses[0] if misses else _nearest_miss(request, product, mine, usable, today)


def _apply(agreement: Agreement, product: DataProduct, named: frozenset[str]) -> Grant | Denial:
    if agreement.granted is None:
        return Denial(
            "access.nothing_granted",
            f"Agreement {agreement.id} grants nothing.",
            "Make another request.",
        )
    bad = inapplicable(agreement.granted, product)
    if bad:
        return Denial(
            "access.terms_do_not_apply",
            f"Agreement {agreement.id} cannot be applied: {bad[0].reason}",
            "The product has changed since the agreement; make another request.",
        )
    seen = {c.name.casefold() for c in agreement.granted.columns if c.treatment.kind != Kind.DROP}
    outside = sorted(n for n in named - seen if product.column(n) is not None)
    if outside:
        return Denial(
            "access.column_not_granted",
            f"Agreement {agreement.id} does not cover column {outside[0]} of {product.id}.",
            f"Leave it out, or ask for it: fairway request {product.id} --columns {outside[0]}.",
        )
    return Grant(product, agreement.granted, agreement)


def _nearest_miss(
    request: AccessRequest,
    product: DataProduct,
    mine: Sequence[Agreement],
    usable: Sequence[Agreement],
    today: date,
) -> Denial:
    """Return what comes closest: an agreement for the purpose, then one in use, then any."""
    ask = f"Ask for it: fairway request {product.id} --purpose {request.purpose}."
    for_purpose = [a for a in mine if a.purpose == request.purpose]
    if usable and not for_purpose:
        others = ", ".join(sorted({a.purpose for a in usable}))
        return Denial(
            "access.other_purpose",
            f"You may use {product.id} for {others}, not for {request.purpose}.",
            ask,
        )
    if mine:
        nearest = (for_purpose or mine)[0]
        state = effective_state(nearest, today)
        return Denial(
            "access.agreement_not_active",
            f"Agreement {nearest.id} on {product.id} is {state}.",
            _STATE_REMEDY.get(state, ask),
        )
    return Denial(
        "access.no_agreement", f"You have no agreement on {product.id}, which is restricted.", ask
    )


_STATE_REMEDY: Mapping[State, str] = {
    State.DRAFT: "Submit it first.",
    State.SUBMITTED: "Wait for the data owner's decision.",
    State.IN_QUESTION: "Answer the data owner's question.",
    State.APPROVED: "Wait for its first day.",
    State.SUSPENDED: "Ask the data owner why it was suspended.",
}


def guardrail_facts(
    grant: Grant,
    *,
    person: str,
    purpose: Purpose,
    basis: LegalBasis | None,
    owner_current: bool,
) -> GuardrailFacts:
    """Return what the hub's guardrails are told about one grant."""
    readable = [c for c in grant.terms.columns if c.treatment.kind in _READABLE]
    classes = {
        column.classification: granted
        for granted in readable
        if (column := grant.product.column(granted.name)) is not None
    }
    kept = any(
        granted.treatment.kind != Kind.PSEUDONYM
        for granted in readable
        if (column := grant.product.column(granted.name)) is not None
        and column.classification is Classification.IDENTIFIER
    )
    return GuardrailFacts(
        person=person,
        product=grant.product.id,
        domain=grant.product.domain,
        access=grant.product.contract.access.value,
        purpose=purpose.code,
        statistical=purpose.statistical,
        legal_basis="" if basis is None else basis.code,
        article_9=basis is not None and basis.article_9,
        classifications=frozenset(c.value for c in classes),
        kept_identifiers=kept,
        owner_current=owner_current,
    )
