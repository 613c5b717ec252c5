"""自审报备的办理：提交、退回补齐、报备通过、报告存疑与认定、撤销或撤回、转入工程审批、开工。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import filing, intermediary
from domain.acts.base import Desk, combine, handles, write
from domain.acts.listed import filed_only
from domain.acts.lookups import (
    ITEM,
    edition,
    item_rule,
    not_in_force,
    not_self,
    outside,
    outside_item,
    reviewing_elsewhere,
    used,
)
from domain.catalogue import ItemPublished, version_on
from domain.decider import Decision, Refused
from domain.filing import CancelReason, ProjectTrait
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, ItemCode, Sha256, SubjectId


@dataclass(frozen=True, slots=True)
class SubmitFiling:
    """提交报备；退回补齐的，以同一编号再次提交。"""

    filing_no: CaseNo
    item_code: ItemCode
    filer: SubjectId
    intermediary: str
    report_sha256: Sha256
    promise_sha256: Sha256
    project: str = ""
    reported_on: date | None = None  # 合格报告的日期；没有写的为提交之日
    traits: tuple[ProjectTrait, ...] = ()  # 申报的项目属除外之列的，写明哪些
    replaces: CaseNo | None = None  # 注销重赋码的，原备案编号


@dataclass(frozen=True, slots=True)
class ReturnFiling:
    """形式不齐：一次告知缺什么。"""

    filing_no: CaseNo
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """报备通过：只查形式，不作实质审查。"""

    filing_no: CaseNo


@dataclass(frozen=True, slots=True)
class CancelFiling:
    """撤销备案：合格报告无效，或业主同意。"""

    filing_no: CaseNo
    reason: CancelReason
    explanation: str


@dataclass(frozen=True, slots=True)
class WithdrawFiling:
    """经业主同意撤回备案，重新赋码（机制 52）。"""

    filing_no: CaseNo
    consent_sha256: Sha256
    explanation: str
    successor: CaseNo | None = None


@dataclass(frozen=True, slots=True)
class TrackFiling:
    """备案转入工程审批系统（机制 53）。"""

    filing_no: CaseNo
    project_code: str


@dataclass(frozen=True, slots=True)
class CompleteFiling:
    """备案的项目开工。"""

    filing_no: CaseNo
    started_on: date


@dataclass(frozen=True, slots=True)
class ChallengeReport:
    """监管部门或机器：合格报告存疑，附证据。"""

    filing_no: CaseNo
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class InvalidateReport:
    """监管部门认定合格报告无效。"""

    filing_no: CaseNo
    explanation: str


@dataclass(frozen=True, slots=True)
class UpholdReport:
    """监管部门认定合格报告成立。"""

    filing_no: CaseNo
    explanation: str


FilingAct: TypeAlias = (
    SubmitFiling
    | ReturnFiling
    | File
    | CancelFiling
    | WithdrawFiling
    | TrackFiling
    | CompleteFiling
    | ChallengeReport
    | InvalidateReport
    | UpholdReport
)


# -- handlers

FILING: Final = filing.AGGREGATE


@handles(SubmitFiling)
def submit_filing(act: SubmitFiling, desk: Desk) -> Decision:
    """提交报备：只收报备制清单上的事项。"""
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    refusal = not_self(desk, act.filer) or reviewing_elsewhere(desk, item)
    if refusal is not None:
        return refusal
    fact = filing.Submitted(
        item_code=act.item_code,
        item_version=item.version,
        filer=act.filer,
        intermediary=act.intermediary,
        report_sha256=act.report_sha256,
        promise_sha256=act.promise_sha256,
    )
    listed = filed_only(desk, act.item_code, item, desk.today)
    command = filing.Submit(fact, listed, act.traits, _screened(act, item, desk))
    answer = filing.decide(desk.load(FILING, act.filing_no), command)
    rules = (item_rule(act.item_code, item),)
    return combine(
        write(FILING, act.filing_no, act.filing_no, answer, rules=rules),
        used(desk, act.item_code, act.filing_no),
    )


def _screened(act: SubmitFiling, item: ItemPublished, desk: Desk) -> filing.Screened | Refused:
    """中介在报告之日有资质、与审批机关没有隶属关系；重赋码的，原备案确已撤回给此编号。"""
    day = act.reported_on or desk.today
    if day > desk.today:
        return Refused(Refusal.CASE_TIME_IMPOSSIBLE, {"at": str(desk.today)})
    state = desk.load(intermediary.AGGREGATE, act.intermediary)
    known = intermediary.qualified(state, item.speciality, item.approving_body, day)
    if isinstance(known, Refused):
        return known
    if act.replaces is not None:
        match desk.load(FILING, act.replaces):
            case filing.Struck(by=filing.Withdrawn(successor=number)) if number == act.filing_no:
                pass
            case _:
                return Refused(Refusal.FILING_NOT_WITHDRAWN, {"filing_no": act.replaces})
    return filing.Screened(
        project=act.project,
        reported_on=day,
        certificate_no=known.certificate_no,
        qualified_until=known.valid_to,
        replaces=act.replaces,
    )


@handles(ReturnFiling)
def return_filing(act: ReturnFiling, desk: Desk) -> Decision:
    """形式不齐，退回补齐。"""
    command = filing.Return(filing.Returned(act.missing, desk.handler))
    answer = filing.decide(desk.load(FILING, act.filing_no), command)
    return write(FILING, act.filing_no, act.filing_no, answer)


@handles(File)
def file(act: File, desk: Desk) -> Decision:
    """报备通过。"""
    command = filing.Pass(filing.Filed(desk.handler))
    answer = filing.decide(desk.load(FILING, act.filing_no), command)
    return write(FILING, act.filing_no, act.filing_no, answer)


@handles(CancelFiling)
def cancel_filing(act: CancelFiling, desk: Desk) -> Decision:
    """撤销备案，由备案机关决定。"""
    command = filing.Cancel(filing.Cancelled(act.reason, act.explanation, desk.handler))
    return _by_the_organ(act.filing_no, command, desk)


@handles(WithdrawFiling)
def withdraw_filing(act: WithdrawFiling, desk: Desk) -> Decision:
    """撤回备案，由备案机关办，须有业主同意书。"""
    if act.successor == act.filing_no:
        return Refused(Refusal.FILING_SAME_NUMBER, {"filing_no": act.filing_no})
    fact = filing.Withdrawn(act.consent_sha256, act.explanation, act.successor, desk.handler)
    return _by_the_organ(act.filing_no, filing.Withdraw(fact), desk)


@handles(TrackFiling)
def track_filing(act: TrackFiling, desk: Desk) -> Decision:
    """转入工程审批系统。"""
    fact = filing.Tracked(act.project_code, desk.handler)
    return _settle(act.filing_no, filing.Follow(fact, desk.today), desk)


@handles(CompleteFiling)
def complete_filing(act: CompleteFiling, desk: Desk) -> Decision:
    """开工。"""
    fact = filing.Completed(act.started_on, desk.handler)
    return _settle(act.filing_no, filing.Follow(fact, desk.today), desk)


@handles(ChallengeReport)
def challenge_report(act: ChallengeReport, desk: Desk) -> Decision:
    """报告存疑：机器，或该事项的监管部门。"""
    state = _known(act.filing_no, desk)
    if isinstance(state, Refused):
        return state
    fact = filing.ReportChallenged(state.submitted.intermediary, act.evidence, desk.person)
    return _by_supervisors(act.filing_no, state, filing.Challenge(fact), desk)


@handles(InvalidateReport)
def invalidate_report(act: InvalidateReport, desk: Desk) -> Decision:
    """认定无效，由该事项的监管部门负责人办。"""
    state = _known(act.filing_no, desk)
    if isinstance(state, Refused):
        return state
    name = state.submitted.intermediary
    fact = filing.ReportInvalidated(name, act.explanation, desk.handler)
    return _by_supervisors(act.filing_no, state, filing.JudgeReport(fact), desk)


@handles(UpholdReport)
def uphold_report(act: UpholdReport, desk: Desk) -> Decision:
    """认定成立，由该事项的监管部门负责人办。"""
    state = _known(act.filing_no, desk)
    if isinstance(state, Refused):
        return state
    fact = filing.ReportUpheld(state.submitted.intermediary, act.explanation, desk.handler)
    return _by_supervisors(act.filing_no, state, filing.JudgeReport(fact), desk)


Known: TypeAlias = filing.Lodged | filing.SentBack | filing.OnFile | filing.Struck


def _known(filing_no: CaseNo, desk: Desk) -> Known | Refused:
    state = desk.load(FILING, filing_no)
    return filing.standing(state) if isinstance(state, filing.Nothing) else state


def _item(state: Known, desk: Desk) -> ItemPublished:
    return edition(desk, state.submitted.item_code, state.submitted.item_version)


def _by_the_organ(filing_no: CaseNo, command: filing.Command, desk: Desk) -> Decision:
    state = _known(filing_no, desk)
    if isinstance(state, Refused):
        return state
    refusal = outside(desk, _item(state, desk).approving_body)
    return refusal or _settle(filing_no, command, desk)


def _by_supervisors(
    filing_no: CaseNo, state: Known, command: filing.Command, desk: Desk
) -> Decision:
    refusal = None if desk.is_machine else outside_item(desk, _item(state, desk))
    return refusal or _settle(filing_no, command, desk)


def _settle(filing_no: CaseNo, command: filing.Command, desk: Desk) -> Decision:
    answer = filing.decide(desk.load(FILING, filing_no), command)
    return write(FILING, filing_no, filing_no, answer)
