"""订阅对账的办理：申报、比较（机制 86）。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import subscription
from domain.acts.base import Desk, handles
from domain.acts.steps import course, step
from domain.decider import Decision, Plan, Refused
from domain.refusals import Refusal
from domain.subscription import SubscribedTopic
from domain.terms import Organ


@dataclass(frozen=True, slots=True)
class DeclareReceived:
    """录入订阅方所报：某主题某日收到几件；补收之后可以再报。"""

    subscriber: Organ
    topic: SubscribedTopic
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class CompareReceived:
    """机器：与账上当日所发的比较。"""

    subscriber: Organ
    topic: SubscribedTopic
    day: date
    sent: int


SubscriptionAct: TypeAlias = DeclareReceived | CompareReceived


@handles(DeclareReceived)
def declare_received(act: DeclareReceived, desk: Desk) -> Decision:
    """只报已过完的日子：当日还在发。"""
    if act.day >= desk.today:
        return Refused(Refusal.SUBSCRIPTION_DAY, {"on": str(act.day)})
    fact = subscription.SubscriptionDeclared(
        subscriber=act.subscriber,
        topic=act.topic,
        day=act.day,
        count=act.count,
        handler=desk.handler,
    )
    identity = subscription.identity(act.subscriber, act.topic, act.day)
    return step(desk, subscription.ORDER, identity, fact)


@handles(CompareReceived)
def compare_received(act: CompareReceived, desk: Desk) -> Decision:
    """差几件照实记下；没有新申报的无事可办。"""
    identity = subscription.identity(act.subscriber, act.topic, act.day)
    state = course(desk, subscription.ORDER, identity)
    declared = subscription.ORDER.turn(state)
    if not isinstance(declared, subscription.SubscriptionDeclared):
        return subscription.ORDER.standing(state) if declared is None else Plan()
    fact = subscription.SubscriptionCompared(
        sent=act.sent,
        count=declared.count,
        difference=act.sent - declared.count,
        compared_on=desk.today,
    )
    return step(desk, subscription.ORDER, identity, fact)
