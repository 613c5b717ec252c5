"""办件的程序（procedure）：受理之后钟怎样停、续、延、提速。

Commands on a case; its states are in ``domain.case``, its clock in ``domain.clock``.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain.case import State, UnderReview, standing
from domain.clock import Expedited, Extended, Paused, Resumed
from domain.decider import Answer, Event, Refused
from domain.refusals import Refusal
from domain.terms import PersonId

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


Command: TypeAlias = Pause | Resume | Extend | Expedite


def not_agent(state: UnderReview, handler: PersonId, *facts: Event) -> Answer:
    """代办人不得经手本件（SD12）；其余照记。"""
    if state.received.agent == handler:
        return Refused(Refusal.DUTY_AGENT, {"person": handler})
    return facts


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)
