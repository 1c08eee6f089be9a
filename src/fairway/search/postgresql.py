"""Documents in PostgreSQL's own text search: as written, and by the stems of English."""

from typing import Any

from django.db import connection

from fairway.search.words import folded

_WEIGHED = " || ".join(
    f"setweight(to_tsvector('{language}', %s), '{weight}')"
    for weight in ("A", "B", "C", "C", "D")
    for language in ("simple", "english")
)
_PUT = f"""INSERT INTO search_product
    (product, title, domain, access, description, text, words)
    VALUES (%s, %s, %s, %s, %s, %s, {_WEIGHED})
    ON CONFLICT (product) DO UPDATE SET title = excluded.title, domain = excluded.domain,
        access = excluded.access, description = excluded.description,
        text = excluded.text, words = excluded.words"""  # noqa: S608  of our own words alone
_QUERY = "(to_tsquery('simple', %s) || to_tsquery('english', %s))"
_COUNT = f"SELECT COUNT(*) FROM search_product WHERE words @@ {_QUERY}"  # noqa: S608
_FIND = f"""SELECT product, title, domain, access,
        ts_headline('english', text, {_QUERY},
            'StartSel="", StopSel="", MaxWords=24, MinWords=12, MaxFragments=1'),
        description
    FROM search_product WHERE words @@ {_QUERY}
    ORDER BY ts_rank('{{0.1, 0.2, 0.4, 1.0}}', words, {_QUERY}) DESC, title, product
    LIMIT %s OFFSET %s"""  # noqa: S608


def put(document: Any) -> None:
    """Add a document, or replace the one of its product."""
    texts = (
        document.title,
        document.description,
        document.columns,
        document.domain_text,
        document.owner,
    )
    # letters and digits alone, else the parser keeps words with dots and hyphens in one piece
    twice = [_spaced(folded(text)) for text in texts for _ in ("simple", "english")]
    with connection.cursor() as cursor:
        cursor.execute(
            _PUT,
            [
                document.product,
                document.title,
                document.domain,
                document.access,
                document.description,
                "\n".join(texts[1:]),
                *twice,
            ],
        )


def find(wanted: list[str], limit: int, offset: int) -> tuple[int, list[Any]]:
    """Return how many documents match, and a page of rows, best first."""
    with connection.cursor() as cursor:
        if not wanted:
            cursor.execute("SELECT COUNT(*) FROM search_product")
            (total,) = cursor.fetchone()
            cursor.execute(
                """SELECT product, title, domain, access, '', description FROM search_product
                ORDER BY title, product LIMIT %s OFFSET %s""",
                [limit, offset],
            )
            return total, list(cursor.fetchall())
        each = " | ".join(wanted)
        asked = [f"{each} | {wanted[-1]}:*", each]
        cursor.execute(_COUNT, asked)
        (total,) = cursor.fetchone()
        cursor.execute(_FIND, [*asked, *asked, *asked, limit, offset])
        return total, list(cursor.fetchall())


def _spaced(text: str) -> str:
    return "".join(c if c.isalnum() else " " for c in text)
