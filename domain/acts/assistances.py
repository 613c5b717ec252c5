"""帮代办的办理：开始与完成（机制 50）。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import assistance, case
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import case_file
from domain.assistance import AssistanceOutcome
from domain.decider import Decision, Refused
from domain.terms import CaseNo, PersonId


@dataclass(frozen=True, slots=True)
class BeginAssistance:
    """开始帮代办一件：帮办的人是本件的代办人，不收费也不计分。"""

    case_no: CaseNo
    helper: PersonId
    project: str


@dataclass(frozen=True, slots=True)
class FinishAssistance:
    """帮代办完成，写明结果。"""

    case_no: CaseNo
    outcome: AssistanceOutcome
    explanation: str = ""


AssistanceAct: TypeAlias = BeginAssistance | FinishAssistance


# -- handlers

ASSISTANCE: Final = assistance.AGGREGATE


@handles(BeginAssistance)
def begin_assistance(act: BeginAssistance, desk: Desk) -> Decision:
    """开始：办件还在办。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if isinstance(file.state, case.Concluded | case.Closed):
        return case.standing(file.state)
    received = file.state.received
    fact = assistance.Begun(
        helper=act.helper,
        applicant=received.applicant,
        project=act.project,
        begun_on=desk.today,
        handler=desk.handler,
    )
    return _record(act.case_no, assistance.Begin(fact, received.agent), desk)


@handles(FinishAssistance)
def finish_assistance(act: FinishAssistance, desk: Desk) -> Decision:
    """完成：办成与否以办件的决定为准。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    granted = case.grant(file.state) is not None
    fact = assistance.Finished(act.outcome, act.explanation, desk.today, desk.handler)
    return _record(act.case_no, assistance.Finish(fact, granted), desk)


def _record(case_no: CaseNo, command: assistance.Command, desk: Desk) -> Decision:
    answer = assistance.decide(desk.load(ASSISTANCE, case_no), command)
    return write(ASSISTANCE, case_no, case_no, answer)
