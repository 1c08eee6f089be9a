"""Which entries have which values, as bits: counted in microseconds, fresh on every search.

A bit is an entry's number. The table's own counter of changes says what a process has not yet seen,
so what one process writes the next search of any other finds.
"""

import json
import sys
import threading
from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain, compress

from django.db import connection

AUDIENCE = "audience"

FEW_VALUES = 64
"""Up to so many values are counted bit by bit; more by looking at each entry's own."""

MOST_KEPT = 512
"""How many words' bits are kept until the next change; each takes a bit an entry."""

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
        norms: Sequence[float] = (),
    ) -> None:
        self.seen = seen
        self.highest = highest
        self.values = {} if values is None else values
        self.told = {} if told is None else told
        self.norms = norms
        self._kept: dict[Hashable, int] = {}

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

    def kept(self, key: Hashable, find: Callable[[], Iterable[int]]) -> int:
        """Return the bits of what is looked for, found once until the next change."""
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = bits = self.bits(find())
            return bits
        return self._kept[key]

    def counted(self, facet: str, entries: int, marks: bytes) -> Mapping[str, int]:
        """Return how many of some entries have each value of a facet; `marks` are the same."""
        values = self.values.get(facet, {})
        if len(values) <= FEW_VALUES:
            return {value: (held & entries).bit_count() for value, held in values.items()}
        return Counter(chain.from_iterable(compress(self.told[facet], marks)))


def marks(bits: int, width: int = 1) -> bytes:
    """Return bits as bytes, a one for each that is set, the lowest first; `width` at least."""
    return f"{bits:0{width}b}".encode()[::-1].translate(_ONES)


def numbers(bits: int) -> list[int]:
    """Return the numbers of the entries among some bits, the lowest first."""
    held = marks(bits)
    return list(compress(range(len(held)), held))


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
            "SELECT id, audience, facets, norm FROM search_entry WHERE changed > %s AND id <= %s",
            [before.seen, highest],
        )
        return _changed(before, cursor, seen, highest)


def _values(audience: str, facets: str) -> dict[str, Sequence[str]]:
    """Return the values of a row; one that nobody may know of (any more) has none."""
    return {**json.loads(facets), AUDIENCE: [audience]} if audience else {}


def _changed(
    before: Snapshot, rows: Iterable[tuple[int, str, str, float]], seen: int, highest: int
) -> Snapshot:
    """Return the bits after some rows changed: what an entry gains or loses is turned over."""
    more: list[tuple[str, ...]] = [()] * (highest - before.highest if before.seen else highest + 1)
    told = {facet: [*each, *more] for facet, each in before.told.items()}
    norms = array("f", before.norms)
    norms.extend([0.0] * len(more))
    turned: dict[str, dict[str, list[int]]] = {}
    for number, audience, facets, norm in rows:
        norms[number] = norm
        found = _values(audience, facets)
        for facet in found.keys() | told.keys():
            if facet not in told:
                told[facet] = [()] * (highest + 1)
            each = told[facet]
            after = tuple(map(sys.intern, found.get(facet, ())))
            if each[number] != after:
                moved = turned.setdefault(facet, {})
                for value in {*each[number]} ^ {*after}:
                    moved.setdefault(value, []).append(number)
                each[number] = after
    values = {facet: dict(each) for facet, each in before.values.items()}
    after_all = Snapshot(seen, highest, values, told, norms)
    for facet, moved in turned.items():
        held = values.setdefault(facet, {})
        for value, those in moved.items():
            held[value] = held.get(value, 0) ^ after_all.bits(those)
            if not held[value]:
                del held[value]
    return after_all
