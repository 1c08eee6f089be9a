"""The index over catalogue entries on Django's default connection, in the store's transactions."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.utils import DatabaseError, InterfaceError

from fairway.nouns.entries import CatalogueEntry, EntryKind, GetAt
from fairway.nouns.errors import Unavailable
from fairway.nouns.people import Domain, Person
from fairway.nouns.products import AccessClass, DataProduct, Hit, Hits
from fairway.nouns.search import (
    Asked,
    Concept,
    Facet,
    FacetValue,
    Indexed,
    SearchHit,
    SearchPage,
    SearchQuery,
    Sort,
    Words,
)
from fairway.rules import search as rules
from fairway.rules.ranking import Finder, Texts, rarity, scores, signals
from fairway.rules.wording import words
from fairway.search import postgresql, sqlite
from fairway.search.bitmaps import AUDIENCE, Bitmaps, Snapshot
from fairway.search.glossary import glossary
from fairway.search.rows import Row, row, term

CANDIDATES = 100
"""How many entries are weighed by every signal; the rest keep the order of the database."""

ENOUGH = 3000
"""How many entries are enough to choose the candidates from."""

FACETS = (
    *("organisation", "domain", "kind", "classification", "get_at", "format", "licence"),
    *("freshness", "place", "period"),
)
MOST_VALUES = 100
"""Of one facet: the most frequent are listed."""

_AT_ONCE = 500
_LONGEST_TEXT = 1000


class Dialect(Protocol):
    """How one database keeps entries and finds them."""

    def write(self, rows: Sequence[Row]) -> None: ...
    def saying(self, concept: Concept) -> Iterator[int]: ...
    def holding(self, terms: Words) -> Iterator[int]: ...
    def beginning(self, typed: Words) -> Iterator[int]: ...
    def ranked(
        self, concepts: Sequence[Concept], rare: Sequence[float], limit: int
    ) -> Iterator[int]: ...


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search found: entries as bits, and the concepts that are in any of them."""

    entries: int
    concepts: tuple[Concept, ...]
    rare: tuple[float, ...]
    held: tuple[int, ...]
    missing: tuple[str, ...]


class CatalogueIndex:
    """`verbs.ports.Index` on SQLite's FTS5 or PostgreSQL's text search."""

    def __init__(self) -> None:
        self._bitmaps = Bitmaps()

    # -------------------------------------------------------------- writing

    def put(self, product: DataProduct, domain: Domain, owner: Person) -> None:
        """Add a product, or replace it. A programming error outside a transaction."""
        self.put_entries([Indexed(_as_entry(product, domain, owner))])

    def put_entries(self, given: Iterable[Indexed]) -> None:
        """Add entries, or replace those of the same id; withdrawn ones are found no more."""
        if not connection.in_atomic_block:
            raise RuntimeError("the index is written inside Store.transaction()")
        try:
            with _answering():
                several = iter(given)
                while some := list(islice(several, _AT_ONCE)):
                    _write({one.entry.id: one for one in some})
        except Unavailable:
            transaction.set_rollback(True)
            raise

    # -------------------------------------------------------------- searching

    def find(self, words: str, *, limit: int, offset: int) -> Hits:
        """Return a page of the products that match, best first; without words, all by title."""
        query = SearchQuery(words, {"product": ("yes",)}, limit=limit, offset=offset)
        page = self.search(query, None)
        return Hits(page.total, tuple(_hit(hit) for hit in page.hits))

    def search(self, query: SearchQuery, audiences: Collection[str] | None) -> SearchPage:
        """Return a page of the entries that match and that these audiences may know of."""
        asked = rules.understood(query.text[:_LONGEST_TEXT], glossary())
        with _answering():
            bits = self._bitmaps.current()
            visible = bits.having(AUDIENCE, audiences)
            found = _found(asked, bits, visible)
            chosen = {name: bits.having(name, values) for name, values in query.chosen.items()}
            entries = found.entries
            for held in chosen.values():
                entries &= held
            order = _order(found, entries, query, bits)
            first = max(0, query.offset)
            numbers = list(islice(order, first, first + max(0, query.limit)))
            finder = Finder(found.concepts) if found.concepts else None
            also = _also(asked, visible, bits)
            return SearchPage(
                total=entries.bit_count(),
                hits=tuple(_search_hit(one, finder) for one in _shown(numbers)),
                facets=_facets(bits, found.entries, chosen, query.chosen),
                also=also,
                did_you_mean=_did_you_mean(query.text, found.missing, bits, visible),
            )

    def suggest(
        self, text: str, audiences: Collection[str] | None, *, limit: int
    ) -> tuple[str, ...]:
        """Return titles that hold what was typed so far, the last word begun."""
        typed = words(text[:_LONGEST_TEXT])[: rules.MOST_CONCEPTS]
        if not typed:
            return ()
        with _answering():
            bits = self._bitmaps.current()
            visible = bits.having(AUDIENCE, audiences)
            numbers = bits.bits(_dialect().beginning(typed)) & visible
            titles: dict[str, None] = {}
            for shown in _shown(list(islice(_by("sort_title", numbers, "ASC"), limit * 4))):
                titles[shown["title"]] = None
            return tuple(titles)[:limit]


def _dialect() -> Dialect:
    return postgresql if connection.vendor == "postgresql" else sqlite


# ------------------------------------------------------------------ writing


def _write(given: Mapping[str, Indexed]) -> None:
    marks = ", ".join(["%s"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT entry, id FROM search_entry WHERE entry IN ({marks})",  # noqa: S608
            list(given),
        )
        numbers = dict(cursor.fetchall())
        cursor.execute("SELECT COALESCE(MAX(id), 0), COALESCE(MAX(changed), 0) FROM search_entry")
        highest, changed = cursor.fetchone()
    rows = []
    for name, one in given.items():
        if name not in numbers:
            highest += 1
            numbers[name] = highest
        rows.append(row(numbers[name], changed + 1, one))
    _dialect().write(rows)
    vocabulary = {w for r in rows for w in (*r.title.split(), *r.organisation.split())}
    new = sorted(w for w in vocabulary if len(w) > 3)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_word (word) VALUES (%s) ON CONFLICT DO NOTHING", [(w,) for w in new]
        )


def _as_entry(product: DataProduct, domain: Domain, owner: Person) -> CatalogueEntry:
    contract = product.contract
    opened = contract.access is AccessClass.OPEN
    return CatalogueEntry(
        id=product.id,
        kind=EntryKind.DATASET,
        title=contract.title,
        description=contract.description,
        organisation=domain.organisation,
        domain=domain.id,
        owner=f"{owner.name} ({owner.id})",
        get_at=GetAt.OPEN_HERE if opened else GetAt.REQUEST_HERE,
        product=product.id,
        licence=contract.licence,
        tags=contract.tags,
        themes=(domain.name,),
        columns=tuple(f"{c.name} {c.description}".strip() for c in contract.columns),
    )


# ------------------------------------------------------------------ finding


def _found(asked: Asked, bits: Snapshot, visible: int) -> _Found:
    """Look for every concept; one that is nowhere may have been typed by its beginning."""
    entries = 0 if asked.concepts else visible
    concepts, rare, every, missing = [], [], [], []
    among = visible.bit_count()
    for concept in asked.concepts:
        meant = concept
        held = bits.bits(_dialect().saying(concept)) & visible
        if not held and len(concept.words) == 1:
            missing.append(concept.words[0])
            meant = replace(concept, begun=True)
            held = bits.bits(_dialect().saying(meant)) & visible
        if held:
            concepts.append(meant)
            rare.append(rarity(held.bit_count(), among))
            every.append(held)
            entries |= held
    for field, wanted in asked.filters:
        terms = tuple(term(field, word) for word in wanted)
        entries &= bits.bits(_dialect().holding(terms))
    return _Found(entries, tuple(concepts), tuple(rare), tuple(every), tuple(missing))


def _also(asked: Asked, visible: int, bits: Snapshot) -> tuple[str, ...]:
    """Return those of the other names that stand in anything the person may know of."""
    return tuple(
        name for name in asked.also if bits.bits(_dialect().saying(Concept(words(name)))) & visible
    )


def _order(found: _Found, entries: int, query: SearchQuery, bits: Snapshot) -> Iterator[int]:
    if query.sort is Sort.NEWEST:
        return _by("sort_date", entries, "DESC")
    if query.sort is Sort.TITLE or not found.concepts:
        return _by("sort_title", entries, "ASC")
    return _by_relevance(found, entries, bits)


def _by(column: str, entries: int, way: str) -> Iterator[int]:
    """Yield entries in the order of a column."""
    held = entries.to_bytes(entries.bit_length() // 8 + 1, "little")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM search_entry ORDER BY {column} {way}, id {way}")  # noqa: S608
        while rows := cursor.fetchmany(1000):
            yield from (number for (number,) in rows if _in(held, number))


def _in(held: bytes, number: int) -> bool:
    return number >> 3 < len(held) and bool(held[number >> 3] & 1 << (number & 7))


def _by_relevance(found: _Found, entries: int, bits: Snapshot) -> Iterator[int]:
    """Yield entries, the best first: candidates by every signal, then the rest as they come."""
    held = entries.to_bytes(bits.highest // 8 + 1, "little")
    concepts, rare, among = _telling(found, entries)
    wanted = min(CANDIDATES, among)
    likely: list[int] = []
    for limit in (4 * CANDIDATES, -1):  # few are seldom enough where much is hidden or left out
        ranked = _dialect().ranked(concepts, rare, limit)
        likely = list(islice((n for n in ranked if _in(held, n)), wanted))
        if len(likely) == wanted:
            break
    yield from _weighed(found, likely)
    before = frozenset(likely)
    ranked = _dialect().ranked(found.concepts, found.rare, -1)
    yield from (n for n in ranked if _in(held, n) and n not in before)


def _telling(found: _Found, entries: int) -> tuple[list[Concept], list[float], int]:
    """Return the rarest concepts that are in enough entries to choose candidates from.

    What is in a good part of everything tells too little to be worth the time of ordering by it;
    candidates are weighed by every concept all the same.
    """
    concepts, rare, union = [], [], 0
    order = sorted(range(len(found.rare)), key=lambda i: -found.rare[i])
    for i in order:
        if union.bit_count() >= ENOUGH:
            break
        concepts.append(found.concepts[i])
        rare.append(found.rare[i])
        union |= found.held[i] & entries
    return concepts, rare, union.bit_count()


def _weighed(found: _Found, likely: Sequence[int]) -> list[int]:
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
            FROM search_entry WHERE id IN ({marks})""",  # noqa: S608
            list(numbers),
        )
        return list(cursor.fetchall())


def _did_you_mean(text: str, missing: Sequence[str], bits: Snapshot, visible: int) -> str:
    """Return the search as it may be meant, of words that stand in visible entries alone."""
    meant: dict[str, str] = {}
    for word in missing:
        if len(word) > 3:
            for other in rules.likely(word, _vocabulary(word)):
                if bits.bits(_dialect().saying(Concept((other,)))) & visible:
                    meant[word] = other
                    break
    return rules.corrected(text, meant) if meant else ""


def _vocabulary(word: str) -> list[str]:
    """Return known words that begin or end as a word does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM search_word WHERE word LIKE %s OR word LIKE %s",
            [f"{word[:2]}%", f"%{word[-2:]}"],
        )
        return [held for (held,) in cursor.fetchall()]


# ------------------------------------------------------------------ what a page shows


def _facets(
    bits: Snapshot, found: int, chosen: Mapping[str, int], names: Mapping[str, Sequence[str]]
) -> tuple[Facet, ...]:
    """Count each value among what the search and the other facets leave."""
    facets = []
    for name in FACETS:
        left = found
        for other, held in chosen.items():
            if other != name:
                left &= held
        counts = bits.counted(name, left).items()
        most = nsmallest(MOST_VALUES, ((-count, value) for value, count in counts if count))
        values = tuple(FacetValue(v, -n, v in names.get(name, ())) for n, v in most)
        if values:
            facets.append(Facet(name, values))
    return tuple(facets)


def _shown(numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return what the hits of some entries show, in their order."""
    if not numbers:
        return []
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(numbers))
        cursor.execute(
            f"SELECT id, entry, shown FROM search_entry WHERE id IN ({marks})",  # noqa: S608
            list(numbers),
        )
        told = {number: {"id": entry, **json.loads(text)} for number, entry, text in cursor}
    return [told[number] for number in numbers]


def _search_hit(told: Mapping[str, Any], finder: Finder | None) -> SearchHit:
    fields = {
        "title": told["title"],
        "organisation": told["organisation"],
        "description": told["description"],
        "columns": "; ".join(told["columns"]),
        "tags": "; ".join(told["tags"]),
        "places": "; ".join(told["places"]),
        "owner": told["owner"],
    }
    shown = {name: rules.marked(" ".join(text.split()), finder) for name, text in fields.items()}
    matched = [name for name, pieces in shown.items() if any(piece.marked for piece in pieces)]
    inside = next((n for n in matched if n not in ("title", "organisation")), "description")
    columns = told["columns"] if finder and "columns" in matched else ()
    return SearchHit(
        id=told["id"],
        kind=told["kind"],
        title=shown["title"],
        snippet=rules.snippet(shown[inside]),
        columns=tuple(c for c in columns if finder and finder.stands_in(c)),
        why=tuple(matched),
        organisation=told["organisation"],
        domain=told["domain"],
        get_at=told["get_at"],
        product=told["product"],
        url=told["url"],
    )


def _hit(hit: SearchHit) -> Hit:
    opened = hit.get_at == GetAt.OPEN_HERE.value
    return Hit(
        product=hit.product or hit.id,
        title="".join(piece.text for piece in hit.title),
        domain=hit.domain,
        access=AccessClass.OPEN if opened else AccessClass.RESTRICTED,
        snippet="".join(piece.text for piece in hit.snippet),
    )


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the database's errors into `Unavailable`."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        raise Unavailable("search.unavailable", "The search does not answer. Try again.") from error
