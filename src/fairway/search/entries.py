"""The index over catalogue entries on Django's default connection, in the store's transactions."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from heapq import nsmallest
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.utils import DatabaseError, InterfaceError

from fairway.nouns.entries import CatalogueEntry, GetAt
from fairway.nouns.errors import Unavailable
from fairway.nouns.glossary import GlossaryTerm
from fairway.nouns.people import Domain, Person
from fairway.nouns.products import AccessClass, DataProduct, Hit, Hits
from fairway.nouns.search import (
    FACETS,
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
from fairway.rules.entries import audience, of_product
from fairway.rules.metadata_quality import Grade
from fairway.rules.ranking import Finder
from fairway.rules.wording import forms, words
from fairway.search.bitmaps import Bitmaps, Snapshot, marks, numbers
from fairway.search.candidates import Found, View, by_relevance, dialect, found
from fairway.search.glossary import glossary
from fairway.search.rows import row, spellings

MOST_VALUES = 100
"""Of one facet: the most frequent are listed."""

MOST_LOOKS = 5
MOST_CHOSEN = 400
"""Of how many entries the suggestions are, and how many are sorted by themselves."""

MOST_TYPED = 24
LONGEST_TEXT = 500

R = TypeVar("R")

_AT_ONCE = 500


class CatalogueIndex:
    """`verbs.ports.Index` on SQLite's FTS5 or PostgreSQL's text search."""

    def __init__(self) -> None:
        self._bitmaps = Bitmaps()

    def warm(self) -> None:
        """Make ready for the first search: read every entry's values, 1.6 s for 100,000."""
        with _answering():
            self._bitmaps.current()

    # -------------------------------------------------------------- writing

    def put(
        self, product: DataProduct, domain: Domain, owner: Person, organisation: str = ""
    ) -> None:
        """Add a product, or replace it. A programming error outside a transaction."""
        entry = _as_entry(product, domain, owner, organisation)
        self.put_entries([Indexed(entry, audience(product))])

    def put_entries(self, given: Iterable[Indexed]) -> None:
        """Add entries, or replace those of the same id; withdrawn ones are found no more."""
        with _writing():
            several = iter(given)
            while some := list(islice(several, _AT_ONCE)):
                _write({one.entry.id: one for one in some})

    def clear(self) -> None:
        """Take everything out, so that what is kept elsewhere can be put in again."""
        with _writing():
            dialect().clear()
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM search_word")

    # -------------------------------------------------------------- searching

    def find(
        self, words: str, *, limit: int, offset: int, audiences: Collection[str] | None = None
    ) -> Hits:
        """Return a page of the products that match, best first; without words, all by title."""
        query = SearchQuery(words, {"product": ("yes",)}, limit=limit, offset=offset)
        page = self.search(query, audiences)
        return Hits(page.total, tuple(_hit(hit) for hit in page.hits))

    def search(
        self,
        query: SearchQuery,
        audiences: Collection[str] | None,
        terms: Sequence[GlossaryTerm] | None = None,
    ) -> SearchPage:
        """Return a page of the entries that match and that these audiences may know of.

        `terms` are the hub's other names; for None, those that come with Fairway.
        """
        asked = rules.understood(query.text[:LONGEST_TEXT], glossary(terms))
        with _answering():
            return self._undisturbed(lambda view: _page(asked, query, view), audiences)

    def suggest(
        self, text: str, audiences: Collection[str] | None, *, limit: int
    ) -> tuple[str, ...]:
        """Return titles that hold what was typed so far, the last word begun."""
        typed = words(text[:LONGEST_TEXT])[:MOST_TYPED]
        if not typed:
            return ()
        with _answering():
            return self._undisturbed(lambda view: _suggested(typed, view, limit), audiences)

    def _undisturbed(self, look: Callable[[View], R], audiences: Collection[str] | None) -> R:
        """Look, and look again where an entry was changed while it was looked at.

        What it showed may then be for others than those it was for when the bits were read.
        """
        for _ in range(MOST_LOOKS):
            with suppress(Disturbed):
                return look(View.of(self._bitmaps.current(), audiences))
        raise Unavailable("search.unavailable", "The catalogue is changing fast. Try again.")


def _page(asked: Asked, query: SearchQuery, view: View) -> SearchPage:
    what = found(asked, view)
    chosen = {name: view.bits.having(name, values) for name, values in query.chosen.items()}
    entries = what.entries
    for held in chosen.values():
        entries &= held
    order = _order(what, entries, query, view)
    first = max(0, query.offset)
    these = list(islice(order, first, first + max(0, query.limit)))
    finder = Finder(what.concepts) if what.concepts else None
    return SearchPage(
        total=entries.bit_count(),
        hits=tuple(_search_hit(one, finder) for one in _shown(these, view)),
        facets=_facets(view.bits, what.entries, chosen, query.chosen),
        also=_also(asked, view),
        did_you_mean=_did_you_mean(query.text, what.missing, view),
        loosened=what.loosened,
    )


def _suggested(typed: Words, view: View, limit: int) -> tuple[str, ...]:
    """Return titles: those that begin with what was typed come first, then the shorter ones."""
    among = numbers(view.beginning(typed))
    breadths = view.bits.breadths
    among = nsmallest(MOST_CHOSEN, among, key=lambda number: (breadths[number], number))
    begun = " ".join(typed)
    titles = sorted(
        {" ".join(one["title"].split()) for one in _shown(among, view)},
        key=lambda title: (not " ".join(words(title)).startswith(begun), len(title), title),
    )
    return tuple(titles[:limit])


# ------------------------------------------------------------------ writing


def _write(given: Mapping[str, Indexed]) -> None:
    marks = ", ".join(["%s"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT entry, id FROM search_entry WHERE entry IN ({marks})",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
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
    dialect().write(rows)
    new = sorted(
        {(r.audience, w) for r in rows for w in spellings(r.title, r.organisation, r.body)}
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_word (audience, word) VALUES (%s, %s) ON CONFLICT DO NOTHING", new
        )


def _as_entry(
    product: DataProduct, domain: Domain, owner: Person, organisation: str
) -> CatalogueEntry:
    """Return a product as an entry, with what is searched of it besides."""
    return replace(
        of_product(product, organisation or domain.organisation, f"{owner.name} ({owner.id})"),
        themes=(domain.name,),
        columns=tuple(f"{c.name} {c.description}".strip() for c in product.contract.columns),
    )


# ------------------------------------------------------------------ finding


def _also(asked: Asked, view: View) -> tuple[str, ...]:
    """Return those of the other names that stand in anything the person may know of."""
    return tuple(name for name in asked.also if view.saying(Concept(words(name))))


def _order(what: Found, entries: int, query: SearchQuery, view: View) -> Iterator[int]:
    if query.sort is Sort.NEWEST:
        return _by("sort_date", entries, "DESC")
    if query.sort is Sort.QUALITY:
        return _in_turn(entries, view, "grade", (grade.value for grade in Grade))
    if query.sort is Sort.TITLE:
        return _by("sort_title", entries, "ASC")
    if not what.concepts:  # nothing to match, so what can be used here comes first
        return _in_turn(entries, view, "product", ("yes",))
    return by_relevance(what, entries, view)


def _in_turn(entries: int, view: View, facet: str, values: Iterable[str]) -> Iterator[int]:
    """Yield entries by value of a facet in the order given, then the rest, each by title."""
    for value in values:
        having = entries & view.bits.having(facet, (value,))
        entries &= ~having
        yield from _by("sort_title", having, "ASC")
    yield from _by("sort_title", entries, "ASC")


def _by(column: str, entries: int, way: str) -> Iterator[int]:
    """Yield entries in the order of a column."""
    if not entries:
        return
    few = numbers(entries) if entries.bit_count() <= MOST_CHOSEN else []
    asked = ", ".join(["%s"] * len(few))
    where = f"WHERE id IN ({asked})" if few else ""
    held = entries.to_bytes(entries.bit_length() // 8 + 1, "little")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM search_entry {where} ORDER BY {column} {way}, id {way}",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            few,
        )
        while rows := cursor.fetchmany(1000):
            yield from (number for (number,) in rows if _stands(held, number))


def _stands(held: bytes, number: int) -> bool:
    return number >> 3 < len(held) and bool(held[number >> 3] & 1 << (number & 7))


def _did_you_mean(text: str, missing: Sequence[str], view: View) -> str:
    """Return the search as it may be meant, of words that stand in visible entries alone."""
    meant: dict[str, str] = {}
    for word in missing:
        if len(word) > 3:
            near = {form for known in _vocabulary(word, view) for form in forms(known)}
            for other in rules.likely(word, near):
                if view.saying(Concept((other,))):
                    meant[word] = other
                    break
    return rules.corrected(text, meant) if meant else ""


def _vocabulary(word: str, view: View) -> list[str]:
    """Return words that begin or end as a word does, of those whom the person may know of."""
    if not (audiences := view.audiences()):
        return []
    marks = ", ".join(["%s"] * len(audiences))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT word FROM search_word
            WHERE audience IN ({marks}) AND (word LIKE %s OR word LIKE %s)""",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            [*audiences, f"{word[:2]}%", f"%{word[-2:]}"],
        )
        return [held for (held,) in cursor.fetchall()]


# ------------------------------------------------------------------ what a page shows


def _facets(
    bits: Snapshot, found: int, chosen: Mapping[str, int], names: Mapping[str, Sequence[str]]
) -> tuple[Facet, ...]:
    """Count each value among what the search and the other facets leave."""
    facets = []
    seen: dict[int, bytes] = {}
    for name in FACETS:
        left = found
        for other, held in chosen.items():
            if other != name:
                left &= held
        if left not in seen:
            seen[left] = marks(left)
        counts = dict(bits.counted(name, left, seen[left]))
        wanted = names.get(name, ())
        most = nsmallest(MOST_VALUES, ((-count, value) for value, count in counts.items() if count))
        listed = {value: -n for n, value in most}
        listed |= {value: counts.get(value, 0) for value in wanted if value not in listed}
        values = tuple(FacetValue(v, n, v in wanted) for v, n in listed.items())
        if values:
            facets.append(Facet(name, values))
    return tuple(facets)


class Disturbed(Exception):
    """An entry was changed after the bits were read."""


def _shown(these: Sequence[int], view: View) -> list[dict[str, Any]]:
    """Return what the hits of some entries show, in their order. Raises `Disturbed`."""
    if not these:
        return []
    with connection.cursor() as cursor:
        asked = ", ".join(["%s"] * len(these))
        cursor.execute(
            f"SELECT id, entry, changed, shown FROM search_entry WHERE id IN ({asked})",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            list(these),
        )
        told = {}
        for number, entry, changed, text in cursor.fetchall():
            if changed > view.bits.seen:
                raise Disturbed
            told[number] = {"id": entry, **json.loads(text)}
    return [told[number] for number in these]


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
    columns = [rules.marked(c, finder) for c in told["columns"]] if "columns" in matched else []
    return SearchHit(
        id=told["id"],
        kind=told["kind"],
        title=shown["title"],
        snippet=rules.snippet(shown[inside]),
        columns=tuple(c for c in columns if any(piece.marked for piece in c)),
        why=tuple(matched),
        organisation=told["organisation"],
        domain=told["domain"],
        get_at=told["get_at"],
        product=told["product"],
        url=told["url"],
        licence=told.get("licence", ""),  # rows of before have none of these
        changed=told.get("changed", ""),
        grade=told.get("grade", ""),
        sources=tuple(told.get("sources", ())),
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
def _writing() -> Iterator[None]:
    """Write in the transaction that is open, which is not kept where the database fails."""
    if not connection.in_atomic_block:
        raise RuntimeError("the index is written inside Store.transaction()")
    try:
        with _answering():
            yield
    except Unavailable:
        transaction.set_rollback(True)
        raise


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the database's errors into `Unavailable`."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        raise Unavailable("search.unavailable", "The search does not answer. Try again.") from error
