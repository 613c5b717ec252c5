"""自审报备的办理：提交、退回补齐、报备通过、撤销备案。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import filing
from domain.acts.base import Desk, combine, handles, write
from domain.acts.listed import filed_only
from domain.acts.lookups import ITEM, edition, item_rule, not_in_force, not_self, outside, used
from domain.catalogue import version_on
from domain.decider import Decision
from domain.filing import CancelReason
from domain.terms import CaseNo, ItemCode, Sha256, SubjectId


@dataclass(frozen=True, slots=True)
class SubmitFiling:
    """提交报备；退回补齐的，以同一编号再次提交。"""

    filing_no: CaseNo
    item_code: ItemCode
    filer: SubjectId
    intermediary: str
    report_sha256: Sha256
    promise_sha256: Sha256


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


FilingAct: TypeAlias = SubmitFiling | ReturnFiling | File | CancelFiling


# -- handlers

FILING: Final = filing.AGGREGATE


@handles(SubmitFiling)
def submit_filing(act: SubmitFiling, desk: Desk) -> Decision:
    """提交报备：只收报备制清单上的事项。"""
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    refusal = not_self(desk, act.filer)
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
    answer = filing.decide(desk.load(FILING, act.filing_no), filing.Submit(fact, listed))
    rules = (item_rule(act.item_code, item),)
    return combine(
        write(FILING, act.filing_no, act.filing_no, answer, rules=rules),
        used(desk, act.item_code, act.filing_no),
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
    state = desk.load(FILING, act.filing_no)
    if isinstance(state, filing.Nothing):
        return filing.standing(state)
    submitted = state.submitted
    item = edition(desk, submitted.item_code, submitted.item_version)
    command = filing.Cancel(filing.Cancelled(act.reason, act.explanation, desk.handler))
    answer = outside(desk, item.approving_body) or filing.decide(state, command)
    return write(FILING, act.filing_no, act.filing_no, answer)
