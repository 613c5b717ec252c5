"""检查结果（result）：复核同意即成立；谁检查谁公开，二十个工作日；推翻的三日内撤下，可以更正。

One file a task. What is published is made here and holds nothing but what may: of an enterprise
its credit code, of a natural person nothing at all (个人信息保护法 25 条); never an inspector.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.code_set import CodeKind, CodeSetPublished, FollowUpKind
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, LicenceNo, Organ, PersonId, SubjectId

PUBLISH_DAYS: Final = 20  # 结果形成之日起二十个工作日内公开（食品监督检查办法 39 条）
WITHDRAW_DAYS: Final = 3  # 推翻的三个工作日内撤下（处罚信息公示规定 11 条）
FOLLOW_UP_DAYS: Final = 5  # 必须有后续处理的，几个工作日内立项；文件没有给出数字，各地自定


@dataclass(frozen=True, slots=True)
class Needs:
    """后续处理：必须是哪几种，此外是否还要一种（由部门定）。"""

    kinds: tuple[FollowUpKind, ...] = ()
    other: bool = False

    def lacking(self, opened: Sequence[FollowUpKind]) -> bool:
        """立项了这些，是否还缺。"""
        beside = set(opened) - set(self.kinds)
        return not set(self.kinds) <= set(opened) or (self.other and not beside)


@dataclass(frozen=True, slots=True)
class Outcome:
    """成立的结果：哪一套代码的哪几项，公开时怎样写，后续须做什么。"""

    code_set: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[CodeKind, ...]
    needs: tuple[FollowUpKind, ...]  # 必须有的后续处理
    needs_other: bool  # 此外还要一种，由部门定
    automatic: bool  # 其中有由机器立即立项核实的

    @property
    def wanted(self) -> Needs:
        """须做的后续处理。"""
        return Needs(self.needs, self.needs_other)


def outcome(known: CodeSetPublished, codes: Sequence[str]) -> Outcome:
    """由代码集得出结果：名称、哪一类、后续须做什么。"""
    found = known.find(codes)
    follow = [one for one in found if one.must_follow]
    kinds = dict.fromkeys(one.follow_up_kind for one in follow if one.follow_up_kind)
    return Outcome(
        code_set=known.code_set,
        codes=tuple(one.code for one in found),
        names=tuple(one.name for one in found),
        kinds=tuple(one.kind for one in found),
        needs=tuple(kinds),
        needs_other=any(one.follow_up_kind is None for one in follow),
        automatic=any(one.automatic for one in follow),
    )


# -- events


@dataclass(frozen=True, slots=True)
class ResultFormed(Event):
    """检查结果形成。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "spjcbf:39")
    plan_no: str
    subject: SubjectId
    department: Organ  # 谁检查谁公开
    inspectors: tuple[PersonId, ...]
    licence_no: LicenceNo | None
    filing_no: CaseNo | None
    performed_on: date
    outcome: Outcome
    formed_on: date
    publish_by: date
    follow_up_by: date | None  # 空：没有必须做的后续处理


@dataclass(frozen=True, slots=True)
class ResultPublished(Event):
    """检查结果公开。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "spjcbf:39", "grxxbhf:25")
    plan_no: str
    title: str  # 抽查计划的名称
    department: Organ
    holder: str  # 统一社会信用代码；自然人不列名，为空文字
    names: tuple[str, ...]  # 各项结果的中文名
    performed_on: date
    published_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class PublicationMissed(Event):
    """检查结果逾期未公开。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "spjcbf:39")
    due_on: date


@dataclass(frozen=True, slots=True)
class ResultOverturned(Event):
    """检查结果被推翻。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:48", "cfgs:11")
    document_no: str
    reasons: str
    overturned_on: date
    withdraw_by: date | None  # 空：没有公开过，不必撤
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ResultWithdrawn(Event):
    """撤下检查结果。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:48", "cfgs:11")
    reasons: str


@dataclass(frozen=True, slots=True)
class ResultCorrected(Event):
    """检查结果更正。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:48", "cfgs:11")
    outcome: Outcome
    document_no: str
    reasons: str
    corrected_on: date
    publish_by: date
    follow_up_by: date | None
    handler: PersonId


@dataclass(frozen=True, slots=True)
class FollowUpBegun(Event):
    """检查结果有了后续处理。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:54")
    follow_up_no: str
    kind: FollowUpKind
    complete: bool  # 必须有的都立项了


@dataclass(frozen=True, slots=True)
class FollowUpLacking(Event):
    """检查结果逾期没有后续处理。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:54")
    due_on: date


ResultEvent: TypeAlias = (
    ResultFormed
    | ResultPublished
    | PublicationMissed
    | ResultOverturned
    | ResultWithdrawn
    | ResultCorrected
    | FollowUpBegun
    | FollowUpLacking
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """结果还没有成立。"""


@dataclass(frozen=True, slots=True)
class Formed:
    """已成立；``outcome`` 是更正之后的，``latest`` 是把它定下的那一件。"""

    formed: ResultFormed
    latest: ResultFormed | ResultCorrected
    published: ResultPublished | None = None
    overturned: ResultOverturned | None = None
    withdrawn: bool = False
    missed: bool = False
    lacking: bool = False
    follow_ups: tuple[FollowUpBegun, ...] = ()

    @property
    def opened(self) -> tuple[FollowUpKind, ...]:
        """立了哪几种后续处理。"""
        return tuple(one.kind for one in self.follow_ups)

    @property
    def to_withdraw(self) -> bool:
        """公开着而已被推翻。"""
        return self.published is not None and self.overturned is not None and not self.withdrawn


State: TypeAlias = Nothing | Formed


# -- commands


@dataclass(frozen=True, slots=True)
class Form:
    """结果成立，与复核同意同时。"""

    fact: ResultFormed

    def decide(self, state: State) -> Answer:
        """一项任务一个结果。"""
        return (self.fact,) if isinstance(state, Nothing) else ()


@dataclass(frozen=True, slots=True)
class Publish:
    """公开。"""

    fact: ResultPublished

    def decide(self, state: State) -> Answer:
        """逾期的仍要公开；被推翻的不公开。"""
        match state:
            case Nothing():
                return Refused(Refusal.RESULT_NOT_FOUND)
            case Formed(overturned=ResultOverturned(document_no=number)):
                return Refused(Refusal.RESULT_OVERTURNED, {"document_no": number})
            case Formed(published=None):
                return (self.fact,)
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class MarkMissed:
    """记下逾期未公开。"""

    today: date

    def decide(self, state: State) -> Answer:
        """公开期限之日过完才算。"""
        match state:
            case Nothing():
                return Refused(Refusal.RESULT_NOT_FOUND)
            case Formed(published=None, overturned=None, missed=False, latest=latest):
                if self.today <= latest.publish_by:
                    return Refused(Refusal.RESULT_NOT_YET_DUE, {"due_on": str(latest.publish_by)})
                return (PublicationMissed(latest.publish_by),)
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Overturn:
    """推翻。``withdraw_by`` is the last day for taking it down, if it was ever published."""

    fact: ResultOverturned
    withdraw_by: date

    def decide(self, state: State) -> Answer:
        """由检查人以外的人记下，写明文书与理由（SD6）。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.RESULT_NOT_FOUND)
        shown = state.published is not None
        fact = replace(self.fact, withdraw_by=self.withdraw_by if shown else None)
        if state.overturned == fact:
            return ()
        if state.overturned is not None:
            facts = {"document_no": state.overturned.document_no}
            return Refused(Refusal.RESULT_OVERTURNED, facts)
        return _not_by_inspectors(state, fact.handler) or _no_reason(fact.reasons) or (fact,)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """撤下公开的结果。"""

    def decide(self, state: State) -> Answer:
        """推翻了的才撤，写明推翻的理由；没有公开过的无事可办。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.RESULT_NOT_FOUND)
        if state.overturned is None or not state.to_withdraw:
            return ()
        return (ResultWithdrawn(state.overturned.reasons),)


@dataclass(frozen=True, slots=True)
class Correct:
    """更正：被推翻之后，另定结果，重新公开。"""

    fact: ResultCorrected

    def decide(self, state: State) -> Answer:
        """推翻了、撤下了的才更正；由检查人以外的人，写明理由。"""
        match state:
            case Nothing():
                return Refused(Refusal.RESULT_NOT_FOUND)
            case Formed(latest=known) if known == self.fact:
                return ()
            case Formed(overturned=None):
                return Refused(Refusal.RESULT_STANDS)
            case Formed(to_withdraw=True):
                return Refused(Refusal.RESULT_STILL_PUBLIC)
            case _:
                fact = self.fact
                barred = _not_by_inspectors(state, fact.handler) or _no_reason(fact.reasons)
                return barred or (fact,)


@dataclass(frozen=True, slots=True)
class Follow:
    """记下一项后续处理的立项，与它同时。"""

    follow_up_no: str
    kind: FollowUpKind

    def decide(self, state: State) -> Answer:
        """结果成立着才有后续处理；有了哪几种，还缺不缺。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.RESULT_NOT_FOUND)
        if any(one.follow_up_no == self.follow_up_no for one in state.follow_ups):
            return ()
        if state.overturned is not None:
            facts = {"document_no": state.overturned.document_no}
            return Refused(Refusal.RESULT_OVERTURNED, facts)
        lacking = state.latest.outcome.wanted.lacking((*state.opened, self.kind))
        return (FollowUpBegun(self.follow_up_no, self.kind, not lacking),)


@dataclass(frozen=True, slots=True)
class MarkLacking:
    """记下逾期没有后续处理。"""

    today: date

    def decide(self, state: State) -> Answer:
        """期限之日过完而必须有的还缺。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.RESULT_NOT_FOUND)
        due_on = state.latest.follow_up_by
        settled = state.overturned is not None or state.lacking
        if due_on is None or settled or not state.latest.outcome.wanted.lacking(state.opened):
            return ()
        if self.today <= due_on:
            return Refused(Refusal.RESULT_NOT_YET_DUE, {"due_on": str(due_on)})
        return (FollowUpLacking(due_on),)


Command: TypeAlias = (
    Form | Publish | MarkMissed | Overturn | Withdraw | Correct | Follow | MarkLacking
)


def _not_by_inspectors(state: Formed, handler: PersonId) -> Refused | None:
    if handler in state.formed.inspectors:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": handler})
    return None


def _no_reason(reasons: str) -> Refused | None:
    return None if reasons.strip() else Refused(Refusal.CASE_REASONS_MISSING)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的结果。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), ResultFormed():
            return Formed(event, event)
        case Formed(overturned=None, published=None), ResultPublished():
            return replace(state, published=event)
        case Formed(overturned=None), ResultOverturned():
            return replace(state, overturned=event)
        case Formed(to_withdraw=True), ResultWithdrawn():
            return replace(state, withdrawn=True)
        case Formed(overturned=ResultOverturned(), to_withdraw=False), ResultCorrected():
            return Formed(state.formed, event, follow_ups=state.follow_ups)
        case Formed(overturned=None), FollowUpBegun() if event not in state.follow_ups:
            return replace(state, follow_ups=(*state.follow_ups, event))
        case Formed(), PublicationMissed() | FollowUpLacking():
            return _marked(state, event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def _marked(state: Formed, event: PublicationMissed | FollowUpLacking) -> State:
    match state, event:
        case Formed(missed=False, published=None), PublicationMissed():
            return replace(state, missed=True)
        case Formed(lacking=False), FollowUpLacking():
            return replace(state, lacking=True)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依结果现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("result", Nothing(), evolve)
