"""见证：只给接得上的附签，先记后答；一万次分叉无一通过；两段历史写成证据。"""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Final
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import merkle
from domain.hashing import digest
from domain.merkle import leaf_hash, node_hash
from domain.terms import HashName, Mode
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.errors import LedgerDamaged, LedgerError
from ledger.note import COSIGNATURE, ED25519, Note, NoteRefused, NoteSigner
from ledger.signing import Ed25519Key
from ledger.submission import Submission
from ledger.witness import FORKS, Fork, Witness, WitnessRefused

LOG: Final = NoteSigner("quanzhou", ED25519, Ed25519Key(b"l" * 32))
OWN: Final = NoteSigner("350505-JJJC", COSIGNATURE, Ed25519Key(b"w" * 32))
SHA256: Final = digest(HashName.SHA256)
LONGEST: Final = 40


@dataclass
class History:
    """一段历史：``parted`` 件之前与正本相同，其后另写。"""

    parted: int = LONGEST
    name: bytes = b""
    subtree: Callable[[int, int], bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.subtree = cache(self._subtree)

    def _subtree(self, level: int, index: int) -> bytes:
        if level == 0:
            other = self.name if index >= self.parted else b""
            return leaf_hash(SHA256, b"%d" % index + other)
        left = self.subtree(level - 1, 2 * index)
        return node_hash(SHA256, left, self.subtree(level - 1, 2 * index + 1))

    def root(self, size: int) -> bytes:
        """某一件数时的树根。"""
        return merkle.root_at(SHA256, self.subtree, size)

    def note(self, size: int) -> bytes:
        """本账签过的封账单。"""
        return Checkpoint("quanzhou", size, self.root(size)).signed(LOG).encode()

    def submit(self, old: int, new: int) -> Submission:
        """接上 ``old`` 件的呈送。"""
        proof = merkle.consistency_proof(SHA256, self.subtree, old, new)
        return Submission(old, proof, self.note(new))


TRUE: Final = History()


def witness(folder: Path) -> Witness:
    """一家见证。"""
    return Witness("quanzhou", (LOG.verifier,), OWN, folder)


def size_of(one: Witness) -> int:
    """见证到几件。"""
    head = one.head()
    return head.size if head else 0


def forks(one: Witness) -> list[Fork]:
    """写下的证据。"""
    return [Fork.parse(path.read_bytes()) for path in sorted((one.folder / FORKS).glob("*"))]


def refused(one: Witness, submission: Submission) -> str:
    """不附签，记录不变；答为何。"""
    before = one.head()
    with pytest.raises(LedgerError) as told:
        one.consider(submission, 1)
    assert one.head() == before
    return told.value.code


def test_what_continues_is_cosigned_and_remembered(tmp_path: Path) -> None:
    """接得上的附签：本账与见证的签名都成立，时刻是见证自己的；重起之后接着认。"""
    size = 0
    for new in (1, 2, 5, 8, 8, 13, 40):
        data = witness(tmp_path).consider(TRUE.submit(size, new), 1_750_000_000 + new)
        opened = open_checkpoint(data, "quanzhou", (LOG.verifier, OWN.verifier))
        assert opened.signers == (LOG.verifier, OWN.verifier)
        assert opened.signed[1][1].cosigned_at == 1_750_000_000 + new
        assert witness(tmp_path).head() == opened.checkpoint
        size = new
    assert not (tmp_path / FORKS).exists()


def test_the_state_is_on_disk_before_the_answer_and_is_private(tmp_path: Path) -> None:
    """答复之前已落盘；只有本人可读；改过的记录不当作没有。"""
    one = witness(tmp_path)
    one.consider(TRUE.submit(0, 7), 1)
    head = tmp_path / "head"
    assert head.stat().st_mode & 0o777 == 0o600
    assert head.read_bytes() == TRUE.note(7)
    head.write_bytes(TRUE.note(7).replace(b"\n7\n", b"\n5\n"))
    with pytest.raises(NoteRefused):
        one.consider(TRUE.submit(7, 8), 1)


def test_a_proof_from_elsewhere_is_no_proof(tmp_path: Path) -> None:
    """不从已见证的件数接起、往回退的、重放的，不附签，并告知已见证到几件。"""
    one = witness(tmp_path)
    assert refused(one, TRUE.submit(3, 7)) == "witness.conflict"
    one.consider(TRUE.submit(0, 7), 1)
    for old, new in ((0, 7), (0, 9), (5, 9), (5, 7), (0, 3), (8, 9)):
        assert refused(one, TRUE.submit(old, new)) == "witness.conflict"
    with pytest.raises(WitnessRefused) as told:
        one.consider(TRUE.submit(0, 9), 1)
    assert told.value.size == 7
    shrunk = Submission(7, (), TRUE.note(3))
    assert refused(one, shrunk) == "witness.conflict"


def test_only_the_log_is_listened_to(tmp_path: Path) -> None:
    """别人签的、别的账的、改过的封账单，一概不看。"""
    one = witness(tmp_path)
    other = NoteSigner("quanzhou", ED25519, Ed25519Key(b"x" * 32))
    checkpoint = Checkpoint("quanzhou", 3, TRUE.root(3))
    for note in (
        checkpoint.signed(other).encode(),
        replace(checkpoint, origin="xiamen").signed(replace(LOG, name="xiamen")).encode(),
        TRUE.note(3).replace(b"\n3\n", b"\n4\n"),
        Note(checkpoint.text, (OWN.cosign(checkpoint.text, 1),)).encode(),
        b"",
    ):
        with pytest.raises(NoteRefused):
            one.consider(Submission(0, (), note), 1)
    assert one.head() is None


def test_a_bad_proof_accuses_nobody(tmp_path: Path) -> None:
    """证明错了只是不附签：写错证明不等于两段历史。"""
    one = witness(tmp_path)
    one.consider(TRUE.submit(0, 7), 1)
    good = TRUE.submit(7, 12)
    for proof in (
        (),
        good.proof[1:],
        good.proof[:-1],
        (*good.proof, bytes(32)),
        (bytes(32), *good.proof[1:]),
        (*good.proof[:-1], bytes(32)),
    ):
        assert refused(one, replace(good, proof=proof)) == "witness.unproven"
    assert not (tmp_path / FORKS).exists()
    one.consider(good, 1)


def test_the_nature_of_a_ledger_does_not_change(tmp_path: Path) -> None:
    """同一本账不会由正式变成演练。"""
    one = witness(tmp_path)
    one.consider(TRUE.submit(0, 7), 1)
    demo = Checkpoint("quanzhou", 12, TRUE.root(12), Mode.DEMO).signed(LOG).encode()
    assert refused(one, replace(TRUE.submit(7, 12), note=demo)) == "witness.unproven"


# -- forks


def test_two_roots_of_one_size_are_written_down(tmp_path: Path) -> None:
    """同样件数、两个树根、都有本账签名：写成证据，凭它自己就看得出来。"""
    one = witness(tmp_path)
    one.consider(TRUE.submit(0, 7), 1)
    other = History(5, b"!")
    assert refused(one, other.submit(0, 7)) == "witness.fork"
    (fork,) = forks(one)
    assert fork.is_proven((LOG.verifier,))
    assert (fork.first, fork.second) == (TRUE.note(7), other.note(7))


@pytest.mark.parametrize(("old", "new"), [(7, 12), (6, 7), (3, 40), (21, 22)])
def test_a_second_history_proves_itself(tmp_path: Path, old: int, new: int) -> None:
    """另一段历史的证明，说出它自己的旧树根：两份封账单加几个杂凑，就是证据。"""
    one = witness(tmp_path)
    one.consider(TRUE.submit(0, old), 1)
    other = History(old - 1, b"!")
    assert refused(one, other.submit(old, new)) == "witness.fork"
    (fork,) = forks(one)
    assert fork.is_proven((LOG.verifier,))
    assert fork.other_root == other.root(old)
    assert refused(one, other.submit(old, new)) == "witness.fork"
    assert len(forks(one)) == 1  # the same evidence once


def test_evidence_that_was_touched_proves_nothing(tmp_path: Path) -> None:
    """证据改动一处就不成立；没有两段历史的，编不出证据。"""
    one = witness(tmp_path)
    one.consider(TRUE.submit(0, 7), 1)
    refused(one, History(5, b"!").submit(7, 12))
    (fork,) = forks(one)
    keys = (LOG.verifier,)
    assert fork.is_proven(keys)
    for changed in (
        replace(fork, other_root=TRUE.root(7)),
        replace(fork, other_root=bytes(32)),
        replace(fork, proof=fork.proof[1:]),
        replace(fork, first=fork.second, second=fork.first),
        replace(fork, first=TRUE.note(5)),
        replace(fork, second=TRUE.note(12)),
        replace(fork, origin="xiamen"),
        replace(fork, first=b""),
    ):
        assert not changed.is_proven(keys)
    assert not fork.is_proven((OWN.verifier,))
    honest = TRUE.submit(7, 12)
    framed = Fork("quanzhou", TRUE.note(7), honest.note, TRUE.root(7), honest.proof)
    assert not framed.is_proven(keys)
    text = fork.encode()
    assert Fork.parse(text) == fork
    for wrong in (b"", b"{}", b"[]", text + b" ", text.replace(b"first", b"frist"), b"\xff"):
        with pytest.raises(NoteRefused):
            Fork.parse(wrong)
    told = json.loads(text)
    assert told["format"] == "sgld/fork/v1"


def test_ten_thousand_forks_and_none_accepted(tmp_path: Path) -> None:
    """一万次分叉：另一段历史的、掺杂的、错位的证明，没有一次得到附签。"""
    chance = Random(20260302)  # noqa: S311 (the same forks every time)
    one = witness(tmp_path)
    size = 21
    one.consider(TRUE.submit(0, size), 1)
    head = (tmp_path / "head").read_bytes()
    others = [History(parted, b"%d" % n) for parted in range(size) for n in range(4)]
    accepted = 0
    for _ in range(10_000):
        other = chance.choice(others)
        old, new = chance.choice((size, chance.randrange(size + 1))), chance.randrange(1, LONGEST)
        told = other.submit(min(old, new), new)
        mixed = TRUE.submit(min(old, new), new).proof
        proof = chance.choice((told.proof, mixed, mixed[: len(told.proof) // 2] + told.proof))
        try:
            one.consider(Submission(chance.choice((told.old_size, size)), proof, told.note), 1)
            accepted += 1
        except LedgerError:
            pass
    assert accepted == 0
    assert (tmp_path / "head").read_bytes() == head
    assert all(fork.is_proven((LOG.verifier,)) for fork in forks(one))


# -- the race


def test_the_race_of_the_standard(tmp_path: Path) -> None:
    """标准所举的竞争：同时呈送 N 与 N+K，见证到的件数绝不倒退。"""
    for turn in range(50):
        folder = tmp_path / str(turn)
        witness(folder).consider(TRUE.submit(0, 5), 1)
        start = threading.Barrier(2)

        def ask(new: int, folder: Path = folder, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                witness(folder).consider(TRUE.submit(5, new), 1)
            except WitnessRefused:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            small, large = pool.map(ask, (9, 13))
        assert small != large  # whoever came second was told to begin elsewhere
        assert size_of(witness(folder)) == (13 if large else 9)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parted=st.integers(1, 12),
    asked=st.lists(
        st.tuples(st.booleans(), st.integers(0, 12), st.integers(1, 16)), min_size=4, max_size=24
    ),
)
def test_no_interleaving_cosigns_two_histories(
    tmp_path: Path, parted: int, asked: list[tuple[bool, int, int]]
) -> None:
    """两段历史的呈送任意交错、四路同时来：附过签的各份，两两都在同一段历史上。"""
    folder = tmp_path / uuid4().hex
    other = History(parted, b"!")

    def ask(one: tuple[bool, int, int]) -> Checkpoint | None:
        is_true, old, new = one
        history = TRUE if is_true else other
        # half of them follow the witness, as whoever wants its signature would
        begin = size_of(witness(folder)) if old % 2 else old
        if begin > new:
            return None
        try:
            data = witness(folder).consider(history.submit(begin, new), 1)
        except (WitnessRefused, LedgerDamaged):
            return None
        return open_checkpoint(data, "quanzhou", (LOG.verifier,)).checkpoint

    with ThreadPoolExecutor(4) as pool:
        signed = [one for one in pool.map(ask, asked) if one is not None]
    histories = (TRUE, other)
    fitting = [all(one.root == history.root(one.size) for one in signed) for history in histories]
    assert any(fitting)
    assert size_of(witness(folder)) == max((one.size for one in signed), default=0)
