"""Entries in SQLite's FTS5."""

from collections.abc import Iterator, Sequence

from django.db import connection

from fairway.nouns.search import Concept, Words
from fairway.rules.wording import forms
from fairway.search.rows import Row

_TEXTS = "title, organisation, body, terms"
_WEIGHTS = "2.0, 2.0, 1.0, 0.0"


def write(rows: Sequence[Row]) -> None:
    """Put rows into the index, those of numbers that are there already in their place."""
    numbers = [row.id for row in rows]
    marks = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO search_text (search_text, rowid, {_TEXTS})
            SELECT 'delete', id, {_TEXTS} FROM search_entry WHERE id IN ({marks})""",  # noqa: S608
            numbers,
        )
        cursor.executemany(
            f"""INSERT INTO search_entry (id, entry, audience, changed, sort_title, sort_date,
                {_TEXTS}, norm, facets, shown) VALUES ({", ".join(["%s"] * 13)})
            ON CONFLICT (id) DO UPDATE SET audience = excluded.audience,
                changed = excluded.changed, sort_title = excluded.sort_title,
                sort_date = excluded.sort_date, title = excluded.title,
                organisation = excluded.organisation, body = excluded.body, terms = excluded.terms,
                norm = excluded.norm, facets = excluded.facets, shown = excluded.shown""",  # noqa: S608
            rows,
        )
        cursor.executemany(
            f"INSERT INTO search_text (rowid, {_TEXTS}) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608
            [(row.id, row.title, row.organisation, row.body, row.terms) for row in rows],
        )


def saying(concept: Concept) -> Iterator[int]:
    """Yield the entries in which a concept stands, in no order."""
    return _numbers("SELECT rowid FROM search_text(%s)", _expression(concept))


def holding(terms: Words) -> Iterator[int]:
    """Yield the entries that have all of these terms of filters."""
    wanted = " AND ".join(f'"{term}"' for term in terms)
    return _numbers("SELECT rowid FROM search_text(%s)", f"terms : ({wanted})")


def beginning(typed: Words) -> Iterator[int]:
    """Yield the entries with a title that holds these words, the last of them begun."""
    wanted = " AND ".join(f'"{word}"' for word in typed)
    return _numbers("SELECT rowid FROM search_text(%s)", f"title : ({wanted} *)")


def ranked(
    concepts: Sequence[Concept],
    rare: Sequence[float],  # noqa: ARG001  weighed by FTS5 itself
    limit: int,
) -> Iterator[int]:
    """Yield the entries in which any concept stands, the likeliest first; all for limit -1."""
    wanted = " OR ".join(_expression(concept) for concept in concepts)
    return _numbers(
        f"""SELECT rowid FROM search_text(%s) ORDER BY bm25(search_text, {_WEIGHTS}), rowid
        LIMIT %s""",  # noqa: S608
        wanted,
        limit,
    )


def _numbers(statement: str, *given: str | int) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        while rows := cursor.fetchmany(2000):
            for (number,) in rows:
                yield number


def _expression(concept: Concept) -> str:
    """Return a concept in FTS5's own language."""
    ways: list[str] = []
    for way in concept.ways:
        if len(way) > 1:
            ways.append(f'"{" ".join(way)}"')
        else:
            ways.extend(f'"{form}"' for form in forms(way[0]))
    if concept.begun:
        ways.append(f'"{concept.words[-1]}" *')
    return f"({{title organisation body}} : ({' OR '.join(ways)}))"
