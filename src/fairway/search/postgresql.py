"""Entries in PostgreSQL's own text search, the words as Fairway parts them."""

from collections.abc import Iterator, Sequence

from django.db import connection

from fairway.nouns.search import Concept, Words
from fairway.rules.wording import forms
from fairway.search.rows import Row

MOST_POSITIONS = 16000
_COLUMNS = (
    "id, entry, audience, changed, sort_title, sort_date, title, organisation, body, terms, norm,"
    " facets, shown"
)
_WEIGHTS = "{0, 0.5, 1, 1}"
"""Of what stands in: terms of filters, the body, the organisation, the title."""


def write(rows: Sequence[Row]) -> None:
    """Put rows into the index, those of numbers that are there already in their place."""
    updates = ", ".join(f"{n.strip()} = excluded.{n.strip()}" for n in _COLUMNS.split(",")[2:])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"""INSERT INTO search_entry ({_COLUMNS}, words)
            VALUES ({", ".join(["%s"] * 13)}, %s::tsvector)
            ON CONFLICT (id) DO UPDATE SET {updates}, words = excluded.words""",  # noqa: S608
            [(*row, _vector(row)) for row in rows],
        )


def saying(concept: Concept) -> Iterator[int]:
    """Yield the entries in which a concept stands, in no order."""
    return _numbers("SELECT id FROM search_entry WHERE words @@ %s::tsquery", _expression(concept))


def holding(terms: Words) -> Iterator[int]:
    """Yield the entries that have all of these terms of filters."""
    wanted = " & ".join(f"'{term}':D" for term in terms)
    return _numbers("SELECT id FROM search_entry WHERE words @@ %s::tsquery", wanted)


def beginning(typed: Words) -> Iterator[int]:
    """Yield the entries with a title that holds these words, the last of them begun."""
    wanted = " & ".join([*(f"'{w}':A" for w in typed[:-1]), f"'{typed[-1]}':*A"])
    return _numbers("SELECT id FROM search_entry WHERE words @@ %s::tsquery", wanted)


def ranked(concepts: Sequence[Concept], rare: Sequence[float], limit: int) -> Iterator[int]:
    """Yield the entries in which any concept stands, the likeliest first; all for limit -1."""
    each = [_expression(concept) for concept in concepts]
    order = " + ".join([f"%s * ts_rank('{_WEIGHTS}', words, %s::tsquery, 1)"] * len(each))
    weighed = [value for pair in zip(rare, each, strict=True) for value in pair]
    return _numbers(
        f"""SELECT id FROM search_entry WHERE words @@ %s::tsquery
        ORDER BY {order} DESC, id LIMIT %s""",  # noqa: S608
        " | ".join(each),
        *weighed,
        None if limit < 0 else limit,
    )


def _numbers(statement: str, *given: str | float | None) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        for (number,) in cursor.fetchall():
            yield number


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


def _expression(concept: Concept) -> str:
    """Return a concept in PostgreSQL's own language."""
    ways: list[str] = []
    for way in concept.ways:
        if len(way) > 1:
            apart = (f"'{word}':ABC" for word in way)
            ways.append(f"({' <-> '.join(apart)})")
        else:
            ways.extend(f"'{form}':ABC" for form in forms(way[0]))
    if concept.begun:
        ways.append(f"'{concept.words[-1]}':*ABC")
    return f"({' | '.join(ways)})"
