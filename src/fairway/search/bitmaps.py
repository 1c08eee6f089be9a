"""Which entries have which values, as bits: counted in microseconds, fresh on every search.

A bit is an entry's number. The table's own counter of changes says what a process has not yet seen,
so what one process writes the next search of any other finds.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress

from django.db import connection

MANY_CHANGES = 64
AUDIENCE = "audience"


FEW_VALUES = 64
"""Up to so many values are counted bit by bit; more by looking at each entry's own."""

_ONES = bytes.maketrans(b"01", bytes((0, 1)))

Told = Sequence[tuple[str, ...]]
"""By an entry's number, its values of a facet."""


class Snapshot:
    """The bits of every value of every facet, as of one change."""

    def __init__(
        self,
        seen: int = 0,
        highest: int = 0,
        values: Mapping[str, Mapping[str, int]] | None = None,
        told: Mapping[str, Told] | None = None,
    ) -> None:
        self.seen = seen
        self.highest = highest
        self.values = values or {}
        self.told = told or {}

    def having(self, facet: str, wanted: Iterable[str] | None) -> int:
        """Return the entries that have any of these values, any value at all for None."""
        held = self.values.get(facet, {})
        bits = 0
        for value in held if wanted is None else wanted:
            bits |= held.get(value, 0)
        return bits

    def bits(self, numbers: Iterable[int]) -> int:
        """Return entries' numbers as bits."""
        held = bytearray(b"0") * (self.highest + 1)
        highest = self.highest
        for number in numbers:
            if number <= highest:
                held[highest - number] = 49  # a one, in the writing of a number by twos
        return int(held, 2)

    def counted(self, facet: str, entries: int) -> Mapping[str, int]:
        """Return how many of some entries have each value of a facet."""
        values = self.values.get(facet, {})
        if len(values) <= FEW_VALUES:
            return {value: (held & entries).bit_count() for value, held in values.items()}
        marks = f"{entries:b}".encode()[::-1].translate(_ONES)
        return Counter(chain.from_iterable(compress(self.told[facet], marks)))


class Bitmaps:
    """The bits of one node's entries."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot = Snapshot()

    def current(self) -> Snapshot:
        """Return the bits as the database now has them."""
        if connection.in_atomic_block:  # what is not committed may vanish: nothing of it is kept
            return _refreshed(Snapshot())
        with self._lock:
            self._snapshot = _refreshed(self._snapshot)
            return self._snapshot


def _refreshed(before: Snapshot) -> Snapshot:
    with connection.cursor() as cursor:
        cursor.execute(  # each from an index of its own
            "SELECT (SELECT MAX(changed) FROM search_entry), (SELECT MAX(id) FROM search_entry)"
        )
        seen, highest = cursor.fetchone()
        if seen is None:
            return Snapshot()
        if seen == before.seen:
            return before
        cursor.execute(
            "SELECT id, audience, facets FROM search_entry WHERE changed > %s", [before.seen]
        )
        changed = cursor.fetchall()
    if before.seen and len(changed) <= MANY_CHANGES:
        return _changed(before, changed, seen, highest)
    if before.seen:
        return _refreshed(Snapshot())
    return _built(changed, seen, highest)


def _told(audience: str, facets: str) -> dict[str, Sequence[str]]:
    """Return the values of a row; one that nobody may know of (any more) has none."""
    return {**json.loads(facets), AUDIENCE: [audience]} if audience else {}


def _built(rows: Iterable[tuple[int, str, str]], seen: int, highest: int) -> Snapshot:
    held: dict[str, dict[str, list[int]]] = {}
    told: dict[str, list[tuple[str, ...]]] = {}
    for number, audience, facets in rows:
        for facet, found in _told(audience, facets).items():
            kept = tuple(map(sys.intern, found))
            if facet not in told:
                told[facet] = [()] * (highest + 1)
            told[facet][number] = kept
            each = held.setdefault(facet, {})
            for value in kept:
                each.setdefault(value, []).append(number)
    empty = Snapshot(seen, highest)
    values = {
        facet: {value: empty.bits(numbers) for value, numbers in each.items()}
        for facet, each in held.items()
    }
    return Snapshot(seen, highest, values, told)


def _changed(
    before: Snapshot, rows: Sequence[tuple[int, str, str]], seen: int, highest: int
) -> Snapshot:
    values = {facet: dict(each) for facet, each in before.values.items()}
    more: list[tuple[str, ...]] = [()] * (highest - before.highest)
    told = {facet: [*each, *more] for facet, each in before.told.items()}
    for number, audience, facets in rows:
        bit = 1 << number
        for facet, each in told.items():
            for value in each[number]:
                values[facet][value] ^= bit
                if not values[facet][value]:
                    del values[facet][value]
            each[number] = ()
        for facet, found in _told(audience, facets).items():
            if facet not in told:
                told[facet] = [()] * (highest + 1)
            told[facet][number] = tuple(found)
            held = values.setdefault(facet, {})
            for value in found:
                held[value] = held.get(value, 0) | bit
    return Snapshot(seen, highest, values, told)
