"""May this person use these products for this purpose, and under which terms?

The answer is always a `Decision` with reasons. Anything unknown, missing, ended or inapplicable is
a denial that names the nearest miss: what would have to be true instead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from fairway.nouns.access import (
    AccessRequest,
    Decision,
    Denial,
    Effect,
    Grant,
    GuardrailFacts,
    Verdict,
)
from fairway.nouns.agreements import Agreement, GrantedColumn, State, Terms
from fairway.nouns.people import Person, Role, Team
from fairway.nouns.products import AccessClass, Classification, DataProduct
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.nouns.stops import Stop, Stopped
from fairway.nouns.treatments import KEEP, Kind
from fairway.rules.agreements import effective_state, inapplicable
from fairway.rules.obligations import names as named_together
from fairway.rules.obligations import together

_READABLE = frozenset(Kind) - {Kind.NULL, Kind.DROP}
_NO_DAY_LATER = date.max
_NONE: frozenset[str] = frozenset()
UNFIT = "access.terms_do_not_apply"
"""The denial of an agreement that cannot be applied. It denies whatever others would grant: what
cannot be applied cannot be kept."""

Misfits = Callable[[Terms, DataProduct], tuple[Denial, ...]]
Applied = Callable[[Agreement, DataProduct, frozenset[str]], Grant | Denial]


def decide(
    request: AccessRequest,
    *,
    person: Person | None,
    purpose: Purpose | None,
    products: Mapping[str, DataProduct],
    agreements: Sequence[Agreement],
    today: date,
    teams: frozenset[Team] = frozenset(),
    stops: Sequence[Stop] = (),
    misfits: Misfits = inapplicable,
) -> Decision:
    """Answer an access request from the agreements that cover the person.

    `products` are those of the request that exist, by id. `agreements` are the person's and their
    `teams`', of any product, purpose and state. What the hub has stopped is denied before anything
    else is looked at. Guardrails are asked afterwards, about the grants. `misfits` says which terms
    do not fit a product; it may remember its answers.
    """
    for stop in stops:
        if _concerns(stop, request):
            return _deny(halted(stop))
    if person is None or not person.open(today):
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
    barred = {s.subject: s for s in stops if s.kind is Stopped.AGREEMENT} if stops else {}

    def apply(agreement: Agreement, product: DataProduct, named: frozenset[str]) -> Grant | Denial:
        if agreement.id in barred:
            return halted(barred[agreement.id])
        return _apply(agreement, product, named, misfits)

    agreements = [a for a in agreements if covers(a, request.person, teams)]
    astray = _pin_astray(request, agreements)
    if astray is not None:
        return _deny(astray)
    outcomes = [
        _decide_one(request, name, products, agreements, today, apply) for name in request.products
    ]
    outcomes = outcomes or [
        Denial("access.no_product", "The query names no data product.", "Name a <domain>.<table>.")
    ]
    denials = tuple(o for o in outcomes if isinstance(o, Denial))
    if denials:
        return Decision(Effect.DENY, tuple(d.reason for d in denials), denials=denials)
    grants = tuple(o for o in outcomes if isinstance(o, Grant))
    return Decision(Effect.PERMIT, tuple(_why(g) for g in grants), grants=grants)


@lru_cache(maxsize=4096)
def day_text(day: date) -> str:
    """Return a day as people write it. Days recur, and formatting one takes long."""
    return f"{day:%d/%m/%Y}"


def covers(agreement: Agreement, person: str, teams: frozenset[Team]) -> bool:
    """Say whether an agreement is a person's own, or that of a team that they are in."""
    return agreement.asker == person or (agreement.team is not None and agreement.team in teams)


def _concerns(stop: Stop, request: AccessRequest) -> bool:
    """Say whether a stop denies the whole request. A stopped agreement does where it is pinned."""
    named = {
        Stopped.PERSON: (request.person,),
        Stopped.PRODUCT: request.products,
        Stopped.AGREEMENT: request.pinned,
    }
    return stop.subject in named[stop.kind]


def halted(stop: Stop) -> Denial:
    """Return the denial that a stop is."""
    return Denial(
        "access.stopped",
        f"The hub has stopped {stop.kind} {stop.subject}: {stop.reason}",
        "Ask a governance manager, who can lift the stop.",
    )


def _deny(denial: Denial) -> Decision:
    return Decision(Effect.DENY, (denial.reason,), denials=(denial,))


def _pin_astray(request: AccessRequest, agreements: Sequence[Agreement]) -> Denial | None:
    """Return a denial when a pinned agreement is not the person's, or on no product named."""
    if not request.pinned:
        return None
    known = {a.id for a in agreements if a.product in request.products}
    astray = next((pin for pin in request.pinned if pin not in known), None)
    if astray is None:
        return None
    return Denial(
        "access.no_such_agreement",
        f"You have no agreement {astray[:40]} on a product that the query names.",
        "See those you have with: fairway agreements.",
    )


def _why(grant: Grant) -> str:
    if not grant.agreements:
        return f"{grant.product.id} is open to everyone who is signed in."
    what = f"{grant.product.id} for {grant.agreements[0].purpose}"
    until = f"until {day_text(grant.terms.ends)}"
    if len(grant.agreements) == 1:
        return f"Agreement {grant.agreements[0].id} covers {what} {until}."
    return f"Agreements {named_together(grant.under)} cover {what} {until}, and all are kept."


def _decide_one(
    request: AccessRequest,
    name: str,
    products: Mapping[str, DataProduct],
    agreements: Sequence[Agreement],
    today: date,
    apply: Applied,
) -> Grant | Denial:
    product = products.get(name)
    if product is None or product.withdrawn:
        return Denial(
            "access.no_such_product",
            f"There is no data product {name}.",
            "Look for its name with: fairway find WORDS.",
        )
    if product.contract.access is AccessClass.OPEN:
        return Grant(product, open_terms(product))
    mine = [a for a in agreements if a.product == product.id]
    named = dict(request.columns).get(name, _NONE) if request.columns else _NONE
    return _by_agreement(request, product, mine, named, today, apply)


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
    apply: Applied,
) -> Grant | Denial:
    if request.pinned:  # a pin decides for its own product alone
        mine = [a for a in mine if a.id in request.pinned] or mine
    usable = [a for a in mine if effective_state(a, today) is State.ACTIVE]
    for_purpose = [a for a in usable if a.purpose == request.purpose]
    if not for_purpose:
        return _nearest_miss(request, product, mine, usable, today)
    outcomes = [apply(a, product, named) for a in for_purpose]
    misses = [o for o in outcomes if isinstance(o, Denial)]
    unfit = next((m for m in misses if m.code == UNFIT), None)
    grants = [o for o in outcomes if isinstance(o, Grant)]
    if grants and unfit is None:
        return grants[0] if len(grants) == 1 else _together(grants)
    return unfit or misses[0]


def _together(grants: Sequence[Grant]) -> Grant:
    """Return what several agreements grant where each of them is kept, in whatever order."""
    ordered = sorted(grants, key=lambda grant: grant.under)
    terms = together(grant.terms for grant in ordered)
    return Grant(ordered[0].product, terms, tuple(a for g in ordered for a in g.agreements))


def _apply(
    agreement: Agreement, product: DataProduct, named: frozenset[str], misfits: Misfits
) -> Grant | Denial:
    if agreement.granted is None:
        return Denial(
            "access.nothing_granted",
            f"Agreement {agreement.id} grants nothing.",
            "Make another request.",
        )
    bad = misfits(agreement.granted, product)
    if bad:
        return Denial(
            UNFIT,
            f"Agreement {agreement.id} cannot be applied: {bad[0].reason}",
            "The product has changed since the agreement; make another request, or name an"
            " agreement of yours that fits.",
        )
    outside = _outside(agreement.granted, product, named) if named else []
    if outside:
        return Denial(
            "access.column_not_granted",
            f"Agreement {agreement.id} does not cover column {outside[0]} of {product.id}.",
            f"Leave it out, or ask for it: fairway request {product.id} --columns {outside[0]}.",
        )
    return Grant(product, agreement.granted, (agreement,))


def _outside(terms: Terms, product: DataProduct, named: frozenset[str]) -> list[str]:
    """Return the product's columns among those named that the terms do not show."""
    seen = {c.name.casefold() for c in terms.columns if c.treatment.kind != Kind.DROP}
    return sorted(n for n in named - seen if product.column(n) is not None)


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


def readable(grant: Grant) -> tuple[frozenset[str], bool]:
    """Return what a grant shows: the classes of columns that stay readable one by one, and
    whether an identifier is served as it is."""
    found = [
        (column.classification, granted.treatment.kind)
        for granted in grant.terms.columns
        if granted.treatment.kind in _READABLE
        and (column := grant.product.column(granted.name)) is not None
    ]
    kept = any(c is Classification.IDENTIFIER and k is not Kind.PSEUDONYM for c, k in found)
    return frozenset(c.value for c, _ in found), kept


def guardrail_facts(
    grant: Grant,
    *,
    person: Person,
    purpose: Purpose,
    basis: LegalBasis | None,
    owner_current: bool,
    today: date,
    roles: frozenset[Role] = frozenset(),
    managed_device: bool = False,
    shows: tuple[frozenset[str], bool] | None = None,
) -> GuardrailFacts:
    """Return what the hub's guardrails are told about a grant on one agreement or none.

    `shows` is what `readable` said of the grant, where it was asked already.
    """
    classifications, kept = readable(grant) if shows is None else shows
    agreement, contract = grant.agreement, grant.product.contract
    return GuardrailFacts(
        person=person.id,
        person_domain=person.domain,
        roles=roles,
        leaves_in=None if person.leaves is None else (person.leaves - today).days,
        product=grant.product.id,
        domain=contract.domain,
        access=contract.access.value,
        marking=contract.marking.value,
        purpose=purpose.code,
        statistical=purpose.statistical,
        legal_basis="" if basis is None else basis.code,
        article_9=basis is not None and basis.article_9,
        classifications=classifications,
        kept_identifiers=kept,
        owner_current=owner_current,
        managed_device=managed_device,
        dpo_sign_off=agreement is not None and agreement.sign_off is not None,
        onward=agreement is not None and agreement.onward,
    )


NO_OWNER = "A product without an appointed data owner cannot be shared."
UNCLEAR = "The hub's guardrails could not be evaluated, so nothing is permitted."
ALONE = " Or name the one of your agreements that is to count alone."


def judged(
    decision: Decision,
    facts: Callable[[Grant], GuardrailFacts],
    verdict: Callable[[GuardrailFacts], Verdict],
) -> tuple[Decision, str]:
    """Ask about each grant of a permit: has its product an owner, and do guardrails forbid it?

    A grant on several agreements is asked about under each of them; one that is forbidden denies.

    Return the decision, and what is wrong with the guardrails themselves, empty if nothing is.
    """
    denials: list[Denial] = []
    alarm = ""
    for grant in decision.grants:
        several = len(grant.agreements) > 1
        for one in grant.each():
            known = facts(one)
            if one.agreement is not None and not known.owner_current:
                remedy = "Ask a governance manager to have a data owner appointed."
                denials.append(Denial("access.no_owner", NO_OWNER, remedy))
                continue
            spoken = verdict(known)
            if not spoken.permitted:
                alarm = alarm or spoken.alarm
                denials.extend(_forbidden(spoken, ALONE if several else ""))
    if not denials:
        return decision, ""
    reasons = tuple(d.reason for d in denials)
    denied = tuple(denials)
    return replace(decision, effect=Effect.DENY, reasons=reasons, grants=(), denials=denied), alarm


def _forbidden(verdict: Verdict, besides: str) -> list[Denial]:
    remedy = f"Ask for less, or for another purpose.{besides}"
    if verdict.guardrails:
        return [
            Denial(
                "access.guardrail",
                g.reason or UNCLEAR,
                f"{g.remedy}{besides}" if g.remedy else remedy,
                g,
            )
            for g in verdict.guardrails
        ]
    reasons = verdict.reasons or ("A guardrail of the hub forbids this.",)
    return [Denial("access.guardrail", reason, remedy) for reason in reasons]
