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
from itertools import compress

from django.db import connection

from fairway.rules.ranking import breadth

AUDIENCE = "audience"

FEW_VALUES = 64
"""Up to so many values are counted bit by bit; more by looking at each entry's own."""

MOST_KEPT = 512
"""How many words' bits are kept until the next change; each takes a bit an entry."""

_ONES = bytes.maketrans(b"01", bytes((0, 1)))


class Told:
    """By an entry's number, its values of a facet: each set of values has a number of its own.

    Sets that were met stay, so that a later snapshot shares them and copies numbers alone.
    """

    def __init__(self, sets: list[tuple[str, ...]], known: dict[tuple[str, ...], int]) -> None:
        self._sets = sets
        self._known = known
        self._each = array("I")

    @classmethod
    def nothing(cls) -> "Told":
        """Return what is told of no entry."""
        return cls([()], {(): 0})

    def longer(self, size: int) -> "Told":
        """Return a copy for as many entries; those that are added have no values."""
        after = Told(self._sets, self._known)
        after._each = self._each[:]
        after._each.frombytes(bytes(after._each.itemsize * (size - len(after._each))))
        return after

    def change(self, number: int, values: Iterable[str]) -> set[str]:
        """Set an entry's values; return those that it gained or lost."""
        after = tuple(values)
        code = self._known.get(after)
        if code is None:
            after = tuple(map(sys.intern, after))
            code = self._known[after] = len(self._sets)
            self._sets.append(after)
        before, self._each[number] = self._each[number], code
        return {*self._sets[before]} ^ {*after} if before != code else set()

    def counted(self, marks: bytes) -> Mapping[str, int]:
        """Return how many of the marked entries have each value."""
        counts: dict[str, int] = {}
        for code, count in Counter(compress(self._each, marks)).items():
            for value in self._sets[code]:
                counts[value] = counts.get(value, 0) + count
        return counts


class Snapshot:
    """The bits of every value of every facet, as of one change."""

    def __init__(
        self,
        seen: int = 0,
        highest: int = 0,
        values: Mapping[str, Mapping[str, int]] | None = None,
        told: Mapping[str, Told] | None = None,
        breadths: Sequence[float] = (),
    ) -> None:
        self.seen = seen
        self.highest = highest
        self.values = {} if values is None else values
        self.told = {} if told is None else told
        self.breadths = breadths
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
        return self.told[facet].counted(marks)


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
        cursor.execute(  # by the change alone: asked for numbers too, SQLite reads every entry
            "SELECT id, audience, facets, norm FROM search_entry WHERE changed > %s", [before.seen]
        )
        rows = (row for row in cursor if row[0] <= highest)
        return _changed(before, rows, seen, highest)


def _values(audience: str, facets: str) -> dict[str, Sequence[str]]:
    """Return the values of a row; one that nobody may know of (any more) has none."""
    return {**json.loads(facets), AUDIENCE: [audience]} if audience else {}


def _changed(
    before: Snapshot, rows: Iterable[tuple[int, str, str, float]], seen: int, highest: int
) -> Snapshot:
    """Return the bits after some rows changed: what an entry gains or loses is turned over."""
    told = {facet: each.longer(highest + 1) for facet, each in before.told.items()}
    breadths = array("d", before.breadths)
    breadths.frombytes(bytes(breadths.itemsize * (highest + 1 - len(breadths))))
    turned: dict[str, dict[str, list[int]]] = {}
    for number, audience, facets, norm in rows:
        breadths[number] = breadth(norm)
        found = _values(audience, facets)
        for facet in found.keys() | told.keys():
            if facet not in told:
                told[facet] = Told.nothing().longer(highest + 1)
            for value in told[facet].change(number, found.get(facet, ())):
                turned.setdefault(facet, {}).setdefault(value, []).append(number)
    values = {facet: dict(each) for facet, each in before.values.items()}
    after_all = Snapshot(seen, highest, values, told, breadths)
    for facet, moved in turned.items():
        held = values.setdefault(facet, {})
        for value, those in moved.items():
            held[value] = held.get(value, 0) ^ after_all.bits(those)
            if not held[value]:
                del held[value]
    return after_all
