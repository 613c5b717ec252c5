"""风险计分办法（scoring）：扣分、看几个月、分几档，由监管部门逐版公布；每月第一个工作日据以分类。

国市监信发〔2022〕6号 asks for classes A–D by credit risk, renewed as events come, and leaves the
numbers to the place; so they are published like a list, with their paper. Until a version is in
force nobody is classified: the class a subject was registered with holds.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.deadlines import Calendar, rolled_over
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused, RuleUsed
from domain.refusals import Refusal
from domain.terms import PersonId
from domain.versions import floor, in_force


class RiskFactor(StrEnum):
    """计入风险的事。"""

    PROBLEM_PENDING = "PROBLEM_PENDING"  # 检查发现问题待后续处理
    PROBLEM_CORRECTED = "PROBLEM_CORRECTED"  # 检查发现问题经责令已改正
    NOT_AS_PROMISED = "NOT_AS_PROMISED"  # 检查不符合承诺内容
    UNREACHABLE = "UNREACHABLE"  # 通过登记的住所无法联系
    COMMITMENT_BROKEN = "COMMITMENT_BROKEN"  # 承诺落空
    COMMITMENT_FALSE = "COMMITMENT_FALSE"  # 虚假承诺
    LICENCE_REVOKED = "LICENCE_REVOKED"  # 许可被撤销
    LICENCE_FORFEITED = "LICENCE_FORFEITED"  # 许可被吊销
    CREDIT_MINOR = "CREDIT_MINOR"  # 轻微失信记录
    CREDIT_GENERAL = "CREDIT_GENERAL"  # 一般失信记录
    CREDIT_SERIOUS = "CREDIT_SERIOUS"  # 严重失信记录
    COMPLAINT_UPHELD = "COMPLAINT_UPHELD"  # 对经营行为的投诉属实


class RiskClass(StrEnum):
    """风险等级。"""

    A = "A"  # 低
    B = "B"  # 一般
    C = "C"  # 较高
    D = "D"  # 高


@dataclass(frozen=True, slots=True)
class RiskPoints:
    """一种事计几分。"""

    factor: RiskFactor
    points: int


# -- events


@dataclass(frozen=True, slots=True)
class ScoringPublished(Event):
    """风险计分办法（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6",)
    version: int
    effective_from: date
    document_no: str
    window_months: int  # 只看分类之日以前几个月的事
    newcomer_months: int  # 在册不满几个月的，不优于登记的等级
    weights: tuple[RiskPoints, ...]  # 没有写的不计
    b_from: int  # 满几分为 B，不满的为 A
    c_from: int
    d_from: int
    answer_days: int  # 异议几个工作日之内答复
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its day
        """版本生效之日。"""
        return self.effective_from

    def points(self, factor: RiskFactor) -> int:
        """一种事计几分；没有写的不计。"""
        return next((one.points for one in self.weights if one.factor is factor), 0)

    def class_of(self, points: int) -> RiskClass:
        """多少分是哪一级。"""
        if points >= self.d_from:
            return RiskClass.D
        if points >= self.c_from:
            return RiskClass.C
        return RiskClass.B if points >= self.b_from else RiskClass.A


@dataclass(frozen=True, slots=True)
class MonthBegun(Event):
    """当月风险分类开始。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6",)
    month: date  # 该月一日
    classified_on: date  # 分类之日：该月第一个工作日，机器迟了的为补办之日
    rule_version: int


ScoringEvent: TypeAlias = ScoringPublished | MonthBegun


# -- state


@dataclass(frozen=True, slots=True)
class Setting:
    """公布过的全部版本，与最近一次分类；什么也没有的为空。"""

    versions: tuple[ScoringPublished, ...] = ()
    last: MonthBegun | None = None


State: TypeAlias = Setting


def rule_of(version: ScoringPublished) -> RuleUsed:
    """分类所依的版本，写进信封。"""
    return RuleUsed(AGGREGATE.stream(IDENTITY), str(version.version))


def first_of(day: date) -> date:
    """该日所在月的一日。"""
    return day.replace(day=1)


def begins_on(month: date, calendar: Calendar) -> date:
    """该月第一个工作日。"""
    return rolled_over(first_of(month), calendar).day


# -- commands


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一个版本；``fact.version`` is set here, whatever it carries. ``today`` is Beijing's."""

    fact: ScoringPublished
    today: date

    def decide(self, state: State) -> Answer:
        """内容相同即无事可办；至早次日生效，已经作出的分类不改。"""
        known = state.versions[-1] if state.versions else None
        if known is not None and replace(self.fact, version=known.version) == known:
            return ()
        if not self.fact.document_no.strip():
            return Refused(Refusal.SCORING_NO_DOCUMENT)
        if wrong := _wrong(self.fact):
            return Refused(Refusal.SCORING_RULE, {"fields": wrong})
        latest = floor(state.versions, self.today)
        if self.fact.effective_from <= latest:
            facts = {"effective_from": str(self.fact.effective_from), "floor": str(latest)}
            return Refused(Refusal.SCORING_BACKDATED, facts)
        return (replace(self.fact, version=len(state.versions) + 1),)


def _wrong(fact: ScoringPublished) -> str:
    """Which fields are unsound: nothing may score below zero, the classes rise."""
    count = Counter(one.factor for one in fact.weights)
    bad = [one.factor.value for one in fact.weights if one.points < 0 or count[one.factor] > 1]
    bad += [] if fact.window_months > 0 else ["window_months"]
    bad += [] if fact.newcomer_months >= 0 else ["newcomer_months"]
    bad += [] if 0 < fact.b_from < fact.c_from < fact.d_from else ["b_from"]
    bad += [] if fact.answer_days > 0 else ["answer_days"]
    return "、".join(dict.fromkeys(bad))


@dataclass(frozen=True, slots=True)
class Begin:
    """开始当月的分类。``today`` is Beijing's, ``first``: the month's first working day."""

    month: date
    first: date
    today: date

    def decide(self, state: State) -> Answer:
        """该月第一个工作日或者其后，依当日有效的办法；一月一次。"""
        if state.last is not None and self.month <= state.last.month:
            return ()
        rule = in_force(state.versions, self.today)
        if rule is None:
            return Refused(Refusal.SCORING_NONE)
        if self.today < self.first or self.month != first_of(self.today):
            facts = {"month": f"{self.month:%Y-%m}", "first": str(self.first)}
            return Refused(Refusal.SCORING_NOT_NOW, facts)
        return (MonthBegun(self.month, self.today, rule.version),)


Command: TypeAlias = Publish | Begin


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """版本逐一相续，各月先后有序。Raises ImpossibleHistory."""
    last = state.versions[-1].effective_from if state.versions else date.min
    match event:
        case ScoringPublished(version=version) if (
            version == len(state.versions) + 1 and event.effective_from > last
        ):
            return replace(state, versions=(*state.versions, event))
        case MonthBegun(rule_version=version) if 0 < version <= len(state.versions) and (
            state.last is None or event.month > state.last.month
        ):
            return replace(state, last=event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依现有版本与已分类的月份决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("scoring", Setting(), evolve)
IDENTITY: Final = "risk"  # the one file of this family
