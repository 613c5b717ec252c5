"""小案卷共同的写法：接着走一步；逾期；所涉办件的经办人不监督、不评价自己（SD11）。"""

from datetime import date
from typing import TypeVar

from domain import case
from domain.acts.base import Desk, write
from domain.acts.lookups import CASE
from domain.course import Course, Order
from domain.decider import Decision, Event, Plan, Refused, RuleUsed
from domain.refusals import Refusal
from domain.terms import PersonId

E = TypeVar("E", bound=Event)


def course(desk: Desk, order: Order, identity: str) -> Course:
    """一份小案卷走到哪里。"""
    return desk.load(order.aggregate, identity)


def begun(desk: Desk, order: Order, identity: str, opening: type[E]) -> E | Refused:
    """立案的那一步；还没有立案的，拒绝。"""
    state = course(desk, order, identity)
    return state.last(opening) or order.standing(state)


def step(
    desk: Desk,
    order: Order,
    identity: str,
    fact: Event,
    *,
    key: str | None = None,
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    """走一步；``key`` is the case it belongs to, if any."""
    answer = order.decide(course(desk, order, identity), fact)
    return write(order.aggregate, identity, key or identity, answer, rules=rules)


def mark_missed(
    desk: Desk,
    order: Order,
    identity: str,
    fact: Event,
    due_on: date,
    early: Refusal,
    key: str | None = None,
) -> Decision:
    """期限之日过完才记逾期；已经办了、记过的，无事可办。``early`` refuses while the day runs."""
    if not order.may(course(desk, order, identity), type(fact)):
        return Plan()
    if desk.today <= due_on:
        return Refused(early, {"due_on": str(due_on)})
    return step(desk, order, identity, fact, key=key)


def took_part(state: case.State) -> frozenset[PersonId]:
    """办件上经过手的自然人，从收件到送达；导入的历史办件没有。"""
    if isinstance(state, case.Nothing | case.Imported):
        return frozenset()
    return state.remarks.hands


def handled_it(desk: Desk, case_no: str | None) -> Refused | None:
    """办理与监督评价相分离：经手过本件的人不得再来监督、评价（SD11）。"""
    if case_no is None or desk.handler not in took_part(desk.load(CASE, case_no)):
        return None
    return Refused(Refusal.DUTY_SAME_PERSON, {"person": desk.handler})
