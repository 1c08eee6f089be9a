"""Which records of several sources are one and the same, and how they are shown as one.

Two records are one when both say so: the same title (but for case, accents and punctuation) and
one thing more, which is the same publisher, the same landing page, or the same identifier of a kind
that nobody gives twice. What speaks against it wins: two records of one source are two, since the
source tells them apart; and so are records of different kinds, or of periods that do not meet.
A wrong one hides a record; a missed one shows it twice. So in doubt they stay two.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

from fairway.nouns.entries import CatalogueEntry, GetAt

_UNIQUE = re.compile(
    r"(?:https?://\S+"  # an address
    r"|(?:doi:|urn:)?10\.\d{4,9}/\S+"  # a digital object identifier
    r"|urn:[a-z0-9-]+:\S+"
    r"|(?:urn:uuid:)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?:_\d+)?)",
    re.IGNORECASE,
)

_ARCGIS_ITEM = re.compile(r"(?:/|id=)([0-9a-f]{32})(?:(?:_|&sublayer=)(\d+))?(?![^/&?])")

_MOST_ALIKE = 40
"""Groups with one title and publisher among which a record is sought; more say nothing by title."""


def as_one(entries: Sequence[CatalogueEntry]) -> tuple[CatalogueEntry, ...]:
    """Return every record once, in the order of their first, with all its sources."""
    return tuple(merged(group) for group in groups(entries))


def groups(entries: Sequence[CatalogueEntry]) -> tuple[tuple[CatalogueEntry, ...], ...]:
    """Return the records in groups of those that are one and the same."""
    by_key: dict[tuple[str, ...], list[int]] = {}
    group_of = list(range(len(entries)))
    members = {position: [position] for position in group_of}
    for position, entry in enumerate(entries):
        for key in dict.fromkeys(_keys(entry)):
            alike = by_key.setdefault(key, [])
            for other in alike:
                _join(entries, group_of, members, group_of[other], group_of[position])
            # One of a group stands for it: who fits the group fits all of it.
            alone = all(group_of[other] != group_of[position] for other in alike)
            if alone and len(alike) < _MOST_ALIKE:
                alike.append(position)
    return tuple(tuple(entries[m] for m in found) for _, found in sorted(members.items()))


def _join(
    entries: Sequence[CatalogueEntry],
    group_of: list[int],
    members: dict[int, list[int]],
    first: int,
    second: int,
) -> None:
    """Make two groups one, unless a record of the one speaks against a record of the other."""
    if first == second or any(
        _differ(entries[a], entries[b]) for a in members[first] for b in members[second]
    ):
        return
    kept, gone = min(first, second), max(first, second)
    for member in members[gone]:
        group_of[member] = kept
    members[kept] = sorted(members[kept] + members.pop(gone))


def _differ(a: CatalogueEntry, b: CatalogueEntry) -> bool:
    """Tell whether something speaks against two records being one."""
    if a.kind is not b.kind or {s.source for s in a.sources} & {s.source for s in b.sources}:
        return True
    if a.product is not None and b.product is not None:
        return True
    if a.version and b.version and a.version != b.version:
        return True
    (a_first, a_last), (b_first, b_last) = a.period, b.period
    return bool(
        (a_last and b_first and a_last < b_first) or (b_last and a_first and b_last < a_first)
    )


def _keys(entry: CatalogueEntry) -> Iterator[tuple[str, ...]]:
    """Give what this record shares with one that is the same: its title and one thing more."""
    title = plain(entry.title)
    if not title:
        return
    if organisation := plain(entry.organisation):
        yield ("publisher", entry.kind, title, organisation)
    if page := landing_page(entry.url):
        yield ("page", entry.kind, title, page)
    for identifier in entry.identifiers:
        if _UNIQUE.fullmatch(identifier):
            yield ("identifier", entry.kind, title, identifier.casefold())


def plain(text: str) -> str:
    """Return a text without case, accents, punctuation and a leading article."""
    bare = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    kept = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split()).removeprefix("the ")


def landing_page(url: str) -> str:
    """Return a page's address without what does not change the page.

    ArcGIS gives each of its items a name (`council::title`) or a number (and a layer in it), and
    serves it at several addresses.
    """
    bare = url.partition("://")[2].partition("#")[0].casefold().removeprefix("www.").rstrip("/")
    if item := _ARCGIS_ITEM.search(bare):
        return f"{item[1]}_{item[2] or ''}"
    tail = bare.rpartition("/")[2].partition("?")[0]
    return tail if "::" in tail else bare


def merged(group: Sequence[CatalogueEntry]) -> CatalogueEntry:
    """Return records that are one and the same as one.

    The one that can be had here speaks, else the first; where it is silent, the next one does.
    Lists are put together, and the record is withdrawn only when every source withdrew it.
    """
    first, *others = sorted(group, key=lambda e: (e.get_at is GetAt.ELSEWHERE, e.withdrawn))
    if not others:
        return first
    every = (first, *others)
    told = {
        field.name: next((v for e in every if (v := getattr(e, field.name))), None)
        for field in fields(CatalogueEntry)
        if field.type is str
    }
    known = {name: value for name, value in told.items() if value}
    return replace(
        first,
        **known,
        tags=_together(e.tags for e in every),
        themes=_together(e.themes for e in every),
        places=_together(e.places for e in every),
        identifiers=_together(e.identifiers for e in every),
        sources=tuple(dict.fromkeys(s for e in every for s in e.sources)),
        columns=next((e.columns for e in every if e.columns), ()),
        distributions=next((e.distributions for e in every if e.distributions), ()),
        period=next((e.period for e in every if e.period != (None, None)), (None, None)),
        issued=min((e.issued for e in every if e.issued), default=None),
        modified=max((e.modified for e in every if e.modified), default=None),
        withdrawn=all(e.withdrawn for e in every),
    )


def _together(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words of all lists, each once but for case."""
    found: dict[str, str] = {}
    for words in lists:
        for word in words:
            found.setdefault(word.casefold(), word)
    return tuple(found.values())
