"""规则 15：受审分离及其例外：授权窗口的即办件；换账号的还是同一个人。"""

from dataclasses import replace

import pytest

from domain.acts.register import PublishItem
from domain.case import Approved
from domain.catalogue import HandlingRules, ReviewRules, ReviewStep
from domain.commitment import BreachPolicy
from domain.refusals import Refusal
from domain.terms import CaseKind, ItemCode, Role
from tests.domain.case_file import APPROVER, ITEM_V1, SUPERVISOR, person
from tests.rules.papers import ACCEPT, APPROVE, CLERK, REVIEW, accepted, only, received

WINDOW = replace(ITEM_V1, window_authorised=True)


def test_the_window_may_not_decide() -> None:
    """窗口收了件，不得又作决定；同一人换了审核、决定的账号，也不得。"""
    book = accepted("2026-03-02")
    book.refuse(Refusal.CASE_WINDOW_NOT_AUTHORISED, APPROVE, CLERK, "2026-03-03")
    again = book.hire("other", Role.REVIEWER, APPROVER, person("clerk"))
    book.refuse(Refusal.DUTY_SAME_PERSON, REVIEW, again, "2026-03-03")


def test_an_authorised_window_decides_on_the_spot() -> None:
    """授权窗口的即办件：一人收件、受理、准予。"""
    book = received("2026-03-02", WINDOW)
    book.do(replace(ACCEPT, kind=CaseKind.ON_THE_SPOT), CLERK, "2026-03-02 09:30")
    only(book.do(APPROVE, CLERK, "2026-03-02 10:00"), Approved)


@pytest.mark.parametrize("step", ReviewStep)
def test_an_item_with_a_review_step_has_no_window(step: ReviewStep) -> None:
    """要踏勘、讨论、论证、检测的事项，不得公布为授权窗口（机制 39）。"""
    book = received("2026-03-02")
    publisher = book.hire("list", Role.CATALOGUE, APPROVER, person("list"))
    act = PublishItem(
        item_code=ItemCode("350505-0009"),
        effective_from=ITEM_V1.effective_from,
        name="某许可",
        legal_basis=("某法 1 条",),
        approving_body=APPROVER,
        supervising_bodies=(SUPERVISOR,),
        legal_days=20,
        promised_days=1,
        window_authorised=True,
        commitment_allowed=False,
        commitment_materials=(),
        breach_policy=BreachPolicy.REVOKE,
        filing_only=False,
        materials=("申请书",),
        speciality="综合",
        rules=HandlingRules(review=ReviewRules(steps=(step,))),
    )
    book.refuse(Refusal.ITEM_WINDOW_STEPS, act, publisher, "2026-03-03")
