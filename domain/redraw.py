"""抽定之后的更换（redraw）：排除一户由下一签替补，更换一人由序号里的下一个接替。

Nobody chooses: who comes next follows from the seed as the draw itself does (trust.md B.4, B.5).
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import TypeAlias

from domain import inspection_plan as plans
from domain import matching, sampling
from domain.decider import Answer, Refused
from domain.inspection_plan import (
    ExclusionReason,
    InspectorRedrawn,
    ObjectReplaced,
    RedrawCause,
    Settled,
)
from domain.matching import Pair
from domain.refusals import Refusal
from domain.roster import ListedObject
from domain.sampling import DrawnObject
from domain.terms import Evidence, PersonId, SubjectId

# -- who comes next


def next_object(state: Settled, subject: SubjectId) -> tuple[DrawnObject | None, Pair | None]:
    """同层的下一签，与派去的两人；没有了的为空。``subject`` was drawn."""
    lists, drawn = state.lists, state.ever_drawn
    stratum = drawn[subject].stratum
    listed = {one.subject: one for one in lists.objects if one.stratum == stratum}
    tickets = sampling.ticket_office(lists.plan.hash, bytes.fromhex(state.result.seed))
    found = sampling.next_in_line(tickets, stratum, listed, drawn)
    if found is None:
        return None, None
    team = _in_order(state, listed[found.subject], leaving=subject)[: matching.TEAM]
    pair = Pair(found.subject, team) if len(team) == matching.TEAM else None
    return found, pair


def in_line(state: Settled, subject: SubjectId) -> tuple[PersonId, ...]:
    """能接替的人，依这一户的序号：合格、未到上限、不在组里、没有从这一户换下过。

    The ledger's registers may know of later ones who cannot go any more; they are passed over by
    name. ``subject`` has a team.
    """
    listed = next(one for one in state.lists.objects if one.subject == subject)
    barred = {*plans.teams(state)[subject].inspectors, *_taken_off(state, subject)}
    return tuple(one for one in _in_order(state, listed) if one not in barred)


def _taken_off(state: Settled, subject: SubjectId) -> frozenset[PersonId]:
    return frozenset(
        one.outgoing
        for one in state.changes
        if isinstance(one, InspectorRedrawn) and one.subject == subject
    )


def _in_order(
    state: Settled, target: ListedObject, leaving: SubjectId | None = None
) -> tuple[PersonId, ...]:
    """Eligible people below the cap of the draw, by the pair rank of this object."""
    lists = state.lists
    cap = matching.load_cap(len(state.result.drawn), len(lists.inspectors))
    load = Counter(
        person
        for pair in plans.teams(state).values()
        if pair.subject != leaving
        for person in pair.inspectors
    )
    return matching.in_rank(
        matching.pair_rank(lists.plan.hash, bytes.fromhex(state.result.seed)),
        target,
        lists.inspectors,
        lists.plan.inspect_by,
        lambda person: load[person] < cap,
    )


# -- commands


@dataclass(frozen=True, slots=True)
class Replace:
    """排除一户，替补一户。``inspected``：该户的任务已录入过结果。"""

    subject: SubjectId
    reason: ExclusionReason
    evidence: tuple[Evidence, ...]
    handler: PersonId
    second: PersonId
    inspected: bool

    def decide(self, state: plans.State) -> Answer:
        """只凭所列的缘由与证据、两人同意；替补是谁、派谁去，都由种子定。"""
        if not isinstance(state, Settled):
            return plans.standing(state)
        if known := plans.replacement(state, self.subject):
            same = replace(known, substitute=None, pair=None) == self._fact(None, None)
            return () if same else Refused(Refusal.PLAN_REPLACED, {"subject": self.subject})
        if self.subject not in state.ever_drawn:
            return Refused(Refusal.TASK_NOT_DRAWN, {"subject": self.subject})
        if self.handler == self.second:
            return Refused(Refusal.PLAN_SAME_PERSON, {"person": self.handler})
        if not self.evidence:
            return Refused(Refusal.PLAN_NO_EVIDENCE)
        if self.inspected:
            return Refused(Refusal.PLAN_INSPECTED, {"subject": self.subject})
        return (self._fact(*next_object(state, self.subject)),)

    def _fact(self, substitute: DrawnObject | None, pair: Pair | None) -> ObjectReplaced:
        return ObjectReplaced(
            self.subject, self.reason, self.evidence, substitute, pair, self.handler, self.second
        )


@dataclass(frozen=True, slots=True)
class Redraw:
    """更换一名检查人员。``unfit``：登记簿上此日不能执法的人。"""

    subject: SubjectId
    outgoing: PersonId
    cause: RedrawCause
    reference: str
    handler: PersonId
    second: PersonId | None = None
    unfit: frozenset[PersonId] = frozenset()

    def decide(self, state: plans.State) -> Answer:
        """接替的是序号里的下一个；没有了即人员不足，不由剩下的一人检查（处罚法 42 条）。"""
        if not isinstance(state, Settled):
            return plans.standing(state)
        if self.outgoing in _taken_off(state, self.subject):
            return ()
        pair = plans.teams(state).get(self.subject)
        if pair is None or self.outgoing not in pair.inspectors:
            return Refused(Refusal.TASK_NOT_ASSIGNED, {"person": self.outgoing})
        return (self._redrawn(state, pair),)

    def _redrawn(self, state: Settled, pair: Pair) -> InspectorRedrawn:
        waiting = in_line(state, self.subject)
        found = next((one for one in waiting if one not in self.unfit), None)
        passed = waiting if found is None else waiting[: waiting.index(found)]
        stays = tuple(one for one in pair.inspectors if one != self.outgoing)
        team = None if found is None else self._team(state, (*stays, found))
        return InspectorRedrawn(
            subject=self.subject,
            outgoing=self.outgoing,
            cause=self.cause,
            reference=self.reference,
            passed_over=passed,
            pair=team,
            handler=self.handler,
            second=self.second,
        )

    def _team(self, state: Settled, people: tuple[PersonId, ...]) -> Pair:
        rank = matching.pair_rank(state.lists.plan.hash, bytes.fromhex(state.result.seed))
        ordered = sorted(people, key=lambda person: rank(self.subject, person))
        return Pair(self.subject, tuple(ordered))


Command: TypeAlias = Replace | Redraw
