"""Transactions, and what the database's own errors mean to a user."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.signals import request_started
from django.db import (
    close_old_connections,
    connection,
    connections,
    models,
    reset_queries,
    transaction,
)
from django.db.utils import DatabaseError, DataError, IntegrityError, InterfaceError

from fairway.nouns.errors import BadInput, Conflict, Unavailable

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)
WRITERS = 0x6661697277  # PostgreSQL's advisory lock that the store's writers queue for
log = logging.getLogger("fairway.store")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@contextmanager
def one_writer(
    within: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[None]:
    """Open a write transaction, and `within` inside it.

    Writers queue here: SQLite by IMMEDIATE, PostgreSQL by a lock.
    """
    with translated(), transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
        with within():
            yield


@contextmanager
def translated() -> Iterator[None]:
    """Turn the database's errors into ours. Their text may hold values, so it is not passed on."""
    try:
        yield
    except IntegrityError as error:
        log.info("refused by the database: %s", type(error.__cause__).__name__)
        raise Conflict("store.exists", "There is already something of that name.") from error
    except DataError as error:
        raise BadInput(
            "store.unstorable", "This has a character or a number that cannot be stored."
        ) from error
    except (DatabaseError, InterfaceError) as error:
        log.warning("the database failed: %s", type(error.__cause__).__name__)
        raise Unavailable("store.unavailable", *_sentence(error)) from error


def _sentence(error: Exception) -> tuple[str]:
    text = str(error).lower()
    if "locked" in text or "lock timeout" in text:
        return ("The store is busy with other writers; nothing was changed. Try again.",)
    if "no such table" in text or "does not exist" in text:
        return ("The store has no tables yet, or those of another version.",)
    return ("The store does not answer; nothing was changed.",)


def reads(method: Callable[P, R]) -> Callable[P, R]:
    """Mark a method that reads: the database's errors come out as ours."""

    @wraps(method)
    def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        with translated():
            return method(*args, **kwargs)

    return reading


class Prepared(Generic[M]):
    """A look-up by texts whose SQL is worked out once: every decision makes a dozen of them.

    Working the SQL of a queryset out takes Django several times as long as the database takes to
    answer. `ask` returns the queryset for some texts; but for these, its SQL is always the same.
    """

    def __init__(self, ask: Callable[..., models.QuerySet[M]]) -> None:
        self._ask = ask
        self._known: dict[str, _Statement[M]] = {}

    def __call__(self, *texts: str) -> list[M]:
        """Return what is found for some texts, in the queryset's order."""
        marks = [f"fairway:text:{place}" for place in range(len(texts))]
        if connection.vendor not in self._known:
            self._known[connection.vendor] = _statement(self._ask(*marks))
        known = self._known[connection.vendor]
        given = [storable(texts[marks.index(v)]) if v in marks else v for v in known.values]
        with connection.cursor() as cursor:
            cursor.execute(known.sql, given)
            rows = [list(row) for row in cursor.fetchall()]
        for place, column in known.converted:
            for convert in _converters(column):
                for row in rows:
                    row[place] = convert(row[place], column, connection)
        return [known.model.from_db(connection.alias, known.names, row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Statement(Generic[M]):
    """A queryset's SQL and values, and the columns of its rows, some of them converted."""

    model: type[M]
    sql: str
    values: tuple[Any, ...]
    names: list[str]
    converted: list[tuple[int, Any]]


def _statement(asked: models.QuerySet[M]) -> _Statement[M]:
    compiler: Any = asked.query.get_compiler(connection=connection)
    sql, values = compiler.as_sql()
    columns = [column for column, _, _ in compiler.select]
    names = [column.target.attname for column in columns]
    converted = [(place, c) for place, c in enumerate(columns) if _converters(c)]
    return _Statement(asked.model, sql, values, names, converted)


def _converters(column: Any) -> list[Any]:
    """Return what makes a column's value of what the database gives: this thread's connection's."""
    own: Any = connection.ops
    return [*own.get_db_converters(column), *column.get_db_converters(connection)]


def writes(method: Callable[P, R]) -> Callable[P, R]:
    """Mark a method that writes, which is a programming error outside a transaction."""

    @wraps(method)
    def writing(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise RuntimeError(f"{method.__qualname__} writes outside Store.transaction()")
        with translated():
            try:
                return method(*args, **kwargs)
            except (DatabaseError, InterfaceError):
                transaction.set_rollback(True)  # whoever catches this cannot commit half of it
                raise

    return writing


class Words(models.TextField):  # type: ignore[type-arg]  # as Django defines it
    """A text as people write it. Some strings no database keeps: NUL and lone surrogates.

    Writing one is refused; looking for one finds nothing.
    """

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Refuse what cannot be kept. Raises `BadInput`."""
        if isinstance(value, str) and storable(value) != value:
            raise BadInput("store.unstorable", "This has a character that cannot be stored.")
        return super().get_db_prep_save(value, connection)

    def get_prep_value(self, value: Any) -> Any:
        """Replace what cannot be kept, for look-ups."""
        prepared = super().get_prep_value(value)
        return storable(prepared) if isinstance(prepared, str) else prepared


def keep_connections(seconds: int) -> None:
    """Let each thread of this process keep its connection for so long.

    Django looks after connections on a way of its own to the thread of a request; where they are
    kept, `renew` does it in the thread instead, before the thread's next work.
    """
    connections.settings["default"]["CONN_MAX_AGE"] = seconds
    for work in (close_old_connections, reset_queries):
        request_started.disconnect(work)


def renew() -> None:
    """Let go of this thread's connection if it is too old, or broken."""
    close_old_connections()


def let_go() -> None:
    """Let go of this thread's connection."""
    connections.close_all()


def storable(text: str) -> str:
    """Return a text with a mark in place of every character that no database keeps."""
    return _UNSTORABLE.sub("\ufffd", text)


def only(found: Iterable[R]) -> R | None:
    """Return the first of what was found, or None."""
    return next(iter(found), None)
