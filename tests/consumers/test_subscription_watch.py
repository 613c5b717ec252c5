"""订阅对账：件数由账本数出，订阅方报来即比较（机制 86）。"""

from datetime import timedelta

from consumers.subscription_watch import SUPERVISOR
from domain.acts.subscriptions import CompareReceived
from domain.subscription import SubscribedTopic, SubscriptionDeclared
from domain.terms import Organ, beijing_day
from tests.deliveries import CASE, CLERK, ITEM, MARKET, START, Book, item, played, received

PLATFORM = Organ("350000-SW")


def test_what_was_sent_is_counted_by_topic_and_day() -> None:
    """同一主题、同一天的才数；次日的、别的主题的不数。"""
    book = Book()
    book.add(f"item/{ITEM}", item(MARKET), key=ITEM, at=START)
    book.add(f"case/{CASE}", received(), at=START + timedelta(minutes=1))
    book.add("case/2026-000002", received(), at=START + timedelta(minutes=2))
    book.add("case/2026-000003", received(), at=START + timedelta(days=1))
    day = beijing_day(START)
    for number, topic in enumerate(SubscribedTopic):
        declared = SubscriptionDeclared(PLATFORM, topic, day, 2, CLERK)
        stream = f"subscription/{number}"
        book.add(stream, declared, key=str(number), at=START + timedelta(days=1, hours=1))
    acts = [command.act for command in played(SUPERVISOR, book.kept)]
    sent = {act.topic: act.sent for act in acts if isinstance(act, CompareReceived)}
    assert sent == {
        SubscribedTopic.CASE: 2,
        SubscribedTopic.INSPECTION: 0,
        SubscribedTopic.REGISTER: 1,
    }
