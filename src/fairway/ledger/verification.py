"""Re-computing the record from its first entry to its signed heads."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import zip_longest
from typing import Any

from django.db.utils import DatabaseError, OperationalError

from fairway.ledger import bodies, finding, segments
from fairway.ledger.archive import Archive, ArchiveError, month_of
from fairway.ledger.checkpoints import Mirror, Signer
from fairway.ledger.finding import Indexed
from fairway.ledger.segments import Held, Segment
from fairway.nouns.events import Verification
from fairway.rules import merkle
from fairway.rules.ledger import ERASE, Facets, erasures, held_facets, read_leaf
from fairway.rules.merkle import NOTHING, Edge, Node
from fairway.rules.notes import Head

TOGETHER = 16  # segments that are in memory at once
AGAIN = 2  # times more that a record which grows is looked at before it is called bad


class _BadRecordError(Exception):
    """A record that does not verify: its sequence, None for none in particular, and why."""

    def __init__(self, sequence: int | None, reason: str) -> None:
        super().__init__(reason)
        self.sequence = sequence
        self.reason = reason


def verify(signer: Signer, mirror: Mirror | None, archive: Archive) -> Verification:
    """Check every entry, every row that it is found by, the nodes and the signed heads.

    What is wrong in a record that grew meanwhile is looked at again: an erasure may have come in
    between. Without `mirror` the file is left out.
    """
    before, outcome = _held(), _verify(signer, mirror, archive)
    for _ in range(AGAIN):
        if outcome.intact or _held() == before:
            break
        before, outcome = _held(), _verify(signer, mirror, archive)
    return outcome


def _verify(signer: Signer, mirror: Mirror | None, archive: Archive) -> Verification:
    """Check everything once.

    The file is read before the database, which is never behind it; entries that are added
    meanwhile are left for the next time.
    """
    archive.forget()
    reflected = mirror.read() if mirror is not None else None
    held = _held()
    size = held.size if held else 0
    walk = _Walk(held.indexed if held else 0, archive)
    try:
        heads = _heads(signer, held, reflected, with_mirror=mirror is not None)
        walk.through(size, {head.size: name for name, head in heads.items()})
        for name, head in heads.items():
            if walk.roots.get(head.size) != head.root:
                raise _BadRecordError(walk.suspect, f"the tree over it is not that of {name}")
        if held is None or held.edge != walk.edge.packed():
            raise _BadRecordError(None, "the edge of the tree is not what its entries say")
        walk.check_rest(held)
    except _BadRecordError as bad:
        root = merkle.root(walk.edge).hex()
        return Verification(size, False, root, bad.sequence, bad.reason)
    return Verification(size, True, merkle.root(walk.edge).hex(), erased=len(walk.gone))


def _held() -> Held | None:
    try:
        return segments.held()
    except (OperationalError, UnicodeError, TypeError) as error:
        if isinstance(error, OperationalError) and "decode" not in str(error):
            raise
        return None  # the head is no text any more


def _heads(
    signer: Signer, held: Held | None, reflected: str | None, *, with_mirror: bool
) -> dict[str, Head]:
    """Return the signed heads by what they are called."""
    given = {"the signed head in the database": held.note if held else None}
    if with_mirror:
        given["the signed head in the file beside it"] = reflected
    found: dict[str, Head] = {}
    for name, note in given.items():
        if note is None:
            raise _BadRecordError(None, f"{name} is missing or damaged")
        head = signer.read(note)
        if head is None:
            raise _BadRecordError(None, f"{name} was not signed by this node")
        found[name] = head
    size = held.size if held else 0
    for name, head in found.items():
        if head.size > size:
            raise _BadRecordError(size + 1, f"it is missing: {name} counts {head.size}")
    if found["the signed head in the database"].size != size:
        raise _BadRecordError(size, "it came after the signed head")
    return found


class _Walk:
    """What is known of the record on the way through it."""

    def __init__(self, indexed: int, archive: Archive) -> None:
        self.edge: Edge = NOTHING
        self.roots: dict[int, bytes] = {0: merkle.EMPTY}
        self.nodes: list[Node] = []
        self.gone: set[int] = set()
        self.named: set[int] = set()
        self.suspect: int | None = None
        self._archive = archive
        self._archived: Counter[str] = Counter()
        self._indexed = indexed
        self._state = Indexed(0, finding.LOWEST, 0)
        self._sums: dict[finding.Group, finding.Sums] = {}

    def through(self, size: int, roots: dict[int, str]) -> None:
        """Check every entry in its place, and note the tree's roots at some sizes."""
        while self.edge.size < size:
            found = _read(self.edge.size)
            if not found or found[0].first != self.edge.size:
                raise _BadRecordError(self.edge.size + 1, "it is missing")
            for segment in found:
                if segment.first != self.edge.size:
                    raise _BadRecordError(self.edge.size + 1, "it is missing")
                if segment.width < 1 or segment.end > size:
                    raise _BadRecordError(size + 1, "it came after the signed head")
                self._segment(segment, roots)
                if self.edge.size >= size:
                    break

    def _segment(self, segment: Segment, roots: dict[int, str]) -> None:
        if len(segment.leaves) != segment.width * 41:
            raise _BadRecordError(segment.first + 1, "its leaf is not one")
        leaves = [segment.leaf(index) for index in range(segment.first, segment.end)]
        places = range(segment.first + 1, segment.end + 1)
        where = self._where(segment)
        facets = [
            self._entry(place, leaf, held, where)
            for place, leaf, held in zip(
                places, leaves, _bodies(segment, self._archive), strict=True
            )
        ]
        self._check_index(segment, leaves, facets, where)
        hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
        for size in sorted(s for s in roots if segment.first < s <= segment.end):
            self._grow(hashes[self.edge.size - segment.first : size - segment.first])
            self.roots[size] = merkle.root(self.edge)
        self._grow(hashes[self.edge.size - segment.first :])

    def _grow(self, hashes: list[bytes]) -> None:
        self.edge, nodes = merkle.grow(self.edge, hashes)
        self.nodes += nodes

    def _where(self, segment: Segment) -> str:
        """Return how to name the file that a segment's bodies are in, if they are in one."""
        if segment.bodies:
            return ""
        try:
            month = month_of(segment)
        except ValueError:
            raise _BadRecordError(segment.first + 1, "its leaf is not one") from None
        self._archived[month] += segment.width
        return f", in {self._archive.name(month)}"

    def _entry(
        self, place: int, leaf: bytes, held: tuple[bytes, bytes] | None, where: str
    ) -> Facets | None:
        if held is None:
            self.gone.add(place)
            return None
        try:
            found = held_facets(leaf, *held)
        except ValueError as error:
            raise _BadRecordError(place, f"{error}{where}") from None
        if found.action == ERASE:
            self.named |= erasures(held[1])
        return found

    def _check_index(
        self, segment: Segment, leaves: list[bytes], facets: list[Facets | None], where: str
    ) -> None:
        """Compare the rows that entries are found by with what the entries say."""
        end = min(segment.end, self._indexed)
        if segment.first >= end:
            return
        kept: finding.Rows = _guarded(end, lambda: finding.stretch(segment.first, end))
        said: finding.Rows = {table: [] for table in kept}
        places = range(segment.first + 1, end + 1)
        for place, leaf, found in zip(places, leaves, facets, strict=False):
            self._state = finding.follow(self._state, read_leaf(leaf)[0])
            if found is not None:
                for table, rows in finding.rows_of(place, self._state.peak, found).items():
                    said[table] += rows
        finding.summed(said["product"], self._sums)
        for table, rows in said.items():
            if len(rows) != len(kept[table]) or set(rows) != set(kept[table]):
                column = 0 if table == "entry" else 1
                place = min(row[column] for row in set(rows) ^ set(kept[table]))
                raise _BadRecordError(place, f"its row of {table} is not what its body says{where}")

    def check_rest(self, held: Held) -> None:
        """Look for what no entry stands behind: nodes, rows of the index, bodies that are gone."""
        if missing := sorted(self.gone - self.named):
            reason = "its body is gone, and no erasure of it is on the record"
            raise _BadRecordError(missing[0], reason)
        self._check_archive()
        if held.end != held.size:
            raise _BadRecordError(held.size + 1, "it came after the signed head")
        self._check_nodes(held.size)
        for stray in finding.strays():
            raise _BadRecordError(stray, "a row names an entry that does not exist")
        self._check_sums()
        now = finding.indexed()
        if (
            now.size < self._indexed
            or self._indexed > held.size
            or (now.size == self._state.size and now != self._state)
        ):
            raise _BadRecordError(None, "how far the index reaches is not what its entries say")

    def _check_sums(self) -> None:
        """Compare the uses that were summed up with what the entries say."""
        wrong: list[finding.Group] = _guarded(
            0, lambda: finding.wrong_sums(self._sums, self._indexed)
        )
        for product, *_ in wrong:
            reason = f"the sum of the uses of {product!r} is not what its entries say"
            raise _BadRecordError(None, reason)

    def _check_archive(self) -> None:
        """Look for what is in the archive and should not be. A marked file is not settled yet."""
        for place in sorted(self.named - self.gone):
            with suppress(LookupError):
                if not (segment := segments.holding(place - 1)).bodies:
                    name = self._archive.name(month_of(segment))
                    raise _BadRecordError(place, f"its body was erased, and is back in {name}")
        try:
            counted = self._archive.counted()
        except ArchiveError as error:
            raise _BadRecordError(None, str(error)) from None
        for month, rows in counted.items():
            if rows != self._archived[month] and not self._archive.marked(month):
                reason = f"{self._archive.name(month)} has rows that no entry stands behind"
                raise _BadRecordError(None, reason)

    def _check_nodes(self, size: int) -> None:
        kept = list(segments.every_node())
        now = segments.held()  # after them: what was added meanwhile is no stray
        reached = now.size if now else 0
        for node in kept:
            if _end(node) > reached:
                raise _BadRecordError(node.place + 1, "a node of the tree has no entries")
        there = [node for node in kept if _end(node) <= size]
        for said, found in zip_longest(sorted(self.nodes, key=lambda node: node[:2]), there):
            if said != found:
                place = (said or found or Node(0, 0, b"")).place
                raise _BadRecordError(place + 1, "a node of the tree is not what its entries say")


def _end(node: Node) -> int:
    """Return the index after the last leaf below a node, as far as a number can."""
    if node.place < 0 or not 0 < node.level < 8:
        return 2**63
    return (node.place + 1) << merkle.HEIGHT * node.level


def _bodies(segment: Segment, archive: Archive) -> Iterator[tuple[bytes, bytes] | None]:
    try:
        yield from bodies.of(segment, archive)
    except ArchiveError as error:
        index = segment.first if error.index is None else error.index
        raise _BadRecordError(index + 1, str(error)) from None
    except (ValueError, LookupError):
        raise _BadRecordError(segment.first + 1, "its bodies cannot be read") from None


def _read(first: int) -> list[Segment]:
    found: list[Segment] = _guarded(first + 1, lambda: segments.from_index(first, TOGETHER))
    return found


def _guarded(place: int, read: Callable[[], Any]) -> Any:
    """Read. What the database cannot give back as it was written is found here."""
    try:
        return read()
    except (DatabaseError, UnicodeError, TypeError) as error:
        if isinstance(error, OperationalError) and "decode" not in str(error):
            raise  # the database does not answer, which says nothing about the record
        raise _BadRecordError(place, "it cannot be read") from error
