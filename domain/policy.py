"""承诺办法（policy）：承诺落空之后怎样处理，各地各有成文，逐版公布，依申请之日的版本。

Table C-policy: six texts, four different paths. An item names one (``rules.pledge.policy``); an item
that names none follows its own :class:`~domain.commitment.BreachPolicy`.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.commitment import BreachGround, BreachPolicy
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.versions import in_force


class Trigger(StrEnum):
    """承诺落空的三类情形，办法分别规定怎样处理。"""

    NOT_SUPPLIED = "NOT_SUPPLIED"  # 约定期限内未提交
    NOT_AS_PROMISED = "NOT_AS_PROMISED"  # 实际情况与承诺不符
    FALSE_PROMISE = "FALSE_PROMISE"  # 虚假承诺


class Path(StrEnum):
    """处理的路径。"""

    REVOKE_AT_ONCE = "REVOKE_AT_ONCE"  # 依法直接撤销
    RECTIFY_FIRST = "RECTIFY_FIRST"  # 先责令限期整改，逾期不改或者仍不符的撤销
    RECTIFY_SUSPENDED = "RECTIFY_SUSPENDED"  # 责令限期整改并中止办理，拒不整改的终止或者撤销


@dataclass(frozen=True, slots=True)
class Handling:
    """一类情形怎样处理。"""

    trigger: Trigger
    path: Path
    terminate: bool  # 尚未决定的终止办理
    credit_record: bool  # 记入信用记录
    no_more_commitments: bool  # 修复之前不再适用告知承诺
    penalty: bool  # 移送处罚

    @property
    def rectify(self) -> bool:
        """先责令限期整改。"""
        return self.path is not Path.REVOKE_AT_ONCE


# -- events


@dataclass(frozen=True, slots=True)
class PolicyPublished(Event):
    """承诺办法（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    version: int
    effective_from: date
    name: str
    jurisdiction: str
    source: str  # 文件名称、文号与条款
    handlings: tuple[Handling, ...]

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its own day
        """版本生效之日。"""
        return self.effective_from

    def on(self, trigger: Trigger) -> Handling:
        """某一类情形怎样处理。"""
        return next(one for one in self.handlings if one.trigger is trigger)


PolicyEvent: TypeAlias = PolicyPublished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有公布过此办法。"""


@dataclass(frozen=True, slots=True)
class InForce:
    """公布过的全部版本，生效之日先后有序。"""

    versions: tuple[PolicyPublished, ...]

    @property
    def latest(self) -> PolicyPublished:
        """最后公布的版本，可能尚未生效。"""
        return self.versions[-1]


State: TypeAlias = Nothing | InForce


def version_on(state: State, day: date) -> PolicyPublished | None:
    """申请之日有效的版本；当日尚无有效版本的没有。"""
    return None if isinstance(state, Nothing) else in_force(state.versions, day)


_TRIGGER: Final = {
    BreachGround.NOT_SUPPLIED: Trigger.NOT_SUPPLIED,
    BreachGround.NOT_CONFORMING: Trigger.NOT_AS_PROMISED,
    BreachGround.NOT_AS_PROMISED: Trigger.NOT_AS_PROMISED,
    BreachGround.CONDITIONS_NOT_MET: Trigger.NOT_AS_PROMISED,
    BreachGround.FALSE_PROMISE: Trigger.FALSE_PROMISE,
}


def handling(known: PolicyPublished | None, own: BreachPolicy, ground: BreachGround) -> Handling:
    """承诺落空怎样处理：依办法；事项没有指明办法的，依事项自定的路径，虚假承诺直接撤销。"""
    trigger = _TRIGGER[ground]
    if known is not None:
        return known.on(trigger)
    false = trigger is Trigger.FALSE_PROMISE
    rectify = own is BreachPolicy.RECTIFY_FIRST and not false
    path = Path.RECTIFY_FIRST if rectify else Path.REVOKE_AT_ONCE
    return Handling(
        trigger, path, terminate=True, credit_record=True, no_more_commitments=false, penalty=False
    )


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一个版本；``fact.version`` is set here, whatever it carries. ``today`` is Beijing's."""

    fact: PolicyPublished
    today: date

    def decide(self, state: State) -> Answer:
        """三类情形各写一次；内容相同即无事可办；新版本不溯及既往。"""
        known = state.latest if isinstance(state, InForce) else None
        if known is not None and replace(self.fact, version=known.version) == known:
            return ()
        if not self.fact.source.strip():
            return Refused(Refusal.POLICY_NO_SOURCE)
        if sorted(one.trigger for one in self.fact.handlings) != sorted(Trigger):
            return Refused(Refusal.POLICY_TRIGGERS)
        if known is None:
            return (replace(self.fact, version=1),)
        if self.fact.effective_from < max(self.today, known.effective_from):
            facts = {"effective_from": str(self.fact.effective_from)}
            return Refused(Refusal.POLICY_BACKDATED, facts)
        return (replace(self.fact, version=known.version + 1),)


def evolve(state: State, event: Event) -> State:
    """版本逐一相续。"""
    known = state.versions if isinstance(state, InForce) else ()
    match event:
        case PolicyPublished(version=version) if version == len(known) + 1:
            return InForce((*known, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Publish) -> Answer:
    """依现有版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("policy", Nothing(), evolve)
