"""Which entries have which values, as bits: counted in microseconds, fresh on every search.

A bit is an entry's number. The table's own counter of changes says what a process has not yet seen,
so what one process writes the next search of any other finds.
"""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

MANY_CHANGES = 64
AUDIENCE = "audience"


class Snapshot:
    """The bits of every value of every facet, as of one change."""

    def __init__(self, seen: int, highest: int, values: Mapping[str, Mapping[str, int]]) -> None:
        self.seen = seen
        self.highest = highest
        self.values = values

    def having(self, facet: str, wanted: Iterable[str] | None) -> int:
        """Return the entries that have any of these values, any value at all for None."""
        held = self.values.get(facet, {})
        bits = 0
        for value in held if wanted is None else wanted:
            bits |= held.get(value, 0)
        return bits

    def bits(self, numbers: Iterable[int]) -> int:
        """Return entries' numbers as bits."""
        held = bytearray(self.highest // 8 + 1)
        for number in numbers:
            if number <= self.highest:
                held[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(held, "little")


class Bitmaps:
    """The bits of one node's entries."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot = Snapshot(0, 0, {})

    def current(self) -> Snapshot:
        """Return the bits as the database now has them."""
        if connection.in_atomic_block:  # what is not committed may vanish: nothing of it is kept
            return _refreshed(Snapshot(0, 0, {}))
        with self._lock:
            self._snapshot = _refreshed(self._snapshot)
            return self._snapshot


def _refreshed(before: Snapshot) -> Snapshot:
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(changed), MAX(id) FROM search_entry")
        seen, highest = cursor.fetchone()
        if seen is None:
            return Snapshot(0, 0, {})
        if seen == before.seen:
            return before
        cursor.execute(
            "SELECT id, audience, facets FROM search_entry WHERE changed > %s", [before.seen]
        )
        changed = cursor.fetchall()
    if before.seen and len(changed) <= MANY_CHANGES:
        return Snapshot(seen, highest, _changed(before.values, changed))
    if before.seen:
        return _refreshed(Snapshot(0, 0, {}))
    return Snapshot(seen, highest, _built(changed, highest))


def _told(audience: str, facets: str) -> dict[str, Sequence[str]]:
    """Return the values of a row; one that nobody may know of (any more) has none."""
    return {**json.loads(facets), AUDIENCE: [audience]} if audience else {}


def _built(rows: Iterable[tuple[int, str, str]], highest: int) -> dict[str, dict[str, int]]:
    size = highest // 8 + 1
    held: dict[str, dict[str, bytearray | list[int]]] = {}
    for number, audience, facets in rows:
        for facet, values in _told(audience, facets).items():
            each = held.setdefault(facet, {})
            for value in values:
                numbers = each.setdefault(value, [])
                if isinstance(numbers, list):
                    numbers.append(number)
                    if len(numbers) * 8 > size:  # a value of many entries takes less as bits
                        each[value] = _filled(numbers, size)
                else:
                    numbers[number >> 3] |= 1 << (number & 7)
    return {
        facet: {
            value: int.from_bytes(_filled(n, size) if isinstance(n, list) else n, "little")
            for value, n in each.items()
        }
        for facet, each in held.items()
    }


def _filled(numbers: Iterable[int], size: int) -> bytearray:
    held = bytearray(size)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return held


def _changed(
    before: Mapping[str, Mapping[str, int]], rows: Iterable[tuple[int, str, str]]
) -> dict[str, dict[str, int]]:
    after = {facet: dict(values) for facet, values in before.items()}
    for number, audience, facets in rows:
        bit = 1 << number
        for values in after.values():
            for value in [v for v, bits in values.items() if bits & bit]:
                values[value] ^= bit
                if not values[value]:
                    del values[value]
        for facet, told in _told(audience, facets).items():
            each = after.setdefault(facet, {})
            for value in told:
                each[value] = each.get(value, 0) | bit
    return after
