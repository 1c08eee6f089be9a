"""Cursors of a feed: how far somebody has followed, and whether that is still known."""

from fairway.nouns.errors import BadInput

LONGEST_CURSOR = 60


def cursor(name: str, position: int) -> str:
    """Return a cursor as it is given out: the feed's name and a position in it."""
    return f"{name or 'new'}.{position}"


def position(given: str, name: str, last: int) -> int | None:
    """Return the position that a cursor stands for, None where it is one of another feed.

    A position beyond the end is one of another feed too: the database was put back since. Raises
    `BadInput` for what is no cursor.
    """
    if not given:
        return None
    feed, _, number = given.rpartition(".")
    if not (feed and number.isascii() and number.isdigit() and len(given) <= LONGEST_CURSOR):
        raise BadInput(
            "feed.bad_cursor",
            "This is no cursor of a feed.",
            remedy="Leave it out to begin anew, or send one as it was given.",
            field="after",
        )
    here = int(number)
    return here if feed == (name or "new") and here <= last else None
