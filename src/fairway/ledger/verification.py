"""Re-computing the record from its first entry to its signed heads."""

from typing import Any

from django.db.utils import DatabaseError, OperationalError

from fairway.ledger import tables
from fairway.ledger.checkpoints import Head, Mirror, Signer
from fairway.nouns.events import Verification
from fairway.rules.ledger import GENESIS, Kept, check

STRETCH = 5_000  # entries that are in memory at once


class _BadRecordError(Exception):
    """A record that does not verify: its sequence, None for none in particular, and why."""

    def __init__(self, sequence: int | None, reason: str) -> None:
        super().__init__(reason)
        self.sequence = sequence
        self.reason = reason


def verify(signer: Signer, mirror: Mirror | None) -> Verification:
    """Check every entry, every row that it is found by, and the signed heads.

    The file is read before the database, which is never behind it; entries that are added
    meanwhile are left for the next time. Without `mirror` the file is left out.
    """
    reflected = mirror.read() if mirror is not None else None
    end = _end()
    try:
        _check_chain(end.size, reflected)
        _check_strays()
        _check_head(signer, end.signed, end, "the signed head in the database")
        if mirror is not None:
            _check_head(signer, reflected, end, "the signed head in the file beside it")
        if end.signed is not None and end.signed.size != end.size:
            raise _BadRecordError(end.size, "it came after the signed head")
    except _BadRecordError as bad:
        return Verification(end.size, False, end.hash, bad.sequence, bad.reason)
    return Verification(end.size, True, end.hash)


def _end() -> tables.End:
    try:
        return tables.end(GENESIS)
    except OperationalError as error:
        if "decode" not in str(error):
            raise
        size = tables.bounds()[0][1]  # the last hash or the head is no text any more
        return tables.End(None, size or 0, "")


def _check_chain(size: int, reflected: Head | None) -> None:
    sequence, previous = 1, GENESIS
    for after in range(0, size, STRETCH):
        for kept, products in _stretch(after, min(after + STRETCH, size)):
            if reason := check(kept, sequence, previous) or _check_products(kept, products):
                raise _BadRecordError(sequence, reason)
            if reflected is not None and sequence == reflected.size and kept.hash != reflected.head:
                raise _BadRecordError(sequence, "it is not the entry whose hash was signed")
            sequence, previous = sequence + 1, kept.hash
        if sequence <= min(after + STRETCH, size):
            raise _BadRecordError(sequence, "it is missing")


def _stretch(after: int, until: int) -> list[tuple[Kept, list[Any]]]:
    """Read a stretch. What the database cannot give back as it was written is found here."""
    try:
        return list(tables.kept(after, until))
    except (DatabaseError, UnicodeError, TypeError) as error:
        if isinstance(error, OperationalError) and "decode" not in str(error):
            raise  # the database does not answer, which says nothing about the record
        if until - after > 1:
            middle = (after + until) // 2
            return _stretch(after, middle) + _stretch(middle, until)
        raise _BadRecordError(until, "it cannot be read") from error


def _check_products(kept: Kept, products: list[Any]) -> str:
    facets = kept.facets
    for _, *beside in products:
        if beside != [facets.at, facets.actor, facets.purpose, facets.rows]:
            return "a product's row beside it is not what its body says"
    return ""


def _check_strays() -> None:
    """Look for rows that no entry stands behind."""
    (lowest, highest), *others = tables.bounds()
    if lowest is not None and lowest < 1:
        raise _BadRecordError(lowest, "its place is not a place")
    for low, high in others:
        if low is not None and (low < 1 or highest is None or high > highest):
            stray = low if low < 1 else high
            raise _BadRecordError(stray, "a row names an entry that does not exist")


def _check_head(signer: Signer, signed: Head | None, end: tables.End, name: str) -> None:
    if signed is None:
        raise _BadRecordError(None, f"{name} is missing or damaged")
    if not signer.holds(signed):
        raise _BadRecordError(None, f"{name} was not signed by this node")
    if signed.size > end.size:
        raise _BadRecordError(end.size + 1, f"it is missing: {name} counts {signed.size}")
    if signed.size == end.size and signed.head != end.hash:
        raise _BadRecordError(end.size or None, f"it is not what {name} ends with")
