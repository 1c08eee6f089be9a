"""Why somebody may or may not use a product, and who can see what, as facts to be told."""

from dataclasses import dataclass
from datetime import date

from fairway.nouns.access import Effect
from fairway.nouns.agreements import Agreement, Terms
from fairway.nouns.people import Appointment, Person
from fairway.nouns.products import DataProduct


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision is explained from, as it stands on the day.

    `person` is the account, None where there is none; `asked` is the id that was asked about.
    `agreements` are the person's on the product, newest first. `ownership` are the appointments of
    the contract's owner that hold. `owners`, `managers`, `administrators` and `officers` (for data
    protection) are the ids of those who hold these roles, for the product's domain or at the hub.
    """

    asked: str
    person: Person | None
    product: DataProduct
    purpose: str
    on: date
    agreements: tuple[Agreement, ...]
    analyst: bool
    ownership: tuple[Appointment, ...]
    owners: tuple[str, ...]
    managers: tuple[str, ...]
    administrators: tuple[str, ...]
    officers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that would have to be true, and the ids of the people who could make it so."""

    sentence: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The decision on one person, product, purpose and day, in plain English.

    `reasons` name the agreements, the appointments and the guardrails that decided. `terms` are
    those of the permit, without the columns that are left out. `code` and `needs` are of a denial:
    its stable code, and the nearest miss in the order in which it would be made good.
    """

    person: str
    product: str
    purpose: str
    on: date
    effect: Effect
    sentence: str
    reasons: tuple[str, ...]
    agreements: tuple[str, ...] = ()
    terms: Terms | None = None
    code: str = ""
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """One way in which a product is seen: by whom, for which purposes, on which terms, and why.

    `person` is empty where everyone who is signed in sees it; then there is no agreement.
    """

    person: str
    name: str
    product: str
    title: str
    purposes: tuple[str, ...]
    agreement: str | None
    terms: Terms
    why: str
