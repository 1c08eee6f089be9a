"""Documents in SQLite's FTS5."""

from typing import Any

from django.db import connection

from fairway.search.words import forms

# Tried on a public collection of 6,209 datasets and 297 judged searches: heavy titles rank worse
# than these, and other forms of a word only help when they count for far less than the word.
_RANK = "bm25(search_words, 2.0, 1.0, 0.5, 0.5, 0.3)"
_LOOSE = 0.1


def put(document: Any) -> None:
    """Add a document, or replace the one of its product."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO search_product (product, title, domain, access) VALUES (%s, %s, %s, %s)
            ON CONFLICT (product) DO UPDATE SET
                title = excluded.title, domain = excluded.domain, access = excluded.access
            RETURNING id""",
            [document.product, document.title, document.domain, document.access],
        )
        (row,) = cursor.fetchone()
        cursor.execute("DELETE FROM search_words WHERE rowid = %s", [row])
        cursor.execute(
            """INSERT INTO search_words (rowid, title, description, columns, domain, owner)
            VALUES (%s, %s, %s, %s, %s, %s)""",
            [
                row,
                document.title,
                document.description,
                document.columns,
                document.domain_text,
                document.owner,
            ],
        )


def browse(limit: int, offset: int) -> tuple[int, list[Any]]:
    """Return how many documents there are, and a page of rows by title."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM search_product")
        (total,) = cursor.fetchone()
        cursor.execute(
            """SELECT p.product, p.title, p.domain, p.access, '', w.description
            FROM search_product p JOIN search_words w ON w.rowid = p.id
            ORDER BY p.title, p.product LIMIT %s OFFSET %s""",
            [limit, offset],
        )
        return total, list(cursor.fetchall())


def find(wanted: list[str], limit: int, offset: int) -> tuple[int, list[Any]]:
    """Return how many documents match, and a page of rows, best first."""
    exact = " OR ".join(f'"{word}"' for word in wanted)
    others = [f'"{form}"' for word in wanted for form in forms(word)]
    loose = " OR ".join([*others, f'"{wanted[-1]}" *'])
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM search_words WHERE search_words MATCH %s", [loose])
        (total,) = cursor.fetchone()
        cursor.execute(_PAGE, [exact, loose, limit, offset])
        page = {row[0]: row[1:] for row in cursor.fetchall()}
        rows = ", ".join(str(int(row)) for row in page)
        cursor.execute(_PIECES + f"({rows})", [loose])
        pieces = {row: piece for row, *piece in cursor.fetchall()}
        return total, [(*found, *pieces[row]) for row, found in page.items()]


_PAGE = f"""WITH
    exact AS (SELECT rowid, {_RANK} AS score FROM search_words WHERE search_words MATCH %s),
    loose AS (SELECT rowid, {_RANK} AS score FROM search_words WHERE search_words MATCH %s)
    SELECT p.id, p.product, p.title, p.domain, p.access
    FROM loose JOIN search_product p ON p.id = loose.rowid
    LEFT JOIN exact ON exact.rowid = loose.rowid
    ORDER BY COALESCE(exact.score, 0) + {_LOOSE} * loose.score, p.title, p.product
    LIMIT %s OFFSET %s"""  # noqa: S608  of our own words alone
_PIECES = """SELECT rowid, snippet(search_words, -1, '', '', '…', 24), description
    FROM search_words WHERE search_words MATCH %s AND rowid IN """
