"""Entries in PostgreSQL's own text search, the words as Fairway parts them."""

from collections.abc import Mapping, Sequence

from django.db import connection

from fairway.nouns.search import Concept, Words
from fairway.search.rows import EMPTIED, Row, single

MOST_POSITIONS = 16000
_COLUMNS = (
    "id, entry, audience, changed, sort_title, sort_date, title, organisation, body, terms, norm,"
    " facets, shown"
)
_COUNT = """((length(' ' || {0} || ' ') - length(replace(' ' || {0} || ' ', ' ' || %s || ' ', '')))
    / (length(%s) + 2))"""
"""How often a word stands in a text whose words are parted by single spaces."""


def write(rows: Sequence[Row]) -> None:
    """Put rows into the index, those of numbers that are there already in their place."""
    updates = ", ".join(f"{n.strip()} = excluded.{n.strip()}" for n in _COLUMNS.split(",")[2:])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"""INSERT INTO search_entry ({_COLUMNS}, words)
            VALUES ({", ".join(["%s"] * 13)}, %s::tsvector)
            ON CONFLICT (id) DO UPDATE SET {updates}, words = excluded.words""",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            [(*row, _vector(row)) for row in rows],
        )


def clear() -> None:
    """Empty every row."""
    with connection.cursor() as cursor:
        cursor.execute(f"{EMPTIED}, words = ''::tsvector")


def saying(concept: Concept) -> str:
    """Return the numbers of the entries in which a concept stands, parted by commas."""
    return _numbers(" | ".join(_ways(concept, "ABC")))


def naming(concept: Concept) -> str:
    """Return the numbers of the entries that name it in title or organisation."""
    return _numbers(" | ".join(_ways(concept, "AB")))


def holding(terms: Words) -> str:
    """Return the numbers of the entries that have all of these terms of filters."""
    return _numbers(" & ".join(f"'{term}':D" for term in terms))


def beginning(typed: Words, audiences: Sequence[str]) -> str:
    """Return the numbers of some audiences' entries whose title holds words, the last begun."""
    wanted = " & ".join([*(f"'{w}':A" for w in typed[:-1]), f"'{typed[-1]}':*A"])
    return _numbers(wanted, audiences)


def places(word: str, among: Sequence[int]) -> Mapping[int, int]:
    """Return, for each of some entries in which a word stands, what its places count together."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH told AS MATERIALIZED (  -- by number first, so that no other entry is read
                SELECT id, title, organisation, body, words FROM search_entry WHERE id = ANY(%s))
            SELECT id, 2 * {_COUNT.format("title || ' ' || organisation")}
                + {_COUNT.format("body")}
            FROM told WHERE words @@ %s::tsquery""",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            [list(among), *[word] * 4, f"'{word}':ABC"],
        )
        return dict(cursor.fetchall())


def _numbers(wanted: str, audiences: Sequence[str] | None = None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT string_agg(id::text, ',') FROM search_entry
            WHERE words @@ %s::tsquery AND (%s::text[] IS NULL OR audience = ANY(%s::text[]))""",
            [wanted, *[None if audiences is None else list(audiences)] * 2],
        )
        (numbers,) = cursor.fetchone()
    return numbers or ""


def _vector(row: Row) -> str:
    """Return a row's words with their places, in PostgreSQL's own writing of them."""
    parts: list[str] = []
    at = 0
    for text, weight in (
        (row.title, "A"),
        (row.organisation, "B"),
        (row.body, "C"),
        (row.terms, "D"),
    ):
        for word in text.split():
            at += 1
            parts.append(f"'{word}':{min(at, MOST_POSITIONS)}{weight}")
        at += 1
    return " ".join(parts)


def _ways(concept: Concept, where: str) -> list[str]:
    """Return a concept in PostgreSQL's own language, way by way."""
    ways = [f"'{form}':{where}" for form in single(concept)]
    for way in concept.ways:
        if len(way) > 1:
            apart = (f"'{word}':{where}" for word in way)
            ways.append(f"({' <-> '.join(apart)})")
    if concept.begun:
        ways.append(f"'{concept.words[-1]}':*{where}")
    return ways
