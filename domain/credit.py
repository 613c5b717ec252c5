"""信用（credit）：一个监管对象的信用记录与申请限制，从记入到修复或者期满停止。

A record and the exclusion from commitments are all there is: the ledger lists nobody as a seriously
untrustworthy subject (国办发〔2020〕49号: such lists need a law or a central document, a recognised
standard, notice and objection; they are imported from the competent authority). A record never
closes the ordinary procedure, and never touches what was granted before.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Evidence, ItemCode, PersonId, Sha256


class CreditCause(StrEnum):
    """信用记录的事由。"""

    COMMITMENT_BROKEN = "COMMITMENT_BROKEN"  # 违反告知承诺
    COMMITMENT_FALSE = "COMMITMENT_FALSE"  # 虚假承诺
    PENALTY = "PENALTY"  # 行政处罚


class Severity(StrEnum):
    """失信的轻重（信用修复管理办法）。"""

    MINOR = "MINOR"  # 轻微，不公示，至长三个月
    GENERAL = "GENERAL"  # 一般，公示三个月至一年
    SERIOUS = "SERIOUS"  # 严重，公示一年至三年


class CreditGrade(StrEnum):
    """信用等级：现有记录中最重的一等（机制 64）。"""

    GOOD = "GOOD"  # 没有不良记录
    MINOR = "MINOR"  # 有轻微失信
    GENERAL = "GENERAL"  # 有一般失信
    SERIOUS = "SERIOUS"  # 有严重失信


class BarGround(StrEnum):
    """不得再次申请的原因（许可法 78、79 条）。"""

    FALSE_MATERIALS = "FALSE_MATERIALS"  # 隐瞒情况或者提供虚假材料申请
    FRAUD = "FRAUD"  # 以欺骗、贿赂取得许可


# Months from the day of the document: the shortest and the longest time (信用修复管理办法).
MONTHS: Final = {Severity.MINOR: (0, 3), Severity.GENERAL: (3, 12), Severity.SERIOUS: (12, 36)}
BAR_MONTHS: Final = {BarGround.FALSE_MATERIALS: 12, BarGround.FRAUD: 36}


# -- events


@dataclass(frozen=True, slots=True)
class RecordAdded(Event):
    """信用记录记入。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-49", "xyxf")
    record_no: str
    cause: CreditCause
    severity: Severity
    published: bool
    document_no: str
    decided_on: date
    repair_from: date  # 最短期限届满，自此日可以修复
    last_day: date  # 最长期限的末日，过后自动停止
    excludes: bool  # 修复或者期满之前不适用告知承诺
    commitment_id: CommitmentId | None
    case_no: CaseNo | None
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """自文书之日起算。"""
        return self.decided_on


@dataclass(frozen=True, slots=True)
class RecordRepaired(Event):
    """信用修复。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xyxf",)
    record_no: str
    corrected: Evidence
    promise_sha256: Sha256
    handler: PersonId


@dataclass(frozen=True, slots=True)
class RecordLapsed(Event):
    """信用记录期满停止。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xyxf",)
    record_no: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Barred(Event):
    """限制再次申请。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:78", "xkf:79")
    item_code: ItemCode
    ground: BarGround
    reference: str  # 不予受理、不予许可或者撤销决定的文号
    decided_on: date
    last_day: date
    case_no: CaseNo
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """自决定之日起。"""
        return self.decided_on


@dataclass(frozen=True, slots=True)
class DecisionReversed(Event):
    """所依的撤销决定被撤销：据以记入的记录失效，限制解除。"""

    BASIS: ClassVar[tuple[str, ...]] = ("ztdjtl:42", "gbf2020-49")
    reference: str  # 被撤销的决定的文号
    reversed_by: str  # 撤销它的决定的文号
    records: tuple[str, ...]
    barred: bool  # 有据以作出的限制
    case_no: CaseNo
    handler: PersonId


CreditEvent: TypeAlias = RecordAdded | RecordRepaired | RecordLapsed | Barred | DecisionReversed


# -- state


@dataclass(frozen=True, slots=True)
class Record:
    """一条记录及其结束。"""

    added: RecordAdded
    end: RecordRepaired | RecordLapsed | DecisionReversed | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """一个对象的全部信用记录与申请限制；什么也没有的是清白。"""

    records: tuple[Record, ...] = ()
    bars: tuple[Barred, ...] = ()

    def record(self, record_no: str) -> Record | None:
        """一条记录；没有此编号的没有。"""
        return next((one for one in self.records if one.added.record_no == record_no), None)

    def current(self, day: date) -> tuple[RecordAdded, ...]:
        """该日仍然有效的记录：没有修复，没有期满。"""
        return tuple(
            one.added for one in self.records if one.end is None and day <= one.added.last_day
        )

    def excluding(self, day: date) -> tuple[str, ...]:
        """该日使其不适用告知承诺的记录（规则 17）；不影响普通程序。"""
        return tuple(one.record_no for one in self.current(day) if one.excludes)

    def grade(self, day: date) -> CreditGrade:
        """该日的信用等级：现有记录中最重的一等。"""
        order = list(Severity)
        worst = max((order.index(one.severity) for one in self.current(day)), default=None)
        return CreditGrade.GOOD if worst is None else CreditGrade(order[worst].value)

    def bar(self, item_code: ItemCode, day: date) -> Barred | None:
        """该日仍不得申请此事项的限制，最晚到期的一条（规则 21）。"""
        running = (one for one in self.bars if one.item_code == item_code and day <= one.last_day)
        return max(running, key=lambda one: one.last_day, default=None)


# -- commands


@dataclass(frozen=True, slots=True)
class Add:
    """记入。"""

    fact: RecordAdded
    today: date

    def decide(self, state: Standing) -> Answer:
        """决定生效之后才记；同一编号只记一次。"""
        known = state.record(self.fact.record_no)
        if known is not None:
            same = known.added == self.fact
            return (
                ()
                if same
                else Refused(Refusal.CREDIT_RECORD_EXISTS, {"record": self.fact.record_no})
            )
        if self.fact.decided_on > self.today:
            return Refused(Refusal.CREDIT_NOT_EFFECTIVE, {"document_no": self.fact.document_no})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Repair:
    """修复。"""

    fact: RecordRepaired
    today: date

    def decide(self, state: Standing) -> Answer:
        """最短期限届满、已经纠正并作出承诺的，才能修复；已停止的无从修复。"""
        known = state.record(self.fact.record_no)
        if known is None:
            return Refused(Refusal.CREDIT_NOT_FOUND, {"record": self.fact.record_no})
        if known.end is not None:
            same = known.end == self.fact
            return (
                ()
                if same
                else Refused(Refusal.CREDIT_RECORD_ENDED, {"record": self.fact.record_no})
            )
        if self.today < known.added.repair_from:
            day = {"repair_from": str(known.added.repair_from)}
            return Refused(Refusal.CREDIT_TOO_EARLY, day)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Lapse:
    """期满停止。"""

    record_no: str
    today: date

    def decide(self, state: Standing) -> Answer:
        """最长期限的末日过完，自动停止；已修复、已停止的无事可办。"""
        known = state.record(self.record_no)
        if known is None:
            return Refused(Refusal.CREDIT_NOT_FOUND, {"record": self.record_no})
        if known.end is not None:
            return ()
        last = known.added.last_day
        if self.today <= last:
            return Refused(Refusal.CREDIT_NOT_YET_DUE, {"due_on": str(last)})
        return (RecordLapsed(self.record_no, last),)


@dataclass(frozen=True, slots=True)
class Bar:
    """限制再次申请。``safety``: the permit bears directly on public safety, health or life."""

    fact: Barred
    safety: bool

    def decide(self, state: Standing) -> Answer:
        """只有直接关系公共安全、人身健康、生命财产安全的许可才有此限制；一个决定一条。"""
        if not self.safety:
            return Refused(Refusal.CREDIT_NOT_SAFETY, {"item_code": self.fact.item_code})
        if any(_same_decision(one, self.fact) for one in state.bars):
            return ()
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Clear:
    """所依的决定被撤销。"""

    reference: str
    reversed_by: str
    case_no: CaseNo
    handler: PersonId

    def decide(self, state: Standing) -> Answer:
        """据该决定记入的、还没有停止的记录与限制一并失效；没有的无事可办。"""
        records = tuple(
            one.added.record_no
            for one in state.records
            if one.end is None and self._rests(one.added.case_no, one.added.document_no)
        )
        barred = any(self._rests(one.case_no, one.reference) for one in state.bars)
        if not (records or barred):
            return ()
        return (
            DecisionReversed(
                self.reference, self.reversed_by, records, barred, self.case_no, self.handler
            ),
        )

    def _rests(self, case_no: CaseNo | None, document_no: str) -> bool:
        return (case_no, document_no) == (self.case_no, self.reference)


Command: TypeAlias = Add | Repair | Lapse | Bar | Clear


def _same_decision(one: Barred, other: Barred) -> bool:
    return (one.case_no, one.reference) == (other.case_no, other.reference)


# -- evolve, decide


def evolve(state: Standing, event: Event) -> Standing:
    """一件事发生之后的信用。Raises ImpossibleHistory."""
    match event:
        case RecordAdded(record_no=number) if state.record(number) is None:
            return replace(state, records=(*state.records, Record(event)))
        case RecordRepaired(record_no=number) | RecordLapsed(record_no=number):
            known = state.record(number)
            if known is None or known.end is not None:
                raise ImpossibleHistory(f"{event} after {state}")
            ended = replace(known, end=event)
            return replace(
                state, records=tuple(ended if one is known else one for one in state.records)
            )
        case Barred():
            return replace(state, bars=(*state.bars, event))
        case DecisionReversed(records=numbers):
            return _cleared(state, event, frozenset(numbers))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def _cleared(state: Standing, event: DecisionReversed, numbers: frozenset[str]) -> Standing:
    running = {one.added.record_no for one in state.records if one.end is None}
    rests = (event.case_no, event.reference)
    kept = tuple(one for one in state.bars if (one.case_no, one.reference) != rests)
    if not numbers <= running or event.barred != (kept != state.bars):
        raise ImpossibleHistory(f"{event} after {state}")
    records = tuple(
        replace(one, end=event) if one.added.record_no in numbers else one for one in state.records
    )
    return Standing(records, kept)


def decide(state: Standing, command: Command) -> Answer:
    """该不该记：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Standing]("credit", Standing(), evolve)
