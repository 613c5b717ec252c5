"""超时默认：承诺时限已过而不作决定，事项明示选用的，视为准予（机制 28，规则 13）。"""

from typing import Final

from domain import approval, case
from domain.acts.base import Desk, write
from domain.acts.lookups import LICENCE, CaseFile, period
from domain.acts.places import barred
from domain.acts.proceedings import joint_or_verified
from domain.acts.reliances import unsound
from domain.case import ReviewOpinion
from domain.decider import Answer, Decision, Plan, Refused
from domain.terms import CaseNo, LicenceNo

TACIT: Final = "MR-"  # 默认同意的决定与许可，以办件编号编号


def tacit_approval(desk: Desk, case_no: CaseNo, file: CaseFile) -> case.DeemedApproved | None:
    """会怎样记；事项没有明示选用的、涉及安全的、还不能准予的没有。"""
    basis = file.item.rules.review.deemed_approval_basis
    if basis is None or file.item.rules.safety or _waits(desk, case_no, file):
        return None
    delivery_due, _ = period(desk, desk.today, case.DELIVERY_DAYS)
    return case.DeemedApproved(
        basis=basis,
        decided_on=desk.today,
        decision_no=f"{TACIT}{case_no}",
        licence_no=LicenceNo(f"{TACIT}{case_no}"),
        valid_from=desk.today,
        delivery_due_on=delivery_due.day,
    )


def _waits(desk: Desk, case_no: CaseNo, file: CaseFile) -> bool:
    """名额不许，所依的证照已经终结，或者别的机关还没有办完。"""
    elsewhere = joint_or_verified(desk, file, case_no, ReviewOpinion.APPROVE)
    return barred(desk, case_no, file) or bool(unsound(desk, case_no, file) or elsewhere)


def licensed(desk: Desk, case_no: CaseNo, file: CaseFile, answer: Answer) -> Decision:
    """默认同意与准予一样，许可随即生效；没有默认同意的无事可办。"""
    made = () if isinstance(answer, Refused) else answer
    found = [event for event in made if isinstance(event, case.DeemedApproved)]
    if not found:
        return Plan()
    (event,) = found
    received, body = file.state.received, file.item.approving_body
    licence = approval.Granted(
        case_no=case_no,
        item_code=received.item_code,
        holder=received.applicant,
        decision_no=event.decision_no,
        approving_body=body,
        in_name_of=body,
        commitment_id=None,
        valid_from=event.valid_from,
        valid_to=None,
    )
    outcome = approval.decide(desk.load(LICENCE, event.licence_no), approval.Grant(licence))
    return write(LICENCE, event.licence_no, case_no, outcome)
