"""预登记（preregistration）：同一申请人到同一部门申办同一事项，受理之前登记了几次（机制 27）。

One file for (applicant, department, item): through whichever agent he comes, he is one applicant.
The window of counting ends with an acceptance; in one window the suspicion arises once, at the
second registration (二次以上 includes two, 民法典 1259 条).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory
from domain.terms import CaseNo, Channel, ItemCode, Organ, PersonId, SubjectId

THRESHOLD: Final = 2


def preregistration_id(applicant: SubjectId, department: Organ, item_code: ItemCode) -> str:
    """预登记案卷的编号。"""
    return f"{applicant}:{department}:{item_code}"


# -- events


@dataclass(frozen=True, slots=True)
class Made(Event):
    """预登记。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:ydj",)
    serial_no: str  # 预登记号
    item_code: ItemCode  # 申办的事项
    department: Organ  # 到哪个部门
    applicant: SubjectId  # 申请人
    agent: PersonId | None  # 代办人，没有的为空
    channel: Channel  # 登记渠道
    registered_on: date  # 登记之日
    handler: PersonId | None  # 经办人，申请人自行登记的为空


@dataclass(frozen=True, slots=True)
class NoticeSuspected(Event):
    """疑似一次性告知不到位。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:ydj", "xkf:72")
    count: int  # 登记的次数
    first_on: date  # 首次登记之日
    last_on: date  # 本次登记之日


@dataclass(frozen=True, slots=True)
class WindowClosed(Event):
    """预登记了结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:ydj",)
    case_no: CaseNo  # 受理的办件
    accepted_on: date  # 受理之日


PreregistrationEvent: TypeAlias = Made | NoticeSuspected | WindowClosed


# -- state


@dataclass(frozen=True, slots=True)
class Window:
    """自上次受理以来的各次预登记；``serials`` 是历来的全部预登记号。"""

    made: tuple[Made, ...] = ()
    suspected: NoticeSuspected | None = None
    serials: frozenset[str] = frozenset()


State: TypeAlias = Window


# -- commands


@dataclass(frozen=True, slots=True)
class Preregister:
    """预登记。"""

    fact: Made

    def decide(self, state: State) -> Answer:
        """一号只记一次；本窗口内满二次的，疑似告知不到位，记一次。"""
        if self.fact.serial_no in state.serials:
            return ()
        times = (*state.made, self.fact)
        if len(times) < THRESHOLD or state.suspected is not None:
            return (self.fact,)
        first = times[0].registered_on
        return (self.fact, NoticeSuspected(len(times), first, self.fact.registered_on))


@dataclass(frozen=True, slots=True)
class CloseWindow:
    """预登记了结：受理了，重新计数。"""

    fact: WindowClosed

    def decide(self, state: State) -> Answer:
        """没有未了的预登记，无事可办。"""
        return (self.fact,) if state.made else ()


Command: TypeAlias = Preregister | CloseWindow


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的窗口。Raises ImpossibleHistory."""
    match event:
        case Made() if event.serial_no not in state.serials:
            serials = state.serials | {event.serial_no}
            return replace(state, made=(*state.made, event), serials=serials)
        case NoticeSuspected() if state.made and state.suspected is None:
            return replace(state, suspected=event)
        case WindowClosed() if state.made:
            return Window(serials=state.serials)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依本窗口现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("preregistration", Window(), evolve)
