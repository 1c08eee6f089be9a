"""Obligations of several agreements together: a use under all of them keeps every one of them.

After XACML 3.0 (7.18): whoever is permitted by several policies has the obligations of each. What
is seen is what every agreement lets be seen, so it is the same in whatever order they are taken.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

from fairway.nouns.agreements import GrantedColumn, Terms
from fairway.rules.scopes import narrow
from fairway.rules.treatments import strongest


def together(several: Iterable[Terms]) -> Terms:
    """Return the terms under which every one of several is kept; there is at least one.

    The columns that all of them name, each with the treatment that shows no more than any of
    theirs; the rows that lie in every scope; from the latest first day to the earliest last one.
    """
    return reduce(_both, several)


def _both(a: Terms, b: Terms) -> Terms:
    columns = tuple(
        GrantedColumn(one.name, strongest(one.treatment, other.treatment))
        for one in a.columns
        if (other := b.column(one.name)) is not None
    )
    starts, ends = max(a.starts, b.starts), min(a.ends, b.ends)
    return Terms(columns, narrow(a.scope, b.scope), starts, ends)


def key_name(agreements: Sequence[str]) -> str:
    """Return the name of the pseudonym key of agreements that are kept together.

    Theirs is a key of its own: what is used under both of two could else be linked with what was
    used under either, which the other never allowed. The name of one is its id.
    """
    return "+".join(sorted(agreements))


def names(ids: Sequence[str]) -> str:
    """Return names as a sentence lists them: `A`, `A and B`, `A, B and C`."""
    *first, last = ids
    return f"{', '.join(first)} and {last}" if first else last
