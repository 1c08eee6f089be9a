"""What somebody typed, understood: concepts, filters, other words for them, and their marks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fairway.nouns.people import HUB_ROLES, Appointment, Person
from fairway.nouns.search import EVERYONE, Asked, Concept, Piece, Words
from fairway.rules.ranking import Finder
from fairway.rules.wording import folded, words

MOST_CONCEPTS = 170
LONGEST_SNIPPET = 240
FILTERS = ("owner", "domain", "column", "tag", "kind", "licence", "format", "organisation")
"""What can stand before a colon."""

_OTHER_NAMES = {"license": "licence", "org": "organisation", "columns": "column", "tags": "tag"}
_LITTLE = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "how", "in", "is", "it"),
        *("of", "on", "or", "per", "that", "the", "this", "to", "what", "when", "where", "which"),
        *("who", "with"),
    )
)
_PARTS = re.compile(
    r"""(?<![^\s"]) (?P<field>[a-z]+) : (?: "(?P<value>[^"]*)"? | (?P<plain>[^\s"]+) )
    | "(?P<phrase>[^"]*)"? | (?P<words>[^\s"]+)""",
    re.VERBOSE | re.IGNORECASE,
)


# ------------------------------------------------------------------ understanding


def understood(text: str, glossary: Mapping[Words, Sequence[str]]) -> Asked:
    """Return what a search means: words in any order, "phrases" and field:filters.

    `glossary` gives, for folded words, other names of the same thing. Little words are looked for
    only where there is nothing else.
    """
    filters: list[tuple[str, Words]] = []
    wanted: list[Words] = []
    plain: list[Words] = [()]
    for part in _PARTS.finditer(text):
        field = (part["field"] or "").lower()
        field = _OTHER_NAMES.get(field, field)
        value = words(part["value"] or part["plain"] or "")
        if field in FILTERS:
            filters.extend([(field, value)] if value else [])
        elif part["phrase"] is not None:
            phrase = words(part["phrase"])
            wanted.extend([phrase] if phrase else [])
            plain.append(())
        else:
            typed = words(part[0])
            plain[-1] += typed
            wanted.extend((word,) for word in typed)
    each = list(dict.fromkeys(wanted))
    telling = [way for way in each if len(way) > 1 or way[0] not in _LITTLE]
    concepts = {way: Concept(way) for way in (telling or each)[:MOST_CONCEPTS]}
    also: dict[str, None] = {}
    for way, names in _named([*plain, *(w for w in wanted if len(w) > 1)], glossary):
        if way in concepts or len(way) > 1:
            others = tuple(dict.fromkeys(words(name) for name in names))
            concepts[way] = Concept(way, tuple(o for o in others if o and o != way))
            also.update(dict.fromkeys(names))
    return Asked(tuple(concepts.values()), tuple(filters), tuple(also))


def _named(
    runs: Iterable[Words], glossary: Mapping[Words, Sequence[str]]
) -> Iterable[tuple[Words, Sequence[str]]]:
    """Return the longest stretches of words that the glossary knows, from left to right."""
    longest = max(map(len, glossary), default=0)
    for run in runs:
        start = 0
        while start < len(run):
            for end in range(min(len(run), start + longest), start, -1):
                if run[start:end] in glossary:
                    yield run[start:end], glossary[run[start:end]]
                    start = end
                    break
            else:
                start += 1


def everyday(text: str) -> bool:
    """Say whether a search is words alone, without quotes or filters."""
    return '"' not in text and not any(
        part["field"] and _OTHER_NAMES.get(part["field"].lower(), part["field"].lower()) in FILTERS
        for part in _PARTS.finditer(text)
    )


# ------------------------------------------------------------------ spelling


def likely(word: str, vocabulary: Iterable[str]) -> list[str]:
    """Return words of a vocabulary that may be meant by a misspelt one, the likeliest first."""
    most = 1 if len(word) < 6 else 2
    near = []
    for other in vocabulary:
        if other != word and abs(len(other) - len(word)) <= most:
            changes = distance(word, other, most)
            if changes <= most:
                near.append((changes, other[:1] != word[:1], other))
    return [other for _, _, other in sorted(near)]


def distance(left: str, right: str, most: int) -> int:
    """Return how many letters to change, add, drop or swap; above `most` just that it is more."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if older and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def corrected(text: str, meant: Mapping[str, str]) -> str:
    """Return a search with misspelt words replaced, everything else as it was typed."""

    def one(match: re.Match[str]) -> str:
        return meant.get(folded(match[0]), match[0])

    return re.sub(r"[^\W_]+", one, text)


# ------------------------------------------------------------------ why it matched


def marked(text: str, finder: Finder | None) -> tuple[Piece, ...]:
    """Return a text in pieces, marked where a concept of the search stands in it."""
    if finder is None:
        return (Piece(text),) if text else ()
    tokens = list(re.finditer(r"[^\W_]+", text))
    plain = [folded(token[0]) for token in tokens]
    pieces: list[Piece] = []
    end = 0
    for first, last in _marks(plain, finder):
        begin, stop = tokens[first].start(), tokens[last].end()
        pieces.extend([Piece(text[end:begin])] if begin > end else [])
        pieces.append(Piece(text[begin:stop], marked=True))
        end = stop
    pieces.extend([Piece(text[end:])] if end < len(text) else [])
    return tuple(pieces)


def _marks(plain: Sequence[str], finder: Finder) -> Iterable[tuple[int, int]]:
    """Return the first and last word of each place that matches."""
    held = [i for i, word in enumerate(plain) if word]
    for first, last in finder.stretches(" ".join(plain[i] for i in held)):
        yield held[first], held[last]


def snippet(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the part of a marked text where most of the search stands together."""
    text = "".join(piece.text for piece in pieces)
    if len(text) <= LONGEST_SNIPPET:
        return tuple(pieces)
    starts, at = [], 0
    for piece in pieces:
        starts.extend([at] if piece.marked else [])
        at += len(piece.text)
    best = max(
        starts,
        key=lambda s: (sum(1 for o in starts if s <= o < s + LONGEST_SNIPPET - 60), -s),
        default=0,
    )
    begin = 0 if best < 60 else text.find(" ", best - 60, best) + 1 or best
    end = begin + LONGEST_SNIPPET
    if end < len(text) and (gap := text.rfind(" ", begin, end)) > begin:
        end = gap
    return (
        *((Piece("… "),) if begin else ()),
        *_cut(pieces, begin, end),
        *((Piece(" …"),) if end < len(text) else ()),
    )


def _cut(pieces: Iterable[Piece], begin: int, end: int) -> Iterable[Piece]:
    """Return what stands between two places of a text in pieces."""
    at = 0
    for piece in pieces:
        part = piece.text[max(0, begin - at) : max(0, end - at)]
        at += len(piece.text)
        if part:
            yield Piece(part, piece.marked)


# ------------------------------------------------------------------ who may know


def audiences(
    person: Person | None, appointments: Iterable[Appointment], today: date
) -> frozenset[str] | None:
    """Return whose entries a person may know about; None for those at the hub, who know all."""
    current = [a for a in appointments if a.current(today)]
    if person is None or any(a.role in HUB_ROLES for a in current):
        return None
    return frozenset(
        {EVERYONE, person.domain, *(a.domain for a in current if a.domain is not None)}
    )
