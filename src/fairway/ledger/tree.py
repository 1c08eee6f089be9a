"""The tree as it lies in the database: hashes of any of its parts, proofs, tiles and bundles."""

from collections.abc import Sequence

from fairway.ledger import segments
from fairway.rules.merkle import HEIGHT, TILE, Tile, bundle, leaf_hash


def nodes(level: int, place: int, count: int) -> Sequence[bytes]:
    """Return hashes of whole subtrees, as `rules.merkle.Nodes`. Raises `LookupError`."""
    if level:
        return segments.nodes(level, place, count)
    return [leaf_hash(entry) for entry in segments.leaves(place, count)]


def tile(wanted: Tile, size: int) -> bytes | None:
    """Return a tile or a bundle of entries of a tree of a size, None when it has no such one."""
    first = wanted.number * TILE
    if first + wanted.width > size >> HEIGHT * (wanted.level or 0):
        return None
    if wanted.level is None:
        return bundle(segments.leaves(first, wanted.width))
    return b"".join(nodes(wanted.level, first, wanted.width))
