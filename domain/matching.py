"""配对（matching）：抽中的对象配两名检查人员，次序由种子决定，人手不能选（trust.md B.5）。"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from domain.hashing import digest, lp
from domain.roster import ListedInspector, ListedObject
from domain.terms import HashName, PersonId, SubjectId

TEAM: Final = 2  # 检查人员不得少于两人（处罚法 42 条）


@dataclass(frozen=True, slots=True)
class Pair:
    """一个对象与两名检查人员。"""

    subject: SubjectId
    inspectors: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """配对结果；``unmatched`` 是合格人员不足的对象，须扩充名库，绝不由一人检查。"""

    pairs: tuple[Pair, ...]
    unmatched: tuple[SubjectId, ...]


def load_cap(objects: int, inspectors: int) -> int:
    """一人至多几户：平均数的 1.15 倍，进一。"""
    return -(-TEAM * objects * 115 // (inspectors * 100)) if inspectors else 0


def eligible(target: ListedObject, inspector: ListedInspector, on: date) -> bool:
    """能否派去检查：片区与专业相符、检查之日证件有效、未经手该件、不是所在地本所。

    A station that bears the code of the object's region is its own station (所所交叉).
    """
    return (
        inspector.region == target.region
        and target.speciality in inspector.specialities
        and inspector.certificate_valid_to >= on
        and inspector.inspector not in target.officers_involved
        and inspector.station != target.region
    )


def pair_rank(name: HashName, seed: bytes) -> Callable[[str, str], bytes]:
    """某人对某户的序号；由种子决定，与名单先后无关。"""
    compute = digest(name)
    prefix = lp(b"ssj/pair/v1") + lp(seed)
    return lambda subject, person: compute(prefix + lp(subject.encode()) + lp(person.encode()))


def in_rank(
    rank: Callable[[str, str], bytes],
    target: ListedObject,
    inspectors: Sequence[ListedInspector],
    on: date,
    room: Callable[[PersonId], bool],
) -> tuple[PersonId, ...]:
    """抽定之后能再派去的人，依同一序号：合格、有余量；已派出的不为它调换。"""
    fit = (one.inspector for one in inspectors if eligible(target, one, on))
    order = sorted((rank(target.subject, person), person) for person in fit if room(person))
    return tuple(person for _, person in order)


@dataclass(slots=True)
class _Assignment:
    """Who goes where so far; a failed object is taken back whole, never left with one."""

    ranked: dict[SubjectId, tuple[PersonId, ...]]
    cap: int
    teams: dict[SubjectId, list[PersonId]] = field(default_factory=dict)
    holds: dict[PersonId, list[SubjectId]] = field(default_factory=dict)

    def seat(self, subject: SubjectId) -> bool:
        """Give the object a full team or nothing; earlier objects keep full teams."""
        self.teams[subject] = []
        done: list[_Swap] = []
        for _ in range(TEAM):
            moves = self._moves(subject)
            if not moves:
                for swap in reversed(done):
                    self._undo(swap)
                del self.teams[subject]
                return False
            done += [self._swap(*move) for move in moves]
        return True

    def _free(self, person: PersonId) -> bool:
        return len(self.holds.get(person, ())) < self.cap

    def _moves(self, subject: SubjectId) -> list[tuple[SubjectId, PersonId | None, PersonId]]:
        """The lowest person with room; else the first augmenting path in hash order."""
        for person in self.ranked[subject]:
            if self._free(person) and person not in self.teams[subject]:
                return [(subject, None, person)]
        return self._path(subject)

    def _path(self, start: SubjectId) -> list[tuple[SubjectId, PersonId | None, PersonId]]:
        asked: dict[PersonId, SubjectId] = {}
        gives: dict[SubjectId, PersonId | None] = {start: None}
        queue = deque([start])
        while queue:
            target = queue.popleft()
            for person in self.ranked[target]:
                if person in asked or person in self.teams[target]:
                    continue
                asked[person] = target
                if self._free(person):
                    return self._trace(person, asked, gives)
                for other in self.holds[person]:
                    if other not in gives:
                        gives[other] = person
                        queue.append(other)
        return []

    @staticmethod
    def _trace(
        person: PersonId,
        asked: dict[PersonId, SubjectId],
        gives: dict[SubjectId, PersonId | None],
    ) -> list[tuple[SubjectId, PersonId | None, PersonId]]:
        moves: list[tuple[SubjectId, PersonId | None, PersonId]] = []
        taken: PersonId | None = person
        while taken is not None:
            target = asked[taken]
            dropped = gives[target]
            moves.append((target, dropped, taken))
            taken = dropped
        return moves

    def _swap(self, subject: SubjectId, old: PersonId | None, new: PersonId) -> "_Swap":
        seat = held = 0
        if old is not None:
            seat, held = self.teams[subject].index(old), self.holds[old].index(subject)
            del self.teams[subject][seat]
            del self.holds[old][held]
        self.teams[subject].append(new)
        self.holds.setdefault(new, []).append(subject)
        return _Swap(subject, old, new, seat, held)

    def _undo(self, swap: "_Swap") -> None:
        """Back to its place: whom a person was given first is asked first, in later paths too."""
        self.teams[swap.subject].pop()
        self.holds[swap.new].pop()
        if swap.old is not None:
            self.teams[swap.subject].insert(swap.seat, swap.old)
            self.holds[swap.old].insert(swap.held, swap.subject)


@dataclass(frozen=True, slots=True)
class _Swap:
    """One step of an exchange, and where the one who was dropped stood."""

    subject: SubjectId
    old: PersonId | None
    new: PersonId
    seat: int
    held: int


def match(
    name: HashName,
    seed: bytes,
    objects: Sequence[ListedObject],
    inspectors: Sequence[ListedInspector],
    on: date,
) -> Matching:
    """按抽签号次序配对；只要全配得上就一定全配上（Kuhn）。

    ``objects`` come in ticket order. Each team is told in hash order of its members.
    """
    rank = pair_rank(name, seed)
    ranked: dict[SubjectId, tuple[PersonId, ...]] = {}
    for target in objects:
        fit = (one.inspector for one in inspectors if eligible(target, one, on))
        # the id behind the hash only makes the order total; equal hashes do not happen
        order = sorted((rank(target.subject, person), person) for person in fit)
        ranked[target.subject] = tuple(person for _, person in order)
    work = _Assignment(ranked, load_cap(len(objects), len(inspectors)))
    unmatched = tuple(one.subject for one in objects if not work.seat(one.subject))
    pairs = tuple(
        Pair(subject, tuple(person for person in ranked[subject] if person in team))
        for subject, team in work.teams.items()
    )
    return Matching(pairs, unmatched)
