"""订阅对账：报已过完的日子，差几件照实记下，补收之后再报（机制 86）。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import subscription
from domain.acts.subscriptions import CompareReceived, DeclareReceived
from domain.decider import Plan
from domain.refusals import Refusal
from domain.subscription import SubscribedTopic
from domain.terms import Organ
from tests.domain.case_file import MACHINE, town
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_service_acts import archivist
from tests.rules.papers import only

DAY: Final = date(2026, 3, 2)
DECLARE: Final = DeclareReceived(Organ("350000-SW"), SubscribedTopic.CASE, DAY, 40)
COMPARE: Final = CompareReceived(Organ("350000-SW"), SubscribedTopic.CASE, DAY, 42)


def test_laws() -> None:
    """对账守决定者的共同规矩。"""
    order = subscription.ORDER
    check_decider_laws(order.aggregate, order.decide, anything(subscription.SubscriptionEvent))


def test_the_difference_stands_until_a_later_count_closes_it() -> None:
    """少收两件记为二；补收之后再报，再比一次；没有申报的不比，当日的不报。"""
    book = town()
    who = archivist(book)
    book.refuse(Refusal.SUBSCRIPTION_DAY, DECLARE, who, "2026-03-02", on="2026-03-02")
    book.refuse(Refusal.COURSE_NOT_FOUND, COMPARE, MACHINE, "2026-03-03")
    only(book.do(DECLARE, who, "2026-03-03"), subscription.SubscriptionDeclared)
    short = only(book.do(COMPARE, MACHINE, "2026-03-03"), subscription.SubscriptionCompared)
    assert (short.sent, short.count, short.difference) == (42, 40, 2)
    assert book.do(COMPARE, MACHINE, "2026-03-03") == Plan()
    only(book.do(replace(DECLARE, count=42), who, "2026-03-04"), subscription.SubscriptionDeclared)
    whole = only(book.do(COMPARE, MACHINE, "2026-03-04"), subscription.SubscriptionCompared)
    assert whole.difference == 0
