"""Entries in SQLite's FTS5."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import connection

from fairway.nouns.search import Concept, Words
from fairway.search.rows import EMPTIED, Row, parted, single

_TEXTS = "title, organisation, body, terms"


def write(rows: Sequence[Row]) -> None:
    """Put rows into the index, those of numbers that are there already in their place."""
    numbers = [row.id for row in rows]
    marks = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO search_text (search_text, rowid, {_TEXTS})
            SELECT 'delete', id, {_TEXTS} FROM search_entry WHERE id IN ({marks})""",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            numbers,
        )
        cursor.executemany(
            f"""INSERT INTO search_entry (id, entry, audience, changed, sort_title, sort_date,
                {_TEXTS}, norm, facets, shown) VALUES ({", ".join(["%s"] * 13)})
            ON CONFLICT (id) DO UPDATE SET audience = excluded.audience,
                changed = excluded.changed, sort_title = excluded.sort_title,
                sort_date = excluded.sort_date, title = excluded.title,
                organisation = excluded.organisation, body = excluded.body, terms = excluded.terms,
                norm = excluded.norm, facets = excluded.facets, shown = excluded.shown""",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            rows,
        )
        cursor.executemany(
            f"INSERT INTO search_text (rowid, {_TEXTS}) VALUES (%s, %s, %s, %s, %s)",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            [(row.id, row.title, row.organisation, row.body, row.terms) for row in rows],
        )


def clear() -> None:
    """Empty every row, and make the index of words anew from that."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTIED)
        cursor.execute("INSERT INTO search_text (search_text) VALUES ('rebuild')")


def saying(concept: Concept) -> str:
    """Return the numbers of the entries in which a concept stands, parted by commas."""
    return _numbers(" OR ".join(_ways(concept)))


def naming(concept: Concept) -> str:
    """Return the numbers of the entries that name it in title or organisation."""
    return _numbers(f"{{title organisation}} : ({' OR '.join(_ways(concept))})")


def holding(terms: Words) -> str:
    """Return the numbers of the entries that have all of these terms of filters."""
    wanted = " AND ".join(f'"{term}"' for term in terms)
    return _numbers(f"terms : ({wanted})")


def beginning(typed: Words, audiences: Sequence[str]) -> str:
    """Return the numbers of some audiences' entries whose title holds these words, the last begun.

    An entry's audience is looked up in an index of numbers alone: its row is not read.
    """
    wanted = " AND ".join(f'"{word}"' for word in typed)
    marks = ", ".join(["%s"] * len(audiences))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT group_concat(search_text.rowid) FROM search_text(%s)
            CROSS JOIN search_entry INDEXED BY search_entry_audience
            ON search_entry.id = search_text.rowid AND audience IN ({marks})""",  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
            [f"title : ({wanted} *)", *audiences],
        )
        (numbers,) = cursor.fetchone()
    return numbers or ""


def places(word: str, among: Sequence[int]) -> Mapping[int, int]:
    """Return, for each of some entries in which a word stands, what its places count together."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT group_concat(doc), group_concat(doc) FILTER (WHERE col != 'body')
            FROM search_place WHERE term = %s AND doc IN (SELECT value FROM json_each(%s))""",
            [word, json.dumps(among)],
        )
        everywhere, named = cursor.fetchone()
    counts = Counter(parted(everywhere))
    counts.update(parted(named))  # once more: a place in title or organisation counts twice
    return counts


def _numbers(wanted: str) -> str:
    # One text of all numbers costs a seventh of as many rows.
    with connection.cursor() as cursor:
        cursor.execute("SELECT group_concat(rowid) FROM search_text(%s)", [wanted])
        (numbers,) = cursor.fetchone()
    return numbers or ""


def _ways(concept: Concept) -> list[str]:
    """Return a concept in FTS5's own language, way by way."""
    ways = [f'"{form}"' for form in single(concept)]
    ways.extend(f'"{" ".join(way)}"' for way in concept.ways if len(way) > 1)
    if concept.begun:
        ways.append(f'"{concept.words[-1]}" *')
    return ways
