"""办件的程序（procedure）：钟怎样停、续、延、提速；踏勘、收费、更正；撤回与逾期；容缺。

Commands on a case; its states are in ``domain.case``, what they hold besides in ``domain.clock``,
``domain.remarks`` and ``domain.gaps``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeAlias

from domain.case import (
    Accept,
    AcceptanceRevoked,
    Accepted,
    AwaitingSupplement,
    Checking,
    Closed,
    Concluded,
    Delivered,
    Imported,
    Nothing,
    Open,
    Received,
    State,
    SupplementLapsed,
    SupplementRequested,
    UnderReview,
    WithdrawalGround,
    Withdrawn,
    standing,
)
from domain.catalogue import GapDefault, IntakeRules
from domain.clock import Expedited, Extended, Paused, Resumed
from domain.decider import Answer, Event, Refused
from domain.gaps import GapDefaulted, GapFilled, Gaps, GapsAccepted
from domain.refusals import Refusal
from domain.remarks import Corrected, CorrectedField, FeeNotified, Remarks, SurveyRecorded
from domain.terms import Organ, PersonId, beijing_day

SURVEYORS: Final = 2  # 许可法 34 条三款：指派两名以上工作人员（SD4）

# -- 钟


@dataclass(frozen=True, slots=True)
class Pause:
    """特别程序开始。"""

    fact: Paused
    today: date

    def decide(self, state: State) -> Answer:
        """许可法 45 条：依法需要，所需时间书面告知；不得倒填，一次只停一项。"""
        match state:
            case UnderReview():
                known = state.clock.open
                if known is not None and known.notice_no == self.fact.notice_no:
                    return ()
                return self._fault(state) or not_agent(state, self.fact.handler, self.fact)
            case _:
                return standing(state)

    def _fault(self, state: UnderReview) -> Refused | None:
        fact, clock = self.fact, state.clock
        if clock.open is not None:
            return Refused(Refusal.CASE_PAUSED, {"notice_no": clock.open.notice_no})
        if not fact.notice_no.strip() or fact.notice_no in clock.closed or fact.expected_days < 1:
            return Refused(Refusal.CASE_PAUSE_NOTICE)
        if not fact.required_by.strip():
            return Refused(Refusal.CASE_PAUSE_NOT_REQUIRED)
        first = max(self.today, state.acceptance.accepted_on)
        if fact.started_on < first:
            return Refused(Refusal.CASE_PAUSE_BACKDATED, {"on": str(first)})
        return None


@dataclass(frozen=True, slots=True)
class Resume:
    """特别程序结束。"""

    fact: Resumed
    today: date

    def decide(self, state: State) -> Answer:
        """结束之日不早于开始之日，也不晚于今日；续算一次。"""
        match state:
            case UnderReview() if self.fact.notice_no in state.clock.closed:
                return ()
            case UnderReview():
                known = state.clock.open
                if known is None or known.notice_no != self.fact.notice_no:
                    return Refused(Refusal.CASE_NOT_PAUSED, {"notice_no": self.fact.notice_no})
                if not known.started_on <= self.fact.ended_on <= self.today:
                    facts = {"first": str(known.started_on), "today": str(self.today)}
                    return Refused(Refusal.CASE_PAUSE_END, facts)
                return not_agent(state, self.fact.handler, self.fact)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Extend:
    """延长法定时限。``joint``: 许可法 42 条二款的并联审批。``due_on``: 未延长前的届满之日。"""

    fact: Extended
    joint: bool
    by_government: bool
    due_on: date
    today: date

    def decide(self, state: State) -> Answer:
        """届满之前、一次、由有权的负责人批准，理由告知申请人（许可法 42 条）。"""
        match state:
            case UnderReview():
                known = state.clock.extended
                if known is None:
                    return self._fault() or not_agent(state, self.fact.handler, self.fact)
                if known.notice_no == self.fact.notice_no:
                    return ()
                return Refused(Refusal.CASE_EXTENDED_ONCE, {"notice_no": known.notice_no})
            case _:
                return standing(state)

    def _fault(self) -> Refused | None:
        if self.joint and not self.by_government:
            return Refused(Refusal.CASE_EXTENSION_BY_GOVERNMENT)
        if self.by_government and not self.joint:
            return Refused(Refusal.CASE_EXTENSION_BY_HEAD)
        if self.today > self.due_on:
            return Refused(Refusal.CASE_EXTENSION_TOO_LATE, {"due_on": str(self.due_on)})
        if not (self.fact.reasons.strip() and self.fact.notice_no.strip()):
            return Refused(Refusal.CASE_EXTENSION_NOTICE)
        return None


@dataclass(frozen=True, slots=True)
class Expedite:
    """进绿色通道。"""

    fact: Expedited

    def decide(self, state: State) -> Answer:
        """说明理由，一次；已在绿色通道的无事可办。"""
        match state:
            case UnderReview() if state.clock.expedited is not None:
                return ()
            case UnderReview() if not self.fact.reasons.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case UnderReview():
                return not_agent(state, self.fact.handler, self.fact)
            case _:
                return standing(state)


# -- 记事


@dataclass(frozen=True, slots=True)
class RecordSurvey:
    """踏勘记录。``supervising``: the item's supervising bodies, who may send an observer."""

    fact: SurveyRecorded
    supervising: tuple[Organ, ...]
    today: date

    def decide(self, state: State) -> Answer:
        """两人以上，记录人在其中（许可法 34 条）；观察员只能由监管部门派；不停止计算期限。"""
        match state:
            case UnderReview() if self.fact in state.remarks.surveys:
                return ()
            case UnderReview():
                fact = self.fact
                if state.received.agent in fact.surveyors:
                    return Refused(Refusal.DUTY_AGENT, {"person": str(state.received.agent)})
                return self._fault(state) or (fact,)
            case _:
                return standing(state)

    def _fault(self, state: UnderReview) -> Refused | None:
        fact = self.fact
        if len(set(fact.surveyors)) < SURVEYORS or fact.handler not in fact.surveyors:
            return Refused(Refusal.CASE_SURVEY_PERSONS)
        alone = fact.observer is None and fact.observer_organ is None
        sent = fact.observer is not None and fact.observer_organ in self.supervising
        if not alone and (not sent or fact.observer in fact.surveyors):
            return Refused(Refusal.CASE_SURVEY_OBSERVER, {"organ": "、".join(self.supervising)})
        first = beijing_day(state.received.received_at)
        if not first <= fact.surveyed_on <= self.today:
            facts = {"first": str(first), "today": str(self.today)}
            return Refused(Refusal.CASE_SURVEY_DAY, facts)
        return None


@dataclass(frozen=True, slots=True)
class NotifyFee:
    """收费告知。``charged``: the item is one for which a fee is taken."""

    fact: FeeNotified
    charged: bool

    def decide(self, state: State) -> Answer:
        """只对收费的事项，一件一次告知、一次收取（机制 87）。"""
        match state:
            case UnderReview() if not self.charged or self.fact.amount_fen <= 0:
                return Refused(Refusal.CASE_NOT_CHARGED)
            case UnderReview(remarks=Remarks(fees=(known, *_))):
                if known == self.fact:
                    return ()
                return Refused(Refusal.CASE_FEE_ONCE, {"notice_no": known.notice_no})
            case UnderReview():
                return not_agent(state, self.fact.handler, self.fact)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Entry:
    """一项录入：写的是什么、谁录的、何日录的（说不清的没有）。"""

    value: str
    handler: PersonId
    on: date | None


def entered(state: State, what: CorrectedField) -> Entry | None:
    """账上现在怎样写（更正过的以更正为准）；没有这一项的没有。"""
    if isinstance(state, Nothing | Imported):
        return None
    first = _first_entered(state, what)
    if first is None:
        return None
    later = [one.now for one in state.remarks.corrections if one.field is what]
    return replace(first, value=later[-1]) if later else first


def _first_entered(state: Open | Concluded | Closed, what: CorrectedField) -> Entry | None:
    match what, state:
        case CorrectedField.RECEIPT_NO, _:
            return _receipt(state.received, state.received.receipt_no)
        case CorrectedField.CHANNEL, _:
            return _receipt(state.received, str(state.received.channel))
        case CorrectedField.NOTICE_NO, (
            AwaitingSupplement(notice=SupplementRequested() as notice)
            | UnderReview(notice=SupplementRequested() as notice)
        ):
            return Entry(notice.notice_no, notice.handler, None)
        case CorrectedField.ACCEPTANCE_NO, (
            UnderReview(acceptance=Accepted() as taken)
            | Concluded(acceptance=Accepted() as taken)
            | Closed(acceptance=Accepted() as taken)
        ):
            return Entry(taken.document_no, taken.handler, taken.accepted_on)
        case CorrectedField.DELIVERY_METHOD, Concluded(delivery=Delivered() as given):
            return Entry(given.method, given.handler, None)
        case _:
            return None


def _receipt(received: Received, value: str) -> Entry:
    return Entry(value, received.handler, beijing_day(received.received_at))


@dataclass(frozen=True, slots=True)
class Correct:
    """更正一项录入。"""

    fact: Corrected
    today: date

    def decide(self, state: State) -> Answer:
        """本人当日更正自己的录入，不必第二人；此外须第二人同意。原来的照样在账上。"""
        known = entered(state, self.fact.field)
        if isinstance(state, Nothing | Imported):
            return standing(state)
        if known is None:
            return Refused(Refusal.CASE_NOTHING_TO_CORRECT)
        if known.value == self.fact.now:
            return ()
        return self._fault(known) or (replace(self.fact, was=known.value),)

    def _fault(self, known: Entry) -> Refused | None:
        fact = self.fact
        if not (fact.reasons.strip() and fact.now.strip()):
            return Refused(Refusal.CASE_REASONS_MISSING)
        if fact.second == fact.handler:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": fact.handler})
        own = known.handler == fact.handler and known.on == self.today
        if fact.second is None and not own:
            return Refused(Refusal.CASE_CORRECTION_SECOND, {"handler": known.handler})
        return None


# -- 告结


@dataclass(frozen=True, slots=True)
class Withdraw:
    """撤回申请。"""

    fact: Withdrawn

    def decide(self, state: State) -> Answer:
        """决定之前随时可以撤回。"""
        match state:
            case Checking() | AwaitingSupplement() | UnderReview():
                agent = state.received.agent
                if agent is not None and agent == self.fact.handler:
                    return Refused(Refusal.DUTY_AGENT, {"person": agent})
                return (self.fact,)
            case Closed(ending=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Lapse:
    """逾期不补正。"""

    fact: SupplementLapsed
    today: date

    def decide(self, state: State) -> Answer:
        """告知书定了补正期限、过完仍不齐的，视为撤回；已补齐、已办的无事可办。"""
        match state:
            case AwaitingSupplement(notice=SupplementRequested(supply_by=None)):
                return Refused(Refusal.CASE_NO_SUPPLY_DATE)
            case AwaitingSupplement() if not state.lacking:
                return ()
            case AwaitingSupplement() if self.today <= self.fact.supply_by:
                return Refused(Refusal.CASE_NOT_YET_DUE, {"due_on": str(self.fact.supply_by)})
            case AwaitingSupplement():
                return (self.fact,)
            case Nothing() | Imported():
                return standing(state)
            case _:
                return ()


# -- 容缺


@dataclass(frozen=True, slots=True)
class AcceptWithGaps:
    """容缺受理。``accept``: the acceptance itself; ``rules``: what the item says of gaps."""

    fact: GapsAccepted
    accept: Accept
    rules: IntakeRules

    def decide(self, state: State) -> Answer:
        """主件齐全，只缺公布的容缺清单上的材料，申请人书面承诺（机制 33、67）。"""
        match state:
            case Checking() | AwaitingSupplement():
                refusal = self._fault(state)
                return refusal or replace(self.accept, gaps=self.fact).decide(state)
            case UnderReview(gaps=Gaps(accepted=known)) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _fault(self, state: Checking | AwaitingSupplement) -> Refused | None:
        supplied = {one.name for one in state.received.materials}
        if isinstance(state, AwaitingSupplement):
            supplied |= {one.name for part in state.supplements for one in part.materials}
        gaps = self.fact.gaps
        if missing := [one for one in self.rules.main_materials if one not in supplied]:
            return Refused(Refusal.CASE_MAIN_MISSING, {"materials": "、".join(missing)})
        allowed = set(self.rules.gap_materials) - set(self.rules.main_materials)
        if wrong := [one for one in gaps if one not in allowed]:
            return Refused(Refusal.CASE_GAPS_NOT_LISTED, {"materials": "、".join(wrong)})
        if not gaps or len(set(gaps)) != len(gaps) or supplied & set(gaps):
            return Refused(Refusal.CASE_GAPS_NOTHING)
        return None


@dataclass(frozen=True, slots=True)
class FillGap:
    """补来容缺的材料。``at``: now."""

    fact: GapFilled
    at: datetime

    def decide(self, state: State) -> Answer:
        """在承诺的期限内，补所缺的。"""
        match state:
            case UnderReview(gaps=Gaps() as gaps):
                if self.fact in gaps.filled:
                    return ()
                return self._fault(state, gaps) or not_agent(state, self.fact.handler, self.fact)
            case UnderReview():
                return Refused(Refusal.CASE_NO_GAP, {"material": self.fact.material.name})
            case _:
                return standing(state)

    def _fault(self, state: UnderReview, gaps: Gaps) -> Refused | None:
        fact, due_on = self.fact, gaps.accepted.due_on
        if fact.material.name not in gaps.open:
            return Refused(Refusal.CASE_NO_GAP, {"material": fact.material.name})
        if not state.received.received_at <= fact.received_at <= self.at:
            return Refused(Refusal.CASE_TIME_IMPOSSIBLE, {"at": self.at.isoformat()})
        if gaps.defaulted is not None or beijing_day(fact.received_at) > due_on:
            return Refused(Refusal.CASE_GAP_LATE, {"due_on": str(due_on)})
        return None


@dataclass(frozen=True, slots=True)
class DefaultGaps:
    """容缺到期没有补齐。"""

    fact: GapDefaulted
    today: date

    def decide(self, state: State) -> Answer:
        """记下事实；事项定为视为撤回的，同时告结，其余待人处理。"""
        match state:
            case UnderReview(gaps=Gaps(defaulted=None) as gaps) if gaps.open:
                if self.today <= self.fact.due_on:
                    return Refused(Refusal.CASE_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
                return (self.fact, *self._effect())
            case Nothing() | Imported():
                return standing(state)
            case _:
                return ()

    def _effect(self) -> tuple[Event, ...]:
        if self.fact.outcome is not GapDefault.DEEM_WITHDRAWN:
            return ()
        reasons = "、".join(self.fact.missing)
        return (Withdrawn(WithdrawalGround.GAP_DEFAULT, reasons, self.today, None),)


@dataclass(frozen=True, slots=True)
class RevokeAcceptance:
    """撤销受理。"""

    fact: AcceptanceRevoked

    def decide(self, state: State) -> Answer:
        """只有容缺到期没有补齐、事项定为撤销受理的，书面说明理由（浙江 11 条）。"""
        match state:
            case UnderReview(gaps=Gaps(defaulted=GapDefaulted(outcome=outcome))) if (
                outcome is GapDefault.REVOKE_ACCEPTANCE
            ):
                if not self.fact.reasons.strip():
                    return Refused(Refusal.CASE_REASONS_MISSING)
                return not_agent(state, self.fact.handler, self.fact)
            case UnderReview():
                return Refused(Refusal.CASE_GAPS_NOT_DEFAULTED)
            case Closed(ending=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


Command: TypeAlias = (
    Pause
    | Resume
    | Extend
    | Expedite
    | RecordSurvey
    | NotifyFee
    | Correct
    | Withdraw
    | Lapse
    | AcceptWithGaps
    | FillGap
    | DefaultGaps
    | RevokeAcceptance
)


def not_agent(state: UnderReview, handler: PersonId, *facts: Event) -> Answer:
    """代办人不得经手本件（SD12）；其余照记。"""
    if state.received.agent == handler:
        return Refused(Refusal.DUTY_AGENT, {"person": handler})
    return facts


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)
