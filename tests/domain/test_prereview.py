"""网上预审：收件之前看一看材料，没有法律效力，不起算期限（机制 68）。"""

from dataclasses import replace
from typing import Final

from domain import case, prereview
from domain.acts.prereviews import AnswerPrereview, AskPrereview, ConvertPrereview
from domain.decider import Plan
from domain.refusals import Refusal
from domain.terms import CaseNo, Channel, ItemCode, Material, SubjectId
from tests.domain.case_file import APPLICANT, ITEM, SHA, events_of, town
from tests.domain.laws import anything, check_decider_laws
from tests.rules.papers import CLERK, NO, RECEIVE, REVIEWER, only

ASK: Final = AskPrereview("YS-1", ITEM, SubjectId("S-1"), Channel.WEB, RECEIVE.materials)
ANSWER: Final = AnswerPrereview("YS-1", ("平面图",), "请补上平面图")
TURN: Final = ConvertPrereview("YS-1", NO, RECEIVE.materials, "SJ-1")


def test_laws() -> None:
    """预审守决定者的共同规矩。"""
    order = prereview.ORDER
    check_decider_laws(order.aggregate, order.decide, anything(prereview.PrereviewEvent))


def test_a_preview_is_asked_for_and_answered() -> None:
    """申请人预审自己的，窗口代录的写明谁录；告知所缺，可以再告知。"""
    book = town()
    asked = only(book.do(ASK, APPLICANT, "2026-03-02"), prereview.PrereviewAsked)
    assert (asked.item_version, asked.handler) == (1, None)
    mine = replace(ASK, applicant=SubjectId("S-2"))
    book.refuse(Refusal.DUTY_SELF, mine, APPLICANT, "2026-03-02")
    twice = replace(ASK, materials=(Material("甲", SHA), Material("甲", SHA)))
    book.refuse(Refusal.MATERIAL_NAME, twice, APPLICANT, "2026-03-02")
    strange = replace(ASK, item_code=ItemCode("350505-0009"))
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, strange, CLERK, "2026-03-02")
    by_window = replace(ASK, prereview_no="YS-2", channel=Channel.COUNTER)
    entered = only(book.do(by_window, CLERK, "2026-03-02"), prereview.PrereviewAsked)
    assert entered.handler == "P-clerk"
    book.refuse(Refusal.CASE_REASONS_MISSING, replace(ANSWER, advice=" "), CLERK, "2026-03-02")
    told = only(book.do(ANSWER, REVIEWER, "2026-03-03"), prereview.PrereviewAnswered)
    assert not told.complete
    again = AnswerPrereview("YS-1", (), "材料看来齐全")
    assert only(book.do(again, REVIEWER, "2026-03-04"), prereview.PrereviewAnswered).complete


def test_no_period_runs_until_the_receipt() -> None:
    """预审拖到哪天都不算期限；转为收件之日起算五日告知，材料以收件时递交的为准。"""
    book = town()
    book.do(ASK, APPLICANT, "2026-03-02")
    book.do(ANSWER, REVIEWER, "2026-03-03")
    assert isinstance(book.load(case.AGGREGATE, NO), case.Nothing)
    converted, received = events_of(book.do(TURN, CLERK, "2026-03-20"))[:2]
    assert isinstance(converted, prereview.PrereviewConverted)
    assert isinstance(received, case.Received)
    assert str(received.notice_due_on) == "2026-03-27"
    assert received.channel is Channel.WEB
    assert book.do(TURN, CLERK, "2026-03-20") == Plan()
    other = replace(TURN, case_no=CaseNo("2026-000002"), receipt_no="SJ-2")
    book.refuse(Refusal.COURSE_NOT_NOW, other, CLERK, "2026-03-20", step="prereview.converted")


def test_a_preview_keeps_nobody_from_applying() -> None:
    """没有告知的、说缺材料的都照收；没有预审过的不能转；件收不下的，也不转。"""
    book = town()
    book.refuse(Refusal.COURSE_NOT_FOUND, TURN, CLERK, "2026-03-02")
    book.do(ASK, APPLICANT, "2026-03-02")
    book.do(RECEIVE, CLERK, "2026-03-02")
    book.refuse(Refusal.CASE_EXISTS, TURN, CLERK, "2026-03-03")
    free = replace(TURN, case_no=CaseNo("2026-000002"), receipt_no="SJ-2")
    book.do(free, CLERK, "2026-03-03")
