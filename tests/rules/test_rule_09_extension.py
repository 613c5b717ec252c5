"""规则 9：延长由谁批准、何时批准、几次。"""

from domain.acts.procedure import ExtendLimit, PauseClock, ResumeClock, StopReason
from domain.clock import Extended
from domain.decider import Plan
from domain.refusals import Refusal
from tests.rules.papers import NO, REVIEWER, accepted, head, item, mayor, only

EXTEND = ExtendLimit(NO, "YQ-1", "案情复杂，需外地协查")
TWENTY = item(promised=20)


def test_the_head_extends_by_ten_days_before_expiry() -> None:
    """审核人批准的被拒；五月二十日由负责人批准，延至六月三日；再批一次无事可办，另延一次被拒。"""
    book = accepted("2026-04-20", TWENTY)
    boss = head(book)
    book.refuse(Refusal.DUTY_ROLE, EXTEND, REVIEWER, "2026-05-20")
    fact = only(book.do(EXTEND, boss, "2026-05-20 17:00"), Extended)
    assert (fact.days, str(fact.dues.legal_due_on)) == (10, "2026-06-03")
    assert str(fact.dues.promised_due_on) == "2026-05-20"  # the promise stands
    assert book.do(EXTEND, boss, "2026-05-20 18:00") == Plan()
    again = ExtendLimit(NO, "YQ-2", "还是复杂")
    book.refuse(Refusal.CASE_EXTENDED_ONCE, again, boss, "2026-06-02", notice_no="YQ-1")


def test_after_the_pause_of_rule_8() -> None:
    """扣除规则 8 的专家评审（届满六月二日）之后再延十日，至六月十六日。"""
    book = accepted("2026-04-20", TWENTY)
    stop = PauseClock(NO, StopReason.EXPERT_REVIEW, "审查通则第十条", "TB-1", 9)
    book.do(stop, REVIEWER, "2026-04-27")
    book.do(ResumeClock(NO, "TB-1"), REVIEWER, "2026-05-11")
    fact = only(book.do(EXTEND, head(book), "2026-05-21"), Extended)
    assert str(fact.dues.legal_due_on) == "2026-06-16"


def test_not_after_expiry() -> None:
    """五月二十一日已届满，不得再延。"""
    book = accepted("2026-04-20", TWENTY)
    book.refuse(
        Refusal.CASE_EXTENSION_TOO_LATE, EXTEND, head(book), "2026-05-21", due_on="2026-05-20"
    )


def test_not_without_reasons_told() -> None:
    """没有理由、没有告知书的，不得延长；一般事项不由政府负责人批准。"""
    book = accepted("2026-04-20", TWENTY)
    boss = head(book)
    for mute in (ExtendLimit(NO, "", "案情复杂"), ExtendLimit(NO, "YQ-1", " ")):
        book.refuse(Refusal.CASE_EXTENSION_NOTICE, mute, boss, "2026-05-20")
    book.refuse(Refusal.CASE_EXTENSION_BY_HEAD, EXTEND, mayor(book), "2026-05-20")
