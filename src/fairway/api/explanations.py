"""Explanations: why somebody may use a product or not, who can see it, what a person can see."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router, Schema

from fairway.api import streams
from fairway.api.signing_in import actor
from fairway.formats import matrix as access
from fairway.formats import named
from fairway.nouns.access import Effect
from fairway.nouns.agreements import Terms
from fairway.nouns.explanations import Explanation, Sight
from fairway.rules.scopes import to_text
from fairway.verbs import explanations
from fairway.verbs import matrix as matrices
from fairway.wiring import current

router = Router(tags=["Explanations"])

_MY_OWN = "Whose access; one's own when left out."
_DAY = "The day that is asked about; today when left out."
Name = Annotated[str, Query(max_length=200)]
Somebody = Annotated[str | None, Query(max_length=200, description=_MY_OWN)]
Day = Annotated[date | None, Query(description=_DAY)]


class SeenColumnOut(Schema):
    """A column with what is done to its values."""

    name: str
    treatment: str


class SeenTermsOut(Schema):
    """What is seen; an empty scope is every row."""

    columns: list[SeenColumnOut]
    scope: str
    starts: date
    ends: date


class NeedOut(Schema):
    """What would have to be true, and who could make it so."""

    sentence: str
    people: list[str]


class ExplanationOut(Schema):
    """A decision in plain English. `code` and `needs` are of a denial; `terms` of a permit."""

    person: str
    product: str
    purpose: str
    on: date
    effect: Effect
    sentence: str
    reasons: list[str]
    agreements: list[str]
    terms: SeenTermsOut | None
    code: str
    needs: list[NeedOut]


class SightOut(Schema):
    """One way in which a product is seen. `person` is empty for everyone who is signed in."""

    person: str
    name: str
    product: str
    title: str
    purposes: list[str]
    agreement: str | None
    terms: SeenTermsOut
    why: str


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "columns": [{"name": c.name, "treatment": str(c.treatment)} for c in terms.columns],
        "scope": to_text(terms.scope) if terms.scope else "",
        "starts": terms.starts,
        "ends": terms.ends,
    }


def _explanation(told: Explanation) -> dict[str, Any]:
    return {
        **{name: getattr(told, name) for name in told.__slots__},
        "reasons": list(told.reasons),
        "terms": told.terms and _terms(told.terms),
        "needs": [{"sentence": n.sentence, "people": list(n.people)} for n in told.needs],
    }


def _sight(seen: Sight) -> dict[str, Any]:
    given = {name: getattr(seen, name) for name in seen.__slots__}
    return {**given, "purposes": list(seen.purposes), "terms": _terms(seen.terms)}


@router.get("/explanations", response=ExplanationOut, summary="Explain a decision")
def explain(
    request: HttpRequest, product: Name, purpose: Name, person: Somebody = None, on: Day = None
) -> dict[str, Any]:
    """Say whether a person may use every granted column of a product for a purpose, and why."""
    me = actor(request)
    told = explanations.explain(current(), me, person or me.person, product, purpose, on)
    return _explanation(told)


@router.get("/explanations/who", response=list[SightOut], summary="Show who can see a product")
def who(
    request: HttpRequest,
    product: Name,
    column: Annotated[str | None, Query(max_length=200)] = None,
    on: Day = None,
) -> list[dict[str, Any]]:
    """Who, under which agreement, for what, treated how. For its owners and watchers."""
    found = explanations.who_can_see(current(), actor(request), product, column, on)
    return [_sight(seen) for seen in found]


@router.get("/explanations/matrix", summary="Take out everybody's effective access")
def matrix(
    request: HttpRequest,
    on: Day = None,
    format: Annotated[str, Query(max_length=20)] = "parquet",  # noqa: A002 - the word that users write
) -> StreamingHttpResponse:
    """Write a row for each person, product, purpose and agreement. For watchers; recorded."""
    form = named(format)
    found = matrices.matrix(current(), actor(request), on)
    facts = access.facts(found.on)
    return streams.file(request, form.write(access.stream(found.groups), facts), form, facts.id)


@router.get("/explanations/seen", response=list[SightOut], summary="Show what a person can see")
def seen(request: HttpRequest, person: Somebody = None, on: Day = None) -> list[dict[str, Any]]:
    """Every product that a person can use, why, and what in it."""
    me = actor(request)
    found = explanations.what_can_be_seen(current(), me, person or me.person, on)
    return [_sight(one) for one in found]
