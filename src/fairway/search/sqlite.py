"""Documents in SQLite's FTS5."""

from typing import Any

from django.db import connection

from fairway.search.words import forms


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


def find(wanted: list[str], limit: int, offset: int) -> tuple[int, list[Any]]:
    """Return how many documents match, and a page of rows, best first."""
    with connection.cursor() as cursor:
        if not wanted:
            cursor.execute("SELECT COUNT(*) FROM search_product")
            (total,) = cursor.fetchone()
            cursor.execute(
                """SELECT p.product, p.title, p.domain, p.access, '', w.description
                FROM search_product p JOIN search_words w ON w.rowid = p.id
                ORDER BY p.title, p.product LIMIT %s OFFSET %s""",
                [limit, offset],
            )
            return total, list(cursor.fetchall())
        match = _match(wanted)
        cursor.execute("SELECT COUNT(*) FROM search_words WHERE search_words MATCH %s", [match])
        (total,) = cursor.fetchone()
        cursor.execute(
            """SELECT p.product, p.title, p.domain, p.access,
                snippet(search_words, -1, '', '', '…', 24), w.description
            FROM search_words w JOIN search_product p ON p.id = w.rowid
            WHERE search_words MATCH %s
            ORDER BY bm25(search_words, 10, 4, 2, 2, 1), p.title, p.product LIMIT %s OFFSET %s""",
            [match, limit, offset],
        )
        return total, list(cursor.fetchall())


def _match(wanted: list[str]) -> str:
    """Return the query in FTS5's own language: any of the words, the last as a beginning."""
    terms = [f'"{form}"' for word in wanted for form in forms(word)]
    return " OR ".join([*terms, f'"{wanted[-1]}" *'])
