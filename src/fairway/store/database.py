"""Transactions, and what the database's own errors mean to a user."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection, models, transaction
from django.db.utils import DatabaseError, DataError, IntegrityError, InterfaceError

from fairway.nouns.errors import BadInput, Conflict, Unavailable

P = ParamSpec("P")
R = TypeVar("R")
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


def storable(text: str) -> str:
    """Return a text with a mark in place of every character that no database keeps."""
    return _UNSTORABLE.sub("\ufffd", text)


def only(found: Iterable[R]) -> R | None:
    """Return the first of what was found, or None."""
    return next(iter(found), None)
