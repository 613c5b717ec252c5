"""一件事（package）：一套材料、一表申请，带起若干办件；各办各的，全部办结才办结（机制 12）。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, PersonId, SubjectId

FEWEST: Final = 2  # 至少两件才是联办


class ChildOutcome(StrEnum):
    """其中一件的结果。"""

    APPROVED = "APPROVED"  # 准予许可
    REJECTED = "REJECTED"  # 不予许可
    DECLINED = "DECLINED"  # 不予受理
    WITHDRAWN = "WITHDRAWN"  # 撤回申请


@dataclass(frozen=True, slots=True)
class PackageCase:
    """其中一件：办件与事项。"""

    case_no: CaseNo
    item_code: ItemCode


# -- events


@dataclass(frozen=True, slots=True)
class PackageOpened(Event):
    """一件事受理。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:12", "xkf:26")
    applicant: SubjectId
    name: str
    application_no: str
    cases: tuple[PackageCase, ...]
    opened_on: date
    target_days: int | None
    due_on: date | None
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ChildClosed(Event):
    """一件事中的一件办结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:12",)
    case_no: CaseNo
    outcome: ChildOutcome
    closed_on: date
    early: bool | None  # 提前于承诺时限；没有承诺时限的不论


@dataclass(frozen=True, slots=True)
class PackageClosed(Event):
    """一件事办结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:12",)
    closed_on: date
    working_days: int
    approved: int
    early: bool
    within_target: bool | None


PackageEvent: TypeAlias = PackageOpened | ChildClosed | PackageClosed


# -- state


@dataclass(frozen=True, slots=True)
class Package:
    """一件事办到哪里；全空即没有此事。"""

    opened: PackageOpened | None = None
    children: tuple[ChildClosed, ...] = ()
    closed: PackageClosed | None = None

    @property
    def pending(self) -> tuple[CaseNo, ...]:
        """还没有办结的各件。"""
        cases = self.opened.cases if self.opened else ()
        done = {child.case_no for child in self.children}
        return tuple(one.case_no for one in cases if one.case_no not in done)

    @property
    def approved(self) -> int:
        """准予的件数。"""
        return sum(child.outcome is ChildOutcome.APPROVED for child in self.children)

    @property
    def early(self) -> bool:
        """全部提前才算提前；没有承诺时限的不论，一件也没有时限的不算。"""
        told = [child.early for child in self.children if child.early is not None]
        return bool(told) and all(told)

    def after(self, event: Event) -> "Package":
        """受理、逐件办结、办结。"""
        match event:
            case PackageOpened() if self.opened is None:
                return replace(self, opened=event)
            case ChildClosed(case_no=number) if number in self.pending:
                return replace(self, children=(*self.children, event))
            case PackageClosed() if self.children and not self.pending and not self.closed:
                return replace(self, closed=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


BLANK: Final = Package()


# -- commands


@dataclass(frozen=True, slots=True)
class Open:
    """受理一件事。"""

    fact: PackageOpened

    def decide(self, state: Package) -> Answer:
        """至少两件，各不相同，一次。"""
        if state.opened == self.fact:
            return ()
        if state.opened is not None:
            return Refused(Refusal.PACKAGE_EXISTS, {"handler": state.opened.handler})
        numbers = {one.case_no for one in self.fact.cases}
        if len(numbers) < max(FEWEST, len(self.fact.cases)):
            return Refused(Refusal.PACKAGE_TOO_FEW)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Close:
    """其中一件办结。

    ``working_days``: from the opening to this day; ``due_on``: the last day of the target.
    """

    fact: ChildClosed
    working_days: int
    due_on: date | None

    def decide(self, state: Package) -> Answer:
        """一件不成不累及别件；最后一件办结，一件事即办结。"""
        if state.opened is None:
            return Refused(Refusal.PACKAGE_NOT_FOUND)
        number = self.fact.case_no
        if any(child.case_no == number for child in state.children):
            return ()
        if number not in state.pending:
            return Refused(Refusal.PACKAGE_OTHER_CASE, {"case_no": number})
        after = state.after(self.fact)
        return (self.fact,) if after.pending else (self.fact, self._end(after))

    def _end(self, state: Package) -> PackageClosed:
        day = max(child.closed_on for child in state.children)
        within = None if self.due_on is None else day <= self.due_on
        return PackageClosed(day, self.working_days, state.approved, state.early, within)


Command: TypeAlias = Open | Close


# -- evolve, decide


def evolve(state: Package, event: Event) -> Package:
    """一件事发生之后的一件事。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Package, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Package]("package", BLANK, evolve)
