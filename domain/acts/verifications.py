"""联审核验的办理：窗口或审核人请求，出具机关的联审岗位答复（机制 8）。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import case, verification
from domain.acts.base import Desk, handles, write
from domain.acts.listed import on_list
from domain.acts.lookups import CaseFile, case_file, not_in_name_of, period
from domain.acts.materials import FOLDER
from domain.acts.reliances import RELIANCE
from domain.decider import Decision, Refused
from domain.lists import ListKind
from domain.organ import same_level
from domain.terms import CaseNo, Organ, Sha256, beijing_day

REPLY_DAYS: Final = 3  # 文件没有规定，从短


@dataclass(frozen=True, slots=True)
class RequestVerification:
    """请出具机关核验一份材料。"""

    case_no: CaseNo
    material: str
    document_no: str
    issuing_body: Organ
    days: int = REPLY_DAYS


@dataclass(frozen=True, slots=True)
class VerifyDocument:
    """出具机关：属实，并附文书。"""

    case_no: CaseNo
    material: str
    document_sha256: Sha256


@dataclass(frozen=True, slots=True)
class DenyDocument:
    """出具机关：不实，说明理由。"""

    case_no: CaseNo
    material: str
    reasons: str


@dataclass(frozen=True, slots=True)
class MarkVerificationOverdue:
    """机器：出具机关逾期没有答复。"""

    case_no: CaseNo
    material: str


VerificationAct: TypeAlias = (
    RequestVerification | VerifyDocument | DenyDocument | MarkVerificationOverdue
)

VERIFICATION: Final = verification.AGGREGATE


def needed(desk: Desk, case_no: CaseNo, file: CaseFile) -> tuple[str, ...]:
    """准予之前须核验属实的材料：清单上的，申请人没有自己提交、也没有复用证照的。"""
    at_hand = {one.name for one in file.state.received.materials}
    at_hand |= desk.load(FOLDER, case_no).papers.keys()
    at_hand |= {use.name for use in desk.load(RELIANCE, case_no).current}
    names = file.item.rules.intake.verified_materials
    return tuple(name for name in names if name not in at_hand and _listed(desk, file, name))


def _listed(desk: Desk, file: CaseFile, material: str) -> bool:
    """申请之日在联审制材料清单上（没有清单的依事项），而还不能共享取得（机制 9）。"""
    received, intake = file.state.received, file.item.rules.intake
    if material not in intake.verified_materials or material in intake.shared_materials:
        return False
    day, kind = beijing_day(received.received_at), ListKind.VERIFICATION_MATERIALS
    return on_list(desk, kind, received.item_code, material, day) is not False


# -- handlers


def _decide(desk: Desk, case_no: CaseNo, command: verification.Command) -> Decision:
    answer = verification.decide(desk.load(VERIFICATION, case_no), command)
    return write(VERIFICATION, case_no, case_no, answer)


@handles(RequestVerification)
def request_verification(act: RequestVerification, desk: Desk) -> Decision:
    """请求核验：决定之前都可以；以审批机关的名义。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if isinstance(file.state, case.Concluded | case.Closed):
        return case.standing(file.state)
    body = file.item.approving_body
    refusal = not_in_name_of(desk, body)
    if refusal is not None:
        return refusal
    last, rules = period(desk, desk.today, act.days)
    fact = verification.VerificationRequested(
        material=act.material,
        document_no=act.document_no,
        issuing_body=act.issuing_body,
        requested_on=desk.today,
        days=act.days,
        due_on=last.day,
        handler=desk.handler,
    )
    listed = _listed(desk, file, act.material)
    command = verification.Request(fact, listed, same_level(body, act.issuing_body))
    answer = verification.decide(desk.load(VERIFICATION, act.case_no), command)
    return write(VERIFICATION, act.case_no, act.case_no, answer, rules=(file.rule, *rules))


@handles(VerifyDocument)
def verify_document(act: VerifyDocument, desk: Desk) -> Decision:
    """属实。"""
    body = desk.actor.organ
    fact = verification.DocumentVerified(act.material, act.document_sha256, body, desk.handler)
    return _decide(desk, act.case_no, verification.Reply(fact))


@handles(DenyDocument)
def deny_document(act: DenyDocument, desk: Desk) -> Decision:
    """不实。"""
    body = desk.actor.organ
    fact = verification.DocumentNotVerified(act.material, act.reasons, body, desk.handler)
    return _decide(desk, act.case_no, verification.Reply(fact))


@handles(MarkVerificationOverdue)
def mark_verification_overdue(act: MarkVerificationOverdue, desk: Desk) -> Decision:
    """记下逾期；期限按现行日历重新推算，日历未公布的不能断定。"""
    check = desk.load(VERIFICATION, act.case_no).of(act.material)
    start, days = (check.request.requested_on, check.request.days) if check else (desk.today, 0)
    body = check.request.issuing_body if check else Organ("")
    last, _ = period(desk, start, days)
    today = last.day if last.provisional else desk.today
    fact = verification.VerificationOverdue(act.material, body, last.day)
    return _decide(desk, act.case_no, verification.MarkOverdue(fact, today))
