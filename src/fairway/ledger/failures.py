"""What the record says when it cannot be relied on, or its database does not answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError

from fairway.nouns.errors import Unavailable

log = logging.getLogger("fairway.ledger")


def broken() -> Unavailable:
    """Return the error of a record that was changed."""
    return Unavailable(
        "ledger.broken",
        "The record does not fit its signed head, so it cannot be relied on.",
        remedy="Run `fairway audit verify`, and call the administrator.",
    )


@contextmanager
def whole() -> Iterator[None]:
    """Turn a part of the tree that is missing into `Unavailable`."""
    try:
        yield
    except LookupError:
        raise broken() from None


@contextmanager
def answering() -> Iterator[None]:
    """Turn the database's errors into `Unavailable`; their text may hold values."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        log.warning("the record's database failed: %s", type(error.__cause__).__name__)
        raise Unavailable(
            "ledger.unavailable", "The record does not answer; nothing was done. Try again."
        ) from error
