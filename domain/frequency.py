"""年度检查次数（frequency）：一个对象这一年各部门各上门几次，计不计入频次上限（国办发〔2024〕54号）。

The cap is one organ's to one enterprise a calendar year (同一行政机关对同一企业); one visit serves however
many matters and departments: a joint check is one visit, and counts once for the enterprise and
once for each department that took part. Counted by the day on which it was made, however late it
is recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory
from domain.terms import Organ, SubjectId


class CheckGround(StrEnum):
    """上门检查所因；只有一般事项的抽查计入频次上限。"""

    DRAW = "DRAW"  # 一般事项的抽查：计入
    KEY_MATTER = "KEY_MATTER"  # 重点检查事项：不计
    HIGH_RISK = "HIGH_RISK"  # 高风险（D 类）对象：不计
    TRIGGERED = "TRIGGERED"  # 投诉举报或转办交办或数据监测：不计


# -- events


@dataclass(frozen=True, slots=True)
class Counted(Event):
    """一次上门检查记入年度检查次数。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54",)
    subject: SubjectId
    check_no: str  # 检查任务
    visit_no: str  # 哪一次上门：联合检查的各部门同为一次
    department: Organ
    annual_plan_no: str | None
    matters: tuple[str, ...]
    performed_on: date
    ground: CheckGround
    visits_of_year: int  # 各部门这一年合计上门第几次，不论所因
    nth: int  # 本部门这一年计入的第几次；不计入的为零
    most: int | None  # 这一类对象的上限；不设的为空


@dataclass(frozen=True, slots=True)
class Corrected(Event):
    """一次上门检查的日子更正：退回重录时改了。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54",)
    check_no: str
    performed_on: date


# -- state


@dataclass(frozen=True, slots=True)
class Visits:
    """一个对象的全部上门检查。"""

    checks: tuple[Counted, ...] = ()

    def find(self, check_no: str) -> Counted | None:
        """一项任务的那一次。"""
        return next((one for one in self.checks if one.check_no == check_no), None)


def counted(state: Visits, department: Organ, year: int) -> int:
    """本部门这一年计入上限的几次上门。"""
    return len({one.visit_no for one in _counting(state, department, year)})


def counted_checks(state: Visits, department: Organ, year: int) -> tuple[str, ...]:
    """本部门这一年计入上限的各项任务。"""
    return tuple(one.check_no for one in _counting(state, department, year))


def _counting(state: Visits, department: Organ, year: int) -> Iterator[Counted]:
    for one in state.checks:
        own = one.department == department and one.performed_on.year == year
        if own and one.ground is CheckGround.DRAW:
            yield one


def made(state: Visits, year: int) -> int:
    """各部门这一年合计上门几次，不论所因；联合检查只算一次。"""
    return len({one.visit_no for one in state.checks if one.performed_on.year == year})


def reached(state: Visits, department: Organ, year: int, most: int | None) -> bool:
    """本部门这一年已到上限；不设上限的不会到。"""
    return most is not None and counted(state, department, year) >= most


# -- command


@dataclass(frozen=True, slots=True)
class Count:
    """记入一次上门检查；``fact.nth`` and ``fact.visits_of_year`` are set here."""

    fact: Counted

    def decide(self, state: Visits) -> Answer:
        """一项任务记一次；重录改了日子的更正。过了上限照记：上门是事实，多了由效能督办。"""
        fact = self.fact
        known = state.find(fact.check_no)
        if known is None:
            return (self._numbered(state),)
        if known.performed_on == fact.performed_on:
            return ()
        return (Corrected(fact.check_no, fact.performed_on),)

    def _numbered(self, state: Visits) -> Counted:
        fact, year = self.fact, self.fact.performed_on.year
        with_it = Visits((*state.checks, fact))
        counts = fact.ground is CheckGround.DRAW
        nth = counted(with_it, fact.department, year) if counts else 0
        return replace(fact, visits_of_year=made(with_it, year), nth=nth)


# -- evolve, decide

FrequencyEvent: TypeAlias = Counted | Corrected


def evolve(state: Visits, event: Event) -> Visits:
    """又上门一次，或更正日子。Raises ImpossibleHistory."""
    match event:
        case Counted(check_no=check_no) if state.find(check_no) is None:
            return Visits((*state.checks, event))
        case Corrected(check_no=check_no, performed_on=day) if known := state.find(check_no):
            moved = replace(known, performed_on=day)
            return Visits(tuple(moved if one is known else one for one in state.checks))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: Visits, command: Count) -> Answer:
    """依已有的次数决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Visits]("frequency", Visits(), evolve)
