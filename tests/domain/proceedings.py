"""几个机关几个人的小城：一件已受理的办件，事项按所给的规则办。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain.acts.deciding import Approve, Reject, Review
from domain.acts.intake import Accept, Receive
from domain.case import ReviewOpinion
from domain.catalogue import AS_USUAL, HandlingRules, IntakeRules, ReviewRules
from domain.terms import CaseKind, CaseNo, Channel, LicenceNo, Material, Role, SubjectId
from tests.domain.case_file import APPROVER, ITEM, ITEM_V1, SHA, STAFF, Book, actor, person, town

NO: Final = CaseNo("2026-000001")
RECEIVE: Final = Receive(
    case_no=NO,
    item_code=ITEM,
    channel=Channel.COUNTER,
    applicant=SubjectId("S-1"),
    materials=(Material("申请书", SHA),),
    receipt_no="SJ-1",
)
ACCEPT: Final = Accept(NO, CaseKind.PLEDGED_TIME, "SL-1")
REVIEW: Final = Review(NO, ReviewOpinion.APPROVE, "符合条件")
APPROVE: Final = Approve(NO, "ZY-1", LicenceNo("JY-1"), valid_to=date(2031, 3, 3))
REJECT: Final = Reject(NO, "ZY-2", "不符合条件", "六十日内可申请复议")
HEAD: Final = actor("head", Role.HEAD, APPROVER)
CLERK, REVIEWER, DECIDER = STAFF["clerk"], STAFF["reviewer"], STAFF["decider"]


def handled(
    intake: IntakeRules = AS_USUAL.intake,
    review: ReviewRules = AS_USUAL.review,
    *,
    legal_days: int = 20,
) -> Book:
    """事项按这些规则办的小城，另有机关负责人。"""
    rules = HandlingRules(intake=intake, review=review)
    book = town(replace(ITEM_V1, rules=rules, legal_days=legal_days))
    book.hire("head", Role.HEAD, APPROVER, person("head"))
    return book


def accepted(book: Book, day: str, receive: Receive = RECEIVE) -> Book:
    """当日收件、受理。"""
    book.do(receive, CLERK, day)
    book.do(replace(ACCEPT, case_no=receive.case_no), CLERK, day)
    return book
