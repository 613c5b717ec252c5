"""机关（organ）：机关撤并之后，由继续行使其职权的机关承受（规则 19）。"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId
from domain.versions import in_force

# -- events


@dataclass(frozen=True, slots=True)
class Succeeded(Event):
    """机关撤并：自生效之日起，其职权由承受机关行使。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69.1",)
    successor: Organ
    effective_from: date
    document_no: str
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """承受之日。"""
        return self.effective_from


@dataclass(frozen=True, slots=True)
class SuperiorSet(Event):
    """上级机关：自生效之日起，由它监督，也可以撤销本机关作出的许可。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69.1",)
    superior: Organ
    effective_from: date
    document_no: str
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """生效之日。"""
        return self.effective_from


# -- state


@dataclass(frozen=True, slots=True)
class Standing:
    """仍在的机关；``superiors`` 是先后登记的上级机关。"""

    superiors: tuple[SuperiorSet, ...] = ()

    def after(self, event: Event) -> "State":
        """登记上级机关，或者撤并。"""
        match event:
            case SuperiorSet():
                return Standing((*self.superiors, event))
            case Succeeded():
                return Merged(event)
            case _:
                raise ImpossibleHistory(f"{event} is no event of an organ")


@dataclass(frozen=True, slots=True)
class Merged:
    """已定撤并的机关。"""

    succeeded: Succeeded

    def after(self, event: Event) -> "State":
        """撤并之后再无机关上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Standing | Merged


def place(organ: Organ) -> str:
    """机关代码前半的行政区划，略去末尾成对的零（``350500-JT`` → ``3505``）；没有写的为空。"""
    code, dash, _ = organ.partition("-")
    if not dash:
        return ""
    while code.endswith("00"):
        code = code.removesuffix("00")
    return code


def same_level(one: Organ, other: Organ) -> bool:
    """同一地方的同级机关；代码看不出来的不是。"""
    return bool(place(one)) and place(one) == place(other)


def below(lower: Organ, superior: Organ) -> bool:
    """下级机关：在上级机关的地方之内，而地方更小。"""
    return bool(place(superior)) and place(lower).removeprefix(place(superior)) not in {
        "",
        place(lower),
    }


def successor(state: State, day: date) -> Organ | None:
    """某日承受其职权的机关；机关仍在的没有。"""
    if isinstance(state, Merged) and state.succeeded.effective_from <= day:
        return state.succeeded.successor
    return None


def superior(state: State, day: date) -> Organ | None:
    """某日的上级机关；没有登记的、已撤并的没有（撤并之后看承受的机关）。"""
    known = state.superiors if isinstance(state, Standing) else ()
    now = in_force(known, day)
    return None if now is None else now.superior


# -- command


@dataclass(frozen=True, slots=True)
class Succeed:
    """记下机关撤并。``standing`` says whether the successor itself still stands."""

    organ: Organ
    fact: Succeeded
    standing: bool
    today: date

    def decide(self, state: State) -> Answer:
        """一个机关只撤并一次；承受的须是另一个仍在的机关，不得倒签。"""
        match state:
            case Merged(succeeded=known):
                facts = {"successor": known.successor, "effective_from": str(known.effective_from)}
                return () if known == self.fact else Refused(Refusal.ORGAN_MERGED, facts)
            case Standing() if self.fact.successor == self.organ or not self.standing:
                return Refused(Refusal.ORGAN_SUCCESSOR, {"successor": self.fact.successor})
            case Standing() if not self.fact.document_no.strip():
                return Refused(Refusal.ITEM_NO_DOCUMENT)
            case Standing() if self.fact.effective_from < self.today:
                facts = {"effective_from": str(self.fact.effective_from)}
                return Refused(Refusal.ITEM_BACKDATED, facts)
            case Standing():
                return (self.fact,)
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class SetSuperior:
    """登记上级机关。``above``: the organs above the superior itself, nearest first."""

    organ: Organ
    fact: SuperiorSet
    above: tuple[Organ, ...]
    today: date

    def decide(self, state: State) -> Answer:
        """写明文件，不得倒签；上级机关不得是自己，也不得反在其下。"""
        match state:
            case Merged(succeeded=known):
                facts = {"successor": known.successor, "effective_from": str(known.effective_from)}
                return Refused(Refusal.ORGAN_MERGED, facts)
            case Standing(superiors=known) if self.fact in known:
                return ()
            case Standing(superiors=known):
                last = known[-1].effective_from if known else self.today
                if self.organ in {self.fact.superior, *self.above}:
                    return Refused(Refusal.ORGAN_SUPERIOR, {"superior": self.fact.superior})
                if not self.fact.document_no.strip():
                    return Refused(Refusal.ITEM_NO_DOCUMENT)
                if self.fact.effective_from < max(self.today, last):
                    facts = {"effective_from": str(self.fact.effective_from)}
                    return Refused(Refusal.ITEM_BACKDATED, facts)
                return (self.fact,)
            case never:
                assert_never(never)


Command: TypeAlias = Succeed | SetSuperior


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的机关。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该记。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("organ", Standing(), evolve)
