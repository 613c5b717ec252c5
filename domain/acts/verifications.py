"""联审核验的办理：窗口或审核人请求，出具机关的联审岗位答复；共享、核验得到的材料不得要求提交。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import case, verification
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import CaseFile, case_file, not_in_name_of, period
from domain.catalogue import ItemPublished
from domain.decider import Decision, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, Sha256

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


def needed(file: CaseFile) -> tuple[str, ...]:
    """准予之前须核验属实的材料：清单上的，申请人没有自己提交、也还不能共享的。"""
    intake = file.item.rules.intake
    at_hand = {one.name for one in file.state.received.materials} | set(intake.shared_materials)
    return tuple(name for name in intake.verified_materials if name not in at_hand)


def needless(item: ItemPublished, names: tuple[str, ...]) -> Refused | None:
    """要求提交的材料里有可以共享或者应当由机关之间核验的（在线政务规定 7 条）。"""
    obtained = {*item.rules.intake.shared_materials, *item.rules.intake.verified_materials}
    found = [name for name in names if name in obtained]
    if found:
        return Refused(Refusal.VERIFICATION_NEEDLESS, {"materials": "、".join(found)})
    return None


# -- handlers


def _decide(desk: Desk, case_no: CaseNo, command: verification.Command) -> Decision:
    answer = verification.decide(desk.load(VERIFICATION, case_no), command)
    return write(VERIFICATION, case_no, case_no, answer)


def _place(organ: Organ) -> str:
    """机关代码的前半是其所在地；同地即同级（代码没有这样写的看不出来，不许）。"""
    place, dash, _ = organ.partition("-")
    return place if dash else ""


@handles(RequestVerification)
def request_verification(act: RequestVerification, desk: Desk) -> Decision:
    """请求核验：决定之前都可以；以审批机关的名义。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if isinstance(file.state, case.Concluded):
        return case.standing(file.state)
    body, intake = file.item.approving_body, file.item.rules.intake
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
    listed = act.material in intake.verified_materials
    listed = listed and act.material not in intake.shared_materials
    same_level = bool(_place(body)) and _place(body) == _place(act.issuing_body)
    command = verification.Request(fact, listed, same_level)
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
