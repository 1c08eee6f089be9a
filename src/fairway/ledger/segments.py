"""The SQL of the tree: its segments of entries, its nodes and its head, and the writers' lock.

A segment holds entries that were written together: their leaves, 41 bytes each, and their salts
and bodies. Leaves never change. Bodies only ever become less, when one is erased or all are moved.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from fairway.rules.ledger import LEAF
from fairway.rules.merkle import Edge, Node, unpacked

SEQUENCER = 0x6C6564676572  # PostgreSQL's advisory lock that whoever grows the tree queues for
INDEXER = SEQUENCER + 1  # and that of whoever adds to the index; taken after the other, if both are
MOST = 256  # entries in one segment


class Segment(NamedTuple):
    """Entries that lie together: the index of the first, their number, leaves and bodies."""

    first: int
    width: int
    leaves: bytes
    bodies: bytes

    @property
    def end(self) -> int:
        """The index after the last."""
        return self.first + self.width

    def leaf(self, index: int) -> bytes:
        """Return the entry of a leaf."""
        place = (index - self.first) * LEAF
        return self.leaves[place : place + LEAF]


class Held(NamedTuple):
    """The end of the record as it lies there: what its head says, and what else tells of it."""

    size: int
    edge: bytes
    note: str
    end: int
    indexed: int

    def tree(self) -> Edge | None:
        """Return the edge of the tree, None when it is not one."""
        try:
            return unpacked(self.size, self.edge)
        except ValueError:
            return None


def lock() -> None:
    """Queue for the one place at the end of the record; held until the transaction ends.

    SQLite's transactions are IMMEDIATE: whoever is in one has the place already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER])


def lock_index(*, wait: bool = True) -> bool:
    """Queue for adding to the index, until the transaction ends; say whether the place was got.

    Who only indexes does not hold up who grows the tree, and takes nothing else after this. Who
    grows the tree does not `wait`. On SQLite one transaction writes at a time anyway.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if not wait:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [INDEXER])
            return bool(cursor.fetchone()[0])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INDEXER])
        return True


def unsynced() -> None:
    """Let the open transaction, which only indexes, end before the disk has it.

    A server that dies may lose the last of the index with it, never an entry: what the index then
    lags by is indexed again.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")


def held() -> Held | None:
    """Return the end of the record, in one look; None when it has no head."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT h.size, h.edge, h.note, s.first + s.width, i.size FROM ledger_head h
            LEFT JOIN ledger_index i ON i.id = h.id
            LEFT JOIN ledger_segment s ON s.first = (SELECT MAX(first) FROM ledger_segment)
            WHERE h.id = 1"""
        )
        row = cursor.fetchone()
    if row is None:
        return None
    size, edge, note, end, indexed = row
    return Held(size, bytes(edge), note, end or 0, indexed or 0)


def put_head(edge: Edge, note: str, *, first: bool = False) -> None:
    """Write the signed head."""
    with connection.cursor() as cursor:
        if first:
            sql = "INSERT INTO ledger_head (size, edge, note, id) VALUES (%s, %s, %s, 1)"
            cursor.execute(sql, [edge.size, edge.packed(), note])
            cursor.execute("INSERT INTO ledger_index (id, size, peak, late) VALUES (1, 0, %s, 0)",
                           [-(2**62)])  # fmt: skip
        else:
            sql = "UPDATE ledger_head SET size = %s, edge = %s, note = %s WHERE id = 1"
            cursor.execute(sql, [edge.size, edge.packed(), note])


def insert(segments: Sequence[Segment], nodes: Sequence[Node]) -> None:
    """Write segments, which follow the last one, and the nodes that they made whole."""
    with connection.cursor() as cursor:
        sql = "INSERT INTO ledger_segment (first, width, leaves, bodies) VALUES (%s, %s, %s, %s)"
        for segment in segments:
            cursor.execute(sql, segment)
        for node in nodes:
            cursor.execute("INSERT INTO ledger_node (level, place, hash) VALUES (%s, %s, %s)", node)


def from_index(first: int, most: int, *, end: int = 2**62, bodies: bool = True) -> list[Segment]:
    """Return segments from the one that holds an index on, so many at the most.

    Those that begin at the end or after it are left out.
    """
    columns = "first, width, leaves, bodies" if bodies else "first, width, leaves"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ledger_segment WHERE first >= COALESCE("  # nosec B608 # noqa: S608 - ours
            "(SELECT MAX(first) FROM ledger_segment WHERE first <= %s), 0)"
            " AND first < %s ORDER BY first LIMIT %s",
            [first, end, most],
        )
        rows = cursor.fetchall()
    return [
        Segment(at, width, bytes(leaves), bytes(rest[0]) if rest else b"")
        for at, width, leaves, *rest in rows
    ]


def leaves(first: int, count: int) -> Iterator[bytes]:
    """Yield the entries of leaves from an index on. Raises `LookupError` where one is missing."""
    wanted, end = first, first + count
    while wanted < end:
        found = from_index(wanted, 16, bodies=False)
        if not found or not found[0].first <= wanted < found[0].end:
            raise LookupError("a leaf is missing")
        for segment in found:
            if segment.first > wanted or len(segment.leaves) != LEAF * segment.width:
                raise LookupError("a leaf is missing")
            for index in range(wanted, min(segment.end, end)):
                yield segment.leaf(index)
            wanted = min(segment.end, end)
            if wanted == end:
                break


def nodes(level: int, place: int, count: int) -> list[bytes]:
    """Return hashes of a level above the leaves. Raises `LookupError` where one is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hash FROM ledger_node WHERE level = %s AND place >= %s AND place < %s"
            " ORDER BY place",
            [level, place, place + count],
        )
        found = [bytes(row[0]) for row in cursor.fetchall()]
    if len(found) != count:
        raise LookupError("a node is missing")
    return found


def every_node() -> Iterator[Node]:
    """Yield the nodes as they lie there, level by level."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, place, hash FROM ledger_node ORDER BY level, place")
        while rows := cursor.fetchmany(5_000):
            yield from (Node(level, place, bytes(found)) for level, place, found in rows)


def holding(index: int) -> Segment:
    """Return the segment that holds an entry. Raises `LookupError` when none does."""
    found = from_index(index, 1) if index >= 0 else []
    if not found or not found[0].first <= index < found[0].end:
        raise LookupError("an entry is missing")
    return found[0]


def shrink(first: int, bodies: bytes) -> None:
    """Write the bodies of a segment anew, which have become less."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_segment SET bodies = %s WHERE first = %s", [bodies, first])


def resident() -> Iterator[Segment]:
    """Yield the segments whose bodies are in the database and in the index, without the bodies."""
    after = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT first, width, leaves FROM ledger_segment WHERE first > %s"
                " AND length(bodies) > 0"
                " AND first + width <= (SELECT size FROM ledger_index WHERE id = 1)"
                " ORDER BY first LIMIT 1000",
                [after],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for first, width, leaves in rows:
            yield Segment(first, width, bytes(leaves), b"")
        after = rows[-1][0]


def let_go(lengths: Mapping[int, int]) -> int:
    """Empty the bodies of segments that are as long as they were; return how many entries it was.

    Those that became less meanwhile stay. In the open transaction.
    """
    lock()
    entries = 0
    with connection.cursor() as cursor:
        for first, length in lengths.items():
            cursor.execute(
                "UPDATE ledger_segment SET bodies = %s WHERE first = %s AND length(bodies) = %s"
                " RETURNING width",
                [b"", first, length],
            )
            entries += sum(row[0] for row in cursor.fetchall())
    return entries


def erased(first: int = 0, end: int = 2**62) -> set[int]:
    """Return the sequences of erased entries from an index up to another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequence FROM ledger_erased WHERE sequence > %s AND sequence <= %s",
            [first, end],
        )
        return {row[0] for row in cursor.fetchall()}


def note_erased(sequence: int, at: int) -> None:
    """Keep that a body was erased, which frees the rows that it was found by."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_erased (sequence, at) VALUES (%s, %s)", [sequence, at])
