"""计时（timekeeping）：一份案卷的期限上，机器记下的事：重新推算、亮灯。

Stream ``deadline/<the file's own stream>``, in the partition of that file. What opens and settles a
deadline is told by the file itself (domain.timers); here stands only what no act of a person says.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.lights import Light
from domain.refusals import Refusal

# -- events


@dataclass(frozen=True, slots=True)
class Rederived(Event):
    """期限重新推算：所涉年度的日历公布或者更正了。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:82", "jjrbf")
    deadline: str  # 期限的种类
    name: str  # 同类期限有几项的，是哪一项
    revision: int  # 这项期限由所属案卷的第几件事而定
    year: int  # 公布或更正的年度
    calendar_version: int
    was_due_on: date
    due_on: date
    provisional: bool  # 仍越出已公布的日历


@dataclass(frozen=True, slots=True)
class Warned(Event):
    """期限亮灯：将至、迫近或已过。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:dzjc",)
    deadline: str
    name: str
    light: Light
    due_on: date
    days_left: int  # 今日在内还有几日（已过的为零）


TimekeepingEvent: TypeAlias = Rederived | Warned


# -- state


@dataclass(frozen=True, slots=True)
class Kept:
    """记下过的：每项期限最近一次推算，以及亮过的灯。"""

    derived: tuple[Rederived, ...] = ()
    warned: tuple[Warned, ...] = ()

    def latest(self, deadline: str, name: str) -> Rederived | None:
        """这项期限最近一次重新推算。"""
        of_it = (one for one in self.derived if (one.deadline, one.name) == (deadline, name))
        return next(of_it, None)

    def shown(self, fact: Warned) -> Light:
        """这项期限（届满之日也相同的）亮过的最重的灯。"""
        same = (fact.deadline, fact.name, fact.due_on)
        lights = (one.light for one in self.warned if (one.deadline, one.name, one.due_on) == same)
        return max(lights, key=lambda light: light.weight, default=Light.GREEN)


State: TypeAlias = Kept


# -- commands


@dataclass(frozen=True, slots=True)
class Rederive:
    """记下按新日历推算的结果。"""

    fact: Rederived

    def decide(self, state: State) -> Answer:
        """一个版本的日历只推算一次；更正而届满之日不变的，无事可记；初次公布的，暂定从此确定。"""
        known = state.latest(self.fact.deadline, self.fact.name)
        if known is not None and _basis(known) == _basis(self.fact):
            return ()
        first = self.fact.calendar_version == 1
        return (self.fact,) if first or self.fact.due_on != self.fact.was_due_on else ()


def _basis(fact: Rederived) -> tuple[int, int, int]:
    return fact.revision, fact.year, fact.calendar_version


@dataclass(frozen=True, slots=True)
class Warn:
    """记下亮灯；``light`` 是今日的灯，``fact.light`` 是来报的。"""

    fact: Warned
    light: Light

    def decide(self, state: State) -> Answer:
        """同样的灯只记一次；还没有到的拒绝，已经更重的另有更重的来报。"""
        if state.shown(self.fact).weight >= self.fact.light.weight:
            return ()
        match self.light.weight - self.fact.light.weight:
            case 0:
                return (self.fact,)
            case later if later > 0:
                return ()
            case _:
                return Refused(Refusal.DEADLINE_NOT_YET, {"due_on": str(self.fact.due_on)})


Command: TypeAlias = Rederive | Warn


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后。"""
    match event:
        case Rederived():
            others = (
                one
                for one in state.derived
                if (one.deadline, one.name) != (event.deadline, event.name)
            )
            return replace(state, derived=(*others, event))
        case Warned() if state.shown(event).weight < event.light.weight:
            return replace(state, warned=(*state.warned, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """该不该记。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("deadline", Kept(), evolve)


def file_of(stream: str) -> str:
    """计时记在哪份案卷名下：``deadline/case/2026-000001`` → ``case/2026-000001``。"""
    return stream.removeprefix(f"{AGGREGATE.family}/")
