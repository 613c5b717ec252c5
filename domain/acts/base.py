"""办理（act）的共同骨架：经办台、登记簿、写入与合并。

A handler turns one act (business input only) into a :class:`~domain.decider.Plan` or a refusal. It
runs after ``domain.duties`` has found the natural person behind the account.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias, TypeVar, cast

from domain.decider import Aggregate, Claim, Decision, Event, Load, Plan, Refused, RuleUsed, Write
from domain.terms import Actor, PersonId, Role, beijing_day

A = TypeVar("A")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Desk:
    """经办台：谁（已核岗位的自然人）、何时、凭什么调阅案卷。

    ``person`` is None for an applicant and for the machine. ``at`` is aware.
    """

    actor: Actor
    person: PersonId | None
    at: datetime
    load: Load

    @property
    def today(self) -> date:
        """办理之日（北京时间）。"""
        return beijing_day(self.at)

    @property
    def is_machine(self) -> bool:
        """定时或监管消费者：不是人，不作决定。"""
        return self.actor.role is Role.SYSTEM

    @property
    def handler(self) -> PersonId:
        """经办的自然人。The duty table lets only persons reach an act that asks for it."""
        if self.person is None:
            raise ValueError(f"{self.actor.role} has no natural person")
        return self.person


Handler: TypeAlias = Callable[[A, Desk], Decision]
HANDLERS: Final[dict[type, Handler[object]]] = {}


def handles(kind: type[A]) -> Callable[[Handler[A]], Handler[A]]:
    """登记一种办理由谁处置；一种办理只许登记一次。"""

    def register(handler: Handler[A]) -> Handler[A]:
        if kind in HANDLERS:
            raise ValueError(f"{kind.__name__} has a handler")
        HANDLERS[kind] = cast("Handler[object]", handler)
        return handler

    return register


def write(
    aggregate: Aggregate[S],
    identity: str,
    key: str,
    outcome: tuple[Event, ...] | Refused,
    *,
    claims: tuple[Claim, ...] = (),
    releases: tuple[Claim, ...] = (),
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    """把一份案卷的决定写成计划；没有事件即无事可办，独占与解除也就不发生。"""
    if isinstance(outcome, Refused):
        return outcome
    if not outcome:
        return Plan()
    return Plan((Write(aggregate.stream(identity), key, outcome),), claims, releases, rules)


def combine(*decisions: Decision) -> Decision:
    """合并几份案卷的决定：一份被拒，全部被拒；要么一起入账，要么都不入账。"""
    plans: list[Plan] = []
    for decision in decisions:
        if isinstance(decision, Refused):
            return decision
        plans.append(decision)
    return Plan(
        tuple(part for plan in plans for part in plan.writes),
        tuple(part for plan in plans for part in plan.claims),
        tuple(part for plan in plans for part in plan.releases),
        tuple(dict.fromkeys(part for plan in plans for part in plan.rules)),
    )
