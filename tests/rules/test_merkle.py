"""The tree against published vectors, and against a tree written down the plain way."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairway.rules import merkle
from fairway.rules.merkle import (
    EMPTY,
    NOTHING,
    Tile,
    bundle,
    consistency,
    consistent,
    grow,
    included,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    root_at,
    subtree,
    tile_named,
    tile_path,
    tile_widths,
    unpacked,
)

# The leaves and roots that Certificate Transparency's own code is tested with
# (github.com/google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc, Apache 2.0).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                 "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def plain_root(hashes):
    """MTH of RFC 9162, 2.1.1, word for word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(plain_root(hashes[:k]), plain_root(hashes[k:]))


class Tree:
    """A tree that is kept whole, as the record keeps it."""

    def __init__(self, size, steps=()):
        self.hashes = [leaf_hash(b"%d" % n) for n in range(size)]
        self.edge, self.above = NOTHING, {}
        places = [0, *sorted(step % (size + 1) for step in steps), size]
        for first, end in pairwise(places):
            self.edge, nodes = grow(self.edge, self.hashes[first:end])
            self.above |= {(level, place): found for level, place, found in nodes}

    def nodes(self, level, place, count):
        if level:
            return [self.above[level, n] for n in range(place, place + count)]
        return self.hashes[place : place + count]


def test_the_published_roots_are_ours():
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    for size, expected in enumerate(ROOTS, start=1):
        edge, _ = grow(NOTHING, hashes[:size])
        assert root(edge).hex() == expected
        assert root_at(lambda level, place, count: hashes[place : place + count], size) == root(
            edge
        )
    assert root(NOTHING) == EMPTY == root_at(lambda *_: [], 0)
    assert EMPTY.hex().startswith("e3b0c44298fc1c14")


@given(st.integers(0, 700), st.lists(st.integers(0, 700), max_size=4))
@example(513, [256, 256, 511])
def test_a_tree_that_grows_in_any_steps_is_the_same(size, steps):
    tree = Tree(size, steps)
    assert root(tree.edge) == plain_root(tree.hashes)
    assert tree.edge.size == size
    assert unpacked(size, tree.edge.packed()) == tree.edge
    assert set(tree.above) == {(1, n) for n in range(size // 256)}
    for (_, place), found in tree.above.items():
        assert found == plain_root(tree.hashes[256 * place : 256 * place + 256])


def test_nodes_of_higher_levels_are_made():
    tree = Tree(65_536 + 300, (1_000, 65_536))
    assert tree.above[2, 0] == plain_root([tree.above[1, n] for n in range(256)])
    assert subtree(tree.nodes, 0, 65_536) == tree.above[2, 0]
    assert root_at(tree.nodes, 65_836) == root(tree.edge)


@given(st.integers(1, 600), st.data())
def test_each_leaf_is_proved_and_no_other(size, data):
    tree = Tree(size)
    under = root(tree.edge)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(tree.nodes, index, size)
    leaf = tree.hashes[index]
    assert included(leaf, index, size, proof, under)
    assert not included(leaf_hash(b"another"), index, size, proof, under)
    assert not included(leaf, index, size, [*proof, under], under)
    assert not included(leaf, index, size, proof, EMPTY)
    if size > 1:
        other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
        assert not included(leaf, other, size, proof, under)
        assert not included(leaf, index, size, proof[:-1], under)


@given(st.integers(0, 600), st.data())
def test_growth_is_proved_and_a_fork_is_not(size, data):
    old = data.draw(st.integers(0, size))
    tree, before = Tree(size), Tree(old)
    proof = consistency(tree.nodes, old, size)
    was, now = root(before.edge), root(tree.edge)
    assert consistent(old, was, size, proof, now)
    assert not consistent(old, leaf_hash(b"fork"), size, proof, now)
    assert not consistent(old, was, size, [*proof, now], now)
    if 0 < old < size:
        assert not consistent(old, was, size, proof, leaf_hash(b"fork"))
        assert not consistent(old, was, size, proof[:-1], now)
        for place in range(len(proof)):
            forged = [*proof[:place], leaf_hash(b"fork"), *proof[place + 1 :]]
            assert not consistent(old, was, size, forged, now)


def test_what_cannot_be_proved_is_refused():
    tree = Tree(5)
    for index, size in ((-1, 5), (5, 5), (0, 0)):
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion(tree.nodes, index, size)
        assert not included(tree.hashes[0], index, size, [], root(tree.edge))
    for old, size in ((6, 5), (-1, 5)):
        with pytest.raises(ValueError, match="shrink"):
            consistency(tree.nodes, old, size)
        assert not consistent(old, EMPTY, size, [], EMPTY)
    assert not consistent(3, EMPTY, 5, [], EMPTY)
    with pytest.raises(ValueError, match="edge"):
        unpacked(3, bytes(32))


@given(st.none() | st.integers(0, 31), st.integers(0, 10**12), st.integers(1, 256))
@example(None, 1_234_067, 256)
def test_the_path_of_a_tile_names_it(level, number, width):
    path = tile_path(level, number, width)
    assert tile_named(path.removeprefix("tile/")) == Tile(level, number, width)


def test_the_paths_of_the_specification():
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_path(None, 0, 5) == "tile/entries/000.p/5"
    assert tile_path(2, 7) == "tile/2/007"


@pytest.mark.parametrize(
    "path",
    ["0/1", "0/000.p/0", "0/000.p/257", "0/000.p/256", "0/x000/001", "32/000", "-1/000", "0/../1",
     "entries", "a/000", "00/000", "0/000.p/", "0/x001/x234", ""],
)  # fmt: skip
def test_any_other_path_names_none(path):
    with pytest.raises(ValueError):  # noqa: PT011
        tile_named(path)


def test_the_tiles_of_a_tree():
    assert list(tile_widths(0, 0)) == []
    assert list(tile_widths(0, 512)) == [(0, 256), (1, 256)]
    assert list(tile_widths(0, 600)) == [(0, 256), (1, 256), (2, 88)]
    assert list(tile_widths(1, 600)) == [(0, 2)]
    assert bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert merkle.HASH == 32
