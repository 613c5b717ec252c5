"""规则 25（公示）：双公示七个工作日、主动公开二十个工作日；被推翻的三日内撤下，账上两件都留着。"""

from datetime import date

from domain import case, publication
from domain.acts.deciding import Approve
from domain.acts.publications import (
    DisclosePenalty,
    OpenPublication,
    OverturnPublished,
    Publish,
    WithdrawPublication,
)
from domain.decider import Plan
from domain.publication import PublicMatter
from domain.refusals import Refusal
from domain.terms import LicenceNo, SubjectId
from tests.domain.case_file import MACHINE, STAFF, events_of, town
from tests.domain.test_case_acts import ACCEPT, CLERK, DECIDER, NO, RECEIVE, REVIEW, REVIEWER


def test_the_dates_run_from_the_decision() -> None:
    """九月三十日决定：十月十五日双公示到期，十月二十日送达到期，十一月三日主动公开到期。"""
    book = town()
    book.do(RECEIVE, CLERK, "2026-09-28")
    book.do(ACCEPT, CLERK, "2026-09-28")
    book.do(REVIEW, REVIEWER, "2026-09-29")
    decided = book.do(Approve(NO, "ZY-1", LicenceNo("JY-1")), DECIDER, "2026-09-30")
    (approved,) = [one for one in events_of(decided) if isinstance(one, case.Approved)]
    assert approved.delivery_due_on == date(2026, 10, 20)
    opened = OpenPublication(NO, PublicMatter.APPROVED)
    (due,) = events_of(book.do(opened, MACHINE, "2026-09-30 10:00"))
    assert isinstance(due, publication.Due)
    assert (due.double_due_on, due.general_due_on) == (date(2026, 10, 15), date(2026, 11, 3))
    assert book.do(opened, MACHINE, "2026-10-08") == Plan()
    publish = Publish(f"APPROVED.{NO}")
    refusal = Refusal.PUBLICATION_OBJECTION_OPEN
    book.refuse(refusal, publish, MACHINE, str(due.objection_due_on))
    (shown,) = events_of(book.do(publish, MACHINE, "2026-10-13"))
    assert isinstance(shown, publication.Published)
    assert shown.holder == "S-1"  # 不写证件号、电话、住址
    assert book.do(publish, MACHINE, "2026-10-14") == Plan()


def test_an_overturned_penalty_is_withdrawn_in_three_days() -> None:
    """二月十三日推翻，二月二十五日以前撤下并说明理由；公示与撤下两件都在账上。"""
    book, chief = town(), STAFF["chief"]
    book.do(DisclosePenalty("CF-1", "榕市监罚〔2026〕1号", SubjectId("S-1")), chief, "2026-02-02")
    book.do(Publish("PENALTY.CF-1"), MACHINE, "2026-02-03")
    overturn = OverturnPublished("PENALTY.CF-1", "FY-1", "复议撤销")
    (overturned,) = events_of(book.do(overturn, chief, "2026-02-13"))
    assert isinstance(overturned, publication.Overturned)
    assert overturned.withdraw_due_on == date(2026, 2, 25)
    withdraw = WithdrawPublication("PENALTY.CF-1")
    assert events_of(book.do(withdraw, MACHINE, "2026-02-24")) == (
        publication.Withdrawn("复议撤销"),
    )
    assert book.do(withdraw, MACHINE, "2026-02-24") == Plan()
    kept = [type(one) for one in book.streams["publication/PENALTY.CF-1"]]
    assert publication.Published in kept
    assert publication.Withdrawn in kept
