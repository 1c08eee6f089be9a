"""How well an entry answers a search: ten signals, weighed by a table that was learnt once.

Each signal is computed from the entry's own words and from how rare the words of the search are;
nothing depends on other entries, so an entry that somebody may not know about cannot show through
in how another is ranked. A signal counts relative to the best of the candidates.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from fairway.nouns.search import Concept
from fairway.rules.wording import singular, stem

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "text": 3.12,
        "cosine": 2.64,
        "stems": 0.26,
        "title": 0.82,
        "coverage": 0.82,
        "passage": 1.24,
        "pairs": 0.94,
        "spelling": 1.51,
        "length": 1.85,
        "title_length": -0.65,
        "organisation": 8.0,
    }
)
"""Learnt by `benchmarks/search_weights.py`, except `organisation`, for which there is no
judged collection: who asks for a body by its whole name finds its own entries first."""

PASSAGE = 12
_TEXT_PIVOT, _TITLE_PIVOT = 110, 8


@dataclass(frozen=True, slots=True)
class Texts:
    """An entry's words: folded, parted by single spaces. `norm` is what `norm` says of them all."""

    title: str
    organisation: str
    body: str
    norm: float


def norm(text: str) -> float:
    """Return the length of a text's vector of damped word counts."""
    counts: dict[str, int] = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return math.sqrt(sum((1 + math.log(n)) ** 2 for n in counts.values()))


def rarity(documents: int, among: int) -> float:
    """Return how much a concept tells that so many of so many entries hold (BM25's idf)."""
    return math.log(1 + (max(0, among - documents) + 0.5) / (documents + 0.5))


def breadth(norm: float) -> float:
    """Return how much the length of an entry takes from what is said in it, by its norm.

    The square of the norm stands for the length: words that are told again add little to both.
    """
    return 1.2 * (1 - 0.65 + 0.65 * norm * norm / _TEXT_PIVOT)


def likelihood(count: float, breadth: float) -> float:
    """Return how much a concept that stands so often in an entry of such breadth speaks for it."""
    return count * 2.2 / (count + breadth)


# ------------------------------------------------------------------ where concepts stand

EXACT, PLURAL, RELATED = 3, 2, 1
"""How closely a word of the text is one of the search: as typed, but for number, by its stem."""


class Finder:
    """Finds the concepts of one search in texts."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.concepts = concepts
        self._phrases: dict[str, int] = {}
        self._exact: dict[str, int] = {}
        self._plural: dict[str, int] = {}
        self._related: dict[str, int] = {}
        for number, concept in enumerate(concepts):
            for way in concept.ways:
                if len(way) > 1:
                    self._phrases.setdefault(" ".join(way), number)
                else:
                    self._exact.setdefault(way[0], number)
                    self._plural.setdefault(singular(way[0]), number)
                    self._related.setdefault(stem(way[0]), number)
        self._begun = {c.words[-1]: number for number, c in enumerate(concepts) if c.begun}
        phrases = sorted(map(re.escape, self._phrases), key=len, reverse=True)
        roots = {_root(word) for word in (*self._exact, *self._begun)}
        beginnings = [f"{re.escape(root)}[^ ]*" for root in sorted(roots)]
        self._pattern = re.compile(f"(?<![^ ])(?:{'|'.join([*phrases, *beginnings])})(?![^ ])")
        self._known: dict[str, tuple[int, int] | None] = {}

    def places(self, text: str, start: int = 0) -> list[tuple[int, int, int]]:
        """Return (position in words, concept, closeness) for each place, from `start` on."""
        found = []
        position, last = start, 0
        for match in self._pattern.finditer(text):
            hit = self.closeness(match[0])
            if hit is not None:
                position += text.count(" ", last, match.start())
                last = match.start()
                found.append((position, *hit))
        return found

    def stretches(self, text: str) -> list[tuple[int, int]]:
        """Return the first and last word of each place that matches, in order."""
        return [
            (text.count(" ", 0, match.start()), text.count(" ", 0, match.end()))
            for match in self._pattern.finditer(text)
            if self.closeness(match[0]) is not None
        ]

    def closeness(self, words: str) -> tuple[int, int] | None:
        """Return which concept some words of a text are, and how closely, or None."""
        if words not in self._known:
            self._known[words] = self._judge(words)
        return self._known[words]

    def _judge(self, words: str) -> tuple[int, int] | None:
        for number, closeness in (
            (self._phrases.get(words), EXACT),
            (self._exact.get(words), EXACT),
            (self._plural.get(singular(words)), PLURAL),
            (self._related.get(stem(words)), RELATED),
        ):
            if number is not None:
                return number, closeness
        begun = (number for word, number in self._begun.items() if words.startswith(word))
        number = next(begun, None)
        return None if number is None else (number, RELATED)


def _root(word: str) -> str:
    """Return what every form of a word begins with."""
    least = stem(word)
    return least[: max(3, len(least) - 1)] if len(word) > 3 else word


# ------------------------------------------------------------------ signals


def signals(finder: Finder, rare: Sequence[float], texts: Texts) -> dict[str, float]:
    """Return the signals of one entry for one search; `rare` is the rarity of each concept."""
    title_words, organisation_words = _count(texts.title), _count(texts.organisation)
    in_title = finder.places(texts.title)
    in_organisation = finder.places(texts.organisation, title_words + PASSAGE)
    start = title_words + organisation_words + 2 * PASSAGE
    everywhere = [*in_title, *in_organisation, *finder.places(texts.body, start)]
    length = title_words + organisation_words + _count(texts.body)
    exact = _tally(everywhere, len(rare), EXACT)
    related = _tally(everywhere, len(rare), RELATED)
    title = _tally(in_title, len(rare), RELATED)
    return {
        "text": _bm25(exact, rare, length, _TEXT_PIVOT),
        "cosine": sum(r * r * (1 + math.log(n)) for r, n in zip(rare, exact, strict=True) if n)
        / max(texts.norm, 1.0),
        "stems": _bm25(related, rare, length, _TEXT_PIVOT),
        "title": _bm25(title, rare, title_words, _TITLE_PIVOT, 0.6),
        "coverage": sum(r for r, n in zip(rare, related, strict=True) if n),
        "passage": _best_passage(everywhere, rare),
        "pairs": _pairs(everywhere, rare, length),
        "spelling": _alike(finder.concepts, texts.title),
        "length": math.log1p(length),
        "title_length": math.log1p(title_words),
        "organisation": sum(rare[concept] for concept in {c for _, c, _ in in_organisation})
        / (sum(rare) or 1.0)
        * _share(finder.stretches(texts.organisation), organisation_words) ** 2,
    }


def scores(candidates: Sequence[Mapping[str, float]]) -> list[float]:
    """Return the score of each candidate: its signals relative to the best, weighed and added."""
    best = {
        name: max((signal[name] for signal in candidates), default=0.0) or 1.0 for name in WEIGHTS
    }
    best["organisation"] = 1.0  # a share already: the best of poor matches is still a poor one
    return [
        sum(weight * signal[name] / best[name] for name, weight in WEIGHTS.items())
        for signal in candidates
    ]


def _count(text: str) -> int:
    return text.count(" ") + 1 if text else 0


def _share(stretches: Sequence[tuple[int, int]], words: int) -> float:
    """Return how much of a name was asked for: of two bodies, the one meant has no other words."""
    return sum(last - first + 1 for first, last in stretches) / max(1, words)


def _tally(places: Sequence[tuple[int, int, int]], concepts: int, least: int) -> list[int]:
    counts = [0] * concepts
    for _, concept, closeness in places:
        if closeness >= least:
            counts[concept] += 1
    return counts


def _saturated(count: float, length: int, pivot: int, b: float) -> float:
    return count * 2.2 / (count + 1.2 * (1 - b + b * length / pivot))


def _bm25(
    counts: Sequence[int], rare: Sequence[float], length: int, pivot: int, b: float = 0.65
) -> float:
    return sum(r * _saturated(n, length, pivot, b) for r, n in zip(rare, counts, strict=True) if n)


def _best_passage(places: Sequence[tuple[int, int, int]], rare: Sequence[float]) -> float:
    """Return the most that stands together within a few words."""
    near = [(p, concept) for p, concept, closeness in places if closeness >= PLURAL]
    best = 0.0
    for first, (begin, _) in enumerate(near):
        held = set()
        for position, concept in near[first : first + PASSAGE]:
            if position - begin >= PASSAGE:
                break
            held.add(concept)
        best = max(best, sum(rare[concept] for concept in held))
    return best


def _pairs(places: Sequence[tuple[int, int, int]], rare: Sequence[float], length: int) -> float:
    """Return how often neighbours in the search are neighbours in the text, in the same order."""
    at: dict[int, set[int]] = {}
    for position, concept, closeness in places:
        if closeness >= PLURAL:
            at.setdefault(concept, set()).add(position)
    told = 0.0
    for left in range(len(rare) - 1):
        before, after = at.get(left, set()), at.get(left + 1, set())
        together = sum(1 for p in after if p - 1 in before or p - 2 in before)
        if together:
            told += min(rare[left], rare[left + 1]) * _saturated(
                together, length, _TEXT_PIVOT, 0.65
            )
    return told


def _alike(concepts: Sequence[Concept], title: str) -> float:
    """Return how alike search and title are by their runs of four letters."""
    asked = {run for concept in concepts for word in concept.words for run in _runs(word)}
    held = {run for word in title.split() for run in _runs(word)}
    return len(asked & held) / math.sqrt(len(asked) * len(held)) if asked and held else 0.0


@lru_cache(maxsize=65536)
def _runs(word: str) -> tuple[str, ...]:
    held = f"<{word}>"
    return tuple(held[i : i + 4] for i in range(max(1, len(held) - 3)))
