"""The index over products on Django's default connection, in the store's own transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from django.db import connection, transaction
from django.db.utils import DatabaseError, InterfaceError

from fairway.nouns.errors import Unavailable
from fairway.nouns.people import Domain, Person
from fairway.nouns.products import AccessClass, DataProduct, Hit, Hits
from fairway.search import postgresql, sqlite
from fairway.search.words import words as words_of

LONGEST_SNIPPET = 240


class Document(NamedTuple):
    """A product as texts to search in."""

    product: str
    title: str
    domain: str
    access: str
    description: str
    columns: str
    domain_text: str
    owner: str


class Dialect(Protocol):
    """How one database keeps and searches documents. Rows are product, title, domain, access,
    the piece of text that matched, and the description."""

    def put(self, document: Any) -> None: ...
    def browse(self, limit: int, offset: int) -> tuple[int, list[Any]]: ...
    def find(self, wanted: list[str], limit: int, offset: int) -> tuple[int, list[Any]]: ...


class ProductIndex:
    """`verbs.ports.Index` on SQLite's FTS5 or PostgreSQL's text search."""

    def put(self, product: DataProduct, domain: Domain, owner: Person) -> None:
        """Add a product, or replace it. A programming error outside a transaction."""
        if not connection.in_atomic_block:
            raise RuntimeError("the index is written inside Store.transaction()")
        document = Document(
            product=product.id,
            title=product.contract.title,
            domain=product.domain,
            access=product.contract.access.value,
            description=product.contract.description,
            columns=_columns_text(product),
            domain_text=f"{domain.name} {domain.id}",
            owner=f"{owner.name} {owner.id}",
        )
        clean = Document(*(text.replace("\0", " ") for text in document))
        try:
            with _answering():
                _dialect().put(clean)
        except Unavailable:
            transaction.set_rollback(True)
            raise

    def find(self, words: str, *, limit: int, offset: int) -> Hits:
        """Return a page of the products that match, best first; without words, all by title."""
        with _answering():
            page = (max(0, limit), max(0, offset))
            looked_for = words_of(words)
            dialect = _dialect()
            total, rows = dialect.find(looked_for, *page) if looked_for else dialect.browse(*page)
        return Hits(total, tuple(_hit(*row) for row in rows))


def _dialect() -> Dialect:
    return postgresql if connection.vendor == "postgresql" else sqlite


def _columns_text(product: DataProduct) -> str:
    contract = product.contract
    each = (f"{column.name} {column.description}".strip() for column in contract.columns)
    return "; ".join((*each, contract.table, *contract.tags))


def _hit(product: str, title: str, domain: str, access: str, piece: str, description: str) -> Hit:
    told = description if not piece.strip() or piece.strip("…") in title else piece
    short = told if len(told) <= LONGEST_SNIPPET else told[:LONGEST_SNIPPET].rstrip() + "…"
    return Hit(product, title, domain, AccessClass(access), " ".join(short.split()))


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the database's errors into `Unavailable`."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        raise Unavailable("search.unavailable", "The search does not answer. Try again.") from error
