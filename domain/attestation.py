"""信任审批（copy）：窗口核对原件、为电子副本作证，审批部门据电子材料决定（机制 77）。"""

from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Material, PersonId

# -- events


@dataclass(frozen=True, slots=True)
class CopyAttested(Event):
    """副本与原件核对一致。"""

    BASIS: ClassVar[tuple[str, ...]] = ("spfwbmh", "xkf:31")
    materials: tuple[Material, ...]
    handler: PersonId


# -- state


@dataclass(frozen=True, slots=True)
class Attestations:
    """一件办件上窗口作证过的各次。"""

    attested: tuple[CopyAttested, ...] = ()

    def after(self, event: Event) -> "Attestations":
        """再作证一次。"""
        if isinstance(event, CopyAttested) and event not in self.attested:
            return Attestations((*self.attested, event))
        raise ImpossibleHistory(f"{event} after {self}")


BLANK: Final = Attestations()


# -- command


@dataclass(frozen=True, slots=True)
class Attest:
    """作证。``received``: the materials as they were handed in."""

    fact: CopyAttested
    received: tuple[Material, ...]

    def decide(self, state: Attestations) -> Answer:
        """只为收到的材料作证，内容摘要须一致。"""
        if self.fact in state.attested:
            return ()
        strange = [one.name for one in self.fact.materials if one not in self.received]
        if strange or not self.fact.materials:
            return Refused(Refusal.COPY_NOT_RECEIVED, {"materials": "、".join(strange)})
        return (self.fact,)


Command: TypeAlias = Attest


# -- evolve, decide


def evolve(state: Attestations, event: Event) -> Attestations:
    """一件事发生之后的作证。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Attestations, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Attestations]("copy", BLANK, evolve)
