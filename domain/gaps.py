"""容缺受理（gaps）：主件齐全，清单上的次要材料书面承诺限期补来；补齐之前不准予。

Events and what a case keeps of them; the commands are in ``domain.procedure``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from domain.catalogue import GapDefault
from domain.decider import Event, ImpossibleHistory
from domain.terms import Material, PersonId, Sha256

# -- events


@dataclass(frozen=True, slots=True)
class GapsAccepted(Event):
    """容缺受理：随受理一并记下缺哪几份、何日补来。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzglz2012-7:rq",)
    gaps: tuple[str, ...]
    due_on: date
    promise_sha256: Sha256  # 申请人的书面承诺
    handler: PersonId


@dataclass(frozen=True, slots=True)
class GapFilled(Event):
    """补来一份容缺的材料。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzglz2012-7:rq",)
    material: Material
    received_at: datetime
    handler: PersonId


@dataclass(frozen=True, slots=True)
class GapDefaulted(Event):
    """容缺到期没有补齐；怎样处理依事项所定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzglz2012-7:rq",)
    missing: tuple[str, ...]
    due_on: date
    outcome: GapDefault


# -- state


@dataclass(frozen=True, slots=True)
class Gaps:
    """容缺的几份材料，补来了哪些，到期没有。"""

    accepted: GapsAccepted
    filled: tuple[GapFilled, ...] = ()
    defaulted: GapDefaulted | None = None

    @property
    def open(self) -> tuple[str, ...]:
        """还没有补来的。"""
        names = {one.material.name for one in self.filled}
        return tuple(name for name in self.accepted.gaps if name not in names)

    def after(self, event: GapFilled | GapDefaulted) -> "Gaps":
        """补来一份，或到期。"""
        match event:
            case GapFilled(material=material) if material.name in self.open:
                return replace(self, filled=(*self.filled, event))
            case GapDefaulted() if self.defaulted is None and self.open:
                return replace(self, defaulted=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")
