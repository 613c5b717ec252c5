"""当众的一场（run）：从名单冻结到抽定，一步一步看着来；与部门自己的进程是同样的事件。

Every step is read from the ledger before it is taken, so whoever interrupts it (Ctrl-C, a power cut)
runs it again and it goes on where it was. Without ``--ceremony`` people only watch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Final, Protocol

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from domain import inspection_plan as plans
from domain.acts import Act
from domain.acts.inspections import CommitShare, DrawSealed, FixPublicValue, RevealShare
from domain.terms import Mode, Organ
from runtime.acts import told as answers
from runtime.acts.perform import Answer
from runtime.ceremony import steps
from runtime.ceremony.desk import Desk
from runtime.ceremony.shares import Safe, sealed_of
from runtime.ceremony.steps import Told
from runtime.exits import Exit, Stop
from runtime.messages import say
from runtime.settings import Settings
from runtime.words import instant, organ

PULSE: Final = 0.2  # seconds between looks at the ledger
SHOWN: Final = 20  # drawn objects that the room sees; the rest is in what is published


class Ask(Protocol):
    """问在场的人一句。"""

    def __call__(self, question: str) -> str:
        """The answer, without the newline. Raises EOFError where nobody is there."""
        ...


@dataclass(slots=True)
class Room:
    """一场抽取。``by_hand``: 各家当场承诺、揭示；否则只看。``patience``: 等机器几秒。"""

    desk: Desk
    chosen: Settings
    plan_no: str
    console: Console
    ask: Ask
    by_hand: bool
    patience: float
    value: str | None = None

    def run(self) -> int:
        """走到抽定为止。Raises :class:`Stop`; the next run goes on from there."""
        self._open()
        self._await(plans.ListsFrozen, "lists")
        self._say_details("frozen")
        self._offices("commit", self._commit, plans.CommitsIn)
        self._offices("reveal", self._reveal, plans.RevealsClosed)
        self._until_chance_speaks()
        self._await(plans.RevealsClosed, "closing")
        self._say_details("revealed")
        self._fix()
        self._draw()
        self._result()
        return Exit.DONE

    # -- what the ledger says

    @property
    def told(self) -> Told:
        """此刻的经过。Raises :class:`Stop` where the plan is over."""
        known = steps.read(self.desk.facts(self.plan_no))
        if known.of(plans.PlanAnnulled) or known.of(plans.PlanVoided):
            refused = plans.standing(self.desk.state(self.plan_no))
            raise Stop(Exit.REFUSED, str(refused.code), **refused.facts)
        return known

    @property
    def _now(self) -> datetime:
        return self.desk.hall.clock.now()

    def _await(self, kind: type[plans.PlanEvent], what: str) -> None:
        """Until the machine has done it. Raises :class:`Stop` ``draw.machine_waits``."""
        until = monotonic() + self.patience
        with self.console.status(say(f"draw.room.awaits.{what}")):
            while self.told.of(kind) is None:
                if monotonic() > until:
                    facts = {"plan_no": self.plan_no, "seconds": round(self.patience)}
                    raise Stop(Exit.DEPENDENCY, "draw.machine_waits", **facts)
                sleep(PULSE)

    # -- the acts of the room

    def _open(self) -> None:
        plan = self.told.plan
        facts = {"plan_no": self.plan_no, "title": plan.title, "source": plan.public_source}
        offices = "、".join(map(organ, plan.offices))
        told = say("draw.room.opening", at=instant(plan.public_value_at), offices=offices, **facts)
        self.console.print(Panel.fit(told, title=say("draw.room.title")))

    def _offices(
        self, name: str, act: Callable[[Organ], Act], until: type[plans.PlanEvent]
    ) -> None:
        """Each office in its turn; what is given already stays as it is."""
        shown: set[Organ] = set()
        while True:
            known = self.told
            given = known.commitments if name == "commit" else known.reveals
            for office in known.plan.offices:
                if office in given and office not in shown:
                    shown.add(office)
                    facts = {"office": organ(office), "hash": given[office][0]}
                    self.console.print(say(f"draw.room.{name}", **facts), highlight=False)
            missing = [office for office in known.plan.offices if office not in given]
            if not missing or known.of(until) is not None:
                return None
            if self._now >= known.plan.public_value_at:
                return self._too_late(name, missing)
            if self.by_hand:
                self._by_hand(name, act, missing[0])
            else:
                sleep(PULSE)

    def _too_late(self, name: str, missing: list[Organ]) -> None:
        if name == "commit":
            raise Stop(Exit.REFUSED, "draw.no_commitments", offices="、".join(map(organ, missing)))

    def _by_hand(self, name: str, act: Callable[[Organ], Act], office: Organ) -> None:
        self.ask(say(f"draw.room.ask.{name}", office=organ(office)))
        made = act(office)
        self._said(self.desk.do(made, self.desk.actor(type(made), None, office)))

    def _commit(self, office: Organ) -> Act:
        plan = self.told.plan
        return CommitShare(
            self.plan_no, self._safe(office).keep(self.plan_no, plan.hash).commitment
        )

    def _reveal(self, office: Organ) -> Act:
        safe = self._safe(office)
        kept = safe.find(self.plan_no)
        if kept is None:
            facts = {"office": organ(office), "folder": safe.folder}
            raise Stop(Exit.REFUSED, "draw.no_share", plan_no=self.plan_no, **facts)
        return RevealShare(self.plan_no, kept.share)

    def _safe(self, office: str) -> Safe:
        return Safe.of(self.chosen, self.desk.hall.ledger.frame.origin, office)

    def _until_chance_speaks(self) -> None:
        at, hall = self.told.plan.public_value_at, self.desk.hall
        if self._now >= at:
            return
        if hall.ledger.frame.mode is Mode.DEMO:
            self.ask(say("draw.room.ask.clock", at=instant(at)))
            hall.until(at)
            return
        with self.console.status(say("draw.room.awaits.chance", at=instant(at))):
            while self._now < at:
                sleep(PULSE)

    def _fix(self) -> None:
        known = self.told
        while known.of(plans.PublicValueFixed) is None:
            value = self.value or self.ask(
                say("draw.room.ask.value", source=known.plan.public_source)
            )
            if value.strip():
                actor = self.desk.actor(FixPublicValue, None, None, known.plan.runner)
                self._said(self.desk.do(FixPublicValue(self.plan_no, value.strip()), actor))
            known = self.told
        self._say_details("valued")

    def _draw(self) -> None:
        known = self.told
        if known.plan.sealed_share_commitment is not None and known.of(plans.Matched) is None:
            self.ask(say("draw.room.ask.sealed"))
            share = sealed_of(self.chosen, self.desk.hall.ledger.frame.origin, known.plan).share
            plan = known.plan
            actor = self.desk.actor(DrawSealed, None, plan.department, plan.runner)
            self._said(self.desk.do(DrawSealed(self.plan_no, share), actor))
        self._await(plans.Matched, "draw")

    def _said(self, answer: Answer) -> None:
        """Raises :class:`Stop` with the refusal: the room must hear it."""
        if answer.code is not None:
            facts = answer.outcome.facts if answer.outcome else {}
            raise Stop(Exit.REFUSED, answer.code, **facts)
        first = next(answers.lines(answer))
        self.console.print(f"  {first}", style="dim", highlight=False)

    # -- how it looks

    def _say_details(self, name: str) -> None:
        step = next(one for one in steps.steps(self.told) if one.name == name)
        self.console.print(say("draw.room.step", step=say(f"draw.step.{name}")), style="bold")
        for line in step.details:
            self.console.print(f"  {line}", highlight=False)

    def _result(self) -> None:
        """Of a sealed plan the room sees the numbers only: who is drawn must not be known before."""
        known = self.told
        if known.plan.sealed_share_commitment is None:
            self._say_details("drawn")
            self.console.print(_table(_drawn(self.desk, self.plan_no)), highlight=False)
        else:
            counts = {"drawn": known.drawn, "paired": known.paired, "unmatched": known.unmatched}
            self.console.print(say("draw.counts", **counts), highlight=False)
            self.console.print(say("draw.room.sealed"))
        for line in steps.hints(known, self.plan_no, self._now):
            self.console.print(line)


def _table(drawn: list[plans.DrawnObject]) -> RenderableType:
    """The first of them; who inspects whom is published with the results, not here."""
    table = Table(box=None, title=say("draw.room.result"))
    for heading in say("draw.room.columns").split("|"):
        table.add_column(heading, overflow="fold")
    for place, one in enumerate(drawn[:SHOWN], 1):
        table.add_row(str(place), one.subject, one.stratum, one.ticket[:16])
    more = [say("draw.room.more", count=len(drawn) - SHOWN)] if len(drawn) > SHOWN else []
    return Group(table, *more)


def _drawn(desk: Desk, plan_no: str) -> list[plans.DrawnObject]:
    """Whom chance took, by ticket."""
    events = [fact.event for fact in desk.facts(plan_no)]
    parts = [one for one in events if isinstance(one, plans.Drawn | plans.MoreDrawn)]
    drawn = [one for part in parts for one in part.drawn]
    return sorted(drawn, key=lambda taken: (taken.ticket, taken.subject))
