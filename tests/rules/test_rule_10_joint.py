"""规则 10（并联部分）：四十五日，各分支在其内；再延十五日须政府负责人批准；逾期的点名，照样汇总。"""

from dataclasses import replace

from domain.acts.joints import (
    ConcludeJointReview,
    GiveOpinion,
    MarkOpinionOverdue,
    OpenJointReview,
    RequestOpinion,
)
from domain.acts.procedure import ExtendLimit
from domain.case import Approved, ReviewOpinion
from domain.catalogue import ReviewRules
from domain.joint import JointConcluded, JointOpened, OpinionOverdue, OpinionRequested
from domain.refusals import Refusal
from domain.terms import Actor, Organ, Role
from tests.domain.case_file import MACHINE, Book, person
from tests.rules.papers import (
    APPROVE,
    DECIDER,
    NO,
    REVIEW,
    REVIEWER,
    accepted,
    head,
    item,
    mayor,
    only,
)

FIRE, HOUSING = Organ("350505-XFJY"), Organ("350505-ZJJ")
RULES = ReviewRules(joint_bodies=(FIRE, HOUSING))
OPEN = OpenJointReview(NO)
TO_FIRE = RequestOpinion(NO, FIRE, "消防设计", "XT-1", 20)
TO_HOUSING = RequestOpinion(NO, HOUSING, "结构安全", "XT-2", 20)
AGREED = GiveOpinion(NO, ReviewOpinion.APPROVE, "符合规范")
SUM = ConcludeJointReview(NO, ReviewOpinion.APPROVE, "各家同意")
EXTEND = ExtendLimit(NO, "YQ-1", "两个部门意见不一")


def _opened() -> tuple[Book, Actor]:
    """三月二日受理、审核、开始并联的账，与消防的审核人。"""
    book = accepted("2026-03-02", item(promised=45, legal=45, review=RULES))
    book.do(REVIEW, REVIEWER, "2026-03-02")
    opened = only(book.do(OPEN, REVIEWER, "2026-03-02"), JointOpened)
    assert (opened.days, str(opened.due_on)) == (45, "2026-05-08")
    return book, book.hire("fire", Role.REVIEWER, FIRE, person("fire"))


def test_a_late_branch_is_named_and_does_not_stop_the_others() -> None:
    """二十日的分支三月三十日届满；消防按时，住建逾期；汇总点名，决定有效。"""
    book, fire = _opened()
    asked = only(book.do(TO_FIRE, REVIEWER, "2026-03-02"), OpinionRequested)
    assert str(asked.due_on) == "2026-03-30"
    book.do(TO_HOUSING, REVIEWER, "2026-03-02")
    book.do(AGREED, fire, "2026-03-30")
    book.refuse(Refusal.JOINT_OPENED, SUM, REVIEWER, "2026-03-30", organ=HOUSING)
    late = MarkOpinionOverdue(NO, HOUSING)
    book.refuse(Refusal.JOINT_NOT_YET_DUE, late, MACHINE, "2026-03-30", due_on="2026-03-30")
    assert only(book.do(late, MACHINE, "2026-03-31"), OpinionOverdue).body == HOUSING
    told = only(book.do(SUM, REVIEWER, "2026-05-08"), JointConcluded)
    assert told.silent == (HOUSING,)
    assert only(book.do(APPROVE, DECIDER, "2026-05-08"), Approved).handler == person("decider")


def test_a_branch_ends_within_the_forty_five_days() -> None:
    """三月三十日再征求，限二十五日的正好五月八日届满；二十六日的超出，不许。"""
    book, _ = _opened()
    far = replace(TO_HOUSING, days=26)
    book.refuse(Refusal.JOINT_LIMIT, far, REVIEWER, "2026-03-30", due_on="2026-05-08")
    near = only(book.do(replace(far, days=25), REVIEWER, "2026-03-30"), OpinionRequested)
    assert str(near.due_on) == "2026-05-08"


def test_fifteen_more_days_carry_the_branches_along() -> None:
    """本机关负责人批不了；政府负责人批准延至五月二十八日，分支也可以到那一日。"""
    book, _ = _opened()
    book.refuse(Refusal.CASE_EXTENSION_BY_GOVERNMENT, EXTEND, head(book), "2026-05-08")
    to_the_end = replace(TO_HOUSING, days=15)
    book.refuse(Refusal.JOINT_LIMIT, to_the_end, REVIEWER, "2026-05-08", due_on="2026-05-08")
    book.do(EXTEND, mayor(book), "2026-05-08")
    asked = only(book.do(to_the_end, REVIEWER, "2026-05-08"), OpinionRequested)
    assert str(asked.due_on) == "2026-05-28"
