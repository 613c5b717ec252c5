"""规则 13（首次许可）：超时默认须事项明示选用；没有选用的、涉及安全的，只记逾期。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import catalogue
from domain.acts.intake import MarkDeadlineMissed
from domain.approval import Granted
from domain.case import DeadlineKind, DeadlineMissed, DeemedApproved
from domain.catalogue import HandlingRules, ItemPublished, ReviewRules
from domain.decider import Refused
from domain.refusals import Refusal
from tests.domain.case_file import MACHINE, events_of
from tests.rules.papers import APPROVE, DECIDER, NO, accepted, item, only, reviewed

PROMISED = MarkDeadlineMissed(NO, DeadlineKind.PROMISED_DECISION)
OPTED = item(promised=7, review=ReviewRules(deemed_approval_basis="泉行政管〔2012〕7号"))
SAFETY = replace(OPTED, rules=replace(OPTED.rules, safety=True))
PLAIN = replace(OPTED, rules=HandlingRules())


@pytest.mark.parametrize("what", [PLAIN, SAFETY], ids=["not opted", "safety"])
def test_no_tacit_approval_unless_the_item_says_so(what: ItemPublished) -> None:
    """没有选用的、涉及安全的：只记逾期，不视为同意。"""
    book = accepted("2026-03-02", what)
    (event,) = events_of(book.do(PROMISED, MACHINE, "2026-03-12"))
    assert isinstance(event, DeadlineMissed)


def test_an_opted_item_is_deemed_approved_once() -> None:
    """选用的：承诺时限过完，视为同意，许可随即生效；再来一次无事可办，人也不能再决定。"""
    book = accepted("2026-03-02", OPTED)
    plan = book.do(PROMISED, MACHINE, "2026-03-12")
    deemed = only(plan, DeemedApproved)
    granted = only(plan, Granted)
    assert deemed.basis == "泉行政管〔2012〕7号"
    assert (granted.holder, granted.decision_no) == ("S-1", deemed.decision_no)
    assert book.do(PROMISED, MACHINE, "2026-03-13").writes == ()
    book.refuse(Refusal.CASE_DEEMED_APPROVED, APPROVE, DECIDER, "2026-03-13")


def test_the_legal_limit_alone_gives_nothing() -> None:
    """法定时限逾期只是事实：默认只随承诺时限。"""
    book = reviewed("2026-03-02", PLAIN)
    legal = MarkDeadlineMissed(NO, DeadlineKind.LEGAL_DECISION)
    only(book.do(legal, MACHINE, "2026-04-03"), DeadlineMissed)


def test_a_safety_item_may_not_opt_in() -> None:
    """涉及安全的事项，公布时就不得写明超时默认。"""
    answer = catalogue.decide(catalogue.Nothing(), catalogue.Publish(SAFETY, date(2026, 3, 2)))
    assert answer == Refused(Refusal.ITEM_DEEMED_SAFETY)
