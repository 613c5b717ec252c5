"""一步怎样办：读计划，认出以谁的身份，走与 act do 同一道门，答复照说。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from domain import inspection_plan
from domain.acts import Act
from domain.acts.inspections import RegisterPlan
from domain.decider import Claim
from domain.inspection_plan import PlanRegistered, plan_number
from domain.refusals import Refusal
from domain.terms import Actor, Mode, PersonId
from ledger.application import Outcome, OutcomeKind, Request
from ledger.failpoints import reach
from ledger.mapper import Fact
from runtime.acting import acting, of_organ, of_the_cast
from runtime.acts.file import Order
from runtime.acts.perform import Answer, asked, command_of, recorded
from runtime.exits import Exit, Stop
from runtime.hall import Hall

_PLANS: Final = uuid5(NAMESPACE_URL, "shenguan:draw-plan")
_SERIAL_TAKEN: Final = frozenset(
    {str(Refusal.PLAN_EXISTS), str(Refusal.PLAN_SERIAL), "ledger.claim_taken"}
)


@dataclass(frozen=True, slots=True)
class Desk:
    """一本账上办抽取各步的地方。"""

    hall: Hall

    def state(self, plan_no: str) -> inspection_plan.State:
        """计划的现状。Raises :class:`Stop` ``plan.not_found``."""
        state = self.hall.ledger.load(inspection_plan.AGGREGATE, plan_no)
        if isinstance(state, inspection_plan.Nothing):
            raise Stop(Exit.REFUSED, str(Refusal.PLAN_NOT_FOUND))
        return state

    def plan(self, plan_no: str) -> PlanRegistered:
        """登记的计划。Raises as :meth:`state`."""
        plan = inspection_plan.plan_of(self.state(plan_no))
        if plan is None:
            raise Stop(Exit.REFUSED, str(Refusal.PLAN_NOT_FOUND))
        return plan

    def facts(self, plan_no: str) -> Sequence[Fact]:
        """计划的各件，按先后。Raises as :meth:`state`."""
        facts = self.hall.ledger.events(inspection_plan.AGGREGATE.stream(plan_no))
        if not facts:
            raise Stop(Exit.REFUSED, str(Refusal.PLAN_NOT_FOUND))
        return facts

    # -- who

    def actor(
        self,
        kind: type[Act],
        account: str | None,
        organ: str | None = None,
        person: PersonId | None = None,
    ) -> Actor:
        """写明的账号，有可以办这件事的岗位；``organ``: 只以它的名义。

        On a rehearsal's ledger somebody of the demonstration's cast, where nobody is named.
        Raises :class:`Stop` ``acting.officer_missing``, ``acting.no_post``, ``draw.no_post``.
        """
        if account is None and self.hall.ledger.frame.mode is Mode.DEMO:
            account = of_the_cast(kind, organ, person)
        if account is None:
            raise Stop(Exit.USAGE, "acting.officer_missing")
        if organ is None:
            return acting(self.hall.ledger, account, kind)
        return of_organ(self.hall.ledger, account, kind, organ)

    # -- what

    def do(self, act: Act, actor: Actor) -> Answer:
        """办一件；同一人再办同一件，得到的是第一次的答复。"""
        order = Order(1, None, None, act)
        return self._execute(order, actor, command_of(self.hall.ledger, order, actor))

    def register(
        self, wanted: RegisterPlan, actor: Actor, seal: Callable[[], str] | None
    ) -> tuple[str, Answer]:
        """登记一份计划，序号由账本接着编；同一份再登记，就是已登记的那一份。

        ``seal`` stores a share and answers its commitment; asked just before the plan is sent.
        """
        ledger, tried = self.hall.ledger, 0
        whole = ledger.fingerprint(replace(wanted, serial=0), actor).hex()
        whole += " sealed" if seal else ""
        while True:
            number = uuid5(_PLANS, f"{whole} {tried}")
            tried += 1
            known = ledger.answered([number]).get(number)
            if known is not None and known.kind is OutcomeKind.RECORDED:
                return self._registered(wanted, actor, number, known)
            if known is not None:
                continue
            act = replace(wanted, serial=self._next_serial())
            if seal is not None:
                act = replace(act, sealed_share_commitment=seal())
            answer = self._execute(Order(1, None, None, act), actor, number)
            if answer.code not in _SERIAL_TAKEN:
                return plan_number(act.serial), answer

    def _registered(
        self, wanted: RegisterPlan, actor: Actor, number: UUID, known: Outcome
    ) -> tuple[str, Answer]:
        plan_no = (self.hall.recorded_in(number) or "").partition("/")[2]
        order = Order(1, None, None, replace(wanted, serial=int(plan_no)))
        again = replace(known, repeated=True)
        return plan_no, recorded(self.hall, Answer(order, actor, self.hall.clock.now(), again))

    def _next_serial(self) -> int:
        """Plans have no gap: double until one is free, then halve."""
        least, most = 0, 1
        while self._is_taken(most):
            least, most = most, most * 2
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (middle, most) if self._is_taken(middle) else (least, middle)
        return most

    def _is_taken(self, serial: int) -> bool:
        return self.hall.holder(Claim("plan_serial", str(serial), "")) is not None

    def _execute(self, order: Order, actor: Actor, number: UUID) -> Answer:
        act = asked(order)
        outcome = self.hall.ledger.execute(Request(act, actor, number))
        reach(f"after.{type(act).__name__}")
        return recorded(self.hall, Answer(order, actor, self.hall.clock.now(), outcome))
