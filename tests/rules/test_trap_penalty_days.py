"""陷阱：吊销是处罚，立案起九十日内决定，是自然日；要求听证的五日是工作日。"""

from dataclasses import replace
from datetime import date

from domain import approval
from domain.acts.endings import HearPenalty, NoticePenalty
from domain.acts.revocations import ForfeitLicence
from domain.refusals import Refusal
from domain.terms import LicenceNo
from tests.domain.case_file import STAFF, Book, person
from tests.domain.test_licence_acts import licensed
from tests.rules.papers import only

NO = LicenceNo("JY-1")
NOTICE = NoticePenalty(NO, "榕市监立〔2026〕12号", date(2026, 3, 9), "榕市监罚告〔2026〕9号")
SILENT = HearPenalty(NO, waived=True)
FORFEIT = ForfeitLicence(NO, "榕市监罚〔2026〕9号")
CHECKER, CHIEF = STAFF["supervisor"], STAFF["chief"]


def noticed(act: NoticePenalty = NOTICE) -> tuple[Book, approval.PenaltyNoticed]:
    """三月九日立案，五月二十五日告知。"""
    book = licensed(date(2031, 3, 3))
    return book, only(book.do(act, CHECKER, "2026-05-25"), approval.PenaltyNoticed)


def test_ninety_days_from_filing_are_natural_days() -> None:
    """三月九日立案：九十个自然日到六月七日，周日，顺延至八日；九十个工作日会到七月二十日以后。"""
    book, fact = noticed()
    assert (fact.decide_due_on, fact.request_due_on) == (date(2026, 6, 8), date(2026, 6, 1))
    book.do(SILENT, CHECKER, "2026-06-02")
    only(book.do(FORFEIT, CHIEF, "2026-06-08 23:59"), approval.Forfeited)


def test_on_the_ninety_first_day_it_is_too_late() -> None:
    """六月九日不能再以这一案吊销；另行立案、另行告知之后才可以。"""
    book, _ = noticed()
    book.do(SILENT, CHECKER, "2026-06-02")
    facts = {"filed_on": "2026-03-09", "due_on": "2026-06-08"}
    book.refuse(Refusal.LICENCE_PENALTY_LATE, FORFEIT, CHIEF, "2026-06-09", **facts)
    book.refuse(Refusal.LICENCE_PENALTY_LATE, NOTICE, CHECKER, "2026-06-09", **facts)
    again = replace(NOTICE, filing_no="榕市监立〔2026〕40号", filed_on=date(2026, 6, 9))
    book.do(again, CHECKER, "2026-06-10")
    book.refuse(Refusal.LICENCE_PENALTY_NOT_HEARD, FORFEIT, CHIEF, "2026-06-11")


def test_a_rule_may_give_another_period() -> None:
    """法律、法规、规章另有规定的从其规定，须写明是哪一条。"""
    longer = replace(NOTICE, days=120)
    book = licensed(date(2031, 3, 3))
    book.refuse(Refusal.LICENCE_PENALTY_DAYS, longer, CHECKER, "2026-05-25", days="120")
    book.refuse(Refusal.LICENCE_PENALTY_DAYS, replace(NOTICE, days=0), CHECKER, "2026-05-25")
    _, fact = noticed(replace(longer, days_basis="市场监督管理行政处罚程序规定第六十四条"))
    assert fact.decide_due_on == date(2026, 7, 7)


def test_the_right_to_a_hearing_is_open_for_five_working_days() -> None:
    """五月二十五日（周一）告知：至六月一日都可以要求听证，之前不算没有要求，也不能吊销。"""
    book, _ = noticed()
    book.refuse(Refusal.LICENCE_PENALTY_OPEN, SILENT, CHECKER, "2026-06-01", due_on="2026-06-01")
    book.refuse(Refusal.LICENCE_PENALTY_NOT_HEARD, FORFEIT, CHIEF, "2026-06-02")
    book.do(SILENT, CHECKER, "2026-06-02")
    fact = only(book.do(FORFEIT, CHIEF, "2026-06-02"), approval.Forfeited)
    assert fact.handler == person("chief")
