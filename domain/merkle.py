"""杂凑树（RFC 6962 §2.1）：树根、包含证明与一致证明，以及它们的核验。

名单冻结后，多一人、少一人、换一人，树根即不同；账本封账后，改一件、删一件、换次序，也是如此。

A root does not bind the size of its tree, and proofs that carry their own directions can be
forged. So directions follow from (index, size) alone, and sizes and roots are always the caller's,
who has them from a verified checkpoint: nothing but sibling hashes is ever taken from a proof.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeAlias

from domain.hashing import Digest, digest
from domain.terms import HashName

WIDTH: Final = 32  # bytes of a hash, SHA-256 and SM3 alike
Subtrees: TypeAlias = Callable[[int, int], bytes]
"""(level, index) → the root of the leaves index·2^level … (index+1)·2^level, all of them there."""


def leaf_hash(compute: Digest, entry: bytes) -> bytes:
    """叶：``H(0x00 ‖ entry)``。"""
    return compute(b"\x00" + entry)


def node_hash(compute: Digest, left: bytes, right: bytes) -> bytes:
    """节点：``H(0x01 ‖ left ‖ right)``。"""
    return compute(b"\x01" + left + right)


def root(name: HashName, entries: Iterable[bytes]) -> bytes:
    """各条目依次为叶的树根；没有条目时为空串的杂凑。"""
    compute = digest(name)
    frontier = Frontier(compute)
    for entry in entries:
        frontier.append(leaf_hash(compute, entry))
    return frontier.root()


@dataclass(slots=True)
class Frontier:
    """树的右缘：续写一棵树所需的全部，一百万叶也不过二十个杂凑。

    ``peaks`` are the roots of the perfect subtrees that the tree is made of, the largest first: one
    for each bit that is set in ``size``.
    """

    compute: Digest
    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """续上一叶（已算好的叶杂凑）。"""
        full = self.size
        while full & 1:
            leaf = node_hash(self.compute, self.peaks.pop(), leaf)
            full >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """此刻的树根。"""
        return _folded(self.compute, self.peaks)


def _folded(compute: Digest, peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return compute(b"")
    *larger, right = peaks
    for left in reversed(larger):
        right = node_hash(compute, left, right)
    return right


# -- proving: from the roots of perfect subtrees, wherever they are kept


def subtrees_of(compute: Digest, leaves: Sequence[bytes]) -> Subtrees:
    """全部的叶（已算好的叶杂凑）都在手里的：算过的子树留着。"""

    @cache
    def subtree(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        left, right = subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1)
        return node_hash(compute, left, right)

    return subtree


def root_at(compute: Digest, subtrees: Subtrees, size: int) -> bytes:
    """树在 ``size`` 叶时的树根。"""
    return _range_hash(compute, subtrees, 0, size)


def inclusion_proof(
    compute: Digest, subtrees: Subtrees, index: int, size: int
) -> tuple[bytes, ...]:
    """第 ``index`` 叶在 ``size`` 叶之树中的证明（RFC 6962 §2.1.1），自下而上。

    Raises ``ValueError`` for an index outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    return _hashes(compute, subtrees, _beside(index, size))


def consistency_proof(compute: Digest, subtrees: Subtrees, old: int, new: int) -> tuple[bytes, ...]:
    """``new`` 叶之树由 ``old`` 叶之树续写而来的证明（RFC 6962 §2.1.2）。

    Empty where ``old`` is zero or equal to ``new``. Raises ``ValueError`` for a tree that shrinks.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is not continued by one of {new}")
    return _hashes(compute, subtrees, _between(old, new) if old else ())


def _hashes(
    compute: Digest, subtrees: Subtrees, ranges: Iterable[tuple[int, int]]
) -> tuple[bytes, ...]:
    hashes = [_range_hash(compute, subtrees, start, end) for start, end in ranges]
    return tuple(reversed(hashes))


def _range_hash(compute: Digest, subtrees: Subtrees, start: int, end: int) -> bytes:
    """Ranges of the RFC begin where their largest perfect subtree may begin."""
    peaks = []
    for level in reversed(range((end - start).bit_length())):
        if (end - start) >> level & 1:
            peaks.append(subtrees(level, start >> level))
            start += 1 << level
    return _folded(compute, peaks)


def _split(size: int) -> int:
    """The largest power of two below ``size`` (two or more)."""
    return 1 << (size - 1).bit_length() - 1


def _beside(index: int, size: int) -> Iterator[tuple[int, int]]:
    """What lies beside the way down to a leaf, from the root on."""
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle


def _between(old: int, new: int) -> Iterator[tuple[int, int]]:
    """What the old root and the new one are both made of, from the new root on."""
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle
    if start:  # the whole of the old tree is known to whoever asks
        yield start, end


# -- verifying (RFC 9162 §2.1.3.2 and §2.1.4.2)


def verify_inclusion(
    compute: Digest, leaf: bytes, index: int, size: int, proof: Sequence[bytes], known: bytes
) -> bool:
    """这一叶是否就是树根为 ``known``、共 ``size`` 叶之树的第 ``index`` 叶。"""
    if not 0 <= index < size or not _are_hashes(leaf, known, *proof):
        return False
    here, last, built = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            built = node_hash(compute, beside, built)
            up = _up(here)
        else:
            built = node_hash(compute, built, beside)
            up = 1
        here, last = here >> up, last >> up
    return last == 0 and built == known


def verify_consistency(
    compute: Digest, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """``new`` 叶之树是否由 ``old`` 叶之树续写而来。自零叶起，只认空证明（C2SP 见证规则）。"""
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == new:
        is_right = old_root == new_root and (new > 0 or new_root == compute(b""))
        return is_right and not proof
    if old == 0:
        return old_root == compute(b"") and not proof
    return _continues(compute, old, old_root, new, new_root, proof)


def implied_root(
    compute: Digest, old: int, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bytes | None:
    """由证明推出：树根为 ``new_root`` 的 ``new`` 叶之树，在 ``old`` 叶时的树根；推不出则为 None。

    Whoever holds another signed root of that size holds the proof of a second history. A perfect
    old tree stands in no proof: of it nothing can be said.
    """
    if not 0 < old < new or old & (old - 1) == 0 or not _are_hashes(new_root, *proof):
        return None
    built = _built(compute, old, new, proof)
    return built[0] if built is not None and built[1] == new_root else None


def _continues(
    compute: Digest, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """A perfect old tree is a subtree of the new one: its root is not repeated in the proof."""
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    return _built(compute, old, new, path) == (old_root, new_root)


def _built(
    compute: Digest, old: int, new: int, path: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """The old root and the new one, as the hashes give them; None where their number is wrong."""
    if not path:
        return None
    full = (old & -old).bit_length() - 1  # levels on which the old tree ends with a right child
    here, last = old - 1 >> full, new - 1 >> full
    built_old = built_new = path[0]
    for beside in path[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            built_old = node_hash(compute, beside, built_old)
            built_new = node_hash(compute, beside, built_new)
            up = _up(here)
        else:
            built_new = node_hash(compute, built_new, beside)
            up = 1
        here, last = here >> up, last >> up
    return (built_old, built_new) if last == 0 else None


def _up(here: int) -> int:
    """Levels up from a subtree with a left neighbour; an even last one is alone on some of them."""
    return (here & -here).bit_length()


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == WIDTH for value in values)
