"""Plans: what a query would read, where and under which terms, without running it.

A plan takes the same path as a query up to the point where the query would run, is on the record,
and is made of what the agreement says and of the query itself. It holds nothing of the data: where
a number of files would tell of hidden rows, it is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairway.nouns.errors import BadInput, FairwayError, Unavailable
from fairway.nouns.people import Actor
from fairway.nouns.plans import EnginePlan, ProductPlan, QueryPlan, RelationPlan
from fairway.nouns.queries import ParsedQuery
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.treatments import Kind
from fairway.rules.scope_text import to_text
from fairway.verbs.acting import looking, verb
from fairway.verbs.peers import lies_elsewhere
from fairway.verbs.ports import Platform
from fairway.verbs.using import Prepared, Use, prepared

JOINED = "the comparison of a join"
"""What a condition is called that has no text of its own."""


@verb("query.plan")
def plan(
    platform: Platform,
    actor: Actor,
    sql: str,
    purpose: str,
    *,
    agreement: str | None = None,
    as_of: Mapping[str, str] | None = None,
) -> QueryPlan:
    """Return what a query would do, under the actor's agreements; it is recorded and not run.

    Raises `BadInput` and `Refused` as running it would, and `Unavailable` where the engine has no
    plans or a source does not answer.
    """
    with looking(platform, actor, "query.plan"):
        use = Use(platform, actor, platform.ids.new("Q"), sql, purpose)
        try:
            ready = prepared(use, agreement, as_of or {})
            made = _plan(use, ready)
        except FairwayError as error:
            use.record("query.denied", "denied", reason=error.message)
            raise
        use.details["engine"] = made.engine
        use.record("query.planned", "granted", reason=" ".join(made.reasons))
        return made


def _plan(use: Use, ready: Prepared) -> QueryPlan:
    if ready.split is None:
        told = _told(use.platform, ready.parsed, ready.relations)
    else:
        waiting = [replace(r, content=b"") if r.origin else r for r in ready.split.relations]
        told = _told(use.platform, ready.split.rest, waiting)
    read = {one.product: one for one in told.relations}
    return QueryPlan(
        id=use.id,
        engine=told.engine,
        why=told.why,
        reasons=ready.decision.reasons,
        fields=tuple(ready.fields),
        products=_products(use, ready, read),
        above=tuple(_phrase(use.platform, condition) for condition in told.above),
        parts=tuple((part.peer, part.sql) for part in ready.split.parts) if ready.split else (),
    )


def _told(
    platform: Platform, parsed: ParsedQuery, relations: Sequence[GovernedRelation]
) -> EnginePlan:
    planned = getattr(platform.engine, "plan", None)
    if planned is None:
        raise Unavailable(
            "engine.no_plans",
            "The engine of this node tells no plans.",
            remedy="Run the query; what it may read is the same.",
        )
    told: EnginePlan = planned(parsed, relations)
    return told


def _products(
    use: Use, ready: Prepared, read: Mapping[str, RelationPlan]
) -> tuple[ProductPlan, ...]:
    return tuple(
        ProductPlan(
            product=grant.product.id,
            agreements=grant.under,
            columns=tuple(
                (column.name, str(column.treatment))
                for column in grant.terms.columns
                if column.treatment.kind is not Kind.DROP
            ),
            rows=to_text(grant.terms.scope) if grant.terms.scope else "",
            version=use.versions.get(grant.product.id, ""),
            peer=grant.product.source.location if lies_elsewhere(grant.product) else "",
            read=read.get(grant.product.id),
        )
        for grant in ready.decision.grants
    )


def _phrase(platform: Platform, condition: Mapping[str, Any] | None) -> str:
    if condition is None:
        return JOINED
    try:
        return platform.gate.phrase(condition)
    except BadInput:
        return "a condition that cannot be written alone"
