"""检查后续处理（followup）：责令改正与复查、立案、列入经营异常名录、移送、建议撤销；听取陈述，办结。

What each kind must have before it may be closed is the law of this file; the referral and the
revocation have files of their own, this one waits for how they end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.code_set import FollowUpKind
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Evidence, LicenceNo, Organ, PersonId, Sha256, SubjectId

RECHECK_DAYS: Final = 10  # 收到整改报告十个工作日内复查（特种设备安全监督检查办法）
VERIFY_DAYS: Final = 10  # 无法联系的，十个工作日内核实
LIST_DAYS: Final = 10  # 查实之日起十个工作日内决定列入（企业经营异常名录管理暂行办法 9 条）
FILE_DAYS: Final = 15  # 十五个工作日内决定是否立案（市场监管处罚程序规定 18 条）
TRIES: Final = 2  # 无法联系须核实两次，不在同一日
PAIR: Final = 2  # 复查两人


class FollowUpOutcome(StrEnum):
    """后续处理怎样办结。"""

    RECTIFIED = "RECTIFIED"  # 已改正
    UNRECTIFIED = "UNRECTIFIED"  # 没有改正
    CASE_FILED = "CASE_FILED"  # 已立案
    NOT_FILED = "NOT_FILED"  # 不予立案
    LISTED = "LISTED"  # 已列入经营异常名录
    REACHED = "REACHED"  # 已取得联系
    HANDLED = "HANDLED"  # 已由受移送的机关或撤销程序处理
    RETURNED = "RETURNED"  # 移送退回


# How each kind may end.
ENDINGS: Final = {
    FollowUpKind.RECTIFY: (FollowUpOutcome.RECTIFIED, FollowUpOutcome.UNRECTIFIED),
    FollowUpKind.CASE_FILED: (FollowUpOutcome.CASE_FILED, FollowUpOutcome.NOT_FILED),
    FollowUpKind.ABNORMAL: (FollowUpOutcome.LISTED, FollowUpOutcome.REACHED),
    FollowUpKind.TRANSFER: (FollowUpOutcome.HANDLED, FollowUpOutcome.RETURNED),
    FollowUpKind.REVOCATION: (FollowUpOutcome.HANDLED,),
}
# Against the object: what it had to say must have been weighed.
ADVERSE: Final = frozenset(
    {FollowUpOutcome.UNRECTIFIED, FollowUpOutcome.CASE_FILED, FollowUpOutcome.LISTED}
)


# -- events


@dataclass(frozen=True, slots=True)
class FollowUpOpened(Event):
    """检查后续立项。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:28", "cff:54")
    kind: FollowUpKind
    plan_no: str
    task_id: str
    subject: SubjectId
    licence_no: LicenceNo | None
    department: Organ
    inspectors: tuple[PersonId, ...]  # 查出问题的检查人员，不得办结（SD6）
    code_set: str
    codes: tuple[str, ...]
    demands: str  # 责令改正的要求，或者立项的理由
    document_no: str  # 责令改正通知书等的文号；机器立项的为空文字
    due_on: date | None  # 由别的案卷计期限的为空
    referral_no: str | None
    revocation_id: str | None
    opened_on: date
    handler: PersonId | None  # 机器立项的为空


@dataclass(frozen=True, slots=True)
class StatementMade(Event):
    """检查对象陈述申辩。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:45",)
    explanation: str
    statement_sha256: Sha256
    stated_on: date
    handler: PersonId | None  # 本人提出的为空


@dataclass(frozen=True, slots=True)
class StatementWeighed(Event):
    """陈述申辩的复核。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:45",)
    adopted: bool
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class RectificationReported(Event):
    """整改报告。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:28", "tzsbjc")
    report_sha256: Sha256
    reported_on: date
    recheck_by: date
    handler: PersonId | None  # 本人提交的为空


@dataclass(frozen=True, slots=True)
class Rechecked(Event):
    """复查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tzsbjc", "cff:42")
    task_id: str
    performed_on: date
    passed: bool
    signatures: tuple[PersonId, ...]
    evidence: tuple[Evidence, ...]
    explanation: str
    rectify_by: date | None  # 没有改正的，再给的期限；不再给的为空
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ContactTried(Event):
    """核实能否联系。"""

    BASIS: ClassVar[tuple[str, ...]] = ("jyycml:9",)
    tried_on: date
    means: str
    reached: bool
    evidence: tuple[Evidence, ...]
    verified: bool  # 两次核实都联系不上，可以决定列入
    due_on: date  # 核实的期限；查实之后是决定列入的期限
    handler: PersonId


@dataclass(frozen=True, slots=True)
class FollowUpOverdue(Event):
    """检查后续处理逾期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:54")
    due_on: date


@dataclass(frozen=True, slots=True)
class FollowUpClosed(Event):
    """检查后续办结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:54")
    task_id: str
    kind: FollowUpKind
    outcome: FollowUpOutcome
    document_no: str  # 立案、列入等决定的文号；没有决定的为空文字
    reasons: str
    closed_on: date
    handler: PersonId


FollowUpEvent: TypeAlias = (
    FollowUpOpened
    | StatementMade
    | StatementWeighed
    | RectificationReported
    | Rechecked
    | ContactTried
    | FollowUpOverdue
    | FollowUpClosed
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有立项。"""


@dataclass(frozen=True, slots=True)
class Open:
    """在办；``due_on`` 是现在走着的期限，没有在走的为空。"""

    opened: FollowUpOpened
    due_on: date | None
    statement: StatementMade | None = None
    weighed: StatementWeighed | None = None
    report: RectificationReported | None = None
    recheck: Rechecked | None = None
    tries: tuple[ContactTried, ...] = ()
    overdue: tuple[date, ...] = ()

    @property
    def unheard(self) -> bool:
        """说了而没有复核。"""
        return self.statement is not None and self.weighed is None

    @property
    def vindicated(self) -> bool:
        """说了而采纳了。"""
        return self.weighed is not None and self.weighed.adopted


@dataclass(frozen=True, slots=True)
class Closed:
    """已办结。"""

    opened: FollowUpOpened
    closed: FollowUpClosed


State: TypeAlias = Nothing | Open | Closed


def standing(state: Nothing | Closed) -> Refused:
    """没有立项，或者已经办结。"""
    if isinstance(state, Nothing):
        return Refused(Refusal.FOLLOWUP_NOT_FOUND)
    closed = state.closed
    return Refused(Refusal.FOLLOWUP_CLOSED, {"on": str(closed.closed_on)})


# -- commands


@dataclass(frozen=True, slots=True)
class Start:
    """立项。"""

    fact: FollowUpOpened

    def decide(self, state: State) -> Answer:
        """一个编号一项；人立项的写明要求或者理由，责令改正的期限在今日之后。"""
        fact = self.fact
        if not isinstance(state, Nothing):
            same = state.opened == fact
            return () if same else Refused(Refusal.FOLLOWUP_EXISTS)
        if not fact.demands.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        rectifies = fact.kind is FollowUpKind.RECTIFY
        if rectifies and (fact.due_on is None or fact.due_on <= fact.opened_on):
            return Refused(Refusal.FOLLOWUP_DAY, {"today": str(fact.opened_on)})
        return (fact,)


@dataclass(frozen=True, slots=True)
class Plead:
    """陈述申辩。"""

    fact: StatementMade

    def decide(self, state: State) -> Answer:
        """办结之前随时可以说，一次；说了的必须复核。"""
        if not isinstance(state, Open):
            return standing(state)
        if state.statement is not None:
            same = state.statement == self.fact
            return () if same else Refused(Refusal.FOLLOWUP_STATED)
        if not self.fact.explanation.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Weigh:
    """复核陈述申辩。"""

    fact: StatementWeighed

    def decide(self, state: State) -> Answer:
        """由检查人以外的人复核，写明是否采纳与理由（处罚法 45 条）。"""
        if not isinstance(state, Open):
            return standing(state)
        if state.weighed == self.fact:
            return ()
        if not state.unheard:
            return Refused(Refusal.FOLLOWUP_NOTHING_STATED)
        if self.fact.handler in state.opened.inspectors:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        if not self.fact.reasons.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Report:
    """提交整改报告。"""

    fact: RectificationReported

    def decide(self, state: State) -> Answer:
        """责令改正的才有整改报告；逾期的照收。复查没有通过的，可以再报。"""
        if not isinstance(state, Open):
            return standing(state)
        if state.report == self.fact:
            return ()
        wrong = _not_of(state, FollowUpKind.RECTIFY)
        if wrong is None and state.report is not None:
            return Refused(Refusal.FOLLOWUP_REPORTED, {"on": str(state.report.reported_on)})
        return wrong or (self.fact,)


@dataclass(frozen=True, slots=True)
class Recheck:
    """复查。``uncertified``: who had no valid certificate that day, or is of another department."""

    fact: Rechecked
    uncertified: tuple[PersonId, ...]
    today: date

    def decide(self, state: State) -> Answer:
        """两名持证的人复查，附证据；没有报告而期限已过的也要查。"""
        if not isinstance(state, Open):
            return standing(state)
        if state.recheck == self.fact:
            return ()
        return _not_of(state, FollowUpKind.RECTIFY) or self._fault(state) or (self.fact,)

    def _fault(self, state: Open) -> Refused | None:
        fact = self.fact
        if state.recheck is not None and state.recheck.passed:
            return Refused(Refusal.FOLLOWUP_RECHECKED)
        if state.report is None and state.due_on is not None and fact.performed_on <= state.due_on:
            return Refused(Refusal.FOLLOWUP_NOT_REPORTED, {"due_on": str(state.due_on)})
        if len(set(fact.signatures)) < PAIR or fact.handler not in fact.signatures:
            return Refused(Refusal.FOLLOWUP_SIGNATURES)
        if self.uncertified:
            return Refused(Refusal.TASK_CERTIFICATE, {"persons": "、".join(self.uncertified)})
        if not fact.evidence:
            return Refused(Refusal.FOLLOWUP_NO_EVIDENCE)
        return self._days(state)

    def _days(self, state: Open) -> Refused | None:
        fact = self.fact
        if not state.opened.opened_on <= fact.performed_on <= self.today:
            return Refused(Refusal.FOLLOWUP_TIME, {"on": str(fact.performed_on)})
        again = fact.rectify_by
        if again is not None and (fact.passed or again <= self.today):
            return Refused(Refusal.FOLLOWUP_DAY, {"today": str(self.today)})
        return None


@dataclass(frozen=True, slots=True)
class Try:
    """核实能否联系。

    ``fact`` says what was done; whether it settles the matter, and the day that runs from now, are
    filled in here. ``list_by`` is the last day for deciding, once it is established.
    """

    fact: ContactTried
    list_by: date
    today: date

    def decide(self, state: State) -> Answer:
        """附证据；两次在不同的日子，都联系不上的才算查实。"""
        if not isinstance(state, Open):
            return standing(state)
        if wrong := _not_of(state, FollowUpKind.ABNORMAL):
            return wrong
        fact = self._settled(state)
        if known := next((one for one in state.tries if one.tried_on == fact.tried_on), None):
            done = replace(fact, verified=known.verified, due_on=known.due_on) == known
            return () if done else Refused(Refusal.FOLLOWUP_TRIED, {"on": str(fact.tried_on)})
        if not fact.evidence:
            return Refused(Refusal.FOLLOWUP_NO_EVIDENCE)
        if not state.opened.opened_on <= fact.tried_on <= self.today:
            return Refused(Refusal.FOLLOWUP_TIME, {"on": str(fact.tried_on)})
        return (fact,)

    def _settled(self, state: Open) -> ContactTried:
        tries = (*state.tries, self.fact)
        verified = len(tries) >= TRIES and not any(one.reached for one in tries)
        until = self.list_by if verified else state.due_on or self.list_by
        return replace(self.fact, verified=verified, due_on=until)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下逾期。"""

    today: date

    def decide(self, state: State) -> Answer:
        """期限之日过完而没有办；一个期限记一次。"""
        match state:
            case Nothing():
                return standing(state)
            case Open(due_on=date() as due_on) if due_on not in state.overdue:
                if self.today <= due_on:
                    return Refused(Refusal.FOLLOWUP_NOT_YET_DUE, {"due_on": str(due_on)})
                return (FollowUpOverdue(due_on),)
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Close:
    """办结。``settled``: 移送或撤销的案卷怎样了，没有了的为空。"""

    fact: FollowUpClosed
    settled: FollowUpOutcome | None

    def decide(self, state: State) -> Answer:
        """检查人与复查人不办结（SD6）；每一种有它的条件；不利的须先复核陈述申辩。"""
        match state:
            case Closed(closed=known) if known == self.fact:
                return ()
            case Open():
                return self._fault(state) or (self.fact,)
            case _:
                return standing(state)

    def _fault(self, state: Open) -> Refused | None:
        fact = self.fact
        checked = () if state.recheck is None else state.recheck.signatures
        if fact.handler in {*state.opened.inspectors, *checked}:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": fact.handler})
        if not fact.reasons.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        if fact.outcome not in ENDINGS[state.opened.kind]:
            return Refused(Refusal.FOLLOWUP_OUTCOME, _outcomes(ENDINGS[state.opened.kind]))
        if fact.outcome in ADVERSE and state.unheard:
            return Refused(Refusal.FOLLOWUP_UNHEARD)
        if not self._borne_out(state):
            return Refused(Refusal.FOLLOWUP_NOT_BORNE_OUT, _outcomes((fact.outcome,)))
        return None

    def _borne_out(self, state: Open) -> bool:
        """办结所称的，案卷上有据。"""
        last = state.tries[-1] if state.tries else None
        match self.fact.outcome:
            case FollowUpOutcome.RECTIFIED:
                return state.recheck is not None and state.recheck.passed
            case FollowUpOutcome.UNRECTIFIED:
                return state.recheck is not None and not state.recheck.passed
            case FollowUpOutcome.CASE_FILED:
                return bool(self.fact.document_no.strip())
            case FollowUpOutcome.NOT_FILED:
                return True
            case FollowUpOutcome.LISTED:
                noted = bool(self.fact.document_no.strip()) and not state.vindicated
                return noted and last is not None and last.verified
            case FollowUpOutcome.REACHED:
                return state.vindicated or any(one.reached for one in state.tries)
            case _:
                return self.fact.outcome is self.settled


Command: TypeAlias = Start | Plead | Weigh | Report | Recheck | Try | MarkOverdue | Close


def _outcomes(names: Sequence[FollowUpOutcome]) -> dict[str, str]:
    return {"outcomes": "、".join(names)}


def _not_of(state: Open, kind: FollowUpKind) -> Refused | None:
    if state.opened.kind is kind:
        return None
    return Refused(Refusal.FOLLOWUP_KIND, {"follow_up_kind": state.opened.kind})


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的后续处理。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), FollowUpOpened(due_on=due_on):
            return Open(event, due_on)
        case Open(), FollowUpClosed():
            return Closed(state.opened, event)
        case Open(statement=None), StatementMade():
            return replace(state, statement=event)
        case Open(unheard=True), StatementWeighed():
            return replace(state, weighed=event)
        case Open(), FollowUpOverdue(due_on=day) if day not in state.overdue:
            return replace(state, overdue=(*state.overdue, day))
        case Open(), RectificationReported() | Rechecked() | ContactTried():
            return _moved(state, event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def _moved(state: Open, event: RectificationReported | Rechecked | ContactTried) -> State:
    match state, event:
        case Open(report=None), RectificationReported(recheck_by=day):
            return replace(state, report=event, due_on=day)
        case Open(), Rechecked(passed=passed, rectify_by=day) if not (
            state.recheck is not None and state.recheck.passed
        ):
            report = state.report if passed else None
            return replace(state, recheck=event, report=report, due_on=day)
        case Open(), ContactTried(due_on=day) if event not in state.tries:
            until = None if event.reached else day
            return replace(state, tries=(*state.tries, event), due_on=until)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依后续处理的现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("followup", Nothing(), evolve)
