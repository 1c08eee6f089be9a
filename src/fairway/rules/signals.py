"""What use may be told of, so that nobody is told of one person's use: the rule of small counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from fairway.nouns.events import Usage
from fairway.nouns.signals import Signal

FEW = 3
"""Fewer people than these are not counted in front of those who may not see who they are."""

MOST_TOGETHER = 5


def signal(uses: Sequence[Usage], *, exact: bool) -> Signal:
    """Return how a product is used. `exact` is for those who may see who uses it."""
    people = {use.person for use in uses}
    if not people:
        return Signal()
    if len(people) < FEW and not exact:
        return Signal(people=None)
    by_purpose: dict[str, set[str]] = defaultdict(set)
    for use in uses:
        by_purpose[use.purpose].add(use.person)
    told = [p for p, those in by_purpose.items() if exact or len(those) >= FEW]
    return Signal(
        people=len(people),
        purposes=tuple(sorted(told, key=lambda p: (-len(by_purpose[p]), p))),
        more_purposes=len(told) < len(by_purpose),
        since=min(use.first for use in uses).date(),
    )


def together(people: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return the products that enough people use who use one too, most people first.

    `people` are how many of those who use the one use each other product.
    """
    enough = [(other, count) for other, count in people.items() if count >= FEW]
    return tuple(sorted(enough, key=lambda one: (-one[1], one[0])))
