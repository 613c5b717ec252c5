"""规则 19（程序的部分）：监管部门只能建议；撤销由作出许可的机关的人，在告知与陈述申辩期之后决定。"""

from domain import approval
from domain.acts.revocations import HearStatement
from domain.refusals import Refusal
from tests.domain.case_file import MACHINE, events_of
from tests.domain.test_case_acts import DECIDER, REVIEWER
from tests.domain.test_revocation_acts import (
    CHECKER,
    FRAUD,
    LEGAL,
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
