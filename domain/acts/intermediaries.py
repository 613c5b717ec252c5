"""中介机构的登记、评价、暂停与退出，由行业主管（监管）部门办。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import intermediary
from domain.acts.base import Desk, handles, write
from domain.decider import Decision
from domain.intermediary import Qualification, Rating
from domain.terms import Organ


@dataclass(frozen=True, slots=True)
class RegisterIntermediary:
    """登记中介机构，或变更其资质与隶属关系。"""

    intermediary_id: str
    name: str
    qualifications: tuple[Qualification, ...]
    affiliated_with: tuple[Organ, ...] = ()


@dataclass(frozen=True, slots=True)
class RateIntermediary:
    """评价中介机构。"""

    intermediary_id: str
    rating: Rating
    reasons: str


@dataclass(frozen=True, slots=True)
class SuspendIntermediary:
    """暂停中介机构，自某日至某日（含）。"""

    intermediary_id: str
    first_day: date
    last_day: date
    reasons: str


@dataclass(frozen=True, slots=True)
class ExitIntermediary:
    """中介机构退出；``exited_on`` None: today."""

    intermediary_id: str
    reasons: str
    exited_on: date | None = None


IntermediaryAct: TypeAlias = (
    RegisterIntermediary | RateIntermediary | SuspendIntermediary | ExitIntermediary
)


# -- handlers

INTERMEDIARY: Final = intermediary.AGGREGATE


@handles(RegisterIntermediary)
def register_intermediary(act: RegisterIntermediary, desk: Desk) -> Decision:
    """登记中介机构。"""
    fact = intermediary.IntermediaryRegistered(
        act.name, act.qualifications, act.affiliated_with, desk.handler
    )
    return _settle(act.intermediary_id, intermediary.Register(fact), desk)


@handles(RateIntermediary)
def rate_intermediary(act: RateIntermediary, desk: Desk) -> Decision:
    """评价中介机构。"""
    fact = intermediary.IntermediaryRated(act.rating, act.reasons, desk.handler)
    return _settle(act.intermediary_id, intermediary.Judge(fact, desk.today), desk)


@handles(SuspendIntermediary)
def suspend_intermediary(act: SuspendIntermediary, desk: Desk) -> Decision:
    """暂停中介机构。"""
    fact = intermediary.IntermediarySuspended(
        act.first_day, act.last_day, act.reasons, desk.handler
    )
    return _settle(act.intermediary_id, intermediary.Judge(fact, desk.today), desk)


@handles(ExitIntermediary)
def exit_intermediary(act: ExitIntermediary, desk: Desk) -> Decision:
    """中介机构退出。"""
    day = act.exited_on or desk.today
    fact = intermediary.IntermediaryExited(day, act.reasons, desk.handler)
    return _settle(act.intermediary_id, intermediary.Judge(fact, desk.today), desk)


def _settle(identity: str, command: intermediary.Command, desk: Desk) -> Decision:
    answer = intermediary.decide(desk.load(INTERMEDIARY, identity), command)
    return write(INTERMEDIARY, identity, identity, answer)
