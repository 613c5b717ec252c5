"""砖（tiles）：每块至多 256 个杂凑，任何证明都由几块砖算出（C2SP tlog-tiles 的布局）。

Tile n of level l holds the roots of the subtrees (n·256 + i) of 256^l leaves each, i from 0. A full
tile never changes; the last one of a level is partial and is rewritten as the tree grows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from domain import merkle
from domain.hashing import Digest
from domain.merkle import WIDTH, Subtrees

HEIGHT: Final = 8
FULL: Final = 1 << HEIGHT  # hashes in a full tile
Read: TypeAlias = Callable[[int, int], bytes]
"""(level, number) → the hashes of a tile, one after the other."""


@dataclass(frozen=True, slots=True)
class Tile:
    """一块砖。"""

    level: int
    number: int
    hashes: bytes

    @property
    def width(self) -> int:
        """其中有几个杂凑。"""
        return len(self.hashes) // WIDTH

    @property
    def path(self) -> str:
        """作为静态文件的路径；未满的写明宽度。"""
        return tile_path(self.level, self.number, self.width)


def tile_path(level: int, number: int, width: int) -> str:
    """``tile/0/x001/x234/067``，未满的加 ``.p/112``。"""
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03d}")
    partial = "" if width == FULL else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def tile_width(level: int, number: int, size: int) -> int:
    """``size`` 叶之树里，这块砖有几个杂凑；0 表示没有这块砖。"""
    hashes = (size >> HEIGHT * level) - number * FULL
    return max(0, min(FULL, hashes))


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """``size`` 叶之树的全部砖：层、号、宽。"""
    level = 0
    while hashes := size >> HEIGHT * level:
        for number in range((hashes + FULL - 1) // FULL):
            yield level, number, tile_width(level, number, size)
        level += 1


@dataclass(slots=True)
class Masonry:
    """砌砖：逐叶续写，满一块出一块；各层未满的一块就是树的右缘。"""

    compute: Digest
    size: int = 0
    edges: list[bytearray] = field(default_factory=list)

    def append(self, leaf: bytes) -> tuple[Tile, ...]:
        """续上一叶；答由此砌满的各块。"""
        self.size += 1
        full: list[Tile] = []
        level, carried = 0, leaf
        while carried:
            if level == len(self.edges):
                self.edges.append(bytearray())
            edge = self.edges[level]
            edge += carried
            carried = b""
            if len(edge) == FULL * WIDTH:
                number = (self.size >> HEIGHT * (level + 1)) - 1
                full.append(Tile(level, number, bytes(edge)))
                carried = folded(self.compute, bytes(edge))
                edge.clear()
            level += 1
        return tuple(full)

    def partial(self) -> tuple[Tile, ...]:
        """各层未满的一块。"""
        return tuple(
            Tile(level, self.size >> HEIGHT * (level + 1), bytes(edge))
            for level, edge in enumerate(self.edges)
            if edge
        )

    def root(self) -> bytes:
        """此刻的树根：完整子树都在各层的右缘上。"""
        edges = subtrees_in(self.compute, lambda level, _: bytes(self.edges[level]))
        return merkle.root_at(self.compute, edges, self.size)


def folded(compute: Digest, hashes: bytes) -> bytes:
    """2^k 个杂凑之上的子树根。"""
    level = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [merkle.node_hash(compute, left, right) for left, right in pairs]
    return level[0]


def first_difference(tile: Tile, known: bytes) -> int:
    """两块砖第一处不同的那个杂凑，从哪个位置开始。"""
    for at in range(tile.width):
        span = slice(at * WIDTH, (at + 1) * WIDTH)
        if tile.hashes[span] != known[span]:
            break
    return (tile.number * FULL + at) << HEIGHT * tile.level


def subtrees_in(compute: Digest, read: Read) -> Subtrees:
    """由各块砖得完整子树的根，供 :mod:`domain.merkle` 出证明。

    Raises ``ValueError`` where a tile is narrower than the tree needs.
    """

    def subtree(level: int, index: int) -> bytes:
        at_level, above = divmod(level, HEIGHT)
        number, first = divmod(index << above, FULL)
        hashes = read(at_level, number)[first * WIDTH : (first + (1 << above)) * WIDTH]
        if len(hashes) != WIDTH << above:
            raise ValueError(f"tile {at_level}/{number} is too narrow")
        return folded(compute, hashes)

    return subtree
