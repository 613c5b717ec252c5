"""规则 19（程序的部分）：监管部门只能建议；撤销由作出许可的机关的人，在告知与陈述申辩期之后决定。"""

from dataclasses import replace

from domain import approval
from domain.acts.deciding import Approve
from domain.acts.revocations import HearStatement
from domain.refusals import Refusal
from domain.terms import Organ, Role
from tests.domain.case_file import APPROVER, MACHINE, events_of, person, town
from tests.domain.test_case_acts import ACCEPT, APPROVE, CLERK, DECIDER, REVIEW, REVIEWER
from tests.domain.test_case_acts import received as received_on
from tests.domain.test_revocation_acts import (
    CHECKER,
    FRAUD,
    LEGAL,
    LICENCE,
    REVIEW_LEGALITY,
    REVOKE,
    SERVE,
    licensed,
)


def test_the_supervisor_proposes_and_the_approving_organ_decides() -> None:
    """监管部门的联络员不能撤销，建议收下；告知、期满、法制审核之后，审批机关的决定人撤销。"""
    book = licensed()
    book.do(FRAUD, CHECKER, "2026-09-01")
    book.refuse(Refusal.REVOCATION_NOT_THE_DECIDER, REVOKE, CHECKER, "2026-09-01")
    book.refuse(Refusal.DUTY_MACHINE, REVOKE, MACHINE, "2026-09-01")
    book.refuse(Refusal.REVOCATION_NOT_NOTIFIED, REVOKE, DECIDER, "2026-09-01")
    book.do(SERVE, REVIEWER, "2026-09-02")
    book.refuse(Refusal.REVOCATION_NOT_HEARD, REVOKE, DECIDER, "2026-09-03", due_on="2026-09-09")
    silent = HearStatement("CX-1", waived=True)
    book.refuse(Refusal.REVOCATION_STATEMENT_OPEN, silent, REVIEWER, "2026-09-09")
    book.do(silent, REVIEWER, "2026-09-10")
    book.refuse(Refusal.REVOCATION_NOT_REVIEWED, REVOKE, DECIDER, "2026-09-10")
    book.do(REVIEW_LEGALITY, LEGAL, "2026-09-11")
    _, ended, _ = events_of(book.do(REVOKE, DECIDER, "2026-09-14"))
    assert isinstance(ended, approval.Revoked)


def test_a_delegated_permit_is_revoked_by_the_delegating_organ() -> None:
    """委托的许可以委托机关的名义作出：受托机关的人不能撤，委托机关的人撤。"""
    book = received_on("2026-08-03", town())
    book.do(ACCEPT, CLERK, "2026-08-03")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    act: Approve = APPROVE
    book.do(act, DECIDER, "2026-08-05")
    delegate = book.hire("delegate", Role.DECIDER, Organ("350505-JD"), person("delegate"))
    book.do(FRAUD, CHECKER, "2026-09-01")
    book.do(SERVE, REVIEWER, "2026-09-02")
    book.do(HearStatement("CX-1", waived=True), REVIEWER, "2026-09-10")
    book.do(REVIEW_LEGALITY, LEGAL, "2026-09-11")
    named = replace(delegate, in_name_of=APPROVER)
    book.refuse(Refusal.DUTY_ORGAN, REVOKE, named, "2026-09-14", organ=APPROVER)
    book.do(REVOKE, DECIDER, "2026-09-14")
    state = book.load(approval.AGGREGATE, LICENCE)
    assert approval.was_revoked(state)
