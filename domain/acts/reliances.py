"""证照复用的办理：调用已有的证照，记下依靠的中断与恢复，处置中断；决定之前核一遍。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import approval, case, reliance
from domain.acts.base import Desk, combine, handles, write
from domain.acts.licences import in_force
from domain.acts.lookups import (
    CASE,
    LICENCE,
    CaseFile,
    case_file,
    not_self,
    outside,
    period,
)
from domain.decider import Answer, Decision, Plan, Refused
from domain.hashing import digest, lp
from domain.refusals import Refusal
from domain.reliance import BreakAnswer, LicenceEnding
from domain.terms import CaseNo, HashName, LicenceNo, Material, Role, Sha256


@dataclass(frozen=True, slots=True)
class ReuseCertificate:
    """以申请人已有的一份许可证照充作本件的一份材料。"""

    case_no: CaseNo
    name: str
    licence_no: LicenceNo


@dataclass(frozen=True, slots=True)
class BreakDependency:
    """机器：本件所依的许可终结了。``source_event`` is the id of the event that ended it."""

    case_no: CaseNo
    licence_no: LicenceNo
    source_event: str


@dataclass(frozen=True, slots=True)
class RestoreDependency:
    """机器：所依许可的撤销决定被撤销，依靠恢复。"""

    case_no: CaseNo
    licence_no: LicenceNo
    source_event: str


@dataclass(frozen=True, slots=True)
class AnswerDependency:
    """审批机关处置一项中断，说明理由。"""

    case_no: CaseNo
    licence_no: LicenceNo
    answer: BreakAnswer
    explanation: str


RelianceAct: TypeAlias = ReuseCertificate | BreakDependency | RestoreDependency | AnswerDependency


# -- handlers

RELIANCE: Final = reliance.AGGREGATE
ENDINGS: Final[dict[type[approval.Ending], LicenceEnding]] = {
    approval.Revoked: LicenceEnding.REVOKED,
    approval.Withdrawn: LicenceEnding.WITHDRAWN,
    approval.Forfeited: LicenceEnding.FORFEITED,
    approval.Expired: LicenceEnding.EXPIRED,
}


@handles(ReuseCertificate)
def reuse_certificate(act: ReuseCertificate, desk: Desk) -> Decision:
    """复用：本人的、此刻有效的证照，充作本件要的材料；补正告知过的，由窗口复用即算补来。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    state = file.state
    if isinstance(state, case.Concluded | case.Closed):
        return case.standing(state)
    licence = in_force(desk, act.licence_no)
    if isinstance(licence, Refused):
        return licence
    granted = licence.granted
    refusal = not_self(desk, state.received.applicant) or _unfit(act, file, granted)
    if refusal is not None:
        return refusal
    fact = reliance.CertificateReused(
        name=act.name,
        licence_no=act.licence_no,
        item_code=granted.item_code,
        approving_body=granted.approving_body,
        valid_to=licence.valid_to,
        replaces=None,
        handler=None if desk.actor.role is Role.APPLICANT else desk.handler,
    )
    answer = reliance.decide(desk.load(RELIANCE, act.case_no), reliance.Reuse(fact))
    return combine(
        write(RELIANCE, act.case_no, act.case_no, answer, rules=(file.rule,)),
        _supplemented(act, state, desk),
    )


def _unfit(act: ReuseCertificate, file: CaseFile, granted: approval.Granted) -> Refused | None:
    """别人的证照，或者本件用不着的材料。"""
    if granted.holder != file.state.received.applicant:
        return Refused(Refusal.RELIANCE_OTHER_HOLDER, {"licence_no": act.licence_no})
    state = file.state
    asked = state.notice.missing if isinstance(state, case.AwaitingSupplement) else ()
    if act.name not in {*file.item.materials, *file.item.rules.intake.shared_materials, *asked}:
        return Refused(Refusal.RELIANCE_NOT_A_MATERIAL, {"name": act.name})
    return None


def _supplemented(act: ReuseCertificate, state: case.State, desk: Desk) -> Decision:
    """告知要补的正是这一份：复用即补来，不再要当事人交。"""
    waits = isinstance(state, case.AwaitingSupplement) and act.name in state.lacking
    if not waits or desk.actor.role is Role.APPLICANT:
        return Plan()
    paper = Material(act.name, certificate_digest(act.licence_no))
    due_on, rules = period(desk, desk.today, case.NOTICE_DAYS)
    fact = case.Supplemented((paper,), desk.at, desk.handler, due_on.day)
    answer = case.decide(state, case.Supplement(fact, desk.at))
    return write(CASE, act.case_no, act.case_no, answer, rules=rules)


def certificate_digest(licence_no: LicenceNo) -> Sha256:
    """复用的证照没有文件：以证号的摘要为其摘要。"""
    return Sha256(digest(HashName.SHA256)(lp(b"licence") + lp(licence_no.encode())).hex())


@handles(BreakDependency)
def break_dependency(act: BreakDependency, desk: Desk) -> Decision:
    """账上确已终结的才记；本件没有准予就告结了的、依其作出的许可也已终结的，无须提醒。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    ending = ended(desk.load(LICENCE, act.licence_no))
    if ending is None:
        return Refused(Refusal.RELIANCE_STANDS, {"licence_no": act.licence_no})
    dependent = dependent_licence(file.state)
    if dependent is None and not _open(file.state):
        return Plan()
    if dependent is not None and ended(desk.load(LICENCE, dependent)) is not None:
        return Plan()
    fact = reliance.DependencyBroken(
        licence_no=act.licence_no,
        name="",
        ending=ending,
        source_event=act.source_event,
        item_code=file.state.received.item_code,
        dependent_licence=dependent,
        approving_body=file.item.approving_body,
        supervising_bodies=file.item.supervising_bodies,
    )
    return _record(act.case_no, reliance.Break(fact), desk)


def ended(state: approval.State) -> LicenceEnding | None:
    """这份许可怎样终结的；有效的没有。"""
    match state:
        case approval.Ended(by=by) | approval.OffRegister(by=by) if by is not None:
            return ENDINGS[type(by)]
        case approval.OffRegister():
            return LicenceEnding.DEREGISTERED
        case _:
            return None


def _open(state: case.State) -> bool:
    return isinstance(state, case.Checking | case.AwaitingSupplement | case.UnderReview)


def dependent_licence(state: case.State) -> LicenceNo | None:
    """本件准予的许可；没有准予的没有。"""
    match state:
        case case.Concluded(decision=case.Approved() | case.DeemedApproved() as made):
            return made.licence_no
        case _:
            return None


@handles(RestoreDependency)
def restore_dependency(act: RestoreDependency, desk: Desk) -> Decision:
    """账上确又有效的才记。"""
    if not isinstance(desk.load(LICENCE, act.licence_no), approval.InForce):
        return approval.standing(desk.load(LICENCE, act.licence_no))
    fact = reliance.DependencyRestored(act.licence_no, act.source_event)
    return _record(act.case_no, reliance.Restore(fact), desk)


@handles(AnswerDependency)
def answer_dependency(act: AnswerDependency, desk: Desk) -> Decision:
    """由本件审批机关的审核人或决定人处置。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = reliance.DependencyAnswered(act.licence_no, act.answer, act.explanation, desk.handler)
    command = reliance.AnswerBreak(fact, decided=not _open(file.state))
    refusal = outside(desk, file.item.approving_body, *file.delegates)
    return refusal or _record(act.case_no, command, desk)


def _record(case_no: CaseNo, command: reliance.Command, desk: Desk) -> Decision:
    answer: Answer = reliance.decide(desk.load(RELIANCE, case_no), command)
    return write(RELIANCE, case_no, case_no, answer)


def on_hand(desk: Desk, case_no: CaseNo, names: tuple[str, ...]) -> Refused | None:
    """已由电子证照复用的材料，不得再要（在线政务规定 7 条）；所依许可已终结的，另当别论。"""
    known = desk.load(RELIANCE, case_no)
    held = [
        use.name
        for use in known.current
        if use.name in names and not isinstance(in_force(desk, use.licence_no), Refused)
    ]
    return Refused(Refusal.RELIANCE_ON_HAND, {"materials": "、".join(held)}) if held else None


# -- before a decision


def unsound(desk: Desk, case_no: CaseNo, file: CaseFile) -> Refused | None:
    """本件复用的证照此刻已不是有效的，又没有人处置：不得据以准予（许可法 34、38 条）。

    The ledger is asked, not the alarm: the machine may not have recorded the break yet.
    """
    if not isinstance(file.state, case.UnderReview):
        return None
    known = desk.load(RELIANCE, case_no)
    for use in known.current:
        answered = known.answer_to(use.licence_no) is not None
        if not answered and isinstance(in_force(desk, use.licence_no), Refused):
            facts = {"name": use.name, "licence_no": use.licence_no}
            return Refused(Refusal.RELIANCE_BROKEN, facts)
    return None


def sound(desk: Desk, case_no: CaseNo, file: CaseFile) -> Decision:
    """同上，写作一份决定的一部分。"""
    return unsound(desk, case_no, file) or Plan()
