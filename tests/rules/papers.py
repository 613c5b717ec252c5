"""规则测试共用的纸张：一件办件从收件走到某一步，日期由规则来定。"""

from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from domain import catalogue
from domain.acts.deciding import Approve, Review
from domain.acts.intake import Accept, Receive
from domain.case import ReviewOpinion
from domain.catalogue import HandlingRules, IntakeRules, ReviewRules
from domain.decider import Event, Plan
from domain.terms import (
    Actor,
    CaseKind,
    CaseNo,
    Channel,
    LicenceNo,
    Material,
    Organ,
    Role,
    SubjectId,
)
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    ITEM_V1,
    SHA,
    STAFF,
    Book,
    events_of,
    person,
    town,
)

E = TypeVar("E", bound=Event)

NO: Final = CaseNo("2026-000001")
GOVERNMENT: Final = Organ("350505-ZF")
CLERK, REVIEWER, DECIDER = (STAFF[name] for name in ("clerk", "reviewer", "decider"))

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


def item(
    promised: int = 7,
    legal: int = 20,
    review: ReviewRules | None = None,
    intake: IntakeRules | None = None,
) -> catalogue.ItemPublished:
    """一个事项：承诺几日、法定几日、怎样审查、怎样收件。"""
    rules = HandlingRules(intake=intake or IntakeRules(), review=review or ReviewRules())
    return replace(ITEM_V1, promised_days=promised, legal_days=legal, rules=rules)


def head(book: Book) -> Actor:
    """审批机关的负责人。"""
    return book.hire("head", Role.HEAD, APPROVER, person("head"))


def mayor(book: Book) -> Actor:
    """本级人民政府负责人。"""
    return book.hire("mayor", Role.GOVERNMENT, GOVERNMENT, person("mayor"))


def received(when: str, what: catalogue.ItemPublished = ITEM_V1) -> Book:
    """收了一件的账。"""
    book = town(what)
    book.do(RECEIVE, CLERK, when)
    return book


def accepted(when: str, what: catalogue.ItemPublished = ITEM_V1) -> Book:
    """当日收件、当日受理的账。"""
    book = received(when, what)
    book.do(ACCEPT, CLERK, when)
    return book


def reviewed(when: str, what: catalogue.ItemPublished = ITEM_V1) -> Book:
    """当日收件、受理、审核的账。"""
    book = accepted(when, what)
    book.do(REVIEW, REVIEWER, when)
    return book


def only(plan: Plan, kind: type[E]) -> E:
    """一次办理中这一种事，恰有一件。"""
    (found,) = (event for event in events_of(plan) if isinstance(event, kind))
    return found
