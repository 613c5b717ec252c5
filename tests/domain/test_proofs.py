"""包含证明与一致证明：外来的 196 个探针、小模型逐一穷举、任意改动都认不得。"""

import base64
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import merkle
from domain.hashing import Digest, digest
from domain.merkle import Frontier, leaf_hash, node_hash
from domain.terms import HashName
from tests.domain.test_merkle import LEAVES, SHA256_ROOTS, SM3_ROOTS, naive_root

SMALL: Final = 64
PROBES: Final = Path(__file__).resolve().parents[3] / "shared/data/merkle/probes.json"
SHA256: Final = digest(HashName.SHA256)
NOBODY: Final = SHA256(b"a leaf of no tree")
# Its roots are a placeholder of twelve bytes that the library compares with itself: no hash, no root.
EXCEPTIONS: Final = {"consistency/additional/sizes-are-equal-one-and-proof-is-empty"}
Proof: TypeAlias = tuple[bytes, ...]


class Tree:
    """一棵小树，各完整子树按定义递归算出：与被测的算法无一行相同。"""

    def __init__(self, name: HashName, entries: list[bytes]) -> None:
        self.compute: Digest = digest(name)
        self.leaves = [leaf_hash(self.compute, entry) for entry in entries]
        self.subtrees: Callable[[int, int], bytes] = cache(self._subtree)

    def _subtree(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.leaves[index]
        left = self.subtrees(level - 1, 2 * index)
        return node_hash(self.compute, left, self.subtrees(level - 1, 2 * index + 1))

    def inclusion(self, index: int, size: int) -> Proof:
        """这棵树给出的包含证明。"""
        return merkle.inclusion_proof(self.compute, self.subtrees, index, size)

    def consistency(self, old: int, new: int) -> Proof:
        """这棵树给出的一致证明。"""
        return merkle.consistency_proof(self.compute, self.subtrees, old, new)


ENTRIES: Final = [b"%d" % n for n in range(SMALL)]
TREE: Final = Tree(HashName.SHA256, ENTRIES)
ROOTS: Final = [naive_root(HashName.SHA256, ENTRIES[:size]) for size in range(SMALL + 1)]


def spoiled(proof: Proof) -> Iterator[Proof]:
    """证明的每一种一处改动：改一位、少一个、多一个、换位、截短、加长。"""
    for at, one in enumerate(proof):
        before, after = proof[:at], proof[at + 1 :]
        yield (*before, bytes([one[0] ^ 1]) + one[1:], *after)
        yield (*before, one[:-1] + bytes([one[-1] ^ 0x80]), *after)
        yield (*before, one[:-1], *after)
        yield (*before, one + b"\x00", *after)
        yield (*before, *after)
        yield (*before, one, one, *after)
    for at in range(len(proof) + 1):
        yield (*proof[:at], NOBODY, *proof[at:])
        yield (*proof[:at], b"", *proof[at:])
    for at in range(len(proof) - 1):
        yield (*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :])


# -- outside vectors


@pytest.mark.parametrize(
    ("name", "roots"), [(HashName.SHA256, SHA256_ROOTS), (HashName.SM3, SM3_ROOTS)]
)
def test_the_reference_leaves_prove_themselves(name: HashName, roots: tuple[str, ...]) -> None:
    """参考叶的每一件、每一段，都由公布的树根核验通过。"""
    tree = Tree(name, LEAVES)
    for size in range(len(LEAVES) + 1):
        known = bytes.fromhex(roots[size])
        assert merkle.root_at(tree.compute, tree.subtrees, size) == known
        for index in range(size):
            leaf, proof = tree.leaves[index], tree.inclusion(index, size)
            assert merkle.verify_inclusion(tree.compute, leaf, index, size, proof, known)
        for old in range(size + 1):
            before, proof = bytes.fromhex(roots[old]), tree.consistency(old, size)
            assert merkle.verify_consistency(tree.compute, old, before, size, known, proof)


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "", validate=True)


def _accepted(probe: dict[str, Any]) -> bool:
    proof = [_bytes(one) for one in probe["proof"] or ()]
    if probe["kind"] == "inclusion":
        leaf, known = _bytes(probe["leafHash"]), _bytes(probe["root"])
        place = (probe["leafIdx"], probe["treeSize"])
        return merkle.verify_inclusion(SHA256, leaf, *place, proof, known)
    before, after = _bytes(probe["root1"]), _bytes(probe["root2"])
    return merkle.verify_consistency(SHA256, probe["size1"], before, probe["size2"], after, proof)


def test_every_outside_probe_is_answered_as_declared() -> None:
    """外来的 196 个探针逐一判对；不同之处只有声明的一处。"""
    if not PROBES.exists():
        pytest.skip("the outside probes (../shared/data/merkle) are not on this machine")
    probes = json.loads(PROBES.read_text("utf-8"))
    assert len(probes) == 196
    other = {probe["name"] for probe in probes if _accepted(probe) == probe["wantErr"]}
    assert other == EXCEPTIONS


# -- the exhaustive small model


def test_inclusion_accepts_exactly_the_leaf_at_its_place() -> None:
    """六十四叶以内，每一叶在每一棵树里：只在自己的位置、只凭原样的证明。"""
    for size in range(1, SMALL + 1):
        for index in range(size):
            proof = TREE.inclusion(index, size)
            accepted = {
                (leaf, place)
                for leaf in (TREE.leaves[index], TREE.leaves[index - 1], NOBODY)
                for place in range(-1, size + 1)
                if merkle.verify_inclusion(SHA256, leaf, place, size, proof, ROOTS[size])
            }
            assert accepted == {(TREE.leaves[index], index)}


def test_no_altered_inclusion_proof_is_accepted() -> None:
    """包含证明的每个元素改、删、增、换位，无一通过。"""
    for size in range(1, SMALL + 1):
        for index in range(size):
            leaf = TREE.leaves[index]
            for proof in spoiled(TREE.inclusion(index, size)):
                assert not merkle.verify_inclusion(SHA256, leaf, index, size, proof, ROOTS[size])


def test_consistency_accepts_exactly_the_two_trees() -> None:
    """六十四叶以内，任意两棵树：只认这两个树根，别的树根一概不认。"""
    for new in range(SMALL + 1):
        for old in range(new + 1):
            proof = TREE.consistency(old, new)

            def is_accepted(before: bytes, after: bytes) -> bool:
                place = (old, before, new, after)  # noqa: B023 (called within this turn)
                return merkle.verify_consistency(SHA256, *place, proof)  # noqa: B023

            assert is_accepted(ROOTS[old], ROOTS[new])
            wrong = [one for one in (*ROOTS, NOBODY, b"") if one != ROOTS[old]]
            assert not any(is_accepted(one, ROOTS[new]) for one in wrong)
            if old:  # whoever has seen nothing yet has nothing to compare
                wrong = [one for one in (*ROOTS, NOBODY, b"") if one != ROOTS[new]]
                assert not any(is_accepted(ROOTS[old], one) for one in wrong)


def test_no_altered_consistency_proof_is_accepted() -> None:
    """一致证明的每个元素改、删、增、换位，无一通过；自零叶起只认空证明。"""
    for new in range(SMALL + 1):
        for old in range(new + 1):
            place = (old, ROOTS[old], new, ROOTS[new])
            for proof in spoiled(TREE.consistency(old, new)):
                assert not merkle.verify_consistency(SHA256, *place, proof)


def test_a_proof_of_one_pair_of_sizes_proves_no_other() -> None:
    """两棵树的证明，拿到别的大小上不通过：大小只从封账单来。"""
    for new in range(1, 17):
        for old in range(1, new):
            proof = TREE.consistency(old, new)
            accepted = {
                (m, n)
                for n in range(SMALL + 1)
                for m in range(-1, SMALL + 1)
                if merkle.verify_consistency(SHA256, m, ROOTS[max(m, 0)], n, ROOTS[n], proof)
            }
            assert accepted == {(old, new)}


def test_a_wrong_size_may_verify_so_it_is_never_taken_from_a_proof() -> None:
    """同一树根、同一证明，换一个大小也可能通过：所以大小必须来自封账单。"""
    proof = TREE.inclusion(0, 3)
    assert merkle.verify_inclusion(SHA256, TREE.leaves[0], 0, 4, proof, ROOTS[3])


def test_whoever_has_seen_nothing_yet_accepts_any_tree() -> None:
    """自零叶起，空证明即可（C2SP 见证规则）；但零叶的树根只有一个。"""
    for new in range(1, SMALL + 1):
        assert merkle.verify_consistency(SHA256, 0, ROOTS[0], new, ROOTS[new], ())
        assert not merkle.verify_consistency(SHA256, 0, NOBODY, new, ROOTS[new], ())
        assert not merkle.verify_consistency(SHA256, 0, ROOTS[0], new, ROOTS[new], (NOBODY,))
    assert merkle.verify_consistency(SHA256, 0, ROOTS[0], 0, ROOTS[0], ())
    assert not merkle.verify_consistency(SHA256, 0, NOBODY, 0, NOBODY, ())


def test_what_is_no_part_of_the_tree_is_not_proved() -> None:
    """树外的叶、倒退的树，不出证明。"""
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            TREE.inclusion(index, size)
    for old, new in ((4, 3), (-1, 3)):
        with pytest.raises(ValueError, match="not continued"):
            TREE.consistency(old, new)
    assert not merkle.verify_consistency(SHA256, 3, ROOTS[3], 2, ROOTS[2], ())


# -- properties


NAMES = st.sampled_from(list(HashName))


@given(NAMES, st.lists(st.binary(max_size=4), max_size=300), st.data())
def test_any_leaf_of_any_tree_is_proved(
    name: HashName, entries: list[bytes], data: st.DataObject
) -> None:
    """任意一棵树的任意一叶、任意一段，证明成立，树根与按定义递归的相同。"""
    tree, size = Tree(name, entries), len(entries)
    known = naive_root(name, entries)
    assert merkle.root_at(tree.compute, tree.subtrees, size) == known
    old = data.draw(st.integers(0, size))
    before, proof = naive_root(name, entries[:old]), tree.consistency(old, size)
    assert merkle.verify_consistency(tree.compute, old, before, size, known, proof)
    if entries:
        index = data.draw(st.integers(0, size - 1))
        leaf, proof = tree.leaves[index], tree.inclusion(index, size)
        assert merkle.verify_inclusion(tree.compute, leaf, index, size, proof, known)
        assert len(proof) <= (size - 1).bit_length()


@given(NAMES, st.lists(st.binary(max_size=4), max_size=200))
def test_a_frontier_has_the_root_of_every_size(name: HashName, entries: list[bytes]) -> None:
    """右缘续到哪里，树根都与重新算的相同；所存的杂凑只有寥寥几个。"""
    frontier = Frontier(digest(name))
    for size, entry in enumerate(entries):
        assert frontier.root() == naive_root(name, entries[:size])
        frontier.append(leaf_hash(frontier.compute, entry))
        assert len(frontier.peaks) == frontier.size.bit_count()
    assert frontier.root() == naive_root(name, entries)


def test_a_million_leaves_need_twenty_hashes() -> None:
    """一百万叶的右缘不超过二十个杂凑。"""
    same = lambda _: bytes(32)  # noqa: E731 (the hash does not matter here)
    frontier = Frontier(same)
    most = 0
    for _ in range(1_000_000):
        frontier.append(b"")
        most = max(most, len(frontier.peaks))
    assert most <= 20


@given(
    st.integers(1, SMALL),
    st.integers(0, SMALL - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=8),
)
def test_invented_proofs_are_not_accepted(size: int, index: int, proof: list[bytes]) -> None:
    """凭空编造的证明，不通过。"""
    accepted = merkle.verify_inclusion(SHA256, NOBODY, index, size, proof, ROOTS[size])
    accepted |= merkle.verify_consistency(SHA256, size, NOBODY, SMALL, ROOTS[SMALL], proof)
    assert not accepted
