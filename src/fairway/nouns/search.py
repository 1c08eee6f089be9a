"""What is asked of the catalogue, and what a page of its answer holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairway.nouns.entries import CatalogueEntry

Words = tuple[str, ...]
"""Words in their folded form, in order: a single word, or a phrase."""

EVERYONE = "everyone"
"""The audience of an entry that every person may know about."""


FACETS = (
    *("get_at", "kind", "organisation", "domain", "classification", "format", "licence"),
    *("grade", "freshness", "place", "period"),
)
"""By what a search can be narrowed, in the order in which it is shown.

`get_at` is how one gets it, `freshness` the year of the last change, `grade` that of the record's
quality, `period` the years that the data covers.
"""


class Sort(StrEnum):
    """In which order hits come."""

    RELEVANCE = "relevance"
    TITLE = "title"
    NEWEST = "newest"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that is looked for: as it was typed, and what the glossary says means the same.

    One that is `begun` is found by its beginning: it may not be typed to its end.
    """

    words: Words
    alternatives: tuple[Words, ...] = ()
    begun: bool = False

    @property
    def ways(self) -> tuple[Words, ...]:
        """Every way to say it."""
        return (self.words, *self.alternatives)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was understood: concepts to look for, and filters that have to hold."""

    concepts: tuple[Concept, ...]
    filters: tuple[tuple[str, Words], ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search as it was typed. `chosen` are values of facets; within one facet any may hold."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Indexed:
    """An entry as it is put into the index. `audience` are those who may know of it."""

    entry: CatalogueEntry
    audience: str = EVERYONE


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, marked where it matched."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An entry that was found: what to show of it, and why it matched.

    `why` names the fields that matched. `changed` is a day as YYYY-MM-DD, `grade` a letter for the
    quality of the record, `sources` where the record is from.
    """

    id: str
    kind: str
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    columns: tuple[tuple[Piece, ...], ...]
    why: tuple[str, ...]
    organisation: str
    domain: str
    get_at: str
    product: str | None
    url: str
    licence: str = ""
    changed: str = ""
    grade: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many of the entries found have it."""

    value: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a search."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of an answer. `also` is what was searched besides what was typed.

    `loosened` are phrases that stand nowhere, so that their words were searched instead.
    """

    total: int
    hits: tuple[SearchHit, ...]
    facets: tuple[Facet, ...] = ()
    also: tuple[str, ...] = ()
    did_you_mean: str = ""
    loosened: tuple[str, ...] = ()
