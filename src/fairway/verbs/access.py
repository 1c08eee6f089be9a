"""The one step at which access is decided: queries take it, and explanations of queries ask it.

What is explained and what is enforced cannot differ, because they are this function.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from fairway.nouns.access import AccessRequest, Decision, Denial, Effect, Grant
from fairway.nouns.agreements import Agreement
from fairway.nouns.people import Person
from fairway.nouns.products import DataProduct
from fairway.nouns.purposes import Purpose
from fairway.rules.access import decide, guardrail_facts
from fairway.verbs.ports import Platform
from fairway.verbs.products import owner_current


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision rests on: who asks, what there is, and which day it is.

    `products` are those of the request that exist, by id; `agreements` are the asker's.
    """

    person: Person | None
    products: Mapping[str, DataProduct]
    agreements: Sequence[Agreement]
    today: date


def decided(
    platform: Platform,
    request: AccessRequest,
    situation: Situation,
    *,
    shared: frozenset[str] = frozenset(),
) -> Decision:
    """Decide a request by the agreements, then ask the hub's guardrails about each grant.

    `shared` are the names that are columns of more than one of the products.
    """
    purpose = platform.store.purposes.get(request.purpose)
    asked = partial(
        decide,
        person=situation.person,
        purpose=purpose,
        products=situation.products,
        agreements=situation.agreements,
        today=situation.today,
    )
    decision = asked(request)
    if decision.effect is Effect.DENY and shared:
        # A name that several products have may mean the one that is granted. Binding tells: what
        # was not granted does not exist there.
        fewer = tuple((name, columns - shared) for name, columns in request.columns)
        again = asked(replace(request, columns=fewer))
        decision = again if again.effect is Effect.PERMIT else decision
    if purpose is None or decision.effect is Effect.DENY:
        return decision
    objections = tuple(
        reason
        for grant in decision.grants
        for reason in _objections(platform, grant, request.person, purpose, situation.today)
    )
    if not objections:
        return decision
    denials = tuple(
        Denial("access.guardrail", reason, "Ask for less, or for another purpose.")
        for reason in objections
    )
    return replace(decision, effect=Effect.DENY, reasons=objections, grants=(), denials=denials)


def _objections(
    platform: Platform, grant: Grant, person: str, purpose: Purpose, today: date
) -> tuple[str, ...]:
    agreement, product = grant.agreement, grant.product
    facts = guardrail_facts(
        grant,
        person=person,
        purpose=purpose,
        basis=platform.store.purposes.legal_basis(agreement.legal_basis) if agreement else None,
        owner_current=owner_current(platform, product.contract.owner, product.domain, today),
    )
    verdict = platform.guardrails.verdict(facts)
    if verdict.permitted:
        return ()
    return verdict.reasons or ("A guardrail of the hub forbids this.",)
