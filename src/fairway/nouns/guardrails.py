"""The hub's guardrails as governed documents: policies, their tests, versions, and their impact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from fairway.nouns.people import Role


class VersionState(StrEnum):
    """Where a version of the guardrails stands."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Example:
    """A test that policies carry: the facts that differ from the usual ones, and the answer.

    `forbidden_by` is the id of the policy that must speak, empty where the use must be allowed.
    """

    name: str
    facts: Mapping[str, Any] = field(hash=False)
    forbidden_by: str = ""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One policy as people read it.

    `says` is its condition in plain English; `reason` what a denied person is told; `remedy` what
    would have to be true, and `who` the role that could make it so.
    """

    id: str
    forbids: bool
    says: str
    reason: str = ""
    remedy: str = ""
    who: Role | None = None


@dataclass(frozen=True, slots=True)
class GuardrailVersion:
    """One version of all the hub's policies, with their tests.

    `digest` is the SHA-256 of what is signed; `until` the last day on which it may be relied on;
    `signature` the node's, hexadecimal. Both are empty until it is published.
    """

    id: str
    policies: str
    examples: tuple[Example, ...]
    state: VersionState
    note: str
    proposed_by: str
    proposed_at: datetime
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    published_by: str = ""
    published_at: datetime | None = None
    until: date | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Access that somebody would lose or gain: a product, for a purpose, and why."""

    person: str
    product: str
    purpose: str
    agreement: str
    gains: bool
    why: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change would do. `people`, `products` and `agreements` are those concerned.

    `changes` are the first of them, up to a bound; `lost` and `gained` count all. `broken` are the
    live agreements that nobody could use any more.
    """

    lost: int
    gained: int
    people: int
    products: tuple[str, ...]
    broken: tuple[str, ...]
    changes: tuple[Change, ...]
