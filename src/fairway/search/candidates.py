"""Which entries a search finds, and in which order they come.

Candidates are chosen by where and how often the concepts of the search stand in an entry, its own
length, and how rare the concepts are among the entries that the person may know of. Every signal
then weighs the best of them. Nothing here counts an entry that the person may not know of.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

from django.db import connection

from fairway.nouns.search import Asked, Concept, Words
from fairway.rules.ranking import Finder, Texts, likelihood, rarity, scores, signals
from fairway.search import postgresql, sqlite
from fairway.search.bitmaps import AUDIENCE, Snapshot, marks, numbers
from fairway.search.rows import Row, parted, single, term

CANDIDATES = 100
"""How many entries are weighed by every signal; the rest keep the order of their likelihood."""

ENOUGH = 3000
"""How many entries are enough to choose the candidates from."""

FREQUENT = 4000
"""What stands in more entries than these is not counted place by place: it tells too little."""


class Dialect(Protocol):
    """How one database keeps entries and finds them. Numbers are parted by commas."""

    def write(self, rows: Sequence[Row]) -> None: ...
    def clear(self) -> None: ...
    def saying(self, concept: Concept) -> str: ...
    def naming(self, concept: Concept) -> str: ...
    def holding(self, terms: Words) -> str: ...
    def beginning(self, typed: Words, audiences: Sequence[str]) -> str: ...
    def places(self, word: str, among: Sequence[int]) -> Mapping[int, int]: ...


def dialect() -> Dialect:
    """Return how the database of this node is spoken to."""
    return postgresql if connection.vendor == "postgresql" else sqlite


@dataclass(frozen=True, slots=True)
class View:
    """What one person may know of, as of one change: entries as bits."""

    bits: Snapshot
    visible: int

    @classmethod
    def of(cls, bits: Snapshot, audiences: Any) -> "View":
        """Return what some audiences may know of; None are all of them."""
        return cls(bits, bits.having(AUDIENCE, audiences))

    def saying(self, concept: Concept) -> int:
        """Return the entries in which a concept stands."""
        key = ("saying", concept.ways, concept.begun)
        return self.bits.kept(key, lambda: parted(dialect().saying(concept))) & self.visible

    def naming(self, concept: Concept) -> int:
        """Return the entries that name a concept in title or organisation."""
        key = ("naming", concept.ways, concept.begun)
        return self.bits.kept(key, lambda: parted(dialect().naming(concept))) & self.visible

    def holding(self, field: str, wanted: Words) -> int:
        """Return the entries of which a field holds all of these words."""
        terms = tuple(term(field, word) for word in wanted)
        return self.bits.kept(terms, lambda: parted(dialect().holding(terms))) & self.visible

    def beginning(self, typed: Words) -> int:
        """Return the entries whose title holds these words, the last of them begun."""
        if not (audiences := self.audiences()):
            return 0
        return self.bits.bits(parted(dialect().beginning(typed, audiences))) & self.visible

    def audiences(self) -> list[str]:
        """Return the audiences of the entries that the person may know of, in order."""
        told = self.bits.values.get(AUDIENCE, {})
        return sorted(name for name, held in told.items() if held & self.visible)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: entries as bits, and the concepts that are in any of them.

    `loosened` are phrases that are nowhere, whose words were looked for instead.
    """

    entries: int
    concepts: tuple[Concept, ...]
    rare: tuple[float, ...]
    held: tuple[int, ...]
    missing: tuple[str, ...]
    loosened: tuple[str, ...] = ()


def found(asked: Asked, view: View) -> Found:
    """Look for every concept; one that is nowhere may have been typed by its beginning."""
    held, missing = _held(asked.concepts, view)
    phrases = [c for c in asked.concepts if len(c.words) > 1]
    loosened: tuple[str, ...] = ()
    if not held and phrases:  # a page is never empty while one word of it stands anywhere
        every = dict.fromkeys(w for c in phrases for w in c.words)
        held, more = _held([Concept((word,)) for word in every], view)
        missing.extend(more)
        loosened = tuple(" ".join(c.words) for c in phrases) if held else ()
    entries = 0 if asked.concepts else view.visible
    for _, bits in held:
        entries |= bits
    for field, wanted in asked.filters:
        entries &= view.holding(field, wanted)
    among = view.visible.bit_count()
    return Found(
        entries,
        tuple(concept for concept, _ in held),
        tuple(rarity(bits.bit_count(), among) for _, bits in held),
        tuple(bits for _, bits in held),
        tuple(missing),
        loosened,
    )


def _held(concepts: Sequence[Concept], view: View) -> tuple[list[tuple[Concept, int]], list[str]]:
    """Return the concepts that stand anywhere, with where; and the words that are nowhere."""
    held, missing = [], []
    for concept in concepts:
        meant, bits = concept, view.saying(concept)
        if not bits and len(concept.words) == 1:
            missing.append(concept.words[0])
            meant = replace(concept, begun=True)
            bits = view.saying(meant)
        if bits:
            held.append((meant, bits))
    return held, missing


# ------------------------------------------------------------------ order


def by_relevance(found: Found, entries: int, view: View) -> Iterator[int]:
    """Yield entries, the best first: candidates by every signal, then the rest by likelihood."""
    telling, pool = _pool(found, entries, view)
    likely = _likely(found, telling, numbers(pool), view)
    yield from _weighed(found, list(islice(likely, CANDIDATES)))
    yield from likely
    yield from _likely(found, (), numbers(entries & ~pool), view)


def _pool(found: Found, entries: int, view: View) -> tuple[Sequence[int], int]:
    """Return the rarest concepts that are in enough entries to choose from, and those entries.

    What is in a good part of everything tells too little to be worth the time of looking at each
    place: of such concepts the entries that name them are enough.
    """
    telling: list[int] = []
    pool = 0
    for i in sorted(range(len(found.rare)), key=lambda i: -found.rare[i]):
        if pool.bit_count() >= ENOUGH:
            break
        telling.append(i)
        if found.held[i].bit_count() <= FREQUENT:
            pool |= found.held[i] & entries
        else:
            pool |= view.naming(found.concepts[i]) & entries
    return telling, pool if pool.bit_count() >= CANDIDATES else entries


def _likely(
    found: Found, telling: Sequence[int], among: Sequence[int], view: View
) -> Iterator[int]:
    """Yield entries in the order of their likelihood."""
    breadths = view.bits.breadths
    told = dict.fromkeys(among, 0.0)
    width = view.bits.highest + 1
    for i, (concept, rare) in enumerate(zip(found.concepts, found.rare, strict=True)):
        held = marks(found.held[i], width)
        here = [number for number in among if held[number]]
        if i in telling:
            for number, count in _counts(here, concept, found.held[i], view).items():
                told[number] += rare * likelihood(count, breadths[number])
        else:
            for number in here:
                told[number] += rare * likelihood(1, breadths[number])
    yield from _descending(told, breadths)


def _descending(told: Mapping[int, float], breadths: Sequence[float]) -> Iterator[int]:
    """Yield entries by what was told of them; those after the candidates are ordered if needed."""

    def order(number: int) -> tuple[float, float, int]:
        return -told[number], breadths[number], number

    if not told:
        return
    least = sorted(told.values(), reverse=True)[:CANDIDATES][-1]
    yield from sorted((number for number, much in told.items() if much >= least), key=order)
    yield from sorted((number for number, much in told.items() if much < least), key=order)


def _counts(here: Sequence[int], concept: Concept, held: int, view: View) -> dict[int, int]:
    """Return how often a concept stands in each of some entries: twice for one that names it.

    Of one that is not frequent, the places of its single words are counted.
    """
    named = marks(view.naming(concept), view.bits.highest + 1)
    counts = {number: 1 + named[number] for number in here}
    if held.bit_count() <= FREQUENT:
        placed: Counter[int] = Counter()
        for word in single(concept):
            placed.update(dialect().places(word, here))
        phrases = any(len(way) > 1 for way in concept.ways)
        for number in counts.keys() & placed.keys():
            counts[number] = placed[number] + (counts[number] if phrases else 0)
    return counts


def _weighed(found: Found, likely: Sequence[int]) -> list[int]:
    """Return candidates in the order of their scores."""
    finder = Finder(found.concepts)
    names, told = [], []
    for number, title, organisation, body, length in _texts(likely):
        names.append((title, number))
        told.append(signals(finder, found.rare, Texts(title, organisation, body, length)))
    order = sorted(zip(scores(told), names, strict=True), key=lambda one: (-one[0], one[1]))
    return [number for _, (_, number) in order]


def _texts(numbers: Sequence[int]) -> list[Any]:
    if not numbers:
        return []
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(numbers))
        cursor.execute(
            f"""SELECT id, title, organisation, body, norm
            FROM search_entry WHERE id IN ({marks})""",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            list(numbers),
        )
        return list(cursor.fetchall())
