"""What those who answer for data see of it: an owner of their products, the hub of every domain."""

from dataclasses import dataclass

from fairway.nouns.agreements import Agreement
from fairway.nouns.entries import CatalogueEntry
from fairway.nouns.harvests import Coverage, Harvest, Shown
from fairway.nouns.signals import Signal


@dataclass(frozen=True, slots=True)
class OwnProduct:
    """A product that somebody answers for: what is missing, who asked, how it is used.

    `advice` is what to do about its record, that which gains most first. `asked` are the requests
    that wait for a decision, `feedback` counts what waits for an answer.
    """

    entry: CatalogueEntry
    score: int
    grade: str
    advice: tuple[str, ...]
    asked: tuple[Agreement, ...]
    active: int
    signal: Signal
    feedback: int


@dataclass(frozen=True, slots=True)
class DomainCoverage:
    """What a domain offers. `score` is the mean quality of its entries, None where it has none."""

    domain: str
    name: str
    products: int
    described: int
    licensed: int
    owned: int
    score: int | None


@dataclass(frozen=True, slots=True)
class HubView:
    """The estate as the hub sees it. Lists are cut; `stale` and `unowned` count all of them."""

    domains: tuple[DomainCoverage, ...]
    elsewhere: tuple[Coverage, ...]
    harvests: tuple[Harvest, ...]
    stale: int
    stalest: tuple[Shown, ...]
    unowned: int
    without_owner: tuple[Shown, ...]
