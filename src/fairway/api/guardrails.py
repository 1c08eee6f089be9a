"""Guardrails: those in force, proposals, reviews, impact, publishing."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.nouns.guardrails import Guardrail, GuardrailVersion, Impact, VersionState
from fairway.nouns.people import Role
from fairway.rules.guardrails import LONGEST_NOTE
from fairway.verbs import guardrails
from fairway.wiring import current

router = Router(tags=["Guardrails"])


class GuardrailOut(Schema):
    """One policy: what it does in English, its reason, what would lift it, and who could."""

    id: str
    forbids: bool
    says: str
    reason: str
    remedy: str
    who: Role | None


class ExampleOut(Schema):
    """A test of the policies. An empty `forbidden_by` is a use that must be allowed."""

    name: str
    facts: dict[str, Any]
    forbidden_by: str


class VersionOut(Schema):
    """A version of all the guardrails and where it stands."""

    id: str
    state: VersionState
    note: str
    proposed_by: str
    proposed_at: datetime
    reviewed_by: str
    reviewed_at: datetime | None
    published_by: str
    published_at: datetime | None
    until: date | None
    signature: str


class InForceOut(Schema):
    """What is in force. `version` is null for the guardrails that come with the code."""

    version: VersionOut | None
    guardrails: list[GuardrailOut]
    policies: str
    examples: list[ExampleOut]


class VersionPageOut(VersionOut):
    """A version with its policies, in English and as written, and the examples that fail."""

    guardrails: list[GuardrailOut]
    policies: str
    examples: list[ExampleOut]
    failures: list[str]


class ProposalIn(Schema):
    """All of the guardrails anew, with their examples and what the change is for."""

    policies: str = Field(max_length=200_000)
    examples: list[dict[str, Any]] = Field(max_length=500)
    note: str = Field(max_length=LONGEST_NOTE)


class ReviewIn(Schema):
    """What a reviewer adds."""

    note: str = Field("", max_length=LONGEST_NOTE)


class PublishIn(Schema):
    """Whether it is accepted that live agreements break."""

    accept_broken: bool = False


class ChangeOut(Schema):
    """Access that somebody loses or gains. An empty person is everyone who is signed in."""

    person: str
    product: str
    purpose: str
    agreement: str
    gains: bool
    why: str


class ImpactOut(Schema):
    """What a change would do. `changes` are the first thousand; the counts are of all."""

    lost: int
    gained: int
    people: int
    products: list[str]
    broken: list[str]
    changes: list[ChangeOut]


def _fields(thing: Any, schema: type[Schema]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in schema.model_fields if hasattr(thing, name)}


def _guardrail(one: Guardrail) -> dict[str, Any]:
    return _fields(one, GuardrailOut)


def _version(version: GuardrailVersion) -> dict[str, Any]:
    return _fields(version, VersionOut)


def _written(version: GuardrailVersion) -> dict[str, Any]:
    examples = [_fields(e, ExampleOut) | {"facts": dict(e.facts)} for e in version.examples]
    return {"policies": version.policies, "examples": examples}


def impact_out(impact: Impact) -> dict[str, Any]:
    """Return an impact as the API tells it."""
    return {
        **_fields(impact, ImpactOut),
        "products": list(impact.products),
        "broken": list(impact.broken),
        "changes": [_fields(change, ChangeOut) for change in impact.changes],
    }


@router.get("/guardrails", response=InForceOut, summary="Show the guardrails in force")
def in_force(request: HttpRequest) -> dict[str, Any]:
    """In plain English and as Cedar; everyone may know the rules."""
    found = guardrails.in_force(current(), actor(request))
    return {
        "version": found.version and _version(found.version),
        "guardrails": [_guardrail(one) for one in found.guardrails],
        "policies": found.policies,
        "examples": [_fields(e, ExampleOut) | {"facts": dict(e.facts)} for e in found.examples],
    }


@router.get("/guardrails/versions", response=list[VersionOut], summary="List the versions")
def versions(request: HttpRequest) -> list[dict[str, Any]]:
    """Newest first."""
    return [_version(v) for v in guardrails.list_versions(current(), actor(request))]


@router.post("/guardrails/versions", response={201: VersionOut}, summary="Propose guardrails")
def propose(request: HttpRequest, given: ProposalIn) -> dict[str, Any]:
    """Check them strictly, against the schema and their own examples, and keep a draft."""
    me = actor(request)
    made = guardrails.propose(current(), me, given.policies, given.examples, given.note)
    return _version(made)


@router.get("/guardrails/versions/{version}", response=VersionPageOut, summary="Show a version")
def show(request: HttpRequest, version: str) -> dict[str, Any]:
    """Its policies in English and as written, and its examples."""
    found = guardrails.show(current(), actor(request), version)
    return {
        **_version(found.version),
        **_written(found.version),
        "guardrails": [_guardrail(one) for one in found.guardrails],
        "failures": list(found.failures),
    }


@router.get(
    "/guardrails/versions/{version}/impact", response=ImpactOut, summary="Show what would change"
)
def impact(request: HttpRequest, version: str) -> dict[str, Any]:
    """Who would lose or gain what, and which live agreements would break."""
    return impact_out(guardrails.impact(current(), actor(request), version))


@router.post(
    "/guardrails/versions/{version}/review", response=VersionOut, summary="Review a proposal"
)
def review(request: HttpRequest, version: str, given: ReviewIn) -> dict[str, Any]:
    """Nobody reviews their own proposal."""
    return _version(guardrails.review(current(), actor(request), version, given.note))


@router.post(
    "/guardrails/versions/{version}/publish", response=ImpactOut, summary="Publish a version"
)
def publish(request: HttpRequest, version: str, given: PublishIn) -> dict[str, Any]:
    """Signed by the node, in force in every process at once. Answers with its impact."""
    me = actor(request)
    return impact_out(guardrails.publish(current(), me, version, accept_broken=given.accept_broken))


@router.post(
    "/guardrails/versions/{version}/withdraw", response=VersionOut, summary="Withdraw a proposal"
)
def withdraw(request: HttpRequest, version: str) -> dict[str, Any]:
    """Withdraw one that is not published; what is published is replaced."""
    return _version(guardrails.withdraw(current(), actor(request), version))
