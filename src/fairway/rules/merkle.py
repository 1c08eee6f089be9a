"""The Merkle tree of the record, after RFC 9162, section 2.1, and its tiles, after C2SP tlog-tiles.

A leaf's hash is SHA-256 over a zero byte and the entry; a node's is SHA-256 over a one byte and its
two children. A tree of any size is kept as its edge: the roots of the perfect subtrees it is made
of, the largest first, one for each bit that is set in its size. To grow it needs nothing else.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

HASH = 32  # bytes of a hash
TILE = 256  # hashes in a whole tile
HEIGHT = 8  # levels of the tree that a tile spans
EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""

Nodes = Callable[[int, int, int], Sequence[bytes]]
"""Gives hashes of whole subtrees: at a level in tiles (0 leaves, 1 of 256 leaves, ...), from a
place on that level, so many."""


class Edge(NamedTuple):
    """A tree, as far as it is needed to grow: its size, and the roots of its perfect subtrees."""

    size: int
    hashes: tuple[bytes, ...]

    def packed(self) -> bytes:
        """Return the hashes as one run of bytes."""
        return b"".join(self.hashes)


class Node(NamedTuple):
    """A whole subtree: its level in tiles, its place on that level, its hash."""

    level: int
    place: int
    hash: bytes


NOTHING = Edge(0, ())


def unpacked(size: int, packed: bytes) -> Edge:
    """Return an edge from its bytes. Raises `ValueError` when they do not fit the size."""
    if size < 0 or len(packed) != HASH * size.bit_count():
        raise ValueError("the edge of a tree has a hash for each bit of its size")
    return Edge(size, tuple(packed[i : i + HASH] for i in range(0, len(packed), HASH)))


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its children's."""
    return sha256(b"\x01" + left + right).digest()


def root(edge: Edge) -> bytes:
    """Return the root of a tree."""
    if not edge.hashes:
        return EMPTY
    *larger, found = edge.hashes
    for left in reversed(larger):
        found = node_hash(left, found)
    return found


def grow(edge: Edge, leaves: Sequence[bytes]) -> tuple[Edge, list[Node]]:
    """Add the hashes of leaves. Return the new edge, and the nodes above the leaves it made whole.

    A level at a time, so that the work for a leaf is one hash and a little.
    """
    nodes: list[Node] = []
    held = dict(zip(_bits(edge.size), edge.hashes, strict=True))
    row, place, level = list(leaves), edge.size, 0
    while row:
        if level and level % HEIGHT == 0:
            above = level // HEIGHT
            nodes += [Node(above, place + i, found) for i, found in enumerate(row)]
        if place & 1:
            row.insert(0, held.pop(level))
            place -= 1
        if len(row) & 1:
            held[level] = row.pop()
        row = _parents(row)
        place >>= 1
        level += 1
    size = edge.size + len(leaves)
    return Edge(size, tuple(held[level] for level in _bits(size))), nodes


def _bits(size: int) -> list[int]:
    """Return the levels of a tree's perfect subtrees, the largest first."""
    return [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]


def _parents(row: Sequence[bytes]) -> list[bytes]:
    pairs = iter(row)
    return [sha256(b"\x01" + a + b).digest() for a, b in zip(pairs, pairs, strict=True)]


# ------------------------------------------------------------------ proofs


def subtree(nodes: Nodes, first: int, end: int) -> bytes:
    """Return the hash over the leaves from `first` up to, without, `end`; at least one."""
    size = end - first
    if size & (size - 1) == 0 and first % size == 0:
        level = (size.bit_length() - 1) // HEIGHT
        shift = HEIGHT * level
        row = list(nodes(level, first >> shift, size >> shift))
        while len(row) > 1:
            row = _parents(row)
        return row[0]
    middle = first + _split(size)
    return node_hash(subtree(nodes, first, middle), subtree(nodes, middle, end))


def root_at(nodes: Nodes, size: int) -> bytes:
    """Return the root that the tree had at a size."""
    return subtree(nodes, 0, size) if size else EMPTY


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Prove that a leaf is in the tree of a size: RFC 9162, 2.1.3.1. Raises `ValueError`."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf in a tree of that size")
    proof: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            proof.append(subtree(nodes, middle, end))
            end = middle
        else:
            proof.append(subtree(nodes, first, middle))
            first = middle
    return proof[::-1]


def consistency(nodes: Nodes, old: int, size: int) -> list[bytes]:
    """Prove that a tree only grew between two sizes: RFC 9162, 2.1.4.1. Raises `ValueError`.

    From nothing, or between equal sizes, there is nothing to prove: the proof is empty.
    """
    if not 0 <= old <= size:
        raise ValueError("a tree does not shrink")
    proof: list[bytes] = []
    if old in (0, size):
        return proof
    first, end, whole = 0, size, True
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            proof.append(subtree(nodes, middle, end))
            end = middle
        else:
            proof.append(subtree(nodes, first, middle))
            first, whole = middle, False
    if not whole:
        proof.append(subtree(nodes, first, end))
    return proof[::-1]


def _split(size: int) -> int:
    """Return the largest power of two that is smaller."""
    return 1 << (size - 1).bit_length() - 1


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], under: bytes) -> bool:
    """Say whether a proof shows a leaf's hash at an index of a tree: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == under


def consistent(old: int, old_root: bytes, size: int, proof: Sequence[bytes], under: bytes) -> bool:
    """Say whether a proof shows that a tree only grew: RFC 9162, 2.1.4.2."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == under
    if old == 0:
        return not proof and old_root == EMPTY
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, found = node_hash(step, was), node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, found) == (old_root, under)


# ------------------------------------------------------------------ tiles


def tile_path(level: int | None, number: int, width: int = TILE) -> str:
    """Return the path of a tile below a log's address; of a bundle of entries for level None."""
    *before, last = _thousands(number)
    name = "/".join([*(f"x{part:03d}" for part in before), f"{last:03d}"])
    part = "" if width == TILE else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{name}{part}"


def _thousands(number: int) -> list[int]:
    parts = [number % 1000]
    while number := number // 1000:
        parts.insert(0, number % 1000)
    return parts


class Tile(NamedTuple):
    """A tile that somebody asks for: its level (None for entries), its number, its width."""

    level: int | None
    number: int
    width: int


def tile_named(path: str) -> Tile:
    """Return the tile that a path below `tile/` names. Raises `ValueError` for any other path."""
    level, _, rest = path.partition("/")
    name, partial, width = rest.partition(".p/")
    number = 0
    for part in name.split("/"):
        number = number * 1000 + int(part.removeprefix("x"))
    found = Tile(
        None if level == "entries" else int(level), number, int(width) if partial else TILE
    )
    in_bounds = 0 <= (found.level or 0) < HASH and 0 < found.width <= TILE
    if not in_bounds or tile_path(*found) != f"tile/{path}":
        raise ValueError("this is not the path of a tile")
    return found


def tile_widths(level: int, size: int) -> Iterable[tuple[int, int]]:
    """Yield the tiles of a level in a tree of a size: number and width, the partial one last."""
    hashes = size >> HEIGHT * level
    for number in range(hashes // TILE):
        yield number, TILE
    if hashes % TILE:
        yield hashes // TILE, hashes % TILE


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each behind its length in two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
