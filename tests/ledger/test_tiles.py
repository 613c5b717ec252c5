"""砖：布局照 C2SP，由砖出的证明处处成立。"""

import pytest

from domain import merkle
from domain.hashing import digest
from domain.merkle import Frontier, leaf_hash
from domain.terms import HashName
from ledger.tiles import FULL, Masonry, Tile, subtrees_in, tile_path, tile_width, tiles_of

SHA256 = digest(HashName.SHA256)


def built(
    size: int, name: HashName = HashName.SHA256
) -> tuple[Masonry, dict[tuple[int, int], Tile]]:
    """砌一棵树，得全部的砖。"""
    compute = digest(name)
    masonry = Masonry(compute)
    full = [tile for n in range(size) for tile in masonry.append(leaf_hash(compute, b"%d" % n))]
    return masonry, {(tile.level, tile.number): tile for tile in (*full, *masonry.partial())}


def test_paths_are_those_of_the_standard() -> None:
    """路径照标准所举的例子。"""
    assert tile_path(0, 1234067, FULL) == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 17) == "tile/1/000.p/17"
    assert tile_path(0, 999, 256) == "tile/0/999"
    assert tile_path(0, 1000, 1) == "tile/0/x001/000.p/1"


def test_the_standard_example_of_seventy_thousand_leaves() -> None:
    """七万叶：273 块满的与 112 宽的一块，上面一层一块满的与 17 宽的一块，再上一层 1 宽。"""
    tiles = list(tiles_of(70_000))
    full = [tile for tile in tiles if tile[2] == FULL]
    assert len([tile for tile in full if tile[0] == 0]) == 273
    assert [tile for tile in tiles if tile[2] < FULL] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_of(0)) == []
    assert tile_width(0, 1, 256) == 0


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 66_000])
def test_the_tiles_are_exactly_those_of_the_size(size: int) -> None:
    """砌出的砖一块不多、一块不少，宽度相符；树根与逐叶续写的相同。"""
    masonry, tiles = built(size)
    assert {(*place, tile.width) for place, tile in tiles.items()} == set(tiles_of(size))
    frontier = Frontier(SHA256)
    for n in range(size):
        frontier.append(leaf_hash(SHA256, b"%d" % n))
    assert masonry.root() == frontier.root()
    assert masonry.size == frontier.size == size


@pytest.mark.parametrize("name", list(HashName))
def test_proofs_from_tiles_verify(name: HashName) -> None:
    """由砖出的包含证明与一致证明，逐一核验通过；早先的大小也一样。"""
    size = 1_000
    masonry, tiles = built(size, name)
    compute = masonry.compute
    subtrees = subtrees_in(compute, lambda level, number: tiles[level, number].hashes)
    known = masonry.root()
    for index in range(0, size, 37):
        leaf = leaf_hash(compute, b"%d" % index)
        proof = merkle.inclusion_proof(compute, subtrees, index, size)
        assert merkle.verify_inclusion(compute, leaf, index, size, proof, known)
    for old in range(0, size, 41):
        before = built(old, name)[0].root()
        proof = merkle.consistency_proof(compute, subtrees, old, size)
        assert merkle.root_at(compute, subtrees, old) == before
        assert merkle.verify_consistency(compute, old, before, size, known, proof)


def test_a_tile_that_is_too_narrow_proves_nothing() -> None:
    """砖不够宽，不出证明，而不是出一个错的。"""
    _, tiles = built(300)
    short = subtrees_in(SHA256, lambda level, number: tiles[level, number].hashes[:32])
    with pytest.raises(ValueError, match="too narrow"):
        merkle.inclusion_proof(SHA256, short, 0, 300)
