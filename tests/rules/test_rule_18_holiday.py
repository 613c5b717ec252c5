"""规则 18：补交期限的末日遇休假日的，顺延至休假日的次日，过完才算逾期。"""

from datetime import date, timedelta

from domain import commitment
from domain.acts.pledges import MakeCommitment, MarkSupplementOverdue, SupplyMaterial
from domain.commitment import CommitmentKind, Promise
from domain.refusals import Refusal
from domain.terms import BEIJING, CommitmentId
from domain.timers import TimerKind, advance
from tests.domain.case_file import APPLICANT, MACHINE, SHA, STAFF, Book, at, events_of
from tests.domain.test_case_acts import NO, received

ID = CommitmentId("C-1")
CLERK = STAFF["clerk"]
SIXTY_DAYS = date(2026, 8, 3) + timedelta(days=60)
PLEDGE = MakeCommitment(
    commitment_id=ID,
    case_no=NO,
    kind=CommitmentKind.NOTIFICATION,
    text_sha256=SHA,
    promises=(Promise("平面图", SIXTY_DAYS),),
    verification_due_on=date(2026, 12, 1),
)
OVERDUE = MarkSupplementOverdue(ID, "平面图")


def pledged() -> tuple[Book, commitment.Made]:
    """八月三日作出承诺的账。"""
    book = received("2026-08-03")
    _, made = events_of(book.do(PLEDGE, APPLICANT, "2026-08-03"))
    assert isinstance(made, commitment.Made)
    return book, made


def test_rule_18() -> None:
    """自八月三日起六十个自然日为十月二日，国庆休假，顺延至十月八日；十月九日零时起才算逾期。"""
    assert date(2026, 10, 2) == SIXTY_DAYS
    book, made = pledged()
    assert made.promises == (Promise("平面图", date(2026, 10, 8)),)
    timer = next(one for one in advance((), made, 1) if one.kind is TimerKind.SUPPLEMENT)
    assert timer.over_at.astimezone(BEIJING) == at("2026-10-09 00:00")
    for early in ("2026-10-02 23:59", "2026-10-03 00:00", "2026-10-08 23:59"):
        book.refuse(Refusal.COMMITMENT_NOT_YET_DUE, OVERDUE, MACHINE, early, due_on="2026-10-08")
    book.do(OVERDUE, MACHINE, "2026-10-09 00:00")


def test_the_last_day_is_kept_to_its_end() -> None:
    """十月八日二十四时之前补交的不迟；次日即迟。"""
    supply = SupplyMaterial(ID, "平面图", SHA)
    book, _ = pledged()
    book.do(supply, APPLICANT, "2026-10-08 23:59")
    late, _ = pledged()
    late.refuse(Refusal.COMMITMENT_TOO_LATE, supply, APPLICANT, "2026-10-09 00:00")
